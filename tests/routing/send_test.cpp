// What attempts and receipts do to a send: each ends once, the delivery state only moves up.
#include <gtest/gtest.h>

#include "conversation/codec.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

using enum EventType;

struct Sending : World {
  Sending() {
    give_to("anna");
    must(AgentSays{.agent = {"anna"}, .message = text("hi"), .channel = {}});
    row = open_send();
  }
  SendProgress report(DeliveryState to) const {
    SendProgress out;
    out.send = row.id;
    out.row = row;
    out.state = to;
    return out;
  }
  ReceiptArrived receipt(std::string external_id, DeliveryState to) const {
    ReceiptArrived out;
    out.channel = {"chat"};
    out.external_id = std::move(external_id);
    out.status.state = to;
    return out;
  }
  Send row;
};

TEST(Sends, SubmittingThenSent) {
  Sending world;
  const auto begun = world.must(world.report(DeliveryState::submitting));
  EXPECT_EQ(begun.sends.at(0).message.delivery->state, DeliveryState::submitting);
  EXPECT_EQ(begun.sends[0].message.delivery->attempts, 0u);
  world.row = begun.sends[0];
  auto done = world.report(DeliveryState::sent);
  done.external_ids = {"x1", "x2"};
  done.degraded = {"card"};
  const auto sent = world.must(done);
  EXPECT_EQ(types(sent), std::vector{delivery_updated});
  EXPECT_EQ(sent.events[0].delivery->status.attempts, 1u);
  EXPECT_EQ(sent.events[0].delivery->external_id, "x1");
  EXPECT_EQ(sent.events[0].delivery->message, world.row.message.id);
  EXPECT_EQ(sent.events[0].note, "shown differently: card");
  EXPECT_EQ(sent.finished_sends, std::vector{world.row.id});
  EXPECT_TRUE(world.state.open_sends.empty());
  EXPECT_EQ(world.state.sent.size(), 2u);
  EXPECT_EQ(world.refusal(done), Errc::not_found) << "told twice";
}

TEST(Sends, ARetryKeepsTheRowTheKeyAndTheOrder) {
  Sending world;
  world.must(AgentSays{.agent = {"anna"}, .message = text("second"), .channel = {}});
  auto later = world.report(DeliveryState::throttled);
  later.retry_at = world.now + kMinute;
  later.error_code = "45009";
  later.error = "throttled";
  const auto retried = world.must(later);
  const Send& row = retried.sends.at(0);
  EXPECT_EQ(row.message.delivery->attempts, 1u);
  EXPECT_EQ(row.not_before, world.now + kMinute);
  EXPECT_EQ(row.idempotency_key, world.row.idempotency_key);
  EXPECT_EQ(row.last_error, "throttled");
  EXPECT_EQ(world.state.open_sends.size(), 2u);
  EXPECT_EQ(world.state.open_sends[0], row.id) << "it stays at the head";
  world.row = row;
  auto ours = world.report(DeliveryState::queued);
  ours.retry_at = world.now + kMinute;
  ours.error_code = "overloaded";
  EXPECT_EQ(world.must(ours).sends.at(0).message.delivery->attempts, 1u)
      << "a limit of ours is no attempt";
}

TEST(Sends, StepsAreRemembered) {
  Sending world;
  auto step = world.report(DeliveryState::submitting);
  step.step = 2;
  step.step_data = "media-7";
  const auto kept = world.must(step);
  EXPECT_EQ(kept.sends.at(0).step, 2);
  EXPECT_EQ(kept.sends[0].step_data, "media-7");
}

TEST(Sends, FailuresGoToTheDeadLetters) {
  for (const auto state :
       {DeliveryState::failed, DeliveryState::uncertain, DeliveryState::expired}) {
    Sending world;
    auto failed = world.report(state);
    failed.error_code = "40007";
    failed.error = "rejected: bad media";
    failed.dead_letter = true;
    const auto ended = world.must(failed);
    EXPECT_EQ(ended.finished_sends.size(), 1u);
    ASSERT_EQ(ended.dead_letters.size(), 1u);
    EXPECT_EQ(ended.dead_letters[0].reason, "rejected: bad media");
    EXPECT_EQ(ended.dead_letters[0].send.message.delivery->state, state);
    EXPECT_TRUE(world.state.open_sends.empty());
  }
}

