// Reply windows and quotas: what a platform allows after something the customer did.
#include "routing/window.hpp"

#include <gtest/gtest.h>

#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

struct Opened {
  std::string trigger;
  Milliseconds ago;
  std::uint32_t used;
};

struct Case {
  std::string name, channel;
  std::vector<Opened> opened;
  bool open;
  std::optional<std::uint32_t> left;
  std::string reason;  // part of it
};

TEST(Window, Table) {
  const Case cases[] = {
      {"no policy", "chat", {}, true, {}, ""},
      {"never heard of", "oa", {}, false, {}, "no message of the customer in the last 48 h"},
      {"just spoke", "oa", {{"user_message", kMinute, 0}}, true, 5, ""},
      {"four used", "oa", {{"user_message", kHour, 4}}, true, 1, ""},
      {"five used", "oa", {{"user_message", kHour, 5}}, false, {}, "all 5 messages"},
      {"last moment", "oa", {{"user_message", 48 * kHour - Milliseconds(1), 0}}, true, 5, ""},
      {"48 h later", "oa", {{"user_message", 48 * kHour, 0}}, false, {}, "in the last 48 h"},
      {"menu", "oa", {{"menu_click", Milliseconds(59'999), 2}}, true, 1, ""},
      {"menu over", "oa", {{"menu_click", kMinute, 0}}, false, {}, "allowed now: template"},
      {"menu used, message open",
       "oa",
       {{"menu_click", Milliseconds(10), 3}, {"user_message", kHour, 3}},
       true,
       2,
       ""},
      {"both",
       "oa",
       {{"menu_click", Milliseconds(10), 1}, {"user_message", kHour, 3}},
       true,
       4,
       ""},
      {"unknown trigger", "oa", {{"wave", kMinute, 0}}, false, {}, "no message"},
      {"no quota", "fb", {{"user_message", kHour, 900}}, true, {}, ""},
      {"no quota, over", "fb", {{"user_message", kDay, 1}}, false, {}, "until the customer writes"},
  };
  const World world;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    State state = world.state;
    for (const auto& each : c.opened) {
      state.windows.push_back({.channel = {c.channel},
                               .trigger = each.trigger,
                               .opened_at = kStart - each.ago,
                               .used = each.used});
    }
    const auto verdict =
        check_window(state, world.policy->channels.at({c.channel}), kStart, AuthorType::bot);
    EXPECT_EQ(verdict.open, c.open) << verdict.reason;
    EXPECT_EQ(verdict.left, c.left);
    EXPECT_NE(verdict.reason.find(c.reason), std::string::npos) << verdict.reason;
    EXPECT_EQ(verdict.reason.empty(), c.open);
  }
}

TEST(Window, PeopleMayHaveALongerOne) {
  const World world;
  const auto& fb = world.policy->channels.at({"fb"});
  State state = world.state;
  open_window(state, {"fb"}, "user_message", kStart, kStart);
  const auto ask = [&](TimePoint at, AuthorType who) { return check_window(state, fb, at, who); };
  EXPECT_EQ(ask(kStart, AuthorType::bot).ends_at, kStart + kDay);
  EXPECT_EQ(ask(kStart, AuthorType::agent).ends_at, kStart + 7 * kDay);
  EXPECT_FALSE(ask(kStart + kDay, AuthorType::bot).open);
  EXPECT_FALSE(ask(kStart + kDay, AuthorType::system).open);
  EXPECT_TRUE(ask(kStart + kDay, AuthorType::agent).open);
  const auto late = ask(kStart + 7 * kDay, AuthorType::agent);
  EXPECT_FALSE(late.open);
  EXPECT_NE(late.reason.find("in the last 168 h"), std::string::npos) << late.reason;
}

TEST(Window, ASendKnowsTheWindowThatIsForEverybody) {
  World world;
  world.must(world.says("human", "fb"));
  world.must(AssignToAgent{.agent = {"anna"}});
  const TimePoint asked = world.now;
  const AgentSays answer{.agent = {"anna"}, .message = text("hi"), .channel = {}};
  const auto soon = world.must(answer);
  EXPECT_EQ(soon.sends.at(0).window_ends_at, asked + kDay);
  EXPECT_EQ(soon.sends.at(0).expires_at, asked + 7 * kDay);
  world.now = asked + 2 * kDay;
  const auto late = world.must(answer);
  EXPECT_FALSE(late.sends.at(0).window_ends_at.has_value());
  EXPECT_EQ(late.sends.at(0).expires_at, asked + 7 * kDay);
  world.now = asked + 7 * kDay;
  EXPECT_EQ(world.refusal(answer), Errc::window_closed);
}

TEST(Window, TheOneThatEndsFirstIsCharged) {
  const World world;
  const auto& oa = world.policy->channels.at({"oa"});
  State state = world.state;
  open_window(state, {"oa"}, "user_message", kStart, kStart);
  open_window(state, {"oa"}, "menu_click", kStart, kStart);
  for (int i = 0; i < 4; ++i) charge_window(state, oa, kStart + Milliseconds(5));
  EXPECT_EQ(state.windows[1].used, 3u);
  EXPECT_EQ(state.windows[0].used, 1u);
}

TEST(Window, AnewWithEachMessageNeverFromTheFutureNorFromThePast) {
  State state = World().state;
  open_window(state, {"oa"}, "user_message", kStart, kStart);
  state.windows[0].used = 5;
  open_window(state, {"oa"}, "user_message", kStart - kHour, kStart + kMinute);  // came late
  EXPECT_EQ(state.windows[0].used, 5u);
  EXPECT_EQ(state.windows[0].opened_at, kStart);
  open_window(state, {"oa"}, "user_message", kStart + kDay, kStart + kMinute);
  EXPECT_EQ(state.windows[0].used, 0u);
  EXPECT_EQ(state.windows[0].opened_at, kStart + kMinute);
}

TEST(Window, AtMostSixteen) {
  State state = World().state;
  for (int i = 0; i < 40; ++i) {
    const TimePoint at = kStart + i * kMinute;
    open_window(state, {"c" + std::to_string(i)}, "user_message", at, at);
  }
  EXPECT_EQ(state.windows.size(), kWindowsMax);
  EXPECT_EQ(state.windows.back().channel.value, "c39");
}

TEST(Window, AgentsFifthAnswerGoesAndTheSixthIsRefused) {
  World world;
  world.must(world.says("human", "oa"));
  world.must(AssignToAgent{.agent = {"anna"}});
  for (int i = 0; i < 5; ++i)
    world.must(AgentSays{.agent = {"anna"}, .message = text("hi"), .channel = {}});
  const State before = world.state;
  const auto refused =
      world.ask(AgentSays{.agent = {"anna"}, .message = text("hi"), .channel = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::window_closed);
  EXPECT_NE(refused.error().detail.find("template"), std::string::npos);
  EXPECT_EQ(world.state, before);

  Message approved;
  approved.content.emplace_back(Template{.name = "order_shipped"});
  world.must(AgentSays{.agent = {"anna"}, .message = approved, .channel = {}});
  world.must(world.says("thanks", "oa"));
  world.must(AgentSays{.agent = {"anna"}, .message = text("hi"), .channel = {}});
}

TEST(Window, ASendIsGoodUntilItsWindowEnds) {
  World world;
  world.must(world.says("human", "oa"));
  world.must(AssignToAgent{.agent = {"anna"}});
  world.must(AgentSays{.agent = {"anna"}, .message = text("hi"), .channel = {}});
  EXPECT_EQ(world.open_send().expires_at, kStart + 48 * kHour);
  world.now += 48 * kHour;
  const auto late = world.progress(world.open_send(), DeliveryState::submitting);
  EXPECT_EQ(late.events[0].delivery->status.state, DeliveryState::expired);
  EXPECT_TRUE(world.state.open_sends.empty());
}

}  // namespace
}  // namespace parley::routing
