// What waiting and time bring to a conversation: passed on, told, promised, closed.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

using enum EventType;

Policy with(const std::function<void(DeskRules&)>& change) {
  Policy policy = small_policy();
  change(policy.queues[{"general"}].desk);
  return policy;
}

std::size_t count(const Transition& transition, EventType type) {
  return static_cast<std::size_t>(std::ranges::count(transition.events, type, &Event::type));
}

std::string said(const Transition& transition) {
  return transition.sends.empty() ? "" : plain_text(transition.sends.front().message);
}

AgentSays anna_says(std::string words = "hello") {
  return {.agent = {"anna"}, .message = text(std::move(words)), .channel = {}};
}

TEST(Wait, PassingOnKeepsTheTimeWaited) {
  World world;
  world.must(world.says("human"));
  const TimePoint since = world.now;
  world.now += kMinute;
  const auto passed = world.must(PassOn{.queue = {"vip"}, .epoch = 1, .reason = "long"});
  EXPECT_EQ(world.state.control.holder, queue("vip"));
  EXPECT_EQ(passed.queue_entries.at(0).since, since);
  EXPECT_EQ(passed.queue_entries[0].entered_at, world.now);
  EXPECT_EQ(passed.queue_entries[0].overflows, 1u);
  EXPECT_EQ(world.refusal(PassOn{.queue = {"vip"}, .epoch = 1, .reason = {}}), Errc::conflict);
}

TEST(Wait, WhatWasPlannedUnderAnotherEpochIsRefused) {
  World world;
  world.must(world.says("human"));
  world.must(AssignToAgent{.agent = {"anna"}, .epoch = 1});
  EXPECT_EQ(world.refusal(PassOn{.queue = {"vip"}, .epoch = 1, .reason = {}}), Errc::conflict);
  EXPECT_EQ(world.refusal(AskForMessage{.epoch = 1}), Errc::conflict);
  EXPECT_EQ(world.refusal(EndWait{.to = bot(), .epoch = 1}), Errc::conflict);
  EXPECT_EQ(world.refusal(TellPosition{.epoch = 1, .position = 2}), Errc::conflict);
  EXPECT_EQ(world.refusal(OfferToAll{.agents = {{"ben"}}, .epoch = 1}), Errc::conflict);
}

TEST(Wait, AMessageIsAskedForOnceAndThePlaceIsKept) {
  World world(with([](DeskRules& desk) { desk.full = {.zh = {}, .en = "we are full"}; }));
  world.must(world.says("human"));
  const auto asked = world.must(AskForMessage{.epoch = 1, .full = true});
  EXPECT_EQ(said(asked), "we are full");
  EXPECT_TRUE(world.state.waiting->mail);
  EXPECT_TRUE(world.must(AskForMessage{.epoch = 1, .full = true}).events.empty());
  EXPECT_EQ(world.state.lifecycle, Lifecycle::queued);
}

TEST(Wait, ThePlaceIsToldWithAnEstimateOnlyIfThereIsOne) {
  World world(with([](DeskRules& desk) {
    desk.position = {.zh = {}, .en = "You are number {position}. About {minutes} min."};
  }));
  world.must(world.says("human"));
  const auto told = world.must(TellPosition{.epoch = 1, .position = 3, .estimate = kMinute * 4});
  EXPECT_EQ(said(told), "You are number 3. About 4 min.");
  EXPECT_EQ(world.state.waiting->told_position, 3u);
  EXPECT_EQ(said(world.must(TellPosition{.epoch = 1, .position = 2})), "You are number 2.");
}

TEST(Wait, APlaceIsNotToldWhereMessagesAreCounted) {
  World world(
      with([](DeskRules& desk) { desk.position = {.zh = "{position}", .en = "{position}"}; }));
  world.must(world.says("human", "oa"));
  EXPECT_TRUE(world.must(TellPosition{.epoch = 1, .position = 3}).sends.empty());
}

TEST(Wait, OfSeveralWhoAreAskedTheFirstGetsThem) {
  World world;
  world.must(world.says("human"));
  const auto offered = world.must(OfferToAll{.agents = {{"anna"}, {"ben"}}, .epoch = 1});
  EXPECT_EQ(types(offered), std::vector{conversation_offered});
  EXPECT_EQ(world.state.control.epoch, 1u);
  const auto refused = world.must(RejectOffer{.agent = {"anna"}, .epoch = 1, .reason = "busy"});
  EXPECT_EQ(types(refused), std::vector{control_rejected});
  EXPECT_EQ(world.state.waiting->declined, std::vector<AgentId>{{"anna"}});
  world.must(AssignToAgent{.agent = {"ben"}, .epoch = 1});
  EXPECT_EQ(world.refusal(AssignToAgent{.agent = {"anna"}, .epoch = 1}), Errc::conflict);
}