TEST(Sends, UncertainWithoutAnEndStaysUntilAReceiptSettlesIt) {
  Sending world;
  const auto kept = world.must(world.report(DeliveryState::uncertain));
  EXPECT_EQ(kept.sends.at(0).message.delivery->state, DeliveryState::uncertain);
  EXPECT_EQ(world.state.open_sends.size(), 1u);
  auto receipt = world.receipt("", DeliveryState::delivered);
  receipt.send = world.row.id;
  const auto settled = world.must(receipt);
  EXPECT_EQ(settled.finished_sends, std::vector{world.row.id});
  EXPECT_EQ(settled.events.at(0).delivery->status.state, DeliveryState::delivered);
  EXPECT_TRUE(world.state.open_sends.empty());
}

TEST(Sends, ARecipientWhoIsGoneIsNotTriedAgainUntilTheySpeak) {
  Sending world;
  auto gone = world.report(DeliveryState::failed);
  gone.recipient_gone = true;
  gone.dead_letter = true;
  world.must(gone);
  const AgentSays again{.agent = {"anna"}, .message = text("hi"), .channel = {}};
  EXPECT_EQ(world.refusal(again), Errc::recipient_gone);
  world.must(world.says("I unblocked you"));
  world.must(again);
}

TEST(Sends, AMovedRecipientIsFollowed) {
  Sending world;
  auto moved = world.report(DeliveryState::queued);
  moved.new_recipient = "-100200";
  moved.retry_at = world.now;
  const auto again = world.must(moved);
  EXPECT_EQ(again.sends.at(0).recipient, "-100200");
  EXPECT_EQ(world.state.addresses[0].recipient, "-100200");
}

TEST(Receipts, OnlyUpwards) {
  Sending world;
  auto sent = world.report(DeliveryState::sent);
  sent.external_ids = {"x1"};
  world.must(sent);
  EXPECT_EQ(types(world.must(world.receipt("x1", DeliveryState::read))),
            std::vector{delivery_updated});
  EXPECT_TRUE(world.must(world.receipt("x1", DeliveryState::delivered)).events.empty());
  EXPECT_TRUE(world.must(world.receipt("x1", DeliveryState::read)).events.empty());
  EXPECT_TRUE(world.must(world.receipt("x1", DeliveryState::sent)).events.empty());
  EXPECT_TRUE(world.must(world.receipt("unknown", DeliveryState::read)).events.empty());
  EXPECT_EQ(world.state.sent[0].status.state, DeliveryState::read);
}

TEST(Sends, WhatMayHaveArrivedIsNeverSaidNotToHave) {
  Sending world;
  auto lost = world.report(DeliveryState::queued);
  lost.error_code = "unavailable";
  lost.retry_at = world.now;
  lost.unclear = true;
  const auto kept = world.must(lost);
  ASSERT_EQ(kept.sends.size(), 1u);
  EXPECT_TRUE(kept.sends[0].unclear);
  world.row = kept.sends[0];
  auto refused = world.report(DeliveryState::throttled);  // this attempt surely did not arrive
  refused.error_code = "throttled";
  refused.retry_at = world.now;
  world.row = world.must(refused).sends.at(0);
  const auto ended = world.must(world.report(DeliveryState::expired));
  EXPECT_EQ(ended.events.at(0).delivery->status.state, DeliveryState::uncertain);
  ASSERT_EQ(ended.dead_letters.size(), 1u);
  EXPECT_EQ(ended.finished_sends.size(), 1u);
}

TEST(Receipts, MayNameTheMessageAsWeDo) {
  Sending world;
  world.must(world.report(DeliveryState::sent));  // a platform that gives no id of its own
  const std::string ours = world.row.message.id.value;
  EXPECT_EQ(types(world.must(world.receipt(ours, DeliveryState::delivered))),
            std::vector{delivery_updated});
  EXPECT_TRUE(world.must(world.receipt("", DeliveryState::read)).events.empty());
  EXPECT_TRUE(world
                  .must(world.receipt(place_id("msg", {"per_ffffffffffffffffffffffffffffffff"},
                                               world.state.sent[0].message_seq),
                                      DeliveryState::read))
                  .events.empty())
      << "another's";
}

