// One customer on several accounts of an owner: what the platform tells of them, and joining by the
// id that is theirs everywhere.
#include <gtest/gtest.h>

#include <algorithm>

#include "conversation/codec.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

using enum EventType;

const PersonId kOther{"per_ffeeddccbbaa99887766554433221100"};

ProfileRead told(std::string union_id, std::string name = {}) {
  ProfileRead read;
  read.identity.key = {.scope = "oa", .scheme = "wechat_openid", .value = "o1"};
  read.identity.union_id = std::move(union_id);
  read.identity.display_name = std::move(name);
  read.channel = channel("oa");
  return read;
}

const Relay* relay_of(const Transition& transition, std::string_view verb) {
  const auto found = std::ranges::find(transition.relays, verb, &Relay::verb);
  return found == transition.relays.end() ? nullptr : &*found;
}

TEST(ProfileAsked, OnceForEachNewIdentityWhereThePlatformTells) {
  static const Capabilities kTells = [] {
    Capabilities can;
    can.profiles = true;
    return can;
  }();
  Policy policy = small_policy();
  policy.channels[{"chat"}].capabilities = &kTells;
  World world(policy);
  const auto first = world.must(world.says("hi"));
  const auto* relay = relay_of(first, "fetch_profile");
  ASSERT_NE(relay, nullptr);
  EXPECT_EQ(relay->to, world.state.person);
  EXPECT_EQ(relay->addresses.at(0).identity, world.state.addresses.at(0).identity);
  EXPECT_EQ(relay_of(world.must(world.says("again")), "fetch_profile"), nullptr);

  World silent;
  EXPECT_EQ(relay_of(silent.must(silent.says("hi")), "fetch_profile"), nullptr);
}

TEST(ProfileTold, IsKeptOnTheIdentityAndFillsWhatIsUnknown) {
  World world;
  auto read = told("oUnion", "李");
  read.identity.language = "zh";
  read.relay = "prf_1";
  const auto kept = world.must(read);
  EXPECT_EQ(types(kept), std::vector{platform_event});
  EXPECT_EQ(kept.events[0].platform_event->type, "identity.profile");
  EXPECT_EQ(kept.events[0].identity->union_id, "oUnion");
  EXPECT_EQ(kept.finished_relays, std::vector<std::string>{"prf_1"});
  EXPECT_EQ(world.state.display_name, "李");
  EXPECT_EQ(world.state.language, "zh");
  EXPECT_EQ(world.state.union_id, "oUnion");
  world.must(told("oUnion", "another name"));
  EXPECT_EQ(world.state.display_name, "李") << "what was known stays";
}

TEST(ProfileTold, NothingOnlyEndsTheAsking) {
  World world;
  auto read = told("");
  read.relay = "prf_1";
  const auto kept = world.must(read);
  EXPECT_TRUE(kept.events.empty());
  EXPECT_EQ(kept.finished_relays, std::vector<std::string>{"prf_1"});
}

TEST(Joining, IsAskedForAtOnceWhenNobodyIsBusy) {
  World world;
  const auto kept = world.must(told("oUnion"));
  const auto* relay = relay_of(kept, "join_union");
  ASSERT_NE(relay, nullptr);
  EXPECT_EQ(relay->reason, "oUnion");
  EXPECT_FALSE(world.state.join_pending);
  EXPECT_EQ(relay_of(world.must(told("oUnion", "n")), "join_union"), nullptr) << "once";
}

TEST(Joining, WaitsForTheAnswerThatIsOnItsWay) {
  World world;
  auto says = world.says("hi");
  says.identity.union_id = "oUnion";
  const auto turn = world.must(says);
  EXPECT_EQ(relay_of(turn, "join_union"), nullptr) << "a bot is asked";
  EXPECT_TRUE(world.state.join_pending);
  ASSERT_FALSE(turn.bot_calls.empty());
  const auto answered = world.must(BotAnswered{
      .call = turn.bot_calls[0].id, .epoch = turn.bot_calls[0].epoch, .messages = {text("hello")}});
  EXPECT_EQ(relay_of(answered, "join_union"), nullptr) << "its answer is on its way";
  world.progress(world.open_send(), DeliveryState::submitting);
  const auto sent = world.progress(world.open_send(), DeliveryState::sent);
  ASSERT_NE(relay_of(sent, "join_union"), nullptr);
  EXPECT_FALSE(world.state.join_pending);
}

