// One clear sentence for people, in English and in Chinese.
#include <gtest/gtest.h>

#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

Policy policy() {
  Policy out = small_policy();
  out.rules = {rule_of("angry", test_of(When::angry), queue("complaints"), 80)};
  return out;
}

TEST(Explain, ARule) {
  World world(policy());
  const auto turn = world.must(world.says("furious"));
  EXPECT_EQ(explain(turn.decisions.at(0), "en"),
            "Turn 2 went to queue complaints with priority 80, because rule \"angry\" matched: "
            "angry; segment new, sentiment negative -0.80, angry.");
  EXPECT_EQ(explain(turn.decisions[0], "zh-CN"),
            "第 2 条：进入队列 complaints（优先级 80），因为命中规则“angry”（angry）；客户分群 "
            "new，情绪负面 -0.80，愤怒。");
}

TEST(Explain, TheDefault) {
  World world(policy());
  const auto turn = world.must(world.says("hello"));
  EXPECT_EQ(explain(turn.decisions.at(0), "en"),
            "Turn 2 went to bot faq, because no rule matched (1 tried); segment new, sentiment "
            "neutral 0.00.");
  EXPECT_EQ(explain(turn.decisions[0], "zh"),
            "第 2 条：由机器人 faq 回答，因为没有规则命中（共检查 1 条）；客户分群 new，情绪中性 "
            "0.00。");
}

TEST(Explain, AWishAndWhoStays) {
  World world(policy());
  EXPECT_EQ(explain(world.must(world.says("human")).decisions.at(0), "en"),
            "Turn 2 went to queue general with priority 50, because the customer asks for a "
            "human; segment new, sentiment neutral 0.00.");
  EXPECT_EQ(explain(world.must(world.says("hello?")).decisions.at(0), "en"),
            "Turn 5 stayed in queue general with priority 50, because whoever holds a "
            "conversation keeps it; segment new, sentiment neutral 0.00.");
  world.must(AssignToAgent{.agent = {"anna"}});
  EXPECT_EQ(explain(world.must(world.says("hi")).decisions.at(0), "zh"),
            "第 8 条：仍由客服 anna 处理，因为会话由当前受理方继续处理；客户分群 new，情绪中性 "
            "0.00。");
}

}  // namespace
}  // namespace parley::routing
