// A policy that cannot work is refused with a message that says where and what would be right.
#include <gtest/gtest.h>

#include <functional>

#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

struct Case {
  std::string name;
  std::function<void(Policy&)> change;
  std::vector<std::string> says;  // all of these are in the message
};

void add(Policy& policy, Condition when, Holder then = queue("vip"), int priority = 50) {
  Rule rule = rule_of("r" + std::to_string(policy.rules.size() + 1), std::move(when),
                      std::move(then), priority);
  rule.line = 10 + static_cast<int>(policy.rules.size());
  policy.rules.push_back(std::move(rule));
}

std::vector<Case> cases() {
  using P = Policy;
  const auto contains = [](std::string word) { return test_of(When::text_contains, {word}); };
  return {
      {"unknown queue",
       [&](P& p) { add(p, test_of(When::angry), queue("vips")); },
       {"rule \"r1\" (line 10)", "no queue \"vips\"", "complaints, general, vip"}},
      {"unknown bot",
       [](P& p) { add(p, test_of(When::angry), {HolderKind::bot, "gpt"}); },
       {"no bot \"gpt\"", "faq"}},
      {"agent outcome",
       [](P& p) { add(p, test_of(When::angry), agent("anna")); },
       {"line 10", "expected a bot, a queue"}},
      {"unknown segment",
       [](P& p) { add(p, test_of(When::segment, {"gold"})); },
       {"segment \"gold\" is not known", "new, repeat"}},
      {"unknown channel",
       [](P& p) { add(p, test_of(When::channel, {"sms"})); },
       {"channel \"sms\"", "chat, fb, oa"}},
      {"unknown platform",
       [](P& p) { add(p, test_of(When::platform, {"line"})); },
       {"platform \"line\"", "webchat"}},
      {"unknown sentiment",
       [](P& p) { add(p, test_of(When::sentiment, {"sad"})); },
       {"sentiment \"sad\"", "negative, neutral, positive"}},
      {"unknown holder",
       [](P& p) { add(p, test_of(When::holder, {"human"})); },
       {"holder \"human\"", "agent, bot, none"}},
      {"unknown part",
       [](P& p) { add(p, test_of(When::part_type, {"picture"})); },
       {"part_type \"picture\"", "image"}},
      {"score too low",
       [](P& p) { add(p, test_of(When::score_below, {}, -1.5)); },
       {"score_below is out of range", "-1 to 1"}},
      {"score that nothing is below",
       [](P& p) { add(p, test_of(When::score_below, {}, -1)); },
       {"can never match"}},
      {"repeats that nobody counts",
       [](P& p) { add(p, test_of(When::repeats_at_least, {}, 6)); },
       {"repeats_at_least is out of range", "1 to 5"}},
      {"shadowed by fewer repeats",
       [](P& p) {
         add(p, test_of(When::repeats_at_least, {}, 1));
         add(p, all_of({test_of(When::unhappy), test_of(When::repeats_at_least, {}, 2)}));
       },
       {"rule \"r2\"", "can never match", "rule \"r1\""}},
      {"repeats of an event",
       [](P& p) {
         add(p, all_of({test_of(When::event, {"CLICK"}), test_of(When::repeats_at_least, {}, 1)}));
       },
       {"can never match", "an event has no text"}},
      {"no values", [](P& p) { add(p, test_of(When::label)); }, {"label has no value"}},
      {"empty value", [&](P& p) { add(p, contains("")); }, {"text_contains has an empty value"}},
      {"empty any", [](P& p) { add(p, any_of({})); }, {"\"any\" has no condition"}},
      {"empty all", [](P& p) { add(p, all_of({})); }, {"\"all\" has no condition"}},
      {"never", [](P& p) { add(p, none_of({test_of(When::always)})); }, {"can never match"}},
      {"bad pattern",
       [](P& p) { add(p, test_of(When::text_matches, {"(a"})); },
       {"line 10", "text_matches \"(a\" is no pattern", "RE2"}},
      {"huge pattern",
       [](P& p) { add(p, test_of(When::text_matches, {"(x{1000}){1000}"})); },
       {"is no pattern"}},
      {"long pattern",
       [](P& p) { add(p, test_of(When::text_matches, {std::string(600, 'a')})); },
       {"600 bytes", "at most 512"}},
      {"attribute without name",
       [](P& p) { add(p, test_of(When::attribute)); },
       {"attribute has no name"}},
      {"priority",
       [](P& p) { add(p, test_of(When::angry), queue("vip"), 101); },
       {"priority 101", "0 to 100"}},
      {"duplicate name",
       [](P& p) {
         add(p, test_of(When::angry));
         add(p, test_of(When::asks_human));
         p.rules[1].name = "r1";
       },
       {"rule \"r1\" (line 11)", "the name is taken"}},
      {"no name",
       [](P& p) {
         add(p, test_of(When::angry));
         p.rules[0].name.clear();
       },
       {"has no name"}},
      {"shadowed by always",
       [](P& p) {
         add(p, test_of(When::always));
         add(p, test_of(When::angry));
       },
       {"rule \"r2\" (line 11)", "can never match", "rule \"r1\" (line 10)"}},
      {"shadowed by a wider rule",
       [](P& p) {
         add(p, test_of(When::sentiment, {"negative", "neutral"}));
         add(p, all_of({test_of(When::sentiment, {"negative"}), test_of(When::angry)}));
       },
       {"rule \"r2\"", "can never match", "rule \"r1\""}},
      {"shadowed by the same number",
       [](P& p) {
         add(p, test_of(When::score_below, {}, -0.3));
         add(p, test_of(When::score_below, {}, -0.5));
       },
       {"rule \"r2\"", "rule \"r1\""}},
      {"excludes itself",
       [](P& p) {
         add(p, all_of({test_of(When::channel, {"oa"}), test_of(When::channel, {"chat"})}));
       },
       {"can never match", "channel cannot be oa and chat at once"}},
      {"an event with a text",
       [&](P& p) { add(p, all_of({test_of(When::event, {"CLICK"}), contains("refund")})); },
       {"can never match", "an event has no text"}},
      {"nested too deep",
       [](P& p) {
         Condition deep = test_of(When::angry);
         for (int i = 0; i < 9; ++i) deep = all_of({deep});
         add(p, deep);
       },
       {"nest deeper than 8"}},
      {"segment over the text",
       [&](P& p) { p.segments.push_back({.name = "loud", .when = contains("!"), .line = 4}); },
       {"segment \"loud\" (line 4)", "is about a turn", "attribute"}},
      {"segment taken",
       [](P& p) {
         p.segments.push_back({.name = "a", .when = test_of(When::episodes_at_least, {}, 9)});
         p.segments.push_back({.name = "a", .when = test_of(When::episodes_at_least, {}, 3)});
       },
       {"segment \"a\"", "the name is taken"}},
      {"segment shadowed",
       [](P& p) {
         p.segments.push_back({.name = "a", .when = test_of(When::episodes_at_least, {}, 3)});
         p.segments.push_back({.name = "b", .when = test_of(When::episodes_at_least, {}, 9)});
       },
       {"segment \"b\"", "segment \"a\""}},
      {"no human queue",
       [](P& p) { p.human_queue = {}; },
       {"human_queue is not set", "complaints, general, vip"}},
      {"unknown human queue",
       [](P& p) { p.human_queue = {"desk"}; },
       {"human_queue", "no queue \"desk\""}},
      {"unknown default",
       [](P& p) { p.default_outcome = queue("desk"); },
       {"default outcome", "no queue \"desk\""}},
      {"unknown fallback",
       [](P& p) { p.bots.begin()->second.fallback_queue = {"desk"}; },
       {"bot \"faq\", fallback_queue", "no queue \"desk\""}},
      {"loop guard off",
       [](P& p) { p.bots.begin()->second.turns_per_minute_max = 0; },
       {"turns_per_minute_max 0", "1 to 120"}},
      {"agent in no queue",
       [](P& p) { p.agents.begin()->second.queues = {{"desk"}}; },
       {"agent \"anna\"", "no queue \"desk\""}},
      {"agent without capacity",
       [](P& p) { p.agents.begin()->second.capacity = 0; },
       {"agent \"anna\" has capacity 0"}},
  };
}

