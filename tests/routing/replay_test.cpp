// Recorded history under a policy: the same one decides the same, to the last word; another one
// shows what would have been.
#include "routing/replay.hpp"

#include <gtest/gtest.h>

#include <random>

#include "conversation/codec.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

// What a store would hold of one conversation: read back from its bytes, as a replay does.
struct History {
  std::vector<Event> events;
  std::map<std::string, Decision> decisions;

  void keep(const Transition& t) {
    for (const Event& event : t.events) events.push_back(*from_stored<Event>(to_stored(event)));
    for (const Decision& each : t.decisions) {
      decisions[each.id.value] = *from_stored<Decision>(to_stored(each));
    }
  }
};

Policy policy() {
  Policy out = small_policy();
  out.segments = {
      {.name = "gold", .when = {.test = Test::attribute, .values = {"gold"}, .name = "tier"}}};
  Rule angry = rule_of("angry", test_of(When::angry), queue("complaints"), 80);
  angry.labels = {"angry"};
  Rule closing = rule_of("bye", test_of(When::text_contains, {"bye"}), {});
  closing.does = Does::close;
  Rule trial = rule_of("trial", test_of(When::text_matches, {"order [0-9]+"}), {});
  trial.experiment = "orders";
  trial.arms = {{.name = "bot", .then = bot()}, {.name = "people", .then = queue("vip")}};
  Rule load = rule_of("crowd", test_of(When::load, {"waiting"}, 5), queue("vip"));
  load.when.name = "general";
  load.when.op = Op::ge;
  out.rules = {angry, closing, trial, load};
  return out;
}

// Customers, bots and agents at random, but for the seed; every command that is allowed is kept.
class Traffic {
 public:
  explicit Traffic(std::uint64_t seed, Policy policy) : random_(seed), world_(std::move(policy)) {
    world_.state =
        first_state({"demo"}, {"per_" + std::string(28, '0') + std::to_string(1000 + seed % 9000)});
  }

