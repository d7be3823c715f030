// Who the customer is: profiles, identities, merges and taking them back.
#include <gtest/gtest.h>

#include "conversation/codec.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

using enum EventType;

UpdateProfile update(Attributes attributes) {
  UpdateProfile out;
  out.actor = "api:crm";
  out.attributes = std::move(attributes);
  return out;
}

TEST(Profile, IsMergedErasedAndIndexed) {
  World world;
  auto first = update({{"tier", std::string("gold")}, {"orders", 3.0}});
  first.external_user = "crm-1";
  first.display_name = "Li Wei";
  const auto stored = world.must(first);
  EXPECT_EQ(types(stored), std::vector{platform_event});
  EXPECT_EQ(stored.events[0].platform_event->type, "profile.updated");
  EXPECT_EQ(stored.extra_rows.at(0).kind, RowKind::user_index);
  auto second = update({{"orders", 4.0}});
  second.erase = {"tier"};
  world.must(second);
  EXPECT_EQ(world.state.attributes, (Attributes{{"orders", 4.0}}));
  EXPECT_EQ(world.state.display_name, "Li Wei");
  EXPECT_TRUE(world.must(second).events.empty()) << "nothing new";
}

TEST(Profile, IsBounded) {
  World world;
  Attributes many;
  for (std::size_t i = 0; i < kAttributesMax; ++i) many["a" + std::to_string(i)] = 1.0;
  world.must(update(many));
  EXPECT_EQ(world.refusal(update({{"one more", 1.0}})), Errc::overloaded);
  EXPECT_EQ(world.refusal(update({{"a1", std::string(2000, 'x')}})), Errc::malformed);
  auto swap = update({{"one more", 1.0}});
  swap.erase = {"a1"};
  world.must(swap);
}

TEST(Profile, ChangesTheSegmentOfWhoWaits) {
  Policy policy = small_policy();
  Condition gold = test_of(When::attribute, {"gold"});
  gold.name = "tier";
  policy.segments = {{.name = "vip", .when = gold}};
  World world(policy);
  world.must(world.says("human"));
  const auto changed = world.must(update({{"tier", std::string("gold")}}));
  EXPECT_EQ(changed.queue_entries.at(0).segment, "vip");
}

TEST(Identity, IsLinkedOnce) {
  World world;
  LinkIdentity link;
  link.identity.key = {.scope = "oa", .scheme = "wechat_openid", .value = "o1"};
  link.channel = channel("oa");
  link.recipient = "o1";
  link.actor = "system";
  link.reason = "same unionid";
  const auto linked = world.must(link);
  EXPECT_EQ(types(linked), std::vector{identity_linked});
  ASSERT_EQ(linked.extra_rows.size(), 1u);
  EXPECT_EQ(linked.extra_rows[0].kind, RowKind::identity);
  EXPECT_EQ(linked.extra_rows[0].id, identity_row_id(link.identity.key));
  EXPECT_EQ(linked.extra_rows[0].body, world.state.person.value);
  EXPECT_EQ(world.state.addresses.at(0).recipient, "o1");
  EXPECT_TRUE(world.must(link).events.empty());
  link.identity.key.value.clear();
  EXPECT_EQ(world.refusal(link), Errc::malformed);
}

struct Pair {
  Pair() {
    b.state = first_state({"demo"}, {"per_ffeeddccbbaa99887766554433221100"});
    a.must(a.says("human", "oa"));
    auto says = b.says("hello", "chat");
    says.identity.key.value = "u2";
    b.must(says);
  }
  // Carries out the relays of a transition, as the pipeline does.
  Transition carry(const Transition& from) {
    Transition last;
    for (const Relay& relay : from.relays) {
      auto command = command_of(relay);
      EXPECT_TRUE(command);
      last = (relay.to == a.state.person ? a : b).must(*command);
    }
    return last;
  }
  World a, b;
};