TEST(Compile, RefusesWithAReason) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    Policy policy = small_policy();
    c.change(policy);
    const auto result = compile(std::move(policy));
    ASSERT_FALSE(result) << "compiled";
    EXPECT_EQ(result.error().code, Errc::misconfigured);
    for (const auto& part : c.says) {
      EXPECT_NE(result.error().detail.find(part), std::string::npos)
          << "\"" << part << "\" is not in: " << result.error().detail;
    }
  }
}

TEST(Compile, AcceptsWhatOnlyLooksShadowed) {
  Policy policy = small_policy();
  add(policy, test_of(When::always), bot());
  add(policy, test_of(When::asks_human));        // an always-bot rule gives way to the wish
  add(policy, test_of(When::event, {"CLICK"}));  // a click asks only rules about events
  EXPECT_TRUE(compile(policy)) << compile(policy).error().detail;
  policy.rules[0].then = queue("general");  // but a queue answers the wish already
  policy.rules.pop_back();
  EXPECT_FALSE(compile(policy));
}

TEST(Compile, TheOnlyQueueIsTheHumanQueue) {
  Policy policy = small_policy();
  policy.human_queue = {};
  policy.queues.erase({"vip"});
  policy.queues.erase({"complaints"});
  const auto result = compile(std::move(policy));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ((*result)->human_queue.value, "general");
}

TEST(Compile, CompilingTwiceChangesNothing) {
  Policy policy = small_policy();
  add(policy, test_of(When::text_matches, {"re.und"}));
  add(policy, test_of(When::text_contains, {"Ｒefund"}));
  const auto once = compile(policy);
  ASSERT_TRUE(once);
  const auto twice = compile(**once);
  ASSERT_TRUE(twice);
  EXPECT_EQ((*twice)->rules[1].when.folded, std::vector<std::string>{"refund"});
  EXPECT_EQ((*twice)->rules[0].when.patterns.size(), 1u);
}

}  // namespace
}  // namespace parley::routing
