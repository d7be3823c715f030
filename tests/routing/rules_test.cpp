// Conditions over recorded inputs, the trace of why not, and deciding again.
#include "routing/rules.hpp"

#include <gtest/gtest.h>

#include "conversation/codec.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

DecisionInputs inputs() {
  DecisionInputs in;
  in.channel = "oa";
  in.platform = "wechat_oa";
  in.language = "zh";
  in.segment = "vip";
  in.holder = "bot:faq";
  in.episodes = 3;
  in.episode_turns = 2;
  in.days_since_seen = 12.5;
  in.analysis = {.sentiment = "negative",
                 .score = -0.5,
                 .trend = -0.7,
                 .angry = true,
                 .unhappy = true,
                 .repeats = 2};
  in.attributes = {{"tier", std::string("gold")},
                   {"orders", 12.0},
                   {"trial", false},
                   {"age", std::string("41")}};
  in.facts = {"asks_human", "part:image", "label:refund"};
  return in;
}

Condition attribute(std::string name, Op op, std::vector<std::string> values, double number = 0) {
  Condition c = test_of(When::attribute, std::move(values), number);
  c.name = std::move(name);
  c.op = op;
  return c;
}

TEST(Rules, EachTest) {
  const struct {
    Condition when;
    bool holds;
    std::string why;
  } cases[] = {
      {test_of(When::always), true, "always"},
      {test_of(When::segment, {"vip", "new"}), true, "segment is vip"},
      {test_of(When::segment, {"new"}), false, "segment is vip, not new"},
      {test_of(When::sentiment, {"negative"}), true, "sentiment is negative"},
      {test_of(When::score_below, {}, -0.4), true, "score -0.50 < -0.40"},
      {test_of(When::score_below, {}, -0.5), false, "score -0.50 >= -0.50"},
      {test_of(When::trend_below, {}, -0.6), true, "trend -0.70 < -0.60"},
      {test_of(When::angry), true, "angry"},
      {test_of(When::unhappy), true, "unhappy"},
      {none_of({test_of(When::unhappy)}), false, "unhappy"},
      {test_of(When::repeats_at_least, {}, 2), true, "repeats 2 >= 2"},
      {test_of(When::repeats_at_least, {}, 3), false, "repeats 2 < 3"},
      {test_of(When::asks_human), true, "asks for a human"},
      {test_of(When::part_type, {"voice", "image"}), true, "part image"},
      {test_of(When::part_type, {"voice"}), false, "no part voice"},
      {test_of(When::label, {"refund"}), true, "label refund"},
      {test_of(When::label, {"fund"}), false, "no label fund"},
      {test_of(When::event, {"CLICK"}), false, "no event CLICK"},
      {test_of(When::channel, {"chat", "fb", "x", "y"}), false,
       "channel is oa, not chat or fb or x or ..."},
      {test_of(When::platform, {"wechat_oa"}), true, "platform is wechat_oa"},
      {test_of(When::language, {"en"}), false, "language is zh, not en"},
      {test_of(When::holder, {"bot"}), true, "holder is bot"},
      {test_of(When::episode_turns_at_least, {}, 3), false, "episode turns 2 < 3"},
      {test_of(When::episodes_at_least, {}, 3), true, "episodes 3 >= 3"},
      {test_of(When::days_since_seen_at_least, {}, 12), true, "days since seen 12.50 >= 12"},
      {attribute("tier", Op::eq, {"gold"}), true, "attribute tier is gold"},
      {attribute("tier", Op::ne, {"gold"}), false, "attribute tier is gold, not != gold"},
      {attribute("tier", Op::in, {"silver", "gold"}), true, "attribute tier is gold"},
      {attribute("orders", Op::ge, {}, 12), true, "attribute orders is 12"},
      {attribute("orders", Op::gt, {}, 12), false, "attribute orders is 12, not > 12"},
      {attribute("orders", Op::eq, {"12"}), true, "attribute orders is 12"},
      {attribute("age", Op::lt, {}, 50), true, "attribute age is 41"},
      {attribute("tier", Op::lt, {}, 50), false, "attribute tier is gold, not < 50"},
      {attribute("trial", Op::eq, {"false"}), true, "attribute trial is false"},
      {attribute("nobody", Op::exists, {}), false, "attribute nobody is absent"},
      {attribute("nobody", Op::ne, {"x"}), true, "attribute nobody is absent"},
      {attribute("nobody", Op::lt, {}, 1), false, "attribute nobody is absent"},
      {all_of({test_of(When::angry), test_of(When::segment, {"vip"})}), true,
       "angry; segment is vip"},
      {all_of({test_of(When::angry), test_of(When::language, {"en"})}), false,
       "language is zh, not en"},
      {any_of({test_of(When::language, {"en"}), test_of(When::angry)}), true, "angry"},
      {any_of({test_of(When::language, {"en"}), test_of(When::segment, {"new"})}), false,
       "language is zh, not en; segment is vip, not new"},
      {none_of({test_of(When::language, {"en"})}), true, "language is zh, not en"},
      {none_of({test_of(When::language, {"en"}), test_of(When::angry)}), false, "angry"},
      {all_of({test_of(When::angry),
               any_of({none_of({test_of(When::angry)}), test_of(When::segment, {"new"})})}),
       false, "angry; segment is vip, not new"},
  };
  const DecisionInputs in = inputs();
  const RuleView view(in, nullptr, nullptr);
  for (const auto& c : cases) {
    std::string why;
    EXPECT_EQ(view.holds(c.when, why), c.holds) << c.why;
    EXPECT_EQ(why, c.why);
  }
}

