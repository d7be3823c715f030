#include "gateway/pipeline/bots.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "bots/transcript.hpp"
#include "conversation/codec.hpp"
#include "gateway/pipeline/insist.hpp"
#include "gateway/pipeline/knowledge.hpp"
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

}  // namespace

Bots::Bots(Service& service, http::Transport& client, TaskGroup& tasks, const BotOptions& options)
    : service_(service),
      client_(client),
      tasks_(tasks),
      options_(options),
      circuit_options_{.failures = options.circuit_failures, .rest = options.circuit_open},
      answered_(service.metrics().counter("parley_bot_calls_total", "bot calls by outcome",
                                          {{"outcome", "answered"}})),
      failed_(service.metrics().counter("parley_bot_calls_total", "bot calls by outcome",
                                        {{"outcome", "failed"}})),
      handed_over_(service.metrics().counter("parley_bot_calls_total", "bot calls by outcome",
                                             {{"outcome", "handed_over"}})) {}

Milliseconds Bots::Asking::left(TimePoint now) const {
  // Never more than the bot was given: the wall clock may have been set back since.
  return std::clamp(call.deadline - now, Milliseconds(1),
                    std::max(Milliseconds(1), call.deadline - call.created_at));
}

void Bots::start(net::any_io_executor core, std::shared_ptr<const Tenant> tenant, BotCall call,
                 std::shared_ptr<const Event> turn) {
  tasks_.spawn(core, "bot call", run(std::move(tenant), std::move(call), std::move(turn)));
}

net::awaitable<void> Bots::run(std::shared_ptr<const Tenant> tenant, BotCall call,
                               std::shared_ptr<const Event> turn) {
  const TenantId tenant_id = tenant->id;
  const PersonId person = call.person;
  Answered answered;
  if (in_flight_.fetch_add(1) >= options_.calls_in_flight_max) {
    answered.command = failure(call, "too many bot calls at once");
  } else {
    answered = co_await ask(tenant, call, turn);
  }
  --in_flight_;
  if (auto* answer = std::get_if<routing::BotAnswered>(&answered.command)) {
    answer->passive_token = call.passive_token;
    (answer->hand_over ? handed_over_ : answered_).add();
  } else {
    failed_.add();
    log(LogLevel::warn, "bot.failed",
        {{"tenant", tenant_id},
         {"bot", call.bot},
         {"why", std::get<routing::BotFailed>(answered.command).reason}});
  }
  auto outcome = co_await service_.execute(tenant_id, person, std::move(answered.command),
                                           std::move(answered.rows));
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

net::awaitable<std::shared_ptr<const Event>> Bots::read_event(const BotCall& call) {
  auto history = co_await service_.read<Result<std::vector<storage::StoredEvent>>>(
      [tenant = call.tenant, person = call.person, seq = call.turn_seq](storage::Store& store) {
        return store.history_blocking(tenant, person, seq - 1, 1);
      });
  if (!history || history->empty()) co_return nullptr;
  auto event = from_stored<Event>(history->front().body);
  if (!event) co_return nullptr;
  co_return std::make_shared<const Event>(std::move(*event));
}

net::awaitable<Bots::Answered> Bots::ask(std::shared_ptr<const Tenant> tenant, BotCall call,
                                         std::shared_ptr<const Event> turn) {
  const auto bot = tenant->bots.find(call.bot);
  if (bot == tenant->bots.end()) {
    co_return Answered{failure(call, "bot is not configured any more")};
  }
  if (call.deadline <= service_.clock().now()) co_return Answered{failure(call, "deadline passed")};
  if (!turn) turn = co_await read_event(call);
  if (!turn) co_return Answered{failure(call, "the turn cannot be read")};
  Asking asking{.tenant = tenant,
                .call = std::move(call),
                .turn = turn,
                .bot = &bot->second,
                .key = tenant->id.value + '\0' + bot->first.value,
                .language = is_chinese(*turn) ? "zh" : "en"};
  if (!bot->second.remote) co_return ask_embedded(asking);
  co_return co_await ask_remote(std::move(asking));
}

Bots::Answered Bots::ask_embedded(const Asking& asking) const {
  const BotSettings& bot = *asking.bot;
  const Event& turn = *asking.turn;
  routing::BotAnswered answer;
  answer.call = asking.call.id;
  answer.epoch = asking.call.epoch;
  const std::string text = turn.message ? plain_text(*turn.message) : std::string();
  const ChannelId channel = turn.channel ? turn.channel->id : ChannelId{};
  Knowledge& knowledge = *service_.knowledge();
  const auto hit = knowledge.find(asking.tenant->id, bot, channel, text);
  answer.score = hit ? hit->score : 0;
  if (hit && hit->score >= bot.threshold) {
    answer.messages.push_back(bots::text_message(hit->answer));
    return {std::move(answer)};
  }
  answer.hand_over = true;
  answer.reason =
      text.empty() ? "no text to answer" : "no answer in the knowledge base is near enough";
  const std::string& said = asking.language == "zh" ? bot.hand_over_zh : bot.hand_over_en;
  if (!said.empty()) answer.messages.push_back(bots::text_message(said));
  auto rows = knowledge.asked().note(asking.tenant->id, text,
                                     {.last_at = service_.clock().now(),
                                      .best_score = answer.score,
                                      .nearest = hit ? hit->key : std::string(),
                                      .bot = bot.id.value,
                                      .channel = channel.value,
                                      .language = asking.language,
                                      .person = asking.call.person});
  return {std::move(answer), std::move(rows)};
}

}  // namespace parley::gateway
