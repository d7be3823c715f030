// A webhook on its way in: find the channel, prove the sender, translate, commit, and only then
// give the platform its own acknowledgement.
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>

#include "conversation/codec.hpp"
#include "gateway/pipeline/gateway.hpp"
#include "gateway/pipeline/keep_media.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

constexpr Milliseconds kOverShareRest{1'000};

http::Response to_response(connectors::Reply reply) {
  return {.status = reply.status,
          .content_type = std::move(reply.content_type),
          .body = std::move(reply.body)};
}

// What a platform is told. It never learns why a signature failed.
http::Response refusal(const Error& error) {
  switch (error.code) {
    case Errc::unauthenticated:
      return http::problem(401, "unauthenticated", "Not signed as configured", "");
    case Errc::malformed:
      return http::problem(400, "malformed", "Not what the platform documents", error.detail);
    default: {
      auto response = http::problem(503, "unavailable", "Not stored; send it again", "");
      const auto wait = error.retry_after.value_or(Milliseconds(1'000));
      response.headers.emplace_back(
          "Retry-After", std::to_string(std::max<std::int64_t>(1, wait.count() / 1'000)));
      return response;
    }
  }
}

connectors::WebhookRequest view_of(const http::Request& request, TimePoint now) {
  connectors::WebhookRequest view{.method = request.method,
                                  .path = request.path,
                                  .query = request.query,
                                  .headers = {},
                                  .body = request.body,
                                  .received_at = now};
  view.headers.reserve(request.headers.size());
  for (const auto& [name, value] : request.headers) view.headers.push_back({name, value});
  return view;
}

std::string passive_token(const ChannelId& channel, const connectors::Incoming& incoming) {
  return channel.value + ':' + incoming.identity.key.value + ':' + incoming.dedup_key;
}

}  // namespace

net::awaitable<http::Response> Gateway::webhook(const TenantId& tenant_id, const ChannelId& channel,
                                                http::Request request) {
  const auto started = std::chrono::steady_clock::now();
  const auto owner = tenant(tenant_id);
  if (!owner || !owner->channels.contains(channel)) {
    co_return http::problem(404, "not-found", "No such channel",
                            "no channel of this name; check the webhook URL at the platform");
  }
  if (!recovered_) {
    co_return refusal({.code = Errc::unavailable});
  }
  auto response = co_await accept_webhook(owner, channel, std::move(request));
  (response.status < 400 ? webhooks_ok_ : webhooks_refused_).add();
  ack_seconds_.observe(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
  co_return response;
}

net::awaitable<http::Response> Gateway::accept_webhook(std::shared_ptr<const Tenant> owner,
                                                       ChannelId channel_id,
                                                       http::Request request) {
  const auto& channel = owner->channels.at(channel_id);
  const auto& entry = *owner->entries.at(channel_id);
  const auto view = view_of(request, parts_.clock.now());
  if (auto verified = entry.connector->handshake(view, channel)) {
    if (!*verified) co_return refusal(verified->error());
    co_return to_response(std::move(**verified));
  }
  if (auto proven = entry.connector->authenticate(view, channel); !proven) {
    log(LogLevel::warn, "webhook.refused",
        {{"tenant", owner->id}, {"channel", channel_id}, {"why", proven.error().detail}});
    co_return refusal(proven.error());
  }
  auto parsed = entry.connector->parse(view, channel);
  if (parsed.stopped) {
    log(LogLevel::warn, "webhook.malformed",
        {{"tenant", owner->id},
         {"channel", channel_id},
         {"why", parsed.stopped->detail},
         {"events_before", parsed.events.size()}});
    const bool nothing = parsed.events.empty() && parsed.bells.empty();
    if (nothing && !parsed.acknowledge_anyway) co_return refusal(*parsed.stopped);
  }

  // Before any work: a tenant that floods us is asked to come back, and the others find room.
  auto share = shares_.take(owner->id.value, std::max<std::size_t>(1, parsed.events.size()));
  if (!share) {
    over_share_.add();
    co_return refusal({.code = Errc::overloaded, .retry_after = kOverShareRest});
  }

  if (const auto* files = connectors::inline_files_of(*entry.connector)) {
    const auto max = std::min(owner->media_bytes_max, parts_.options.media.bytes_max);
    auto kept = co_await keep_inline_files(*this, owner->id, {*files, view, channel}, max, parsed);
    if (!kept) co_return refusal(kept.error());
  }

  // One message and a platform that takes the answer in the acknowledgement: hold the line open.
  std::string token;
  std::shared_ptr<Passive::Slot> slot;
  if (entry.passive_reply && parsed.events.size() == 1 &&
      std::holds_alternative<connectors::MessageIn>(parsed.events.front().what)) {
    token = passive_token(channel_id, parsed.events.front());
    slot = passive_.open(token, co_await net::this_coro::executor, parsed.events.front().account);
  }

  std::vector<Addressed> commands;
  for (auto& incoming : parsed.events) {
    if (auto command = address(*owner, channel, std::move(incoming))) {
      if (auto* says = std::get_if<routing::CustomerSays>(&command->command); says && slot) {
        says->passive_token = token;
      }
      commands.push_back(std::move(*command));
    }
  }
  if (auto found = co_await find_persons(owner->id, commands); !found) {
    if (slot) passive_.close(token);
    co_return refusal(found.error());
  }
  auto holds = co_await look_up_profiles(owner, commands);
  co_await classify(owner, commands);
  const auto outcomes = co_await execute_all(owner, std::move(commands));
  holds.clear();
  share.reset();  // what follows waits, but holds up nobody
  bool may_answer = false;
  for (const auto& outcome : outcomes) {
    if (outcome) {
      // A bot is asked, or something (a queue's notice) is on its way already.
      may_answer = may_answer || (!outcome->duplicate && (!outcome->state->open_bot_call.empty() ||
                                                          !outcome->sends.empty()));
      continue;
    }
    switch (outcome.error().code) {
      case Errc::overloaded:
      case Errc::unavailable:
      case Errc::shutting_down:
      case Errc::conflict:
        if (slot) passive_.close(token);
        co_return refusal(outcome.error());
      default:  // understood and of no effect here: asking again would change nothing
        log(LogLevel::warn, "event.refused",
            {{"tenant", owner->id}, {"channel", channel_id}, {"why", outcome.error().detail}});
    }
  }
  if (!parsed.bells.empty() && entry.event_source) {
    auto heard = co_await puller_.ring(owner, channel_id, std::move(parsed.bells));
    if (!heard) {
      if (slot) passive_.close(token);
      co_return refusal(heard.error());
    }
  }
  if (slot) {
    // Never just closed: who has taken the slot by now counts the answer as given.
    const auto limit = may_answer ? parts_.options.shards.passive_wait : Milliseconds(0);
    auto reply = co_await passive_.wait(token, slot, limit);
    if (reply) co_return to_response(std::move(*reply));
  }
  co_return to_response(entry.connector->acknowledge(view, channel));
}

std::optional<Gateway::Addressed> Gateway::address(const Tenant& owner,
                                                   const connectors::Channel& channel,
                                                   connectors::Incoming incoming) const {
  const auto now = parts_.clock.now();
  // Older than what the dedup keys remember: a replay could not be told from the first copy.
  if (incoming.occurred_at && *incoming.occurred_at + parts_.dedup_horizon < now) {
    stale_.add();
    return std::nullopt;
  }
  std::vector<DedupKey> dedup;
  if (!incoming.dedup_key.empty()) dedup.push_back({channel.id, incoming.dedup_key});
  if (!incoming.dedup_alias.empty()) dedup.push_back({channel.id, incoming.dedup_alias});
  ChannelRef ref{.id = channel.id, .platform = channel.platform, .account = incoming.account};
  PersonId person;
  if (!incoming.identity.key.value.empty()) person = resolve(owner.id, incoming.identity.key);

  if (auto* receipt = std::get_if<connectors::ReceiptIn>(&incoming.what)) {
    routing::ReceiptArrived command;
    command.channel = channel.id;
    command.external_id = receipt->external_id;
    command.up_to = receipt->up_to;
    command.status.state = receipt->state;
    command.status.error_code = receipt->error_code;
    command.status.error = receipt->error;
    command.dedup = std::move(dedup);
    const std::string& own = receipt->send.empty() ? receipt->external_id : receipt->send;
    if (const auto place = parse_place("snd", own)) {
      person = place->person;  // a platform that gives our own id back
      command.send = {own};
    }
    return Addressed{person, std::move(command)};
  }
  if (person.empty()) return std::nullopt;
  if (auto* said = std::get_if<connectors::MessageIn>(&incoming.what)) {
    routing::CustomerSays command;
    command.channel = std::move(ref);
    command.recipient = std::move(incoming.recipient);
    command.message = std::move(said->message);
    command.occurred_at = incoming.occurred_at;
    command.referral = std::move(incoming.referral);
    command.opens_window = std::move(incoming.opens_window);
    command.passive_token = std::move(incoming.reply_token);
    command.opted_in = incoming.opt == connectors::OptChange::opted_in;
    command.dedup = std::move(dedup);
    if (incoming.identity.verification == Verification::signed_) {
      command.external_user = incoming.identity.key.value;
    }
    command.identity = std::move(incoming.identity);
    return Addressed{person, std::move(command)};
  }
  auto& signal = std::get<connectors::SignalIn>(incoming.what);
  routing::CustomerSignals command;
  command.channel = std::move(ref);
  command.identity = std::move(incoming.identity);
  command.recipient = std::move(incoming.recipient);
  command.type = signal.type;
  command.platform_event = std::move(signal.platform_event);
  command.target = std::move(signal.target);
  command.occurred_at = incoming.occurred_at;
  command.referral = std::move(incoming.referral);
  command.opens_window = std::move(incoming.opens_window);
  command.dedup = std::move(dedup);
  command.opted_out = incoming.opt == connectors::OptChange::opted_out;
  command.opted_in = incoming.opt == connectors::OptChange::opted_in;
  return Addressed{person, std::move(command)};
}

// A receipt that does not say whose message it is about: what was written when that was sent does.
net::awaitable<Result<void>> Gateway::find_persons(const TenantId& tenant,
                                                   std::vector<Addressed>& commands) {
  std::vector<std::string> ids;
  for (const auto& each : commands) {
    if (!each.person.empty()) continue;
    const auto& receipt = std::get<routing::ReceiptArrived>(each.command);
    ids.push_back(sent_row_id(receipt.channel, receipt.external_id));
  }
  if (ids.empty()) co_return Result<void>();
  using Persons = std::vector<PersonId>;
  const auto found = co_await read<Result<Persons>>(
      [tenant, ids = std::move(ids)](storage::Store& store) -> Result<Persons> {
        Persons persons;
        for (const auto& id : ids) {
          auto row = store.row_blocking(tenant, RowKind::sent_index, id);
          if (!row) return row.error();
          persons.push_back({row->value_or(std::string())});
        }
        return persons;
      });
  if (!found) co_return found.error();
  auto next = found->begin();
  for (auto& each : commands) {
    if (each.person.empty()) each.person = *next++;
  }
  unknown_receipts_.add(static_cast<double>(
      std::erase_if(commands, [](const Addressed& each) { return each.person.empty(); })));
  co_return Result<void>();
}

net::awaitable<std::vector<Result<Outcome>>> Gateway::accept_each(
    std::shared_ptr<const Tenant> owner, ChannelId channel_id,
    std::vector<connectors::Incoming> events) {
  const auto& channel = owner->channels.at(channel_id);
  std::vector<Addressed> commands;
  for (auto& incoming : events) {
    if (auto command = address(*owner, channel, std::move(incoming))) {
      commands.push_back(std::move(*command));
    }
  }
  if (auto found = co_await find_persons(owner->id, commands); !found) {
    std::vector<Result<Outcome>> refused;
    refused.emplace_back(std::move(found.error()));
    co_return refused;
  }
  const auto holds = co_await look_up_profiles(owner, commands);
  co_await classify(owner, commands);
  co_return co_await execute_all(owner, std::move(commands));
}

net::awaitable<Gateway::Holds> Gateway::look_up_profiles(std::shared_ptr<const Tenant> owner,
                                                         std::vector<Addressed>& commands) {
  constexpr std::size_t kLookupsOfOneRequest = 8;  // a large batch is not held up for its last ones
  // Each customer once, or who said two things here would wait for themselves; and in one order for
  // all requests, or two of them could wait for each other.
  std::map<PersonId, routing::CustomerSays*> first;
  for (auto& each : commands) {
    auto* says = std::get_if<routing::CustomerSays>(&each.command);
    if (says && !each.person.empty()) first.try_emplace(each.person, says);
  }
  Holds holds;
  for (const auto& [person, says] : first) {
    if (auto hold = co_await profile_lookup_.before_turn(owner, person, *says)) {
      holds.push_back(std::move(hold));
    }
    if (holds.size() >= kLookupsOfOneRequest) break;
  }
  co_return holds;
}

net::awaitable<void> Gateway::classify(std::shared_ptr<const Tenant> owner,
                                       std::vector<Addressed>& commands) {
  if (!owner->classifier) co_return;
  std::vector<routing::CustomerSays*> turns;
  for (auto& each : commands) {
    if (auto* says = std::get_if<routing::CustomerSays>(&each.command)) turns.push_back(says);
  }
  co_await classifier_.ask(std::move(owner), std::move(turns));
}

net::awaitable<Result<std::vector<Outcome>>> Gateway::accept(
    const TenantId& tenant_id, const ChannelId& channel_id,
    std::vector<connectors::Incoming> events) {
  const auto owner = tenant(tenant_id);
  if (!owner || !owner->channels.contains(channel_id)) {
    co_return Error{.code = Errc::not_found, .detail = "no such channel"};
  }
  const auto share = shares_.take(owner->id.value, std::max<std::size_t>(1, events.size()));
  if (!share) {
    over_share_.add();
    co_return Error{.code = Errc::overloaded,
                    .retry_after = kOverShareRest,
                    .detail = "too much of this tenant is under way"};
  }
  auto results = co_await accept_each(owner, channel_id, std::move(events));
  std::vector<Outcome> outcomes;
  for (auto& result : results) {
    if (!result) co_return result.error();
    outcomes.push_back(std::move(*result));
  }
  co_return outcomes;
}

}  // namespace parley::gateway