TEST(Promise, IsBrokenOnceHoweverOftenOneLooks) {
  World world(with([](DeskRules& desk) { desk.sla.first_response = kMinute; }));
  const auto entered = world.must(world.says("human"));
  EXPECT_EQ(entered.queue_entries.at(0).check_at, world.now + kMinute * 8 / 10);
  world.now += Milliseconds{48'000};
  const auto warned = world.must(TimePassed{});
  ASSERT_EQ(types(warned), std::vector{sla_warning});
  EXPECT_EQ(warned.events[0].sla->kind, SlaKind::first_response);
  EXPECT_EQ(warned.queue_entries.at(0).sla, "warned");
  EXPECT_TRUE(world.must(TimePassed{}).events.empty());
  world.now += Milliseconds{12'000};
  EXPECT_EQ(types(world.must(TimePassed{})), std::vector{sla_breached});
  EXPECT_TRUE(world.must(TimePassed{}).events.empty());
  world.must(AssignToAgent{.agent = {"anna"}, .epoch = 1});
  EXPECT_EQ(count(world.must(anna_says()), sla_breached), 0u);
  EXPECT_TRUE(world.state.sla.empty());
}

TEST(Promise, ThatNobodyLookedAtInTimeIsToldWhenItEnds) {
  World world(with([](DeskRules& desk) { desk.sla.first_response = kMinute; }));
  world.must(world.says("human"));
  world.must(AssignToAgent{.agent = {"anna"}, .epoch = 1});
  world.now += kHour;  // the process was down
  EXPECT_EQ(count(world.must(anna_says()), sla_breached), 1u);
  EXPECT_TRUE(world.must(TimePassed{}).events.empty());
}

TEST(Promise, ThatIsKeptIsNeverMentioned) {
  World world(with([](DeskRules& desk) {
    desk.sla = {.first_response = kMinute, .next_response = kMinute, .resolution = kHour};
  }));
  world.must(world.says("human"));
  world.must(AssignToAgent{.agent = {"anna"}, .epoch = 1});
  world.must(anna_says());
  world.now += kMinute;
  world.must(world.says("and now?"));
  ASSERT_EQ(world.state.sla.size(), 2u);
  world.now += Milliseconds{30'000};
  EXPECT_EQ(count(world.must(anna_says("so")), sla_breached), 0u);
  EXPECT_EQ(count(world.must(CloseEpisode{.actor = "agent:anna", .reason = {}}), sla_breached), 0u);
  EXPECT_TRUE(world.state.sla.empty());
}

TEST(Silence, IsWarnedOfBeforeItClosesAndNeverWhenWeOweAnAnswer) {
  World world(with([](DeskRules& desk) {
    desk.silence_warn = kMinute * 10;
    desk.silence_close = kMinute * 5;
    desk.silence = {.zh = {}, .en = "still there?"};
  }));
  world.give_to("anna");
  world.now += kHour;
  EXPECT_TRUE(world.must(TimePassed{}).events.empty());  // nobody has answered yet
  world.must(anna_says());
  world.now += kMinute * 10;
  EXPECT_EQ(said(world.must(TimePassed{})), "still there?");
  world.now += kMinute * 4;
  EXPECT_TRUE(world.must(TimePassed{}).events.empty());
  world.must(world.says("yes"));
  world.now += kHour;
  EXPECT_TRUE(world.must(TimePassed{}).events.empty());  // the last word is theirs
  world.must(anna_says("good"));
  world.now += kMinute * 10;
  world.must(TimePassed{});
  world.now += kMinute * 5;
  EXPECT_EQ(count(world.must(TimePassed{}), conversation_closed), 1u);
  EXPECT_TRUE(world.state.episode.empty());
}

TEST(WrapUp, KeepsThePlaceUntilDoneOrItsTime) {
  World world(with([](DeskRules& desk) { desk.wrap_up = kMinute; }));
  world.give_to("anna");
  const auto closed = world.must(CloseEpisode{.actor = "agent:anna", .reason = {}});
  EXPECT_EQ(world.state.lifecycle, Lifecycle::wrapping);
  EXPECT_FALSE(closed.end_assignment);
  EXPECT_EQ(closed.assignments.at(0).wrap_until, world.now + kMinute);
  EXPECT_EQ(world.refusal(FinishWrapUp{.agent = {"ben"}}), Errc::conflict);
  World other = world;
  EXPECT_TRUE(other.must(FinishWrapUp{.agent = {"anna"}}).end_assignment);
  EXPECT_FALSE(world.must(TimePassed{}).end_assignment);
  world.now += kMinute;
  EXPECT_TRUE(world.must(TimePassed{}).end_assignment);
  EXPECT_EQ(world.state.lifecycle, Lifecycle::closed);
}

TEST(WrapUp, EndsWhenTheCustomerComesBack) {
  World world(with([](DeskRules& desk) { desk.wrap_up = kMinute; }));
  world.give_to("anna");
  world.must(CloseEpisode{.actor = "agent:anna", .reason = {}});
  EXPECT_TRUE(world.must(world.says("one more thing")).end_assignment);
  EXPECT_TRUE(world.state.wrapping.empty());
}

TEST(Offer, TheAgentWhoDeclinedIsRemembered) {
  World world;
  world.must(world.says("human"));
  world.must(OfferToAgent{.agent = {"anna"}, .epoch = 1});
  world.must(RejectOffer{.agent = {"anna"}, .epoch = 2, .reason = "busy"});
  EXPECT_EQ(world.state.waiting->declined, std::vector<AgentId>{{"anna"}});
  world.must(OfferToAgent{.agent = {"anna"}, .epoch = 3});  // again: a new round
  EXPECT_TRUE(world.state.waiting->declined.empty());
}

}  // namespace
}  // namespace parley::routing