  History run(int steps) {
    if (pick(3) == 0) {
      put(world_.says("hello"));
      put(UpdateProfile{.actor = "api", .attributes = {{"tier", std::string("gold")}}});
    }
    for (int i = 0; i < steps; ++i) {
      world_.now += Milliseconds(pick(20) * 60'000);
      if (pick(30) == 0) world_.now += 2 * kDay;
      step();
    }
    return std::move(history_);
  }

 private:
  std::size_t pick(std::size_t of) { return random_() % of; }

  void put(const Command& command) {
    const Load load{
        .at = world_.now,
        .queues = {{.queue = "general", .waiting = static_cast<std::uint32_t>(pick(8))}}};
    const auto done = decide(
        world_.state, command,
        {.policy = *world_.policy, .analyzer = world_.analyzer, .now = world_.now, .load = &load});
    if (!done) return;
    history_.keep(*done);
    world_.state = done->state;
  }

  void step() {
    static const char* const kWords[] = {"hello",    "furious", "bad",          "good day",
                                         "order 17", "bye now", "human please", "人工 谢谢"};
    const auto& holder = world_.state.control.holder;
    switch (pick(6)) {
      case 0:
      case 1:
      case 2:
        return put(world_.says(kWords[pick(std::size(kWords))], pick(2) == 0 ? "chat" : "oa"));
      case 3: {
        const BotCallId call = world_.state.open_bot_call;
        if (call.empty()) return;
        if (pick(5) == 0) return put(BotFailed{.call = call, .epoch = world_.state.control.epoch});
        BotAnswered answer{
            .call = call, .epoch = world_.state.control.epoch, .messages = {text("yes")}};
        answer.hand_over = pick(4) == 0;
        return put(answer);
      }
      case 4:
        if (holder.kind == HolderKind::queue) {
          return put(AssignToAgent{.agent = {"anna"}, .epoch = world_.state.control.epoch});
        }
        return put(TakeOver{.agent = {"ben"}, .actor = "agent:ben"});
      default:
        if (holder.kind != HolderKind::agent) return;
        if (pick(2) == 0) return put(Release{.actor = "agent:" + holder.id});
        return put(CloseEpisode{.actor = "agent:" + holder.id});
    }
  }

  std::mt19937_64 random_;
  World world_;
  History history_;
};

TEST(Replay, TodaysPolicyDecidesTheSameInEveryPoint) {
  const auto today = compiled(policy());
  Replay replay(*today, *today);
  WordAnalyzer analyzer;
  Replay judged(*today, *today, {.analyzer = &analyzer});
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const History history = Traffic(seed, policy()).run(80);
    const auto conversation = recorded({"per"}, history.events, history.decisions);
    replay.add(conversation);
    judged.add(conversation);
  }
  const ReplayReport report = replay.report();
  ASSERT_GT(report.turns, 1'000u);
  EXPECT_EQ(report.equal, report.turns) << replay_text(report);
  EXPECT_EQ(report.changed, 0u);
  EXPECT_EQ(report.assumed, 0u);
  EXPECT_EQ(report.without_text, 0u);
  EXPECT_GT(report.outcomes.size(), 4u);  // it was real traffic: all kinds of outcomes
  for (const auto& [name, pair] : report.outcomes) EXPECT_EQ(pair.was, pair.now) << name;
  EXPECT_EQ(report.handed_over.was, report.handed_over.now);
  for (const auto& [name, queue] : report.queues) {
    EXPECT_EQ(queue.entered.was, queue.entered.now) << name;
    EXPECT_EQ(queue.wait_mean_s.was, queue.wait_mean_s.now) << name;
  }
  EXPECT_EQ(judged.report().equal, report.turns) << "texts judged again by the same model";
}

History told(const std::vector<std::string>& words, Policy with = small_policy()) {
  World world(std::move(with));
  History history;
  for (const auto& each : words) {
    world.now += kMinute;
    history.keep(world.must(world.says(each)));
  }
  return history;
}

ReplayReport replayed(const History& history, Policy other, ReplayOptions options = {}) {
  const auto today = compiled(small_policy());
  const auto then = compiled(std::move(other));
  Replay replay(*today, *then, options);
  replay.add(recorded({"per"}, history.events, history.decisions));
  return replay.report();
}

TEST(Replay, OtherRulesReadTheTextAgain) {
  Policy other = small_policy();
  other.version = "v2";
  other.rules = {rule_of("refund", test_of(When::text_contains, {"refund"}), queue("complaints"))};
  const auto report = replayed(told({"hello", "I want a refund", "and now?"}), other);
  EXPECT_EQ(report.turns, 3u);
  EXPECT_EQ(report.changed, 2u);
  EXPECT_EQ(report.assumed, 1u);  // "and now?" would have been said to people
  EXPECT_EQ(report.outcomes.at("bot:faq").was, 3u);
  EXPECT_EQ(report.outcomes.at("bot:faq").now, 1u);
  EXPECT_EQ(report.outcomes.at("queue:complaints").now, 2u);
  EXPECT_EQ(report.handed_over.was, 0u);
  EXPECT_EQ(report.handed_over.now, 1u);
  EXPECT_EQ(report.queues.at("complaints").entered.now, 1u);
  EXPECT_EQ(report.segments.at("new").changed, 2u);
  ASSERT_EQ(report.examples.size(), 2u);
  EXPECT_EQ(report.examples[0].was, "bot:faq");
  EXPECT_EQ(report.examples[0].now, "queue:complaints");
  EXPECT_EQ(report.examples[0].why, "text contains \"refund\"");
  const std::string text = replay_text(report);
  EXPECT_NE(text.find("2 with another outcome (66.7 %)"), std::string::npos) << text;
  EXPECT_NE(text.find("bot:faq: 3 -> 1"), std::string::npos) << text;
  EXPECT_NE(to_json(report).find(R"("handed_over":{"was":0,"now":1})"), std::string::npos);
}

// Judged by another model, the mood that a picture is seen in is that model's too.
TEST(Replay, APictureHasTheMoodOfTheWordsAsTheyAreJudgedNow) {
  Policy today = small_policy();
  today.rules = {rule_of("broken",
                         all_of({test_of(When::part_type, {"image"}), test_of(When::unhappy)}),
                         queue("complaints"))};
  World world(today);
  History history;
  history.keep(world.must(world.says("furious")));
  CustomerSays picture = world.says("");
  picture.message.content = {Media{.kind = MediaKind::image, .url = "https://cdn.example/p.jpg"}};
  history.keep(world.must(picture));
  const auto conversation = recorded({"per"}, history.events, history.decisions);
  const auto policy = compiled(today);
  WordAnalyzer same;
  Replay judged(*policy, *policy, {.analyzer = &same});
  judged.add(conversation);
  EXPECT_EQ(judged.report().equal, 2u);
  class Deaf final : public Analyzer {
   public:
    TextAnalysis analyze(std::string_view, std::string_view) const override {
      TextAnalysis out;
      out.analysis.sentiment = "neutral";
      return out;
    }
    std::string_view version() const noexcept override { return "deaf"; }
  } deaf;
  Replay calm(*policy, *policy, {.analyzer = &deaf});
  calm.add(conversation);
  EXPECT_EQ(calm.report().outcomes.at("queue:complaints").was, 1u);
  EXPECT_EQ(calm.report().outcomes.at("queue:complaints").now, 0u);
}

TEST(Replay, AnEarlierHandOverCanBeTakenBack) {
  Policy today = small_policy();
  today.rules = {rule_of("bad", test_of(When::sentiment, {"negative"}), queue("complaints"))};
  const auto history = told({"bad", "hello?"}, today);
  const auto report = replayed(history, small_policy());
  EXPECT_EQ(report.handed_over.was, 1u);
  EXPECT_EQ(report.handed_over.now, 0u);
  EXPECT_EQ(report.bot_turns.was, 0u);
  EXPECT_EQ(report.bot_turns.now, 2u);
}

TEST(Replay, AnotherThresholdJudgesTheTextAgain) {
  Policy today = small_policy();
  today.rules = {rule_of("bad", test_of(When::sentiment, {"negative"}), queue("complaints"))};
  const auto history = told({"bad"}, today);
  Policy surer = today;
  surer.negative_threshold = 3;  // the model is 90 % sure: a logit of 2.2
  WordAnalyzer analyzer;
  const auto report = replayed(history, surer, {.analyzer = &analyzer});
  EXPECT_EQ(report.changed, 1u);
  EXPECT_EQ(report.bot_turns.now, 1u);
  surer.negative_threshold = 2;
  EXPECT_EQ(replayed(history, surer, {.analyzer = &analyzer}).changed, 0u);
}

TEST(Replay, AnErasedTextLeavesItsFacts) {
  History history = told({"I want a refund"});
  for (Event& event : history.events) {
    if (event.message) event.message->content.clear();
  }
  Policy other = small_policy();
  other.rules = {rule_of("refund", test_of(When::text_contains, {"refund"}), queue("complaints"))};
  const auto report = replayed(history, other);
  EXPECT_EQ(report.changed, 0u);
  EXPECT_EQ(report.without_text, 1u);
}

TEST(Replay, MoreAgentsShortenTheWait) {
  History all;
  std::vector<RecordedConversation> conversations;
  for (int i = 0; i < 30; ++i) {
    World world;
    History history;
    history.keep(world.must(world.says("human")));
    conversations.push_back(
        recorded({"per_" + std::to_string(i)}, history.events, history.decisions));
  }
  Policy other = small_policy();
  for (auto& [id, agent] : other.agents) agent.capacity = 15;
  const auto today = compiled(small_policy());
  const auto then = compiled(other);
  Replay replay(*today, *then);
  for (const auto& each : conversations) replay.add(each);
  const auto report = replay.report();
  // All 30 come at once and talk for ten minutes: ten places serve them in three rounds, 30 at
  // once.
  EXPECT_EQ(report.queues.at("general").wait_mean_s.was, 600u);
  EXPECT_EQ(report.queues.at("general").wait_mean_s.now, 0u);
  EXPECT_EQ(report.agents, 2u);
}

}  // namespace
}  // namespace parley::routing
