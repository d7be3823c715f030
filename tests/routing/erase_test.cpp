// Erasing a person: what was begun ends, nothing begun before can be finished after, and the state
// is that of somebody nothing was ever heard of.
#include <gtest/gtest.h>

#include "conversation/codec.hpp"
#include "conversation/erasure.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

using enum EventType;

ErasePerson erase() { return {.actor = "api:dpo"}; }

// Everything a state remembers of a person is gone; its numbers go on.
void expect_blank(const State& state, std::uint64_t seq, std::uint64_t epoch) {
  auto blank = first_state(state.tenant, state.person);
  blank.last_seq = seq;
  blank.control.epoch = epoch;
  blank.control.since = state.control.since;
  set_erased_through(blank, seq);
  EXPECT_EQ(state, blank);
}

TEST(Erase, LeavesABlankStateAndOneEvent) {
  World world;
  world.must(world.says("hello there"));
  UpdateProfile profile;
  profile.actor = "api:crm";
  profile.attributes = {{"tier", std::string("gold")}};
  profile.display_name = "Li Wei";
  profile.external_user = "crm-1";
  world.must(profile);
  const auto before = world.state;
  const auto done = world.must(erase());
  EXPECT_EQ(done.events.size(), 1u);
  EXPECT_EQ(done.events[0].type, person_erased);
  EXPECT_EQ(done.events[0].actor, "api:dpo");
  EXPECT_EQ(done.events[0].seq, before.last_seq + 1);
  expect_blank(world.state, before.last_seq + 1, before.control.epoch + 1);
  ASSERT_EQ(done.relays.size(), 1u) << "so that a start knows what is left to do";
  EXPECT_EQ(done.relays[0].verb, kEraseVerb);
  EXPECT_EQ(done.relays[0].reason, std::to_string(world.state.last_seq));
  EXPECT_EQ(done.relays[0].id, place_id("era", world.state.person, world.state.last_seq));
}

TEST(Erase, TakesBackWhatIsOnItsWay) {
  World world;
  world.must(world.says("hello"));  // asks the bot
  const auto call = world.state.open_bot_call;
  ASSERT_FALSE(call.empty());
  SystemSays push;
  push.actor = "api:x";
  push.message = text("a message");
  world.must(push);
  const auto sends = world.state.open_sends;
  ASSERT_FALSE(sends.empty());
  const auto done = world.must(erase());
  EXPECT_EQ(done.finished_sends, sends);
  EXPECT_EQ(done.finished_bot_calls, std::vector{call});
}

TEST(Erase, LeavesQueueAndAgent) {
  World waiting;
  waiting.must(waiting.says("human"));
  ASSERT_TRUE(waiting.state.waiting);
  EXPECT_TRUE(waiting.must(erase()).leave_queue);
  World held;
  held.give_to("anna");
  ASSERT_EQ(held.state.lifecycle, Lifecycle::assigned);
  EXPECT_TRUE(held.must(erase()).end_assignment);
  EXPECT_EQ(held.state.control.holder, Holder{});
}

TEST(Erase, ALateAnswerOfTheBotIsNoDraft) {
  World world;
  world.must(world.says("hello"));
  const auto call = world.state.open_bot_call;
  const auto epoch = world.state.control.epoch;
  world.must(erase());
  BotAnswered late{.call = call, .epoch = epoch, .messages = {text("your order 4711 ...")}};
  EXPECT_TRUE(world.must(late).events.empty());
  BotFailed failed{.call = call, .epoch = epoch, .reason = "deadline"};
  EXPECT_TRUE(world.must(failed).events.empty());
}

TEST(Erase, LateFilesProfilesAndJoinsBringNothingBack) {
  World world;
  world.must(world.says("hello"));
  const auto seq = world.state.last_seq;
  world.must(erase());
  const auto blank = world.state;
  const auto relay = [&](std::string_view prefix) {
    return place_id(prefix, world.state.person, seq);
  };
  MediaStored file{.message_seq = 1,
                   .parts = {{0, Media{.media_id = "med_0", .name = "passport.jpg"}}},
                   .relay = relay("rel")};
  const auto stored = world.must(file);
  EXPECT_TRUE(stored.events.empty());
  EXPECT_EQ(stored.finished_relays, std::vector{relay("rel")});
  ProfileRead profile;
  profile.identity.display_name = "Li Wei";
  profile.relay = relay("prf");
  EXPECT_TRUE(world.must(profile).events.empty());
  JoinUnion join{.union_id = "oUnion", .relay = relay("uni")};
  const auto joined = world.must(join);
  EXPECT_TRUE(joined.events.empty());
  EXPECT_TRUE(joined.extra_rows.empty());
  EXPECT_EQ(world.state, blank);
}

TEST(Erase, AMergedPersonCanBeErasedAndTheLinkGoes) {
  World world;
  world.must(world.says("hello"));
  MergeInto merge;
  merge.survivor = person_id_of(world.state.tenant, {"a", "b", "c"});
  merge.actor = "agent:anna";
  merge.reason = "same phone";
  world.must(merge);
  const auto before = world.state;
  world.must(erase());
  expect_blank(world.state, before.last_seq + 1, before.control.epoch + 1);
}

TEST(Erase, LifeGoesOnInTheSameLog) {
  World world;
  world.must(world.says("hello"));
  world.must(erase());
  const auto seq = world.state.last_seq;
  const auto epoch = world.state.control.epoch;
  const auto again = world.must(world.says("me again"));
  EXPECT_EQ(again.events.front().seq, seq + 1);
  EXPECT_GT(world.state.control.epoch, epoch);
  EXPECT_EQ(erased_through(world.state), seq) << "what is new is not erased";
  MediaStored file{.message_seq = again.events.front().seq,
                   .parts = {{0, Media{.media_id = "med_0"}}}};
  EXPECT_FALSE(world.must(file).events.empty());
}

TEST(Erase, TheMarkSurvivesTheStoredForm) {
  World world;
  world.must(world.says("hello"));
  world.must(erase());
  const auto back = from_stored<State>(to_stored(world.state));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(erased_through(*back), world.state.last_seq);
  EXPECT_EQ(*back, world.state);
}

}  // namespace
}  // namespace parley::routing
