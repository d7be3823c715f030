#include "bench/parse.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "connectors/registry.hpp"

namespace parley::bench {
namespace {

using connectors::Channel;
using connectors::Entry;
using connectors::Webhook;
using connectors::WebhookRequest;

constexpr int kWarmUp = 200;
constexpr int kRequests = 5'000;
constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};
constexpr const char* kText = "你好，我上周一买的包裹现在到哪里了？订单号 2026112300018";

[[noreturn]] void fail(const Entry& entry, const std::string& why) {
  throw std::runtime_error(std::string(entry.connector->platform()) + ": " + why);
}

// The request of one message; where customers hold a socket, a frame with its session's proof.
Webhook request_of(const Entry& entry, const connectors::StandIn& stand_in,
                   const Channel& channel) {
  auto dispatch = stand_in.deliver(
      channel,
      {.user = stand_in.user(0), .text = kText, .number = 77, .said_at = kNow, .sent_at = kNow});
  if (!dispatch || dispatch->webhooks.empty()) fail(entry, "sends nothing");
  Webhook hook = std::move(dispatch->webhooks.front());
  if (entry.chat_sessions) {
    const auto hello = stand_in.hello(channel, stand_in.user(0));
    const auto session = entry.chat_sessions->open(channel, hello, std::string(32, 'a'), kNow);
    if (!session) fail(entry, session.error().detail);
    hook.headers.emplace_back(entry.chat_sessions->session_header(), session->token);
  }
  for (auto& [name, value] : hook.headers) {
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  return hook;
}

WebhookRequest view_of(const Webhook& hook) {
  const std::string_view target = hook.target;
  const auto question = std::min(target.find('?'), target.size());
  WebhookRequest view{.method = hook.method,
                      .path = target.substr(0, question),
                      .query = target.substr(std::min(question + 1, target.size())),
                      .headers = {},
                      .body = hook.body,
                      .received_at = kNow};
  for (const auto& [name, value] : hook.headers) view.headers.push_back({name, value});
  return view;
}

ParseCost cost_of(const Entry& entry) {
  const auto stand_in = entry.stand_in();
  const Channel channel = stand_in->samples("http://127.0.0.1:1").at(0);
  const Webhook hook = request_of(entry, *stand_in, channel);
  const WebhookRequest view = view_of(hook);
  std::vector<double> proving, parsing;
  proving.reserve(kRequests);
  parsing.reserve(kRequests);
  for (int i = 0; i < kWarmUp + kRequests; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto proven = entry.connector->authenticate(view, channel);
    const auto middle = std::chrono::steady_clock::now();
    const auto parsed = entry.connector->parse(view, channel);
    const auto end = std::chrono::steady_clock::now();
    if (!proven) fail(entry, proven.error().detail);
    if (parsed.stopped) fail(entry, parsed.stopped->detail);
    if (i < kWarmUp) continue;
    proving.push_back(std::chrono::duration<double, std::milli>(middle - start).count());
    parsing.push_back(std::chrono::duration<double, std::milli>(end - middle).count());
  }
  return {.platform = std::string(entry.connector->platform()),
          .bytes = hook.body.size(),
          .proving = percentiles(std::move(proving)),
          .parsing = percentiles(std::move(parsing))};
}

}  // namespace

std::vector<ParseCost> parse_costs() {
  std::vector<ParseCost> costs;
  for (const auto& entry : connectors::builtin_registry().entries()) {
    if (entry.stand_in) costs.push_back(cost_of(entry));
  }
  return costs;
}

}  // namespace parley::bench
