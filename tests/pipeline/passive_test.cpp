// The open webhook and the answer meet, or do not; never both and never half.
#include "gateway/pipeline/passive.hpp"

#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "tests/pipeline/bench.hpp"

namespace parley::gateway {
namespace {

using Answered = std::optional<connectors::Reply>;

connectors::Reply reply(std::string body) { return {.status = 200, .body = std::move(body)}; }

struct PassiveTest : testing::Test {
  net::any_io_executor executor() { return bench.cores.context(0).get_executor(); }
  std::shared_ptr<Passive::Slot> open(const std::string& token) {
    return passive.open(token, executor(), "gh_account");
  }
  Bench bench;  // outlives the slots: their timers are its cores'
  Passive passive;
};

TEST_F(PassiveTest, AnAnswerInTimeIsTheWebhooks) {
  const auto slot = open("t");
  ASSERT_TRUE(slot);
  auto waiting = bench.start(passive.wait("t", slot, kPatience));
  bench.settle();
  EXPECT_FALSE(is_ready(waiting));
  const auto taken = passive.take("t");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->account, "gh_account");
  EXPECT_TRUE(Passive::answer(taken, reply("hello")));
  const Answered got = get_soon(std::move(waiting));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "hello");
}

TEST_F(PassiveTest, AnAnswerBeforeTheWaitIsNotLost) {
  const auto slot = open("t");
  EXPECT_TRUE(Passive::answer(passive.take("t"), reply("early")));
  const Answered got = bench.run(passive.wait("t", slot, kPatience));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "early");
}

TEST_F(PassiveTest, NobodyWaitsAfterTheLimit) {
  const auto slot = open("t");
  EXPECT_FALSE(bench.run(passive.wait("t", slot, Milliseconds(1))));
  EXPECT_FALSE(passive.take("t")) << "the send must go the other way";
  EXPECT_TRUE(open("t")) << "the name is free again";
}

TEST_F(PassiveTest, AnAnswerAfterTheWebhookHasGoneIsRefused) {
  const auto slot = open("t");
  const auto taken = passive.take("t");
  ASSERT_TRUE(taken);
  EXPECT_FALSE(bench.run(passive.wait("t", slot, Milliseconds(1)))) << "taken and never answered";
  EXPECT_FALSE(Passive::answer(taken, reply("late")));
}

TEST_F(PassiveTest, WhoHasTakenTheSlotHasAMomentMore) {
  const auto slot = open("t");
  const auto taken = passive.take("t");
  auto waiting = bench.start(passive.wait("t", slot, Milliseconds(0)));
  bench.settle();
  EXPECT_TRUE(Passive::answer(taken, reply("just in time")));
  const Answered got = get_soon(std::move(waiting));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "just in time");
}

TEST_F(PassiveTest, AnEmptyAnswerLetsTheWebhookGo) {
  const auto slot = open("t");
  auto waiting = bench.start(passive.wait("t", slot, kPatience));
  EXPECT_TRUE(Passive::answer(passive.take("t"), std::nullopt));
  EXPECT_FALSE(get_soon(std::move(waiting)));
}

TEST_F(PassiveTest, OneWaiterATokenAndOneTaker) {
  ASSERT_TRUE(open("t"));
  EXPECT_FALSE(open("t")) << "the platform's second try must not replace the first";
  EXPECT_TRUE(passive.take("t"));
  EXPECT_FALSE(passive.take("t"));
  EXPECT_FALSE(passive.take("never opened"));
  passive.close("never opened");
  ASSERT_TRUE(open("u"));
  passive.close("u");
  EXPECT_FALSE(passive.take("u"));
}

TEST_F(PassiveTest, WaitersHaveALimit) {
  for (std::size_t i = 0; i < Passive::kWaitersMax; ++i) ASSERT_TRUE(open(std::to_string(i)));
  EXPECT_FALSE(open("one more"));
  passive.close("7");
  EXPECT_TRUE(open("one more"));
}

TEST_F(PassiveTest, RacingItIsAlwaysExactlyOneOfTheTwo) {
  int met = 0, missed = 0;
  for (int round = 0; round < 500; ++round) {
    const std::string token = std::to_string(round);
    const auto slot = open(token);
    ASSERT_TRUE(slot);
    bool answered = false;
    std::latch start(2);
    std::thread sender([&] {
      start.arrive_and_wait();
      const auto taken = passive.take(token);
      answered = taken && Passive::answer(taken, reply(token));
    });
    start.arrive_and_wait();
    const Answered got = bench.run(passive.wait(token, slot, Milliseconds(round % 2)));
    sender.join();
    ASSERT_EQ(got.has_value(), answered) << "round " << round;
    if (got) EXPECT_EQ(got->body, token);
    ++(answered ? met : missed);
  }
  RecordProperty("met", met);
  RecordProperty("missed", missed);
}

}  // namespace
}  // namespace parley::gateway
