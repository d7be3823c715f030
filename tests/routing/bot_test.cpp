// A bot's answer reaches the customer only while the bot is the one to answer.
#include <gtest/gtest.h>

#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

using enum EventType;

BotAnswered answer_to(const BotCall& call, std::vector<Message> messages) {
  BotAnswered answer;
  answer.call = call.id;
  answer.epoch = call.epoch;
  answer.messages = std::move(messages);
  return answer;
}

TEST(Bot, AnswersInOrderWithFencedSends) {
  World world;
  const auto turn = world.must(world.says("hello"));
  auto answer = answer_to(turn.bot_calls[0], {text("one"), text("two")});
  answer.passive_token = "token";
  const auto said = world.must(answer);
  EXPECT_EQ(types(said), (std::vector{message_created, message_created}));
  EXPECT_EQ(said.finished_bot_calls, std::vector{turn.bot_calls[0].id});
  ASSERT_EQ(said.sends.size(), 2u);
  EXPECT_EQ(world.state.open_sends, (std::vector{said.sends[0].id, said.sends[1].id}));
  const Send& first = said.sends[0];
  EXPECT_TRUE(first.fenced);
  EXPECT_EQ(first.epoch, world.state.control.epoch);
  EXPECT_EQ(first.reply_token, "token");
  EXPECT_TRUE(said.sends[1].reply_token.empty());
  EXPECT_EQ(first.message.reply_to,
            place_id("msg", world.state.person, turn.bot_calls[0].turn_seq));
  EXPECT_EQ(first.message.author.type, AuthorType::bot);
  EXPECT_EQ(first.idempotency_key.size(), 32u);
  EXPECT_NE(first.idempotency_key, said.sends[1].idempotency_key);
  EXPECT_EQ(world.state.lifecycle, Lifecycle::bot);
  EXPECT_TRUE(world.state.open_bot_call.empty());
}

TEST(Bot, AnAnswerAfterATakeOverIsADraft) {
  World world;
  const auto turn = world.must(world.says("hello"));
  world.must(TakeOver{.agent = {"anna"}, .actor = "agent:anna"});
  const auto late = world.must(answer_to(turn.bot_calls[0], {text("late")}));
  ASSERT_EQ(types(late), std::vector{message_created});
  EXPECT_TRUE(late.sends.empty());
  EXPECT_EQ(late.events[0].message->direction, Direction::internal);
  EXPECT_EQ(late.events[0].note, "stale bot answer, epoch 1, now 2");
  EXPECT_TRUE(world.state.open_sends.empty());
  EXPECT_EQ(world.state.control.holder, agent("anna"));
}

TEST(Bot, AnAnswerToAnOlderTurnIsADraft) {
  World world;
  const auto first = world.must(world.says("one"));
  world.must(world.says("two"));
  const auto late = world.must(answer_to(first.bot_calls[0], {text("about one")}));
  EXPECT_TRUE(late.sends.empty());
  EXPECT_EQ(late.events.at(0).message->direction, Direction::internal);
  EXPECT_FALSE(world.state.open_bot_call.empty()) << "the newer call is still awaited";
}

TEST(Bot, AnAnswerUnderAnotherEpochIsADraft) {
  World world;
  const auto turn = world.must(world.says("hello"));
  auto answer = answer_to(turn.bot_calls[0], {text("answer")});
  answer.epoch = 0;
  EXPECT_TRUE(world.must(answer).sends.empty());
  EXPECT_TRUE(world.must(BotFailed{.call = answer.call, .epoch = 0, .reason = {}}).events.empty());
}

TEST(Bot, AnAnswerGivenTwiceIsSaidOnce) {
  World world;
  const auto turn = world.must(world.says("one"));
  world.must(answer_to(turn.bot_calls[0], {text("a")}));
  EXPECT_TRUE(world.must(answer_to(turn.bot_calls[0], {text("a")})).sends.empty());
}

TEST(Bot, ASendStillWaitingWhenAPersonTakesOverIsSuppressed) {
  World world;
  const auto turn = world.must(world.says("hello"));
  world.must(answer_to(turn.bot_calls[0], {text("answer")}));
  const Send row = world.open_send();
  EXPECT_FALSE(is_fenced_out(row, world.state));
  world.must(TakeOver{.agent = {"anna"}, .actor = "agent:anna"});
  EXPECT_TRUE(is_fenced_out(row, world.state));
  const auto begun = world.progress(row, DeliveryState::submitting);
  EXPECT_EQ(begun.events.at(0).delivery->status.state, DeliveryState::suppressed);
  EXPECT_EQ(begun.events[0].delivery->status.error_code, "fenced");
  EXPECT_TRUE(begun.sends.empty());
  EXPECT_TRUE(world.state.open_sends.empty());
}

