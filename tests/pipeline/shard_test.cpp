// A conversation's commands: in order, synced before anybody hears, once each.
#include <gmock/gmock.h>

#include <algorithm>
#include <latch>
#include <map>
#include <set>
#include <thread>

#include "tests/pipeline/shard_bench.hpp"

namespace parley::gateway {
namespace {

using Answer = ShardBench::Answer;

TEST(Shard, CommandsOfOneConversationTakeEffectInTheOrderTheyArePosted) {
  for (const bool slow : {false, true}) {
    ShardBench world(slow);
    constexpr int kThreads = 4, kEach = 50;
    std::latch start(kThreads);
    std::vector<std::vector<Answer>> answers(kThreads);
    std::vector<std::thread> posters;
    for (int t = 0; t < kThreads; ++t) {
      posters.emplace_back([&, t] {
        start.arrive_and_wait();
        for (int i = 0; i < kEach; ++i) {
          const auto name = std::to_string(t) + "-" + std::to_string(i);
          answers[static_cast<std::size_t>(t)].push_back(world.say("ann", name, name));
        }
      });
    }
    for (auto& poster : posters) poster.join();
    std::set<std::uint64_t> seqs;
    for (auto& thread : answers) {
      std::uint64_t last = 0;
      for (auto& answer : thread) {
        const auto outcome = get_soon(std::move(answer));
        ASSERT_TRUE(outcome) << outcome.error().detail;
        EXPECT_GT(outcome->last_seq, last) << "answered in the order of posting";
        last = outcome->last_seq;
        EXPECT_TRUE(seqs.insert(last).second);
      }
    }
    std::map<char, int> next;
    const auto said = world.said("ann");
    ASSERT_EQ(said.size(), static_cast<std::size_t>(kThreads * kEach));
    for (const auto& text : said) EXPECT_EQ(text.substr(2), std::to_string(next[text[0]]++));
  }
}

TEST(Shard, NothingIsHeardAnsweredOrDoneBeforeTheSync) {
  ShardBench world;
  Watched<std::vector<std::uint64_t>> shop_heard, ann_heard;
  const auto listen = [&](auto& heard, std::optional<PersonId> person) {
    return world.hub.subscribe(kShop, std::move(person),
                               world.bench.cores.context(1).get_executor(),
                               [&heard](const StreamEvent& event) {
                                 heard.change([&](auto& list) { list.push_back(event.seq); });
                               });
  };
  const auto a = listen(shop_heard, std::nullopt), b = listen(ann_heard, person_of_user("ann"));
  world.memory.hold_for_test();
  auto first = world.say("ann", "one"), second = world.say("ann", "two");
  ASSERT_TRUE(world.held(2)) << "the second is decided on the first, without waiting for it";
  EXPECT_FALSE(is_ready(first));
  EXPECT_FALSE(is_ready(second));
  EXPECT_TRUE(shop_heard.get().empty());
  EXPECT_TRUE(ann_heard.get().empty());
  EXPECT_TRUE(world.effects.get().empty());
  EXPECT_TRUE(world.said("ann").empty());
  world.memory.release_for_test();
  const auto one = get_soon(std::move(first)), two = get_soon(std::move(second));
  ASSERT_TRUE(one && two);
  EXPECT_EQ(two->last_seq, one->last_seq + two->events.size());
  const auto all = [&](const auto& list) { return list.size() == two->last_seq; };
  EXPECT_TRUE(shop_heard.wait_for(all));
  EXPECT_TRUE(ann_heard.wait_for(all));
  const auto heard = ann_heard.get();
  EXPECT_TRUE(std::is_sorted(heard.begin(), heard.end()));
  EXPECT_EQ(shop_heard.get(), heard);
  EXPECT_EQ(world.effects.get().size(), 2u);
  EXPECT_EQ(world.said("ann"), (std::vector<std::string>{"one", "two"}));
}

TEST(Shard, ARepeatWaitsForTheVeryCommitItRepeats) {
  ShardBench world;
  world.memory.hold_for_test();
  auto first = world.say("ann", "hello", "m1");
  std::vector<Answer> repeats;
  for (int i = 0; i < 5; ++i) repeats.push_back(world.say("ann", "hello", "m1"));
  auto other = world.say("ann", "again", "m2");
  ASSERT_TRUE(world.held(2));
  for (const auto& repeat : repeats) EXPECT_FALSE(is_ready(repeat)) << "acked before it is synced";
  world.memory.release_for_test();
  const auto outcome = get_soon(std::move(first));
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->duplicate);
  for (auto& repeat : repeats) {
    const auto same = get_soon(std::move(repeat));
    ASSERT_TRUE(same);
    EXPECT_TRUE(same->duplicate);
    EXPECT_EQ(same->last_seq, outcome->last_seq);
    EXPECT_EQ(same->state, outcome->state);
  }
  EXPECT_FALSE(get_soon(std::move(other))->duplicate);
  EXPECT_TRUE(get_soon(world.say("ann", "hello", "m1"))->duplicate) << "and later too";
  EXPECT_EQ(world.said("ann"), (std::vector<std::string>{"hello", "again"}));
}

TEST(Shard, ARepeatOfACommitThatFailsFailsWithIt) {
  ShardBench world;
  world.memory.hold_for_test();
  auto first = world.say("ann", "hello", "m1"), repeat = world.say("ann", "hello", "m1");
  ASSERT_TRUE(world.held(1));
  world.memory.fail_commit_for_test(1, {.code = Errc::unavailable, .detail = "disk"});
  world.memory.release_for_test();
  EXPECT_EQ(get_soon(std::move(first)).error().code, Errc::unavailable);
  EXPECT_EQ(get_soon(std::move(repeat)).error().code, Errc::unavailable);
}

TEST(Shard, AFailedCommitIsToldForgottenAndFollowedByNothing) {
  ShardBench world;
  Watched<int> heard;
  const auto subscription =
      world.hub.subscribe(kShop, std::nullopt, world.bench.cores.context(1).get_executor(),
                          [&](const StreamEvent&) { heard.change([](int& count) { ++count; }); });
  ASSERT_TRUE(get_soon(world.say("ann", "before")));
  const auto events_before = world.said("ann").size();
  const auto effects_before = world.effects.get().size();
  world.bench.settle();
  const int heard_before = heard.get();
  world.memory.hold_for_test();
  std::vector<Answer> answers;
  answers.push_back(world.say("ann", "lost"));
  answers.push_back(world.say("ann", "built on it"));
  answers.push_back(world.say("bob", "in the same group"));
  ASSERT_TRUE(world.held(3));
  ASSERT_TRUE(world.cached(person_of_user("ann")));
  world.memory.fail_commit_for_test(1, {.code = Errc::unavailable, .detail = "disk gone"});
  world.memory.release_for_test();
  for (auto& answer : answers) {
    EXPECT_EQ(get_soon(std::move(answer)).error().code, Errc::unavailable);
  }
  EXPECT_FALSE(world.cached(person_of_user("ann"))) << "it holds what was never written";
  EXPECT_FALSE(world.cached(person_of_user("bob")));
  EXPECT_EQ(get_soon(world.say("ann", "after")).error().code, Errc::unavailable);
  world.bench.settle();
  EXPECT_EQ(world.said("ann").size(), events_before);
  EXPECT_EQ(world.effects.get().size(), effects_before);
  EXPECT_EQ(heard.get(), heard_before);
  EXPECT_EQ(world.fatal.get(), std::vector<std::string>{"disk gone"}) << "said once";
}

TEST(Shard, AConflictIsDecidedAgainWithAllThatWasBuiltOnItInOrder) {
  ShardBench world;
  ASSERT_TRUE(get_soon(world.say("ann", "0")));
  world.memory.hold_for_test();
  std::vector<Answer> answers;
  std::vector<std::string> wanted{"0"};
  for (int i = 1; i <= 20; ++i) {
    wanted.push_back(std::to_string(i));
    answers.push_back(world.say("ann", wanted.back(), i % 2 == 0 ? "m" + wanted.back() : ""));
  }
  ASSERT_TRUE(world.held(20));
  world.memory.fail_commit_for_test(3, {.code = Errc::conflict, .detail = "told to"});
  world.memory.release_for_test();
  for (auto& answer : answers) {
    const auto outcome = get_soon(std::move(answer));
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_FALSE(outcome->duplicate);
  }
  EXPECT_EQ(world.said("ann"), wanted);
  EXPECT_TRUE(world.fatal.get().empty());
}

TEST(Shard, WhatComesAfterAConflictStaysAfterIt) {
  ShardBench world(true);
  ASSERT_TRUE(get_soon(world.say("ann", "0")));
  world.memory.hold_for_test();
  auto a = world.say("ann", "a"), b = world.say("ann", "b");
  ASSERT_TRUE(world.held(2));
  world.slow.hold_reads(true);
  auto c = world.say("ann", "c", "m-c");  // waits for its look-up
  auto d = world.say("ann", "d");
  ASSERT_TRUE(world.held(2));
  world.memory.fail_commit_for_test(1, {.code = Errc::conflict, .detail = "told to"});
  world.memory.release_for_test();
  world.bench.settle();
  world.slow.hold_reads(false);
  for (auto* answer : {&a, &b, &c, &d}) ASSERT_TRUE(get_soon(std::move(*answer)));
  EXPECT_EQ(world.said("ann"), (std::vector<std::string>{"0", "a", "b", "c", "d"}));
}

TEST(Shard, AStateThatGoesDuringALookUpIsReadAgain) {
  ShardBench world(true);
  ASSERT_TRUE(get_soon(world.say("ann", "0")));
  world.memory.hold_for_test();
  auto a = world.say("ann", "a");
  ASSERT_TRUE(world.held(1));
  world.slow.hold_reads(true);
  auto b = world.say("ann", "b", "m-b");  // its look-up asks for no state: that of "a" is there
  ASSERT_TRUE(world.held(1));
  world.memory.fail_commit_for_test(1, {.code = Errc::overloaded, .detail = "told to"});
  world.memory.release_for_test();
  EXPECT_EQ(get_soon(std::move(a)).error().code, Errc::overloaded);
  world.slow.hold_reads(false);
  ASSERT_TRUE(get_soon(std::move(b)));
  EXPECT_EQ(world.said("ann"), (std::vector<std::string>{"0", "b"}));
  EXPECT_THAT(world.bench.metrics.text(), testing::HasSubstr("parley_commit_conflicts_total 0"))
      << "decided on what the store holds, not on a customer made anew";
}

TEST(Shard, ARepeatThatOnlyTheStoreKnowsIsADuplicateAndLeavesNoTrace) {
  ShardBench world;
  world.memory.hold_for_test();
  // One platform message that reached two persons, as when an identity is linked meanwhile.
  auto first = world.say("ann", "hello", "m1"), second = world.say("bob", "hello", "m1");
  auto later = world.say("bob", "more");
  ASSERT_TRUE(world.held(3));
  world.memory.release_for_test();
  EXPECT_FALSE(get_soon(std::move(first))->duplicate);
  const auto outcome = get_soon(std::move(second));
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->duplicate);
  EXPECT_EQ(outcome->last_seq, 0u) << "a sequence number that was never written";
  if (outcome->state) EXPECT_EQ(outcome->state->last_seq, 0u);
  EXPECT_TRUE(get_soon(std::move(later)));
  EXPECT_EQ(world.said("bob"), std::vector<std::string>{"more"});
}