TEST(Joining, LeavesAloneWhoWaitsOrIsServed) {
  World world;
  auto says = world.says("human");
  says.identity.union_id = "oUnion";
  EXPECT_EQ(relay_of(world.must(says), "join_union"), nullptr);
  EXPECT_TRUE(world.state.join_pending);
  const auto late = world.must(JoinUnion{.union_id = "oUnion", .owner = kOther, .relay = "uni_1"});
  EXPECT_EQ(late.finished_relays, std::vector<std::string>{"uni_1"});
  EXPECT_TRUE(world.state.forward_to.empty());
  EXPECT_TRUE(world.state.join_pending) << "asked for again when they are through";
}

TEST(Joining, TheFirstWithTheIdClaimsIt) {
  World world;
  const auto claimed = world.must(JoinUnion{
      .union_id = "oUnion", .owner = {}, .relay = "uni_1", .dedup = {{{"union"}, "union:oUnion"}}});
  EXPECT_EQ(types(claimed), std::vector{identity_linked});
  ASSERT_EQ(claimed.extra_rows.size(), 1u);
  EXPECT_EQ(claimed.extra_rows[0].id, identity_row_id(union_key("oUnion")));
  EXPECT_EQ(claimed.extra_rows[0].body, world.state.person.value);
  EXPECT_EQ(claimed.dedup.size(), 1u) << "of two only one can";
  EXPECT_EQ(claimed.finished_relays, std::vector<std::string>{"uni_1"});
}

TEST(Joining, TheNextIsMergedIntoTheFirstAndCanBeTakenApart) {
  World world;
  world.must(told("oUnion"));
  const auto merged =
      world.must(JoinUnion{.union_id = "oUnion", .owner = kOther, .relay = "uni_1"});
  ASSERT_NE(find(merged, person_merged), nullptr);
  EXPECT_EQ(find(merged, person_merged)->link->reason, "same union id");
  EXPECT_EQ(find(merged, person_merged)->link->other, kOther);
  EXPECT_EQ(merged.finished_relays, std::vector<std::string>{"uni_1"});
  EXPECT_NE(relay_of(merged, "merged_from"), nullptr);
  EXPECT_EQ(world.state.forward_to, kOther);

  world.must(UnmergeFrom{.actor = "agent:anna", .reason = "not the same"});
  EXPECT_TRUE(world.state.forward_to.empty());
  const auto again = world.must(told("oUnion", "n"));
  EXPECT_EQ(relay_of(again, "join_union"), nullptr) << "people have said no";
  auto says = world.says("hi");
  says.identity.union_id = "oUnion";
  world.must(says);
  EXPECT_FALSE(world.state.join_pending);
}

TEST(Joining, NeverGoesOverConflictingIds) {
  World world;
  world.must(told("oUnion"));
  const auto second = world.must(told("oAnother"));
  EXPECT_EQ(world.state.union_id, "oUnion");
  EXPECT_EQ(relay_of(second, "join_union"), nullptr);
  ASSERT_EQ(second.events.size(), 2u);
  EXPECT_EQ(second.events[1].platform_event->type, "identity.not_joined");

  const auto late =
      world.must(JoinUnion{.union_id = "oAnother", .owner = kOther, .relay = "uni_1"});
  EXPECT_TRUE(world.state.forward_to.empty());
  EXPECT_EQ(late.finished_relays, std::vector<std::string>{"uni_1"});
  EXPECT_EQ(late.events.at(0).platform_event->type, "identity.not_joined");
}

TEST(Joining, WhoHasTheIdAlreadyIsNotMergedIntoThemselves) {
  World world;
  const auto done =
      world.must(JoinUnion{.union_id = "oUnion", .owner = world.state.person, .relay = "uni_1"});
  EXPECT_TRUE(done.events.empty());
  EXPECT_EQ(done.finished_relays, std::vector<std::string>{"uni_1"});
}

TEST(Joining, WhoOthersWereMergedIntoStays) {
  World world;
  world.must(
      MergedFrom{.other = {"per_00000000000000000000000000000009"}, .actor = "a", .reason = "r"});
  const auto done = world.must(JoinUnion{.union_id = "oUnion", .owner = kOther, .relay = "uni_1"});
  EXPECT_TRUE(world.state.forward_to.empty());
  EXPECT_EQ(done.events.at(0).platform_event->type, "identity.not_joined");
  EXPECT_EQ(done.finished_relays, std::vector<std::string>{"uni_1"});
}

}  // namespace
}  // namespace parley::routing
