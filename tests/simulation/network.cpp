#include "tests/simulation/network.hpp"

#include <boost/asio/this_coro.hpp>

#include "conversation/codec.hpp"

namespace parley::simulation {
namespace {

constexpr std::string_view kScheme = "http://";

std::string header(const http::ClientRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

Error lost(Delivery delivery, std::string detail) {
  return {.code = Errc::unavailable, .delivery = delivery, .detail = std::move(detail)};
}

http::ClientAnswer answer(int status, std::string body = {}) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

// The text of a member of a flat JSON object whose value needs no unescaping.
std::string member(const std::string& json, const std::string& name) {
  const std::string mark = "\"" + name + "\":\"";
  const auto at = json.find(mark);
  if (at == std::string::npos) return {};
  const auto begin = at + mark.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

}  // namespace

std::string platform_url(const TenantId& tenant) { return "http://" + tenant.value + ".platform"; }
std::string bot_url(const TenantId& tenant) { return "http://" + tenant.value + ".bot/"; }

net::awaitable<Result<http::ClientAnswer>> Network::call(http::ClientRequest request) {
  if (memory_ == nullptr) co_return lost(Delivery::not_sent, "the process has ended");
  const std::string_view url = request.url;
  const auto dot = url.find('.');
  const TenantId tenant{std::string(url.substr(kScheme.size(), dot - kScheme.size()))};
  Plan plan;
  const int life = life_;
  std::string_view heard;
  if (const auto to = url.find("/send/"); to != url.npos) {
    plan = send(tenant, std::string(url.substr(to + 6)), request);
    reached_("call leaves");
    heard = "call answered";
  } else if (url.ends_with("/token")) {
    plan = give_token(tenant);
  } else {
    reached_("bot asked");
    plan = ask_bot(request);
    heard = "bot answer heard";
  }
  gateway::Timer timer(co_await net::this_coro::executor, std::min(plan.takes, request.timeout));
  co_await timer.wait();
  if (memory_ != nullptr && life == life_ && !heard.empty()) reached_(heard);
  if (plan.takes > request.timeout) co_return lost(Delivery::unknown, "no answer in time");
  co_return std::move(plan.answer);
}

Network::Plan Network::send(const TenantId& tenant, const std::string& user,
                            const http::ClientRequest& request) {
  Call call{.tenant = tenant,
            .user = user,
            .text = request.body,
            .key = header(request, "x-key"),
            .token = header(request, "x-token"),
            .at = machine_.moment(),
            .life = life_};
  note_durable(call);
  const std::size_t number = history_.calls.size();
  Plan plan{.takes = machine_.between(1, 200), .answer = answer(200)};
  const auto reaches = [&] {  // it takes effect on the way, whatever becomes of the caller
    call.effect = true;
    machine_.after(machine_.between(0, plan.takes.count()), [this, number] { take(number); });
  };
  if (!call.token.empty() && call.token != "t" + std::to_string(tokens_[tenant])) {
    plan.answer = answer(401);
  } else if (machine_.chance(faults_.unreached)) {
    plan.answer = lost(Delivery::not_sent, "cannot connect");
  } else if (machine_.chance(faults_.throttled)) {
    plan.answer = answer(429);
    plan.answer->headers = {{"retry-after", std::to_string(1 + machine_.below(3))}};
  } else if (machine_.chance(faults_.refused)) {
    plan.answer = answer(400);
  } else if (machine_.chance(faults_.broken)) {
    plan.answer = answer(503);
    call.ambiguous = true;
    if (machine_.chance(0.5)) reaches();
  } else if (machine_.chance(faults_.lost)) {
    plan.answer = lost(Delivery::unknown, "the connection broke");
    call.ambiguous = true;
    reaches();
  } else if (machine_.chance(faults_.stalled)) {
    plan.takes = Milliseconds(120'000);
    call.ambiguous = true;
    if (machine_.chance(0.5)) reaches();
  } else {
    std::string id = "x" + std::to_string(next_id_++);
    if (traits_.at(tenant).idempotent) id = ids_.try_emplace(call.key, id).first->second;
    plan.answer = answer(200, id);
    reaches();
  }
  history_.calls.push_back(std::move(call));
  return plan;
}

// What a customer gets twice under one key of a platform that knows keys, they get once.
void Network::take(std::size_t number) {
  Call& call = history_.calls[number];
  if (traits_.at(call.tenant).idempotent && !taken_keys_.insert(call.key).second) {
    call.effect = false;
    return;
  }
  if (memory_ != nullptr) reached_("call took effect");
  if (on_taken) on_taken(call.tenant, call.user, call.send.value);
}

void Network::note_durable(Call& call) const {
  const auto page = memory_->rows_blocking(call.tenant, RowKind::send, "", 10'000);
  for (const auto& row : page->rows) {
    if (row.body.find(call.key) == std::string::npos) continue;
    const auto send = from_stored<Send>(row.body);
    if (!send || send->idempotency_key != call.key) continue;
    call.send = send->id;
    if (send->message.delivery) call.durable = send->message.delivery->state;
  }
}

Network::Plan Network::give_token(const TenantId& tenant) {
  Plan plan{.takes = machine_.between(1, 100), .answer = answer(500)};
  if (machine_.chance(faults_.broken)) return plan;
  if (machine_.chance(faults_.unreached)) {
    plan.answer = lost(Delivery::not_sent, "cannot connect");
    return plan;
  }
  plan.answer = answer(200, "t" + std::to_string(++tokens_[tenant]) + " 60000");
  if (machine_.chance(faults_.expired)) {
    machine_.after(machine_.between(100, 5'000), [this, tenant] { ++tokens_[tenant]; });
  }
  return plan;
}

Network::Plan Network::ask_bot(const http::ClientRequest& request) {
  Plan plan{.takes = machine_.between(1, 1'500), .answer = answer(200)};
  if (machine_.chance(faults_.bot_late)) plan.takes = machine_.between(1'500, 60'000);
  if (machine_.chance(faults_.bot_dead)) {
    plan.answer = answer(500);
    return plan;
  }
  if (machine_.chance(faults_.bot_garbage)) {
    plan.answer = answer(200, R"({"messages":[7]})");
    return plan;
  }
  BotSaid said{.call = member(request.body, "call_id"),
               .text = "bot " + std::to_string(history_.bots.size())};
  said.hands_over = machine_.chance(faults_.bot_hands_over);
  plan.answer->body = R"({"text":")" + said.text + '"' +
                      (said.hands_over ? R"(,"handover":{"reason":"hard"}})" : "}");
  history_.bots.push_back(std::move(said));
  return plan;
}

}  // namespace parley::simulation