TEST(Receipts, FindTheConversationWhereThePlatformTellsOfDeliveries) {
  Sending world;
  auto sent = world.report(DeliveryState::sent);
  sent.external_ids = {"x1", "", std::string(600, 'x'), "x2"};
  sent.row.channel = {"fb"};
  const auto indexed = world.must(sent).extra_rows;
  ASSERT_EQ(indexed.size(), 2u);
  EXPECT_EQ(indexed[0], (Row{.kind = RowKind::sent_index,
                             .id = sent_row_id({"fb"}, "x1"),
                             .body = world.state.person.value}));
  EXPECT_EQ(indexed[1].id, sent_row_id({"fb"}, "x2"));

  Sending silent;
  sent = silent.report(DeliveryState::sent);
  sent.external_ids = {"x1"};
  EXPECT_TRUE(silent.must(sent).extra_rows.empty());
}

TEST(Receipts, ALateFailureIsToldAndALaterSuccessToo) {
  Sending world;
  auto sent = world.report(DeliveryState::sent);
  sent.external_ids = {"x1"};
  world.must(sent);
  auto failed = world.receipt("x1", DeliveryState::failed);
  failed.status.error_code = "131026";
  EXPECT_EQ(world.must(failed).events.at(0).delivery->status.error_code, "131026");
  EXPECT_EQ(world.must(world.receipt("x1", DeliveryState::delivered)).events.size(), 1u);
}

TEST(Receipts, AReadMarksEverythingUpToIt) {
  Sending world;
  for (int i = 1; i <= 3; ++i) {
    auto sent = world.report(DeliveryState::sent);
    sent.external_ids = {"x" + std::to_string(i)};
    world.must(sent);
    world.must(AgentSays{.agent = {"anna"}, .message = text("next"), .channel = {}});
    world.row = world.open_send();
  }
  CustomerSignals read;
  read.channel = channel("chat");
  read.identity = world.says("").identity;
  read.type = message_read;
  read.target = Target{.message = "x2", .emoji = {}, .text = {}};
  const auto two = world.must(read);
  EXPECT_EQ(types(two), (std::vector{message_read, delivery_updated, delivery_updated}));
  EXPECT_TRUE(world.must(read).events.empty()) << "no news";
  read.target.reset();
  EXPECT_EQ(world.must(read).events.size(), 2u) << "everything";
  read.target = Target{.message = "never seen", .emoji = {}, .text = {}};
  EXPECT_TRUE(world.must(read).events.empty());
}

TEST(Receipts, OurOwnIdSettlesAnUncertainSend) {
  Sending world;
  auto lost = world.report(DeliveryState::uncertain);
  lost.dead_letter = true;
  EXPECT_EQ(world.must(lost).dead_letters.size(), 1u);
  ReceiptArrived receipt = world.receipt("x9", DeliveryState::sent);
  EXPECT_TRUE(world.must(receipt).events.empty()) << "nobody knows that id";
  receipt.send = world.row.id;
  const auto settled = world.must(receipt);
  EXPECT_EQ(types(settled), std::vector{delivery_updated});
  EXPECT_EQ(settled.erased_dead_letters, std::vector{world.row.id});
  EXPECT_EQ(world.state.sent.back().external_id, "x9");
  // From now on its own id will do.
  EXPECT_EQ(world.must(world.receipt("x9", DeliveryState::read)).events.size(), 1u);
}

TEST(Receipts, AWatermarkSaysNothingOfTheUncertain) {
  Sending world;
  auto lost = world.report(DeliveryState::uncertain);
  lost.dead_letter = true;
  world.must(lost);
  ReceiptArrived receipt = world.receipt("", DeliveryState::delivered);
  receipt.up_to = world.now + kDay;
  EXPECT_TRUE(world.must(receipt).events.empty());
}

TEST(Receipts, APartsOwnIdSpeaksForThatPartOnly) {
  Sending world;
  auto sent = world.report(DeliveryState::sent);
  sent.external_ids = {"x1", "x2"};
  world.must(sent);
  ReceiptArrived receipt = world.receipt("x2", DeliveryState::read);
  receipt.send = world.row.id;
  EXPECT_EQ(world.must(receipt).events.size(), 1u);
  EXPECT_EQ(world.state.sent[0].status.state, DeliveryState::sent);
  EXPECT_EQ(world.state.sent[1].status.state, DeliveryState::read);
}

