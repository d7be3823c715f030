// What a rule does beside saying who answers; and experiments, which split their customers.
#include <gtest/gtest.h>

#include <algorithm>

#include "conversation/codec.hpp"
#include "routing/experiment.hpp"
#include "routing/rules.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

Rule closing() {
  Rule rule = rule_of("bye", test_of(When::text_contains, {"bye"}), {});
  rule.does = Does::close;
  rule.reply_en = "Good bye!";
  rule.reply_zh = "再见！";
  return rule;
}

Rule night() {
  Rule rule = rule_of("night", test_of(When::text_contains, {"night"}), {});
  rule.does = Does::reply;
  rule.reply_en = "We are closed.";
  rule.reply_zh = "已打烊。";
  return rule;
}

Rule split(std::string experiment = "greeting") {
  Rule rule = rule_of("split " + experiment, test_of(When::always), {});
  rule.experiment = std::move(experiment);
  rule.arms = {{.name = "bot", .weight = 3, .then = bot()},
               {.name = "people", .weight = 1, .then = queue("vip")}};
  return rule;
}

std::vector<Trial> trials(const Transition& t) {
  std::vector<Trial> out;
  for (const Row& row : t.extra_rows) {
    if (row.kind == RowKind::trial) out.push_back(*from_stored<Trial>(row.body));
  }
  return out;
}

TEST(Action, ARuleAnswersByItself) {
  Policy policy = small_policy();
  policy.rules = {night()};
  World world(policy);
  const auto turn = world.must(world.says("good night"));
  const Decision& decision = turn.decisions.at(0);
  EXPECT_EQ(decision.rule, "night");
  EXPECT_EQ(decision.outcome, Holder{});
  EXPECT_EQ(decision.actions, std::vector<std::string>{"reply"});
  EXPECT_TRUE(turn.bot_calls.empty());
  ASSERT_EQ(turn.sends.size(), 1u);
  EXPECT_EQ(plain_text(turn.sends[0].message), "We are closed.");
  EXPECT_EQ(turn.sends[0].message.author.type, AuthorType::system);
  EXPECT_EQ(explain(decision, "en").substr(0, 30), "Turn 2 was answered by a rule,");
  EXPECT_EQ(plain_text(world.must(world.says("晚上 night 好")).sends.at(0).message), "已打烊。");
  // A wish for a person passes over it, and people who have a customer are not talked over.
  EXPECT_EQ(world.must(world.says("night human")).decisions.at(0).rule, "asks_human");
  world.must(AssignToAgent{.agent = {"anna"}});
  const auto with_agent = world.must(world.says("night"));
  EXPECT_TRUE(with_agent.sends.empty());
  EXPECT_EQ(with_agent.decisions.at(0).outcome, agent("anna"));
}

TEST(Action, ARuleEndsTheEpisode) {
  Policy policy = small_policy();
  policy.rules = {closing()};
  World world(policy);
  world.must(world.says("hello"));
  const auto turn = world.must(world.says("bye"));
  EXPECT_EQ(turn.sends.size(), 1u);
  EXPECT_TRUE(find(turn, EventType::conversation_closed));
  EXPECT_EQ(world.state.lifecycle, Lifecycle::closed);
  EXPECT_EQ(turn.decisions.at(0).actions, (std::vector<std::string>{"reply", "close"}));
  EXPECT_EQ(decide_again(turn.decisions[0], *world.policy, nullptr), Holder{});
  world.give_to("anna");
  world.must(world.says("bye"));
  EXPECT_EQ(world.state.lifecycle, Lifecycle::assigned);  // not while people have it
}

TEST(Action, SetsTagsAndTells) {
  Policy policy = small_policy();
  Rule rule = rule_of("gold", test_of(When::text_contains, {"gold"}), queue("vip"));
  rule.labels = {"vip"};
  rule.set = {{"tier", std::string("gold")}, {"asked", 1.0}, {"trial", false}};
  rule.notify = "a gold customer writes";
  rule.reply_en = "One moment.";
  policy.rules = {rule};
  World world(policy);
  const auto turn = world.must(world.says("gold"));
  EXPECT_EQ(world.state.attributes.at("tier"), AttributeValue(std::string("gold")));
  EXPECT_EQ(world.state.attributes.at("asked"), AttributeValue(1.0));
  EXPECT_EQ(turn.decisions.at(0).actions,
            (std::vector<std::string>{"label vip", "set asked = 1", "set tier = gold",
                                      "set trial = false", "notify", "reply"}));
  const Event* alert = find(turn, EventType::routing_alert);
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->note, "a gold customer writes");
  EXPECT_EQ(alert->decision->rule, "gold");
  EXPECT_EQ(turn.sends.size(), 1u);
  EXPECT_EQ(world.state.control.holder, queue("vip"));
  const std::string text = explain(turn.decisions[0], "en");
  EXPECT_NE(text.find("it also did: label vip, set asked = 1"), std::string::npos) << text;
}