TEST(Merge, ForwardsMovesAddressesAndGoesBack) {
  Pair pair;
  const State b_before = pair.b.state;
  const auto merged = pair.a.must(
      MergeInto{.survivor = pair.b.state.person, .actor = "agent:anna", .reason = "same phone"});
  EXPECT_EQ(types(merged), (std::vector{conversation_closed, person_merged}));
  EXPECT_TRUE(merged.leave_queue);
  EXPECT_EQ(pair.a.state.forward_to, pair.b.state.person);
  ASSERT_EQ(merged.relays.size(), 1u);
  const auto taken = pair.carry(merged);
  EXPECT_EQ(types(taken), std::vector{person_merged});
  EXPECT_EQ(taken.finished_relays, std::vector{merged.relays[0].id});
  EXPECT_EQ(pair.b.state.merged, std::vector{pair.a.state.person});
  EXPECT_EQ(pair.b.state.addresses.size(), 2u);
  EXPECT_EQ(pair.b.state.windows.size(), 2u);
  const auto twice = pair.carry(merged);
  EXPECT_TRUE(twice.events.empty());
  EXPECT_EQ(twice.finished_relays.size(), 1u);

  const auto apart = pair.a.must(UnmergeFrom{.actor = "agent:anna", .reason = "mistake"});
  EXPECT_EQ(types(apart), std::vector{person_unmerged});
  pair.carry(apart);
  pair.carry(apart);
  State b_after = pair.b.state;
  b_after.last_seq = b_before.last_seq;
  EXPECT_EQ(b_after, b_before);
  EXPECT_TRUE(pair.a.state.forward_to.empty());
  EXPECT_EQ(pair.a.must(pair.a.says("hi", "oa")).decisions.size(), 1u);
}

TEST(Merge, RefusesItselfChainsAndRepeats) {
  Pair pair;
  const auto into = [](const PersonId& survivor) {
    return MergeInto{.survivor = survivor, .actor = "api:k", .reason = "r"};
  };
  EXPECT_EQ(pair.a.refusal(into(pair.a.state.person)), Errc::rejected);
  EXPECT_EQ(pair.a.refusal(into({"per_nonsense"})), Errc::malformed);
  EXPECT_EQ(pair.a.refusal(UnmergeFrom{.actor = "api:k", .reason = {}}), Errc::rejected);
  pair.carry(pair.a.must(into(pair.b.state.person)));
  EXPECT_EQ(pair.a.refusal(into(pair.b.state.person)), Errc::conflict);
  EXPECT_EQ(pair.b.refusal(into({"per_00000000000000000000000000000000"})), Errc::rejected)
      << "a survivor does not go on to another";
}

// Each into the other, both relays on their way: both find a forward where a survivor should be.
TEST(Merge, CrossingMergesAreTakenBack) {
  Pair pair;
  const auto one =
      pair.a.must(MergeInto{.survivor = pair.b.state.person, .actor = "api:k", .reason = "r"});
  const auto other =
      pair.b.must(MergeInto{.survivor = pair.a.state.person, .actor = "api:k", .reason = "r"});
  const auto refused_one = pair.carry(one);
  const auto refused_other = pair.carry(other);
  for (const auto& refused : {refused_one, refused_other}) {
    ASSERT_EQ(refused.relays.size(), 1u);
    EXPECT_EQ(refused.relays[0].verb, "unmerge_from");
    EXPECT_EQ(refused.finished_relays.size(), 1u);
    pair.carry(pair.carry(refused));
  }
  for (const World* world : {&pair.a, &pair.b}) {
    EXPECT_TRUE(world->state.forward_to.empty());
    EXPECT_TRUE(world->state.merged.empty());
  }
}

// One relay carried out to its end before the other: then the later merge stands.
TEST(Merge, OfCrossingMergesTheLaterMayStand) {
  Pair pair;
  const auto one =
      pair.a.must(MergeInto{.survivor = pair.b.state.person, .actor = "api:k", .reason = "r"});
  const auto other =
      pair.b.must(MergeInto{.survivor = pair.a.state.person, .actor = "api:k", .reason = "r"});
  pair.carry(pair.carry(pair.carry(one)));
  pair.carry(other);
  EXPECT_TRUE(pair.a.state.forward_to.empty());
  EXPECT_EQ(pair.b.state.forward_to, pair.a.state.person);
  EXPECT_EQ(pair.a.state.merged, std::vector{pair.b.state.person});
}

TEST(Merge, SendsOnTheirWayStillEnd) {
  Pair pair;
  pair.a.must(AssignToAgent{.agent = {"anna"}});
  pair.a.must(AgentSays{.agent = {"anna"}, .message = text("hi"), .channel = {}});
  pair.a.must(MergeInto{.survivor = pair.b.state.person, .actor = "api:k", .reason = "r"});
  const Send row = pair.a.open_send();
  EXPECT_EQ(pair.a.progress(row, DeliveryState::sent).finished_sends.size(), 1u);
}

TEST(Relay, UnknownVerbsAreMalformed) {
  Relay relay;
  relay.verb = "dance";
  const auto command = command_of(relay);
  ASSERT_FALSE(command);
  EXPECT_EQ(command.error().code, Errc::malformed);
}

}  // namespace
}  // namespace parley::routing