TEST(Bot, HandsOverAfterSayingSo) {
  Policy policy = small_policy();
  policy.bots[{"faq"}].fallback_queue = {"vip"};
  World world(policy);
  const auto turn = world.must(world.says("hello"));
  auto answer = answer_to(turn.bot_calls[0], {text("I call somebody")});
  answer.hand_over = true;
  answer.reason = "no answer is near enough";
  const auto handed = world.must(answer);
  EXPECT_EQ(types(handed), (std::vector{message_created, conversation_queued}));
  ASSERT_EQ(handed.sends.size(), 1u);
  EXPECT_FALSE(is_fenced_out(handed.sends[0], world.state)) << "it goes before a person speaks";
  EXPECT_EQ(handed.queue_entries.at(0).queue.value, "vip");
  EXPECT_EQ(handed.queue_entries[0].reason, "bot hands over: no answer is near enough");
}

TEST(Bot, FailureEmptinessAndNonsenseLeadToAPerson) {
  const auto check = [](const std::function<Command(const BotCall&)>& make, std::string reason) {
    World world;
    const auto turn = world.must(world.says("hello"));
    const auto failed = world.must(make(turn.bot_calls[0]));
    EXPECT_EQ(world.state.control.holder, queue("general"));
    EXPECT_EQ(find(failed, conversation_queued)->control->reason, reason);
    EXPECT_EQ(failed.finished_bot_calls.size(), 1u);
    EXPECT_TRUE(failed.sends.empty());
  };
  check(
      [](const BotCall& call) {
        return BotFailed{.call = call.id, .epoch = call.epoch, .reason = "deadline of 8000 ms"};
      },
      "bot failed: deadline of 8000 ms");
  check([](const BotCall& call) { return answer_to(call, {}); }, "bot failed: an empty answer");
  const std::string nothing =
      "bot failed: the message has nothing to show; expected at least one part with content";
  check([](const BotCall& call) { return answer_to(call, {Message{}}); }, nothing);
  check([](const BotCall& call) { return answer_to(call, {text("ok"), text("")}); }, nothing);
  World world;
  const auto turn = world.must(world.says("hello"));
  world.must(answer_to(turn.bot_calls[0], {text(std::string(kTextBytesMax + 1, 'x'))}));
  EXPECT_EQ(world.state.control.holder, queue("general"));
  EXPECT_TRUE(world.state.open_sends.empty());
}

TEST(Bot, ALateFailureChangesNothing) {
  World world;
  const auto turn = world.must(world.says("hello"));
  world.must(TakeOver{.agent = {"anna"}, .actor = "agent:anna"});
  const State before = world.state;
  world.must(BotFailed{.call = turn.bot_calls[0].id, .epoch = 1, .reason = "deadline"});
  EXPECT_EQ(world.state, before);
}

TEST(Bot, WithoutAnyQueueNobodyHoldsIt) {
  Policy policy = small_policy();
  policy.queues.clear();
  policy.human_queue = {};
  policy.agents.clear();
  policy.bots[{"faq"}].fallback_queue = {};
  World world(policy);
  const auto turn = world.must(world.says("hello"));
  world.must(BotFailed{.call = turn.bot_calls[0].id, .epoch = 1, .reason = "deadline"});
  EXPECT_EQ(world.state.control.holder, Holder{});
  EXPECT_EQ(world.state.lifecycle, Lifecycle::snoozed);
  EXPECT_EQ(world.must(world.says("again")).bot_calls.size(), 1u) << "the default tries again";
}

TEST(Bot, OutsideTheWindowItsAnswerIsSuppressedAndAPersonIsCalled) {
  World world;
  const auto turn = world.must(world.says("hello", "oa"));
  world.now += 23 * kHour;
  world.now += 26 * kHour;
  const auto late = world.must(answer_to(turn.bot_calls[0], {text("answer")}));
  EXPECT_EQ(types(late), (std::vector{message_created, delivery_updated, conversation_queued}));
  EXPECT_TRUE(late.sends.empty());
  EXPECT_EQ(late.events[0].message->delivery->state, DeliveryState::suppressed);
  EXPECT_EQ(late.events[1].delivery->status.error_code, "window_closed");
  EXPECT_NE(late.events[1].delivery->status.error.find("template"), std::string::npos);
}

}  // namespace
}  // namespace parley::routing