TEST(Rules, WordsFoldCaseAndWidth) {
  Policy policy = small_policy();
  policy.rules.push_back(
      rule_of("refund", test_of(When::text_contains, {"REFUND", "退款"}), queue("complaints")));
  policy.rules.push_back(
      rule_of("order", test_of(When::text_matches, {R"(\b[A-Z]{2}\d{4}\b)"}), queue("vip")));
  const struct {
    std::string text, rule;
  } cases[] = {{"I want a Refund!", "refund"},
               {"ＲＥＦＵＮＤ", "refund"},
               {"我要退款", "refund"},
               {"where is AB1234", "order"},
               {"where is ab1234", "default"},
               {"re fund", "default"},
               {"", "default"}};
  for (const auto& c : cases) {
    World world(policy);
    const auto turn = world.must(world.says(c.text));
    EXPECT_EQ(turn.decisions.at(0).rule, c.rule) << c.text;
  }
}

TEST(Rules, TraceNamesEveryRuleTriedUpToTheMatch) {
  Policy policy = small_policy();
  policy.rules = {rule_of("a", test_of(When::angry), queue("complaints")),
                  rule_of("b", test_of(When::sentiment, {"negative"}), queue("vip"), 80),
                  rule_of("c", test_of(When::asks_human), queue("general"))};
  World world(policy);
  const auto turn = world.must(world.says("bad service"));
  const Decision& decision = turn.decisions.at(0);
  const std::vector<RuleTrace> expected = {{"a", false, "not angry"},
                                           {"b", true, "sentiment is negative"}};
  EXPECT_EQ(decision.tried, expected);
  EXPECT_EQ(decision.rule, "b");
  EXPECT_EQ(decision.priority, 80);
  EXPECT_EQ(decision.policy_version, "v1");
  EXPECT_EQ(decision.model_version, "words-1");
  EXPECT_EQ(decision.inputs.terms.size(), 1u);
}

TEST(Rules, LongReasonsAreCutBetweenCharacters) {
  Policy policy = small_policy();
  std::vector<Condition> many;
  for (int i = 0; i < 40; ++i) {
    many.push_back(test_of(When::text_contains, {"没有这样的词语" + std::to_string(i)}));
  }
  policy.rules = {rule_of("many", any_of(many), queue("vip"))};
  World world(policy);
  const auto turn = world.must(world.says("hello"));
  const std::string& why = turn.decisions.at(0).tried.at(0).why;
  EXPECT_LT(why.size(), 250u);
  EXPECT_TRUE(from_json<Decision>(to_json(turn.decisions.at(0))));
}

TEST(Rules, DecidingAgainNeedsNoText) {
  Policy policy = small_policy();
  policy.rules = {rule_of("secret",
                          all_of({test_of(When::text_contains, {"密码"}),
                                  none_of({test_of(When::text_matches, {"^\\d+$"})})}),
                          queue("vip")),
                  rule_of("image", test_of(When::part_type, {"image"}), queue("complaints"))};
  World world(policy);
  for (const std::string words : {"我的密码丢了", "hello", "1234"}) {
    const auto turn = world.must(world.says(words));
    const Decision& decision = turn.decisions.at(0);
    std::vector<RuleTrace> tried;
    EXPECT_EQ(decide_again(decision, *world.policy, &tried), decision.outcome) << words;
    EXPECT_EQ(tried, decision.tried) << words;
  }
}

TEST(Rules, WhatIfAnotherPolicyHadRuled) {
  World world;
  const auto turn = world.must(world.says("where is my refund"));
  Policy other = small_policy();
  other.rules = {rule_of("refund", test_of(When::text_contains, {"refund"}), queue("complaints"))};
  const auto compiled_other = compiled(other);
  const std::string words = "where is my refund";
  EXPECT_EQ(decide_again(turn.decisions[0], *compiled_other, nullptr, &words), queue("complaints"));
  EXPECT_EQ(decide_again(turn.decisions[0], *compiled_other, nullptr), bot());
}

}  // namespace
}  // namespace parley::routing