TEST(Action, CandidatesSayWhyNot) {
  Policy policy = small_policy();
  policy.rules = {rule_of("angry", test_of(When::angry), queue("complaints"))};
  World world(policy);
  const auto first = world.must(world.says("hello")).decisions.at(0);
  ASSERT_EQ(first.candidates.size(), 1u);
  EXPECT_EQ(first.candidates[0],
            (Candidate{"bot:faq", true, "answers when no rule says otherwise"}));
  const auto second = world.must(world.says("furious human")).decisions.at(0);
  ASSERT_EQ(second.candidates.size(), 3u);
  EXPECT_EQ(second.candidates[0], (Candidate{"queue:complaints", true, "rule \"angry\" says so"}));
  EXPECT_EQ(second.candidates[1], (Candidate{"queue:general", false, "rule \"angry\" decided"}));
  EXPECT_EQ(second.candidates[2], (Candidate{"bot:faq", false, "rule \"angry\" decided"}));
  const auto third = world.must(world.says("hello?")).decisions.at(0);
  EXPECT_EQ(third.candidates.at(0),
            (Candidate{"queue:complaints", true, "people keep whom they have"}));
}

TEST(Experiment, APersonStaysInTheirArm) {
  const Rule rule = split();
  int people = 0;
  for (int i = 0; i < 4'000; ++i) {
    const PersonId person{"per_" + std::to_string(i)};
    const Arm* arm = arm_of(rule, person);
    EXPECT_EQ(arm, arm_of(rule, person));
    people += arm->name == "people" ? 1 : 0;
  }
  EXPECT_NEAR(people, 1'000, 120);  // a weight of 1 in 4; 4 sigma are 110
  int both = 0;                     // another experiment splits independently
  const Rule other = split("other");
  for (int i = 0; i < 4'000; ++i) {
    const PersonId person{"per_" + std::to_string(i)};
    both += arm_of(rule, person)->name == "people" && arm_of(other, person)->name == "people";
  }
  EXPECT_NEAR(both, 250, 65);
  EXPECT_EQ(arm_of(night(), {"per_1"}), nullptr);
}

// Frozen: a change would move customers of experiments that run.
TEST(Experiment, ArmsAreFrozen) {
  Rule rule = split("frozen");
  rule.arms = {{.name = "a"}, {.name = "b"}};
  std::string arms;
  for (const char* person :
       {"per_00112233445566778899aabbccddeeff", "per_0", "per_1", "per_2", "per_3", "per_4"}) {
    arms += arm_of(rule, {person})->name;
  }
  EXPECT_EQ(arms, "baabba");
}

TEST(Experiment, ItsRowsFollowTheEpisode) {
  Policy policy = small_policy();
  policy.rules = {split()};
  policy.rules[0].arms[1].then = bot();  // both begin with the bot
  World world(policy);
  const auto first = world.must(world.says("hello"));
  const Decision& decision = first.decisions.at(0);
  EXPECT_EQ(decision.experiment, "greeting");
  EXPECT_FALSE(decision.arm.empty());
  ASSERT_EQ(trials(first).size(), 1u);
  EXPECT_FALSE(trials(first)[0].to_people);
  EXPECT_FALSE(trials(first)[0].closed);
  const auto human = world.must(world.says("human"));
  ASSERT_EQ(trials(human).size(), 1u);
  EXPECT_TRUE(trials(human)[0].to_people);
  EXPECT_EQ(trial_row_id(trials(human)[0]), trial_row_id(trials(first)[0]));
  const auto closed = world.must(CloseEpisode{.actor = "system"});
  ASSERT_EQ(trials(closed).size(), 1u);
  EXPECT_TRUE(trials(closed)[0].closed);
  world.now += kDay;
  const auto next = world.must(world.says("hello again"));
  ASSERT_EQ(trials(next).size(), 1u);  // the old one was told to be over already
  EXPECT_NE(trial_row_id(trials(next)[0]), trial_row_id(trials(first)[0]));
  world.now += 2 * kDay;  // silence ends it when the customer comes back
  EXPECT_EQ(trials(world.must(world.says("me again"))).size(), 2u);
}

TEST(Experiment, ARatingCountsForTheArmOfItsCase) {
  Policy policy = small_policy();
  policy.rating.question_en = "How did we do?";
  policy.rules = {split()};
  policy.rules[0].when = test_of(When::asks_human);
  policy.rules[0].arms[0].then = queue("general");
  World world(policy);
  world.give_to("anna");
  world.must(AgentSays{.agent = {"anna"}, .message = text("done"), .channel = {}});
  const auto closed = world.must(CloseEpisode{.actor = "agent:anna"});
  ASSERT_EQ(trials(closed).size(), 1u);
  world.now += kMinute;
  const auto rated = world.must(world.says("4"));
  ASSERT_EQ(trials(rated).size(), 1u);
  EXPECT_EQ(trials(rated)[0].csat, 4);
  EXPECT_TRUE(trials(rated)[0].closed);
  EXPECT_EQ(trial_row_id(trials(rated)[0]), trial_row_id(trials(closed)[0]));
}

TEST(Experiment, RefusesWhatSplitsNothing) {
  const auto refusal = [](auto change) {
    Policy policy = small_policy();
    policy.rules = {split()};
    policy.rules[0].when = test_of(When::angry);
    change(policy);
    const auto made = compile(std::move(policy));
    return made ? std::string("compiled") : made.error().detail;
  };
  const struct {
    std::string wrong, says;
  } rows[] = {
      {refusal([](Policy& p) { p.rules[0].arms.pop_back(); }), "has 1 arms; expected 2"},
      {refusal([](Policy& p) { p.rules[0].arms.clear(); }), "has no arms"},
      {refusal([](Policy& p) { p.rules[0].experiment.clear(); }), "no experiment"},
      {refusal([](Policy& p) { p.rules[0].then = bot(); }), "beside its arms"},
      {refusal([](Policy& p) { p.rules[0].arms[1].name = "bot"; }), "no name of its own"},
      {refusal([](Policy& p) { p.rules[0].arms[1].weight = 0; }), "weight 0"},
      {refusal([](Policy& p) { p.rules[0].arms[1].then = queue("nowhere"); }),
       "arm \"people\" there is no queue \"nowhere\""},
      {refusal([](Policy& p) {
         p.rules.push_back(split());
         p.rules[1].name = "second";
         p.rules[1].arms[0].weight = 9;
       }),
       "splits otherwise"},
      {refusal([](Policy& p) {
         p.rules[0] = night();
         p.rules[0].reply_zh = p.rules[0].reply_en = "";
       }),
       "replies nothing"},
      {refusal([](Policy& p) {
         p.rules[0] = night();
         p.rules[0].then = bot();
       }),
       "answers by itself and names faq too"},
      {refusal([](Policy& p) {
         p.rules[0] = night();
         p.rules[0].reply_en = std::string(3'000, 'x');
       }),
       "a reply of 3000 bytes"},
  };
  for (const auto& row : rows) {
    EXPECT_NE(row.wrong.find(row.says), std::string::npos)
        << row.says << " is not in: " << row.wrong;
  }
}

TEST(Experiment, WilsonIntervals) {
  // 8 of 10, 0 of 10, 10 of 10 and 50 of 100, from the closed form.
  const struct {
    std::uint64_t hits, of;
    double low, high;
  } rows[] = {{8, 10, 0.4902, 0.9433},
              {0, 10, 0, 0.2775},
              {10, 10, 0.7225, 1},
              {50, 100, 0.4038, 0.5962},
              {0, 0, 0, 1}};
  for (const auto& row : rows) {
    const Share share = wilson95(row.hits, row.of);
    EXPECT_NEAR(share.low, row.low, 1e-4) << row.hits << " of " << row.of;
    EXPECT_NEAR(share.high, row.high, 1e-4) << row.hits << " of " << row.of;
  }
}

TEST(Experiment, CountsByArm) {
  ExperimentCount count(kStart, kHour);
  const auto trial = [](std::string arm, Milliseconds ago, bool people, bool closed, double csat) {
    return Trial{.experiment = "e",
                 .arm = std::move(arm),
                 .episode = {"eps"},
                 .last_at = kStart - ago,
                 .to_people = people,
                 .closed = closed,
                 .csat = csat};
  };
  count.add(trial("a", kMinute, false, false, 0));    // open
  count.add(trial("a", 2 * kHour, false, false, 0));  // went silent: the bot did it
  count.add(trial("a", kMinute, false, true, 5));     // closed
  count.add(trial("a", kMinute, true, false, 2));     // with people
  count.add(trial("b", kMinute, true, true, 4));
  const auto arms = count.results();
  ASSERT_EQ(arms.size(), 2u);
  EXPECT_EQ(arms[0].episodes, 4u);
  EXPECT_EQ(arms[0].open, 1u);
  EXPECT_EQ(arms[0].resolved_by_bot.hits, 2u);
  EXPECT_EQ(arms[0].resolved_by_bot.of, 3u);
  EXPECT_EQ(arms[0].handed_over.hits, 1u);
  EXPECT_EQ(arms[0].satisfied.hits, 1u);
  EXPECT_DOUBLE_EQ(arms[0].csat_mean, 3.5);
  EXPECT_EQ(arms[1].handed_over.share, 1);
  EXPECT_NE(to_json("e", arms).find(R"("handed_over":{"count":1,"of":3,"share":0.3333)"),
            std::string::npos)
      << to_json("e", arms);
}

}  // namespace
}  // namespace parley::routing