TEST(Shard, ACommandThatChangesNothingIsAnsweredOnlyWhenWhatItSawIsSynced) {
  ShardBench world;
  ASSERT_TRUE(get_soon(world.say("ann", "hi")));
  routing::UpdateProfile update{.actor = "api:key"};
  update.attributes["tier"] = std::string("gold");
  world.memory.hold_for_test();
  auto first = world.post(person_of_user("ann"), update);
  auto again = world.post(person_of_user("ann"), update);  // says what the first one said
  world.bench.settle();
  EXPECT_FALSE(is_ready(first));
  EXPECT_FALSE(is_ready(again)) << "told as done, and a crash now would lose it";
  world.memory.release_for_test();
  EXPECT_TRUE(get_soon(std::move(first)));
  EXPECT_TRUE(get_soon(std::move(again)));
  EXPECT_TRUE(get_soon(world.post(person_of_user("ann"), update))) << "at once when all is synced";
}

TEST(Shard, AnUnknownPersonIsMadeOnlyWhenAskedFor) {
  ShardBench world;
  auto unknown = world.post(person_of_user("ann"), says("ann", "hi"), false);
  EXPECT_EQ(get_soon(std::move(unknown)).error().code, Errc::not_found);
  EXPECT_TRUE(world.said("ann").empty());
  ASSERT_TRUE(get_soon(world.say("ann", "hi")));
  EXPECT_TRUE(get_soon(world.post(person_of_user("ann"), says("ann", "more"), false)));
}

