#include "gateway/pipeline/bots.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/standard_webhook.hpp"
#include "conversation/codec.hpp"
#include "gateway/pipeline/insist.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

routing::BotFailed failure(const BotCall& call, std::string reason) {
  return {.call = call.id, .epoch = call.epoch, .reason = std::move(reason)};
}

bool is_chinese(const Event& turn) {
  if (turn.analysis && !turn.analysis->language.empty()) return turn.analysis->language != "en";
  return turn.message && !turn.message->fallback_text.empty() &&
         static_cast<unsigned char>(turn.message->fallback_text.front()) >= 0xE3;
}

Message text_message(std::string text) {
  Message message;
  message.content.push_back(Text{.text = std::move(text)});
  return message;
}

}  // namespace

Bots::Bots(Service& service, http::Transport& client, TaskGroup& tasks, const BotOptions& options)
    : service_(service),
      client_(client),
      tasks_(tasks),
      options_(options),
      answered_(service.metrics().counter("parley_bot_calls_total", "bot calls by outcome",
                                          {{"outcome", "answered"}})),
      failed_(service.metrics().counter("parley_bot_calls_total", "bot calls by outcome",
                                        {{"outcome", "failed"}})),
      handed_over_(service.metrics().counter("parley_bot_calls_total", "bot calls by outcome",
                                             {{"outcome", "handed_over"}})) {}

void Bots::start(net::any_io_executor core, std::shared_ptr<const Tenant> tenant, BotCall call,
                 std::shared_ptr<const Event> turn) {
  tasks_.spawn(core, "bot call", run(std::move(tenant), std::move(call), std::move(turn)));
}

net::awaitable<void> Bots::run(std::shared_ptr<const Tenant> tenant, BotCall call,
                               std::shared_ptr<const Event> turn) {
  const TenantId tenant_id = tenant->id;
  const PersonId person = call.person;
  routing::Command command;
  if (in_flight_.fetch_add(1) >= options_.calls_in_flight_max) {
    command = failure(call, "too many bot calls at once");
  } else {
    command = co_await ask(tenant, call, turn);
  }
  --in_flight_;
  if (auto* answer = std::get_if<routing::BotAnswered>(&command)) {
    answer->passive_token = call.passive_token;
    (answer->hand_over ? handed_over_ : answered_).add();
  } else {
    failed_.add();
    log(LogLevel::warn, "bot.failed",
        {{"tenant", tenant_id},
         {"bot", call.bot},
         {"why", std::get<routing::BotFailed>(command).reason}});
  }
  auto outcome = co_await service_.execute(tenant_id, person, std::move(command));
  if (!outcome && is_passing(outcome.error().code)) {
    // The answer may be lost to the crowd, the turn may not: the fallback is the smaller command.
    routing::Command fallback = failure(call, std::string(to_string(outcome.error().code)));
    outcome = co_await insist(service_, tenant_id, person, std::move(fallback));
  }
  if (!outcome) {
    log(LogLevel::warn, "bot.outcome_refused",
        {{"tenant", tenant_id}, {"call", call.id}, {"why", outcome.error().detail}});
  }
}

net::awaitable<routing::Command> Bots::ask(std::shared_ptr<const Tenant> tenant, BotCall call,
                                           std::shared_ptr<const Event> turn) {
  const auto bot = tenant->bots.find(call.bot);
  if (bot == tenant->bots.end()) co_return failure(call, "bot is not configured any more");
  if (call.deadline <= service_.clock().now()) co_return failure(call, "deadline passed");
  if (!turn) {
    const std::uint64_t seq = call.turn_seq;
    auto history = co_await service_.read<Result<std::vector<storage::StoredEvent>>>(
        [tenant_id = tenant->id, person = call.person, seq](storage::Store& store) {
          return store.history_blocking(tenant_id, person, seq - 1, 1);
        });
    if (!history || history->empty()) co_return failure(call, "the turn cannot be read");
    auto event = from_stored<Event>(history->front().body);
    if (!event) co_return failure(call, "the turn cannot be read");
    turn = std::make_shared<const Event>(std::move(*event));
  }
  if (bot->second.faq) co_return ask_faq(bot->second, call, *turn);
  co_return co_await ask_webhook(tenant, bot->second, call, turn);
}

