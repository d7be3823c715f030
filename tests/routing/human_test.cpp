// People: who may take, pass on and give back a conversation, and who is told no.
#include <gtest/gtest.h>

#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

using enum EventType;

AgentSays says_as(std::string agent_id, std::string words = "hi") {
  return {.agent = {std::move(agent_id)}, .message = text(std::move(words)), .channel = {}};
}

TEST(Human, OfferAcceptKeepsThePlaceAndEndsTheWait) {
  World world;
  world.must(world.says("human"));
  const TimePoint since = world.now;
  world.now += kMinute;
  const auto offered = world.must(OfferToAgent{.agent = {"anna"}, .epoch = 1});
  EXPECT_EQ(types(offered), std::vector{conversation_offered});
  EXPECT_EQ(world.state.lifecycle, Lifecycle::offered);
  EXPECT_EQ(offered.queue_entries.at(0).offered_to.value, "anna");
  EXPECT_EQ(offered.queue_entries[0].since, since);
  EXPECT_EQ(offered.queue_entries[0].epoch, 2u);
  EXPECT_EQ(world.refusal(AcceptOffer{.agent = {"ben"}, .epoch = 2}), Errc::conflict);
  EXPECT_EQ(world.refusal(AcceptOffer{.agent = {"anna"}, .epoch = 1}), Errc::conflict);
  const auto accepted = world.must(AcceptOffer{.agent = {"anna"}, .epoch = 2});
  EXPECT_EQ(types(accepted), (std::vector{control_accepted, conversation_assigned}));
  EXPECT_TRUE(accepted.leave_queue);
  EXPECT_EQ(accepted.assignments.at(0).agent.value, "anna");
  EXPECT_EQ(accepted.assignments[0].queue.value, "general");
  EXPECT_EQ(accepted.assignments[0].epoch, 3u);
  EXPECT_EQ(world.state.last_agent.value, "anna");
}

TEST(Human, ARejectedOfferGoesBackToItsPlace) {
  World world;
  world.must(world.says("human"));
  const TimePoint since = world.now;
  world.now += kMinute;
  world.must(OfferToAgent{.agent = {"anna"}, .epoch = 1});
  const auto rejected =
      world.must(RejectOffer{.agent = {"anna"}, .epoch = 2, .reason = "no answer in time"});
  EXPECT_EQ(types(rejected), std::vector{control_rejected});
  EXPECT_EQ(world.state.control.holder, queue("general"));
  EXPECT_EQ(rejected.queue_entries.at(0).since, since);
  EXPECT_TRUE(rejected.queue_entries[0].offered_to.empty());
  EXPECT_FALSE(rejected.leave_queue);
  EXPECT_EQ(world.refusal(RejectOffer{.agent = {"anna"}, .epoch = 2, .reason = {}}),
            Errc::conflict);
}

TEST(Human, OfTwoAgentsOneGetsTheCustomer) {
  World world;
  world.must(world.says("human"));
  const auto epoch = world.state.control.epoch;
  world.must(AssignToAgent{.agent = {"anna"}, .epoch = epoch});
  const auto second = world.ask(AssignToAgent{.agent = {"ben"}, .epoch = epoch});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_NE(second.error().detail.find("agent anna"), std::string::npos);
  EXPECT_EQ(world.refusal(AssignToAgent{.agent = {"nobody"}}), Errc::not_found);
  EXPECT_EQ(world.refusal(OfferToAgent{.agent = {"ben"}}), Errc::conflict);
}

