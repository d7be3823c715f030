#include "routing/say.hpp"

#include <algorithm>
#include <utility>

#include "base/crypto.hpp"
#include "routing/window.hpp"

namespace parley::routing {
namespace {

constexpr std::size_t kKeyDigits = 32;  // the shortest platform limit for a key of ours

const ChannelPolicy* channel_of(const Draft& draft, const Address& address) {
  const auto found = draft.policy.channels.find(address.channel.id);
  return found == draft.policy.channels.end() ? nullptr : &found->second;
}

// What a platform approved beforehand may go at any time.
bool is_template(const Message& message) {
  return !message.content.empty() && std::ranges::all_of(message.content, [](const Part& part) {
    return std::holds_alternative<Template>(part);
  });
}

std::string key_of(const State& state, const SendId& send) {
  return to_hex(sha256(state.tenant.value + '\0' + send.value)).substr(0, kKeyDigits);
}

Event& put_message(Draft& draft, Outgoing& outgoing, DeliveryStatus delivery) {
  Message& message = outgoing.message;
  message.id = {draft.place("msg", draft.next_seq())};
  message.direction = Direction::outbound;
  if (message.fallback_text.empty()) message.fallback_text = fallback_text(message.content);
  message.delivery = std::move(delivery);
  Event& event = draft.append(EventType::message_created, outgoing.actor);
  event.channel = outgoing.address.channel;
  event.message = message;
  event.note = std::move(outgoing.note);
  return event;
}

}  // namespace

const std::string& in_language(const State& state, const std::string& zh, const std::string& en) {
  const std::string_view language = state.language;
  const bool english = language == "en" || language.starts_with("en-");
  const bool chinese = language.starts_with("zh") || language == "mixed";
  return english || (!chinese && zh.empty()) ? en : zh;
}

Result<Address> pick_address(const State& state, const std::optional<ChannelId>& channel) {
  for (const Address& address : state.addresses) {
    if (!channel || address.channel.id == *channel) return address;
  }
  return refused(Errc::not_found, channel ? "the customer was never on channel " + channel->value
                                          : "the customer has no address yet");
}

std::string unsayable(const Message& message) {
  if (fallback_text(message.content).empty()) {
    return "the message has nothing to show; expected at least one part with content";
  }
  return check_limits(message);
}

Result<void> may_say(const Draft& draft, const Outgoing& outgoing) {
  const Address& address = outgoing.address;
  const std::string where = "channel " + address.channel.id.value + ": ";
  if (auto wrong = unsayable(outgoing.message); !wrong.empty()) {
    return refused(Errc::malformed, std::move(wrong));
  }
  const ChannelPolicy* channel = channel_of(draft, address);
  if (!channel) return refused(Errc::not_found, where + "it is not configured any more");
  if (address.opted_out) {
    return refused(Errc::recipient_gone, where + "the customer does not want messages there");
  }
  if (address.unreachable) {
    return refused(Errc::recipient_gone, where + "the platform no longer reaches the customer");
  }
  if (!is_template(outgoing.message)) {
    const auto window =
        check_window(draft.state, *channel, draft.now, outgoing.message.author.type);
    if (!window.open) return refused(Errc::window_closed, where + window.reason);
  }
  if (draft.state.open_sends.size() >= kOpenSendsMax) {
    return refused(Errc::overloaded, std::to_string(kOpenSendsMax) +
                                         " messages to this customer are still on their way");
  }
  return {};
}

MessageId put_send(Draft& draft, Outgoing outgoing) {
  State& state = draft.state;
  const ChannelPolicy* channel = channel_of(draft, outgoing.address);
  DeliveryStatus queued;
  queued.state = DeliveryState::queued;
  const Event& event = put_message(draft, outgoing, std::move(queued));
  Send send;
  send.id = {draft.place("snd", event.seq)};
  send.tenant = state.tenant;
  send.person = state.person;
  send.channel = outgoing.address.channel.id;
  send.account = outgoing.address.channel.account;
  send.recipient = outgoing.address.recipient;
  send.identity = outgoing.address.identity;
  send.idempotency_key =
      outgoing.idempotency_key.empty() ? key_of(state, send.id) : outgoing.idempotency_key;
  send.epoch = state.control.epoch;
  send.fenced = outgoing.fenced;
  send.reply_token = std::move(outgoing.reply_token);
  send.created_at = draft.now;
  send.not_before = draft.now;
  send.expires_at = outgoing.message.expires_at;
  send.bulk = outgoing.bulk;
  if (channel && !is_template(outgoing.message)) {
    send.window_ends_at = check_window(state, *channel, draft.now, AuthorType::bot).ends_at;
    const auto window = check_window(state, *channel, draft.now, outgoing.message.author.type);
    if (window.ends_at && (!send.expires_at || *window.ends_at < *send.expires_at)) {
      send.expires_at = window.ends_at;
    }
    charge_window(state, *channel, draft.now);
  }
  MessageId id = outgoing.message.id;
  send.message = std::move(outgoing.message);
  state.open_sends.push_back(send.id);
  state.last_outbound_at = draft.now;
  draft.out.sends.push_back(std::move(send));
  return id;
}

void put_suppressed(Draft& draft, Outgoing outgoing, const Error& why) {
  DeliveryStatus status{.state = DeliveryState::suppressed,
                        .error_code = std::string(to_string(why.code)),
                        .error = why.detail};
  const ChannelRef channel = outgoing.address.channel;
  const MessageId message = put_message(draft, outgoing, status).message->id;
  Event& event = draft.append(EventType::delivery_updated);
  event.channel = channel;
  event.delivery = DeliveryUpdate{
      .message = message, .send = {}, .status = std::move(status), .external_id = {}};
}

void say_words(Draft& draft, const std::string& words, std::string rule, std::string reply_token) {
  const auto address = pick_address(draft.state, {});
  if (words.empty() || !address) return;
  Outgoing outgoing{.message = {}, .address = *address};
  outgoing.message.content = {Text{.text = words}};
  outgoing.message.author = {.type = AuthorType::system, .id = "rule", .display_name = {}};
  outgoing.actor = "system";
  outgoing.note = "rule " + std::move(rule);
  outgoing.reply_token = std::move(reply_token);
  if (auto may = may_say(draft, outgoing); !may) {
    put_suppressed(draft, std::move(outgoing), may.error());
    return;
  }
  put_send(draft, std::move(outgoing));
}

Event& put_internal(Draft& draft, Message message, std::string actor, std::string note) {
  message.id = {draft.place("msg", draft.next_seq())};
  message.direction = Direction::internal;
  message.delivery.reset();
  if (message.fallback_text.empty()) message.fallback_text = fallback_text(message.content);
  Event& event = draft.append(EventType::message_created, std::move(actor));
  event.message = std::move(message);
  event.note = std::move(note);
  return event;
}

}  // namespace parley::routing