// Three sends a minute apart on "chat"; the third has failed since.
struct ThreeSent : Sending {
  ThreeSent() {
    for (int i = 1; i <= 3; ++i) {
      auto sent = report(DeliveryState::sent);
      sent.external_ids = {"x" + std::to_string(i)};
      must(sent);
      times.push_back(row.created_at);
      now += kMinute;
      must(AgentSays{.agent = {"anna"}, .message = text("next"), .channel = {}});
      row = open_send();
    }
    must(receipt("x3", DeliveryState::failed));
  }
  DeliveryState state_of(std::size_t i) const { return state.sent.at(i).status.state; }
  std::vector<TimePoint> times;
};

TEST(Receipts, AWatermarkReachesWhatWasSentUntilThen) {
  ThreeSent world;
  ReceiptArrived receipt = world.receipt("", DeliveryState::delivered);
  receipt.up_to = world.times[0];
  EXPECT_EQ(world.must(receipt).events.size(), 1u);
  EXPECT_EQ(world.state_of(0), DeliveryState::delivered);
  EXPECT_EQ(world.state_of(1), DeliveryState::sent);
  EXPECT_TRUE(world.must(receipt).events.empty()) << "no news";
  receipt.up_to = world.times[2] + kHour;
  EXPECT_EQ(world.must(receipt).events.size(), 1u);
  EXPECT_EQ(world.state_of(1), DeliveryState::delivered);
  EXPECT_EQ(world.state_of(2), DeliveryState::failed) << "what failed did not arrive";
  receipt.channel = {"oa"};
  receipt.status.state = DeliveryState::read;
  EXPECT_TRUE(world.must(receipt).events.empty()) << "another channel";
}

TEST(Receipts, AReadWithoutATargetReachesItsTimeOnItsChannel) {
  ThreeSent world;
  CustomerSignals read;
  read.channel = channel("oa");
  read.identity = world.says("").identity;
  read.type = message_read;
  read.occurred_at = world.times[1];
  EXPECT_TRUE(world.must(read).events.empty()) << "another channel";
  read.channel = channel("chat");
  EXPECT_EQ(types(world.must(read)),
            (std::vector{message_read, delivery_updated, delivery_updated}));
  EXPECT_EQ(world.state_of(1), DeliveryState::read);
  EXPECT_EQ(world.state_of(2), DeliveryState::failed);
  read.target = Target{.message = "x3", .emoji = {}, .text = {}};
  EXPECT_EQ(types(world.must(read)), (std::vector{message_read, delivery_updated}))
      << "named, it did arrive after all";
}

TEST(Receipts, TheLatestSixtyFourAreRemembered) {
  Sending world;
  for (int i = 0; i < 100; ++i) {
    auto sent = world.report(DeliveryState::sent);
    sent.external_ids = {"x" + std::to_string(i)};
    world.must(sent);
    world.must(AgentSays{.agent = {"anna"}, .message = text("next"), .channel = {}});
    world.row = world.open_send();
  }
  EXPECT_EQ(world.state.sent.size(), kExternalIdsMax);
  EXPECT_EQ(world.state.sent.back().external_id, "x99");
}

TEST(Replay, SendsADeadLetterAgainUnderItsKey) {
  Sending world;
  auto failed = world.report(DeliveryState::failed);
  failed.dead_letter = true;
  const auto ended = world.must(failed);
  const ReplaySend replay{.letter = ended.dead_letters.at(0), .actor = "api:ops"};
  const auto again = world.must(replay);
  ASSERT_EQ(again.sends.size(), 1u);
  EXPECT_NE(again.sends[0].id, world.row.id);
  EXPECT_EQ(again.sends[0].idempotency_key, world.row.idempotency_key);
  EXPECT_FALSE(again.sends[0].fenced);
  EXPECT_EQ(again.sends[0].message.delivery->state, DeliveryState::queued);
  EXPECT_EQ(again.erased_dead_letters, std::vector{world.row.id});
  EXPECT_EQ(again.events[0].note, "sent again: " + world.row.message.id.value);
  ASSERT_EQ(again.dedup.size(), 1u) << "two replays at once make one send";
  EXPECT_EQ(again.dedup[0].key, "replay:" + world.row.id.value);
}

}  // namespace
}  // namespace parley::routing