TEST(Human, OnlyWhoHoldsItSpeaks) {
  World world;
  world.give_to("anna");
  const auto said = world.must(says_as("anna"));
  ASSERT_EQ(said.sends.size(), 1u);
  EXPECT_FALSE(said.sends[0].fenced);
  EXPECT_EQ(said.events[0].actor, "agent:anna");
  EXPECT_EQ(said.events[0].message->author.display_name, "Anna");
  EXPECT_EQ(said.events[0].message->delivery->state, DeliveryState::queued);
  const auto other = world.ask(says_as("ben"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::conflict);
  EXPECT_NE(other.error().detail.find("agent anna does"), std::string::npos);
  auto elsewhere = says_as("anna");
  elsewhere.channel = ChannelId{"oa"};
  EXPECT_EQ(world.refusal(elsewhere), Errc::not_found);
  EXPECT_EQ(world.refusal(says_as("anna", "")), Errc::malformed);
}

TEST(Human, TakeOverFromAnybody) {
  World world;
  world.must(world.says("hello"));
  const auto taken = world.must(TakeOver{.agent = {"anna"}, .actor = "agent:anna"});
  EXPECT_EQ(types(taken), std::vector{conversation_assigned});
  EXPECT_EQ(taken.finished_bot_calls.size(), 1u);
  EXPECT_TRUE(world.must(TakeOver{.agent = {"anna"}, .actor = "agent:anna"}).events.empty());
  const auto again = world.must(TakeOver{.agent = {"ben"}, .actor = "agent:ben"});
  EXPECT_EQ(again.assignments.at(0).agent.value, "ben");
  EXPECT_FALSE(again.end_assignment) << "the row is replaced, not erased";
  EXPECT_EQ(again.events[0].control->reason, "taken over from agent anna");
}

TEST(Human, TakeOverOpensAnEpisode) {
  World world;
  world.must(world.says("hello"));
  world.must(CloseEpisode{.actor = "api:k", .reason = "solved"});
  const auto taken = world.must(TakeOver{.agent = {"anna"}, .actor = "agent:anna"});
  EXPECT_EQ(types(taken), (std::vector{conversation_opened, conversation_assigned}));
  EXPECT_FALSE(world.state.episode.empty());
}

TEST(Human, TransferToQueueAgentAndBot) {
  World world;
  world.give_to("anna");
  const Transfer to_vip{
      .actor = "agent:anna", .to = queue("vip"), .note = "knows refunds", .priority = 75};
  EXPECT_EQ(world.refusal(Transfer{.actor = "agent:ben", .to = queue("vip"), .note = {}}),
            Errc::conflict);
  const auto moved = world.must(to_vip);
  EXPECT_EQ(types(moved), std::vector{conversation_transferred});
  EXPECT_EQ(moved.events[0].note, "knows refunds");
  EXPECT_TRUE(moved.end_assignment);
  EXPECT_EQ(moved.queue_entries.at(0).priority, 75);
  EXPECT_EQ(world.refusal(to_vip), Errc::conflict) << "it is there already";
  const auto to_ben = world.must(Transfer{.actor = "api:k", .to = agent("ben"), .note = {}});
  EXPECT_TRUE(to_ben.leave_queue);
  EXPECT_EQ(to_ben.assignments.at(0).agent.value, "ben");
  const auto to_bot = world.must(Transfer{.actor = "agent:ben", .to = bot(), .note = {}});
  EXPECT_TRUE(to_bot.end_assignment);
  EXPECT_TRUE(to_bot.bot_calls.empty()) << "the bot waits for the next turn";
  EXPECT_EQ(world.refusal(Transfer{.actor = "api:k", .to = queue("x"), .note = {}}),
            Errc::not_found);
  EXPECT_EQ(world.refusal(Transfer{.actor = "api:k", .to = agent("x"), .note = {}}),
            Errc::not_found);
  EXPECT_EQ(world.refusal(Transfer{.actor = "api:k", .to = {}, .note = {}}), Errc::rejected);
}

TEST(Human, ReleaseGivesItBackToTheBot) {
  World world;
  world.must(world.says("hello"));
  EXPECT_EQ(world.refusal(Release{.actor = "api:k", .reason = {}}), Errc::rejected);
  world.must(TakeOver{.agent = {"anna"}, .actor = "agent:anna"});
  EXPECT_EQ(world.refusal(Release{.actor = "agent:ben", .reason = {}}), Errc::conflict);
  const auto released = world.must(Release{.actor = "agent:anna", .reason = "done"});
  EXPECT_EQ(types(released), std::vector{control_released});
  EXPECT_EQ(world.state.control.holder, bot());
  EXPECT_TRUE(released.end_assignment);
  EXPECT_EQ(world.must(world.says("more")).bot_calls.size(), 1u) << "and the bot answers again";
}

TEST(Human, CloseEndsWhateverIsOpen) {
  World world;
  world.must(world.says("human"));
  const EpisodeId episode = world.state.episode;
  const auto closed = world.must(CloseEpisode{.actor = "agent:anna", .reason = "spam"});
  EXPECT_EQ(types(closed), std::vector{conversation_closed});
  EXPECT_EQ(closed.events[0].episode, episode);
  EXPECT_TRUE(closed.leave_queue);
  EXPECT_EQ(world.state.lifecycle, Lifecycle::closed);
  EXPECT_EQ(world.refusal(CloseEpisode{.actor = "agent:anna", .reason = {}}), Errc::rejected);
  EXPECT_EQ(world.refusal(Transfer{.actor = "api:k", .to = queue("vip"), .note = {}}),
            Errc::rejected);
}

TEST(Human, NotesAreInternal) {
  World world;
  world.must(world.says("hello"));
  const auto noted = world.must(Note{.actor = "agent:anna", .text = "called back"});
  EXPECT_EQ(noted.events.at(0).message->direction, Direction::internal);
  EXPECT_EQ(noted.events[0].message->author.id, "anna");
  EXPECT_TRUE(noted.sends.empty());
  EXPECT_EQ(world.refusal(Note{.actor = "agent:anna", .text = ""}), Errc::malformed);
}

TEST(Human, TheQueueOfOpenSendsIsBounded) {
  World world;
  world.give_to("anna");
  for (std::size_t i = 0; i < kOpenSendsMax; ++i) world.must(says_as("anna"));
  EXPECT_EQ(world.refusal(says_as("anna")), Errc::overloaded);
}

TEST(System, NotifiesWithoutTouchingControl) {
  World world;
  SystemSays notify{.actor = "api:k1",
                    .message = text("shipped"),
                    .channel = {},
                    .bulk = true,
                    .notification = true};
  EXPECT_EQ(world.refusal(notify), Errc::not_found) << "nobody knows where the customer is";
  world.must(world.says("hello"));
  const Control control = world.state.control;
  const auto said = world.must(notify);
  EXPECT_EQ(types(said), (std::vector{message_created, notification_accepted}));
  EXPECT_TRUE(said.sends.at(0).bulk);
  EXPECT_EQ(world.state.control, control);
  EXPECT_FALSE(world.state.open_bot_call.empty()) << "the bot still answers the turn";
  const auto sent = world.progress(world.open_send(), DeliveryState::sent);
  EXPECT_EQ(types(sent), (std::vector{delivery_updated, notification_sent}));
  auto reply = world.says("thanks");
  reply.referral = Referral{.kind = "notification", .code = "n1", .source = {}};
  EXPECT_NE(find(world.must(reply), notification_replied), nullptr);
}

}  // namespace
}  // namespace parley::routing
