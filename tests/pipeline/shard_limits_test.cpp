// A shard's limits, what it keeps in memory, and persons that were merged.
#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include "tests/pipeline/shard_bench.hpp"

namespace parley::gateway {
namespace {

using Answer = ShardBench::Answer;

TEST(ShardLimits, TooManyCommandsOnACoreAreTurnedAway) {
  ShardBench world(false, 1'000, {.queue_max = 10});
  world.memory.hold_for_test();
  std::vector<Answer> taken;
  for (int i = 0; i < 10; ++i) taken.push_back(world.say("u" + std::to_string(i), "hi"));
  EXPECT_EQ(world.shard->waiting(), 10u);
  auto refused = get_soon(world.say("one more", "hi"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::overloaded);
  EXPECT_TRUE(refused.error().retry_after) << "when to come back";
  world.memory.release_for_test();
  for (auto& answer : taken) EXPECT_TRUE(get_soon(std::move(answer)));
  EXPECT_EQ(world.shard->waiting(), 0u);
  EXPECT_TRUE(get_soon(world.say("one more", "hi"))) << "and it comes back";
}

TEST(ShardLimits, OneConversationCannotTakeTheWholeQueue) {
  ShardBench world(true);
  world.slow.hold_reads(true);
  std::vector<Answer> answers;
  for (int i = 0; i < 300; ++i) answers.push_back(world.say("ann", std::to_string(i)));
  world.bench.settle();
  int refused = 0;
  for (std::size_t i = 256; i < answers.size(); ++i) {
    ASSERT_TRUE(is_ready(answers[i])) << i;
    const auto outcome = answers[i].get();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Errc::overloaded);
    EXPECT_TRUE(outcome.error().retry_after);
    ++refused;
  }
  EXPECT_EQ(refused, 44);
  world.slow.hold_reads(false);
  for (std::size_t i = 0; i < 256; ++i) EXPECT_TRUE(get_soon(std::move(answers[i])));
  EXPECT_EQ(world.said("ann").size(), 256u);
  EXPECT_EQ(world.shard->waiting(), 0u);
}

TEST(ShardLimits, AConversationThatLeftMemoryGoesOnWhereItWas) {
  for (const bool slow : {false, true}) {
    constexpr int kPersons = 50, kRounds = 6, kThreads = 2;
    ShardBench world(slow, 2);
    std::latch start(kThreads);
    std::vector<std::thread> posters;
    std::atomic<int> failed{0};
    for (int t = 0; t < kThreads; ++t) {
      posters.emplace_back([&, t] {
        start.arrive_and_wait();
        for (int round = 0; round < kRounds; ++round) {
          std::vector<Answer> answers;
          for (int person = t; person < kPersons; person += kThreads) {
            const auto user = std::to_string(person);
            const auto text = std::to_string(round);
            answers.push_back(world.say(user, text, user + ":" + text));
            answers.push_back(world.say(user, text, user + ":" + text));  // a repeat
          }
          for (auto& answer : answers) failed += get_soon(std::move(answer)) ? 0 : 1;
        }
      });
    }
    for (auto& poster : posters) poster.join();
    EXPECT_EQ(failed, 0);
    int in_memory = 0;
    for (int person = 0; person < kPersons; ++person) {
      const auto user = std::to_string(person);
      EXPECT_EQ(world.said(user), (std::vector<std::string>{"0", "1", "2", "3", "4", "5"}));
      in_memory += world.cached(person_of_user(user)) ? 1 : 0;
    }
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(get_soon(world.say("last", std::to_string(i))));
    in_memory = 0;
    for (int person = 0; person < kPersons; ++person) {
      in_memory += world.cached(person_of_user(std::to_string(person))) ? 1 : 0;
    }
    EXPECT_LE(in_memory, 2);
  }
}

struct Merging : ShardBench {
  Merging() {
    for (const std::string user : {"ann", "bob", "cem"}) EXPECT_TRUE(get_soon(say(user, "hi")));
  }
  void merge(const std::string& from, const std::string& into) {
    auto done = post(person_of_user(from), routing::MergeInto{.survivor = person_of_user(into),
                                                              .actor = "api:key",
                                                              .reason = "same person"});
    const auto outcome = get_soon(std::move(done));
    EXPECT_TRUE(outcome) << outcome.error().detail;
  }
};

TEST(ShardMerges, WhatIsSaidToAMergedPersonReachesTheOneTheyBecame) {
  Merging world;
  world.merge("ann", "bob");
  const auto outcome = get_soon(world.say("ann", "it is me", "m1"));
  ASSERT_TRUE(outcome) << outcome.error().detail;
  EXPECT_EQ(outcome->person, person_of_user("bob"));
  EXPECT_EQ(world.said("ann"), std::vector<std::string>{"hi"});
  EXPECT_EQ(world.said("bob"), (std::vector<std::string>{"hi", "it is me"}));
  EXPECT_TRUE(get_soon(world.say("ann", "it is me", "m1"))->duplicate);
  world.merge("bob", "cem");
  const auto further = get_soon(world.say("ann", "still me"));
  ASSERT_TRUE(further) << further.error().detail;
  EXPECT_EQ(further->person, person_of_user("cem"));
  EXPECT_EQ(world.said("cem"), (std::vector<std::string>{"hi", "still me"}));
  EXPECT_EQ(world.shard->waiting(), 0u);
}

TEST(ShardMerges, ALoopOfMergesEndsWithAnErrorAndHoldsNobodyUp) {
  Merging world;
  world.merge("ann", "bob");
  world.merge("bob", "ann");  // both first halves before either second half
  const auto outcome = get_soon(world.say("ann", "hello?"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::unavailable);
  EXPECT_LE(world.routed.get(), 5);
  EXPECT_EQ(world.shard->waiting(), 0u);
  EXPECT_TRUE(world.fatal.get().empty());
  EXPECT_TRUE(get_soon(world.say("cem", "fine")));
  auto back = world.post(person_of_user("bob"), routing::UnmergeFrom{.actor = "api:key"});
  ASSERT_TRUE(get_soon(std::move(back))) << "taking it back speaks to the merged one itself";
  EXPECT_EQ(get_soon(world.say("ann", "again"))->person, person_of_user("bob"));
}

TEST(ShardMerges, WhatIsAboutTheMergedOnesOwnMergesAndSendsStaysThere) {
  Merging world;
  auto sending =
      world.post(person_of_user("ann"),
                 routing::SystemSays{.actor = "api:key", .message = text_message("on its way")});
  const auto outcome = get_soon(std::move(sending));
  ASSERT_TRUE(outcome);
  world.merge("ann", "bob");
  routing::SendProgress sent;
  sent.send = outcome->sends.at(0);
  sent.row.id = sent.send;
  sent.row.tenant = kShop;
  sent.row.person = person_of_user("ann");
  sent.row.message = *outcome->events.at(0).message;
  sent.external_ids = {"ext-1"};
  ASSERT_TRUE(get_soon(world.post(person_of_user("ann"), sent)));
  routing::ReceiptArrived receipt{.channel = kChannel, .external_id = "ext-1"};
  receipt.status.state = DeliveryState::read;
  const auto read = get_soon(world.post(person_of_user("ann"), receipt));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->person, person_of_user("ann")) << "that message was said there";
  EXPECT_EQ(read->events.size(), 1u);
  receipt.external_id = "ext-2";
  const auto other = get_soon(world.post(person_of_user("ann"), receipt));
  EXPECT_EQ(other->person, person_of_user("bob"));
}

}  // namespace
}  // namespace parley::gateway
