#include "bench/decision.hpp"

#include <chrono>
#include <ctime>
#include <stdexcept>

#include "routing/decide.hpp"
#include "routing/text/load.hpp"

namespace parley::bench {
namespace {

constexpr int kRules = 200;
constexpr int kAgents = 500;
constexpr int kTurns = 20'000;

const char* const kTexts[] = {
    "我的快递到哪里了？订单号是 2026112300018",
    "Hi, where is my parcel? I ordered it last Monday and it still says processing.",
    "退款什么时候到账",
    "都三天了还没发货，你们到底管不管！",
    "Can I change the delivery address of order 8817?",
    "谢谢，已经收到了",
    "This is the third time I am writing and nobody answers. Unacceptable.",
    "发票可以开公司抬头吗，需要什么资料",
};

routing::Policy policy_of_size() {
  routing::Policy policy;
  policy.tenant = {"bench"};
  policy.version = "bench";
  for (const char* queue : {"service", "complaints"}) {
    policy.queues[{queue}] = {.id = {queue}, .name = queue};
  }
  policy.bots[{"faq"}] = {.id = {"faq"}, .fallback_queue = {"service"}};
  policy.human_queue = {"service"};
  policy.default_outcome = {HolderKind::bot, "faq"};
  for (int i = 0; i < kAgents; ++i) {
    const AgentId id{"agent" + std::to_string(i)};
    policy.agents[id] = {.id = id, .name = id.value, .queues = {{"service"}}};
  }
  policy.segments.push_back(
      {.name = "vip",
       .when = {.test = routing::Test::attribute, .values = {"gold"}, .name = "tier"}});
  for (int i = 0; i < kRules; ++i) {
    routing::Condition text{
        .test = routing::Test::text_contains,
        .values = {"keyword" + std::to_string(i), "关键词" + std::to_string(i)}};
    routing::Condition segment{.test = routing::Test::segment, .values = {"vip"}};
    routing::Condition score{.test = routing::Test::score_below, .number = -0.5};
    routing::Rule rule;
    rule.name = "rule " + std::to_string(i);
    rule.when = {.test = routing::Test::all, .parts = {i % 2 == 0 ? segment : score, text}};
    rule.then = {HolderKind::queue, "complaints"};
    policy.rules.push_back(std::move(rule));
  }
  return policy;
}

routing::CustomerSays turn(int number) {
  routing::CustomerSays says;
  says.channel = {.id = {"web"}, .platform = "webchat"};
  says.identity.key = {"web", "visitor", "v" + std::to_string(number % 100)};
  says.message.direction = Direction::inbound;
  says.message.content.push_back(Text{.text = kTexts[static_cast<std::size_t>(number) % 8]});
  says.message.fallback_text = kTexts[static_cast<std::size_t>(number) % 8];
  return says;
}

double processor_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

}  // namespace

DecisionCost decision_cost(const std::string& sentiment_path, const std::string& intent_path) {
  auto policy = routing::compile(policy_of_size());
  if (!policy) throw std::runtime_error(policy.error().detail);
  auto analyzer = routing::load_analyzer(sentiment_path, intent_path);
  if (!analyzer) throw std::runtime_error(analyzer.error().detail);
  std::vector<double> latencies, own_times;
  latencies.reserve(kTurns);
  own_times.reserve(kTurns);
  for (int i = 0; i < kTurns + 500; ++i) {
    const auto says = turn(i);
    const State state = routing::first_state({"bench"}, person_id_of({"bench"}, says.identity.key));
    const routing::Command command = says;
    const double own_start = processor_ms();
    const auto start = std::chrono::steady_clock::now();
    const auto transition = routing::decide(state, command,
                                            {.policy = **policy,
                                             .analyzer = **analyzer,
                                             .now = TimePoint{Milliseconds{1'760'000'000'000}}});
    const auto end = std::chrono::steady_clock::now();
    const double own_end = processor_ms();
    if (!transition || transition->decisions.size() != 1) throw std::runtime_error("no decision");
    if (i >= 500) {
      latencies.push_back(std::chrono::duration<double, std::milli>(end - start).count());
      own_times.push_back(own_end - own_start);
    }
  }
  return {.clock = percentiles(std::move(latencies)),
          .processor = percentiles(std::move(own_times))};
}

}  // namespace parley::bench
