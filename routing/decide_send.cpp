// routing/decide_send.cpp
// What the outbound side tells of a send, and sending a dead letter again.
//
// A report of "submitting" is asked before the first byte: here a send ends that must not go any
// more, since somebody took the conversation over, the customer opted out or its time is up.
#include <algorithm>
#include <utility>

#include "base/mutant.hpp"
#include "conversation/codec.hpp"
#include "routing/commands.hpp"
#include "routing/error_codes.hpp"
#include "routing/receipts.hpp"
#include "routing/say.hpp"

namespace parley::routing {
namespace {

constexpr std::size_t kIndexedIdBytesMax = 512;  // a longer one is no platform's

bool is_ours(std::string_view error_code) {  // a limit of ours is no attempt
  return error_code == kChannelAway || error_code == to_string(Errc::overloaded) ||
         error_code == to_string(Errc::shutting_down) || error_code == to_string(Errc::conflict);
}

Address* address_of(State& state, const Send& send) {
  const auto found = std::ranges::find_if(state.addresses, [&](const Address& address) {
    return address.channel.id == send.channel && address.identity == send.identity;
  });
  return found == state.addresses.end() ? nullptr : &*found;
}

bool has_begun(const Send& send) {
  const auto state = send.message.delivery ? send.message.delivery->state : DeliveryState::queued;
  return send.step != 0 || state == DeliveryState::submitting || state == DeliveryState::uncertain;
}

// Why this send must not begin; nullopt when it may.
std::optional<DeliveryStatus> forbidden(Draft& draft, const Send& send) {
  if (has_begun(send)) return {};
  DeliveryStatus status;
  status.state = DeliveryState::suppressed;
  if (is_fenced_out(send, draft.state)) {
    status.error_code = "fenced";
    status.error = "answered under control epoch " + std::to_string(send.epoch) + ", now it is " +
                   std::to_string(draft.state.control.epoch);
    return status;
  }
  const Address* address = address_of(draft.state, send);
  if (address && address->opted_out) {
    status.error_code = to_string(Errc::recipient_gone);
    status.error = "the customer opted out meanwhile";
    return status;
  }
  if (send.expires_at && *send.expires_at <= draft.now) {
    status.state = DeliveryState::expired;
    status.error_code = "expired";
    status.error = "not sent in the time it was good for";
    return status;
  }
  return {};
}

void note_notification(Draft& draft, const Send& send, DeliveryState state) {
  const auto mark = send.message.attributes.find("notification");
  if (mark == send.message.attributes.end()) return;
  const bool went = state == DeliveryState::sent || state == DeliveryState::delivered ||
                    state == DeliveryState::read;
  Event& event =
      draft.append(went ? EventType::notification_sent : EventType::notification_suppressed);
  event.target = Target{.message = send.message.id.value, .emoji = {}, .text = {}};
}

void put_update(Draft& draft, const Send& send, const SendProgress& progress,
                DeliveryStatus status) {
  Event& event = draft.append(EventType::delivery_updated);
  event.delivery = DeliveryUpdate{
      .message = send.message.id,
      .send = send.id,
      .status = std::move(status),
      .external_id = progress.external_ids.empty() ? std::string() : progress.external_ids.front()};
  if (const Address* address = address_of(draft.state, send)) event.channel = address->channel;
  for (const auto& part : progress.degraded) {
    event.note += event.note.empty() ? "shown differently: " : ", ";
    event.note += part;
  }
}

// Receipts may name the message and not the customer.
void index_sent(Draft& draft, const Send& send, const std::vector<std::string>& external_ids) {
  const auto channel = draft.policy.channels.find(send.channel);
  if (channel == draft.policy.channels.end() || !channel->second.capabilities) return;
  const Capabilities& can = *channel->second.capabilities;
  if (!can.delivery_receipts && !can.read_receipts) return;
  for (const auto& id : external_ids) {
    if (id.empty() || id.size() > kIndexedIdBytesMax) continue;
    draft.out.extra_rows.push_back({.kind = RowKind::sent_index,
                                    .id = sent_row_id(send.channel, id),
                                    .body = send.person.value});
  }
}

// The row ends: sent, or given up for a reason that is kept.
void finish(Draft& draft, Send send, const SendProgress& progress, DeliveryStatus status) {
  // It must not go again, but nobody may say that it did not go.
  const bool unclear = send.unclear && (status.state == DeliveryState::suppressed ||
                                        status.state == DeliveryState::expired);
  if (unclear) status.state = DeliveryState::uncertain;
  std::erase(draft.state.open_sends, send.id);
  draft.out.finished_sends.push_back(send.id);
  put_update(draft, send, progress, status);
  note_notification(draft, send, status.state);
  const auto send_place = parse_place("snd", send.id.value);
  const auto message_place = parse_place("msg", send.message.id.value);
  const bool may_be_there =
      status.state == DeliveryState::sent || status.state == DeliveryState::delivered ||
      status.state == DeliveryState::read || status.state == DeliveryState::uncertain;
  if (may_be_there) {
    index_sent(draft, send, progress.external_ids);
    std::vector<std::string> ids = progress.external_ids;
    if (ids.empty()) ids.emplace_back();
    for (auto& id : ids) {
      remember_sent(draft, {.external_id = std::move(id),
                            .send_seq = send_place ? send_place->seq : 0,
                            .message_seq = message_place ? message_place->seq : 0,
                            .status = status,
                            .channel = send.channel,
                            .at = std::max(send.created_at, send.not_before)});
    }
  }
  if (progress.dead_letter || unclear) {
    std::string reason = status.error.empty() ? status.error_code : status.error;
    send.last_error = reason;
    send.message.delivery = std::move(status);
    draft.out.dead_letters.push_back(
        {.send = std::move(send), .reason = std::move(reason), .at = draft.now});
  }
}

// The row stays: an attempt begins, or another one comes later.
void rewrite(Draft& draft, Send send, const SendProgress& progress, DeliveryStatus status) {
  send.step = progress.step;
  send.step_data = progress.step_data;
  if (progress.retry_at) send.not_before = *progress.retry_at;
  send.last_error = status.error;
  send.unclear = send.unclear || progress.unclear;
  put_update(draft, send, progress, status);
  send.message.delivery = std::move(status);
  if (MUTANT("row_gone_before_answer") && progress.state == DeliveryState::submitting) {
    draft.out.finished_sends.push_back(send.id);
  }
  draft.out.sends.push_back(std::move(send));
}

void note_recipient(Draft& draft, Send& send, const SendProgress& progress) {
  Address* address = address_of(draft.state, send);
  if (address && progress.recipient_gone) address->unreachable = true;
  if (progress.new_recipient.empty()) return;
  if (address) address->recipient = progress.new_recipient;
  send.recipient = progress.new_recipient;
}

bool stays_open(const SendProgress& progress) {
  if (progress.dead_letter || progress.recipient_gone) return false;
  switch (progress.state) {
    case DeliveryState::accepted:
    case DeliveryState::queued:
    case DeliveryState::submitting:
    case DeliveryState::throttled:
    case DeliveryState::uncertain:
      return true;
    case DeliveryState::failed:
      return !progress.new_recipient.empty();
    default:
      return false;
  }
}

}  // namespace

Decided decide_command(const State& state, const SendProgress& progress,
                       const DecideContext& context) {
  if (std::ranges::find(state.open_sends, progress.send) == state.open_sends.end()) {
    return refused(Errc::not_found, "send " + progress.send.value + " is not open (any more)");
  }
  if (progress.row.id != progress.send || progress.row.person != state.person) {
    return refused(Errc::malformed, "the row is not that of send " + progress.send.value);
  }
  Draft draft(state, context);
  Send send = progress.row;
  DeliveryStatus status = send.message.delivery.value_or(DeliveryStatus{});
  if (progress.state == DeliveryState::submitting) {
    if (auto why = forbidden(draft, send)) {
      why->attempts = status.attempts;
      finish(draft, std::move(send), SendProgress{}, std::move(*why));
      return draft.take();
    }
  } else if (!is_ours(progress.error_code)) {
    ++status.attempts;
  }
  status.state = progress.state;
  status.error_code = progress.error_code;
  status.error = progress.error;
  note_recipient(draft, send, progress);
  if (!stays_open(progress)) {
    finish(draft, std::move(send), progress, std::move(status));
    return draft.take();
  }
  if (status.state == DeliveryState::failed || status.state == DeliveryState::accepted) {
    status.state = DeliveryState::queued;  // again, at the address the platform named
  }
  rewrite(draft, std::move(send), progress, std::move(status));
  return draft.take();
}

Decided decide_command(const State& state, const ReplaySend& replay, const DecideContext& context) {
  const Send& old = replay.letter.send;
  if (old.person != state.person) {
    return refused(Errc::not_found, "the dead letter belongs to another conversation");
  }
  Draft draft(state, context);
  Address address;
  address.channel.id = old.channel;
  address.identity = old.identity;
  address.recipient = old.recipient;
  if (const Address* known = address_of(draft.state, old)) address = *known;
  Outgoing outgoing{.message = old.message, .address = std::move(address)};
  outgoing.message.expires_at.reset();  // an operator wants it now
  outgoing.actor = replay.actor;
  outgoing.note = "sent again: " + old.message.id.value;
  outgoing.idempotency_key = old.idempotency_key;
  outgoing.bulk = old.bulk;
  if (auto may = may_say(draft, outgoing); !may) return std::move(may.error());
  put_send(draft, std::move(outgoing));
  draft.out.erased_dead_letters.push_back(old.id);
  // Two operators who replay one letter at once: the second commit is a duplicate.
  draft.out.dedup.push_back({.channel = old.channel, .key = "replay:" + old.id.value});
  return draft.take();
}

}  // namespace parley::routing