routing::Command Bots::ask_faq(const BotSettings& bot, const BotCall& call,
                               const Event& turn) const {
  routing::BotAnswered answer;
  answer.call = call.id;
  answer.epoch = call.epoch;
  const std::string text = turn.message ? plain_text(*turn.message) : std::string();
  const auto hits = bot.faq->search(text, 1);
  answer.score = hits.empty() ? 0 : hits.front().score;
  if (!hits.empty() && hits.front().score >= bot.threshold) {
    answer.messages.push_back(text_message(bot.faq->entry(hits.front().entry).answer));
    return answer;
  }
  answer.hand_over = true;
  answer.reason =
      text.empty() ? "no text to answer" : "no answer in the knowledge base is near enough";
  const std::string& said = is_chinese(turn) ? bot.hand_over_zh : bot.hand_over_en;
  if (!said.empty()) answer.messages.push_back(text_message(said));
  return answer;
}

net::awaitable<std::string> Bots::request_body(const BotSettings& bot, const BotCall& call,
                                               const Event& turn) {
  const std::uint64_t after =
      call.turn_seq > bot.history_messages ? call.turn_seq - bot.history_messages - 1 : 0;
  const std::size_t count = static_cast<std::size_t>(call.turn_seq - after);
  auto history = co_await service_.read<Result<std::vector<storage::StoredEvent>>>(
      [tenant = call.tenant, person = call.person, after, count](storage::Store& store) {
        return store.history_blocking(tenant, person, after, count);
      });
  JsonWriter body;
  body.begin_object();
  body.member("type", "turn.created");
  body.member("call_id", call.id.value);
  body.member("tenant_id", call.tenant.value);
  body.member("conversation_id", conversation_of(call.person).value);
  body.member("bot", call.bot.value);
  body.member("epoch", call.epoch);
  body.member("deadline", format_time(call.deadline));
  body.key("event").raw(to_json(turn));
  body.key("history").begin_array();
  if (history) {
    for (const auto& item : *history) {
      const auto json = stored_json(item.body);
      if (item.seq < call.turn_seq && json.find("\"message.created\"") != std::string_view::npos) {
        body.raw(json);
      }
    }
  }
  body.end_array().end_object();
  co_return body.take();
}

net::awaitable<routing::Command> Bots::ask_webhook(std::shared_ptr<const Tenant> tenant,
                                                   const BotSettings& bot, BotCall call,
                                                   std::shared_ptr<const Event> turn) {
  const std::string key = tenant->id.value + '\0' + bot.id.value;
  if (resting(key)) co_return failure(call, "circuit open after repeated failures");
  http::ClientRequest request;
  request.method = "POST";
  request.url = bot.url;
  request.body = co_await request_body(bot, call, *turn);
  request.answer_bytes_max = 64 * 1024;
  // Never more than the bot was given: the wall clock may have been set back since.
  request.timeout = std::clamp(call.deadline - service_.clock().now(), Milliseconds(1),
                               std::max(Milliseconds(1), call.deadline - call.created_at));
  const std::int64_t now_s =
      std::chrono::duration_cast<std::chrono::seconds>(service_.clock().now().time_since_epoch())
          .count();
  request.headers.emplace_back("content-type", "application/json");
  request.headers.emplace_back(connectors::kWebhookId, call.id.value);
  request.headers.emplace_back(connectors::kWebhookTimestamp, std::to_string(now_s));
  request.headers.emplace_back(
      connectors::kWebhookSignature,
      connectors::sign_webhook(bot.secret, call.id.value, now_s, request.body));
  auto answer = co_await client_.call(std::move(request));
  if (!answer) {
    heard(key, false);
    co_return failure(call,
                      std::string(to_string(answer.error().code)) + ": " + answer.error().detail);
  }
  if (answer->status / 100 != 2) {
    heard(key, answer->status < 500);
    co_return failure(call, "status " + std::to_string(answer->status));
  }
  auto reply = parse_bot_reply(answer->body);
  heard(key, reply.has_value());
  if (!reply) co_return failure(call, "bad answer: " + reply.error().detail);
  routing::BotAnswered answered;
  answered.call = call.id;
  answered.epoch = call.epoch;
  answered.messages = std::move(reply->messages);
  answered.hand_over = reply->hand_over;
  answered.reason = std::move(reply->reason);
  co_return answered;
}

bool Bots::resting(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return service_.clock().steady() < circuits_[key].open_until;
}

void Bots::heard(const std::string& key, bool well) {
  const std::lock_guard lock(mutex_);
  Circuit& circuit = circuits_[key];
  if (well) {
    circuit = {};
  } else if (++circuit.failures >= options_.circuit_failures) {
    // One probe after the rest decides: a single further failure opens it again.
    circuit.failures = options_.circuit_failures - 1;
    circuit.open_until = service_.clock().steady() + options_.circuit_open;
  }
}

}  // namespace parley::gateway