TEST(Shard, ARefusedCommandChangesNothingAndTheNextOneGoesOn) {
  ShardBench world;
  ASSERT_TRUE(get_soon(world.say("ann", "hi")));
  auto refused = world.post(person_of_user("ann"), routing::AgentSays{.agent = {"nobody"}});
  EXPECT_EQ(get_soon(std::move(refused)).error().code, Errc::not_found);
  ASSERT_TRUE(get_soon(world.say("ann", "more")));
  EXPECT_EQ(world.said("ann"), (std::vector<std::string>{"hi", "more"}));
}

TEST(Shard, AStateThatCannotBeReadIsNeverWrittenOver) {
  ShardBench world;
  std::promise<bool> put;
  storage::Commit commit{.tenant = kShop, .person = person_of_user("ann")};
  commit.state = "\x01{not json";
  world.memory.commit(std::move(commit), [&](auto result) { put.set_value(result.has_value()); });
  ASSERT_TRUE(get_soon(put.get_future()));
  EXPECT_EQ(get_soon(world.say("ann", "hi")).error().code, Errc::unavailable);
  EXPECT_EQ(get_soon(world.say("ann", "hi")).error().code, Errc::unavailable);
  EXPECT_EQ(**world.memory.state_blocking(kShop, person_of_user("ann")), "\x01{not json");
  EXPECT_TRUE(world.fatal.get().empty()) << "one conversation, not the process";
  EXPECT_TRUE(get_soon(world.say("bob", "hi")));
}

TEST(Shard, AFailedLookUpEndsOneCommandOnly) {
  ShardBench world(true);
  world.slow.fail_read({.code = Errc::unavailable, .detail = "read failed"});
  EXPECT_EQ(get_soon(world.say("ann", "lost", "m1")).error().detail, "read failed");
  ASSERT_TRUE(get_soon(world.say("ann", "hi", "m1")));
  EXPECT_EQ(world.said("ann"), std::vector<std::string>{"hi"});
}

}  // namespace
}  // namespace parley::gateway
