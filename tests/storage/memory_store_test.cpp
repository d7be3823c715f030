#include "storage/memory_store.hpp"

#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

const TenantId kDemo{"demo"};

class MemoryStoreHooks : public testing::Test {
 protected:
  ManualClock clock_{kStart};
  MemoryStore store_{test_options(""), clock_};
};

TEST_F(MemoryStoreHooks, HeldCommitsWaitAndAgeUntilReleased) {
  store_.hold_for_test();
  auto answer = commit_async(store_, turn(kDemo, person("a"), 0));
  clock_.advance(Milliseconds{1700});
  EXPECT_EQ(store_.health().pending, 1u);
  EXPECT_EQ(store_.health().oldest_pending, Milliseconds{1700});
  EXPECT_TRUE(store_.history_blocking(kDemo, person("a"), 0, 10)->empty());
  store_.release_for_test();
  ASSERT_OK(answer.get());
  EXPECT_EQ(store_.history_blocking(kDemo, person("a"), 0, 10)->size(), 1u);
}

TEST_F(MemoryStoreHooks, TheNthCommitFails) {
  store_.fail_commit_for_test(2, {.code = Errc::conflict});
  ASSERT_OK(commit_now(store_, turn(kDemo, person("a"), 0)));
  EXPECT_EQ(code_of(commit_now(store_, turn(kDemo, person("a"), 1))), Errc::conflict);
  ASSERT_OK(commit_now(store_, turn(kDemo, person("a"), 1)));
}

TEST_F(MemoryStoreHooks, AnUnavailableCommitEndsTheStore) {
  store_.fail_commit_for_test(1, {.code = Errc::unavailable, .detail = "broken"});
  EXPECT_EQ(code_of(commit_now(store_, turn(kDemo, person("a"), 0))), Errc::unavailable);
  EXPECT_EQ(code_of(commit_now(store_, turn(kDemo, person("b"), 0))), Errc::unavailable);
}

TEST_F(MemoryStoreHooks, APowerCutForgetsWhatIsHeldAndNothingElse) {
  ASSERT_OK(commit_now(store_, turn(kDemo, person("a"), 0)));
  store_.hold_for_test();
  auto held = commit_async(store_, turn(kDemo, person("a"), 1));
  auto behind = commit_async(store_, turn(kDemo, person("b"), 0));
  store_.forget_unsynced_for_test();
  EXPECT_EQ(code_of(held.get()), Errc::unavailable);
  EXPECT_EQ(code_of(behind.get()), Errc::unavailable);
  const auto next = store_.reopened_for_test();
  EXPECT_EQ(next->epoch(), store_.epoch() + 1);
  EXPECT_EQ(next->history_blocking(kDemo, person("a"), 0, 10)->size(), 1u);
  EXPECT_TRUE(next->history_blocking(kDemo, person("b"), 0, 10)->empty());
  ASSERT_OK(commit_now(*next, turn(kDemo, person("a"), 1)));
}

// A commit without events moves no sequence number: only that it was handed over before the failure
// was known tells that it was built on something that never happened.
TEST_F(MemoryStoreHooks, WhatWasBuiltOnAFailedCommitInFlightIsAConflict) {
  ASSERT_OK(commit_now(store_, with_key(turn(kDemo, person("a"), 0), "m1")));
  store_.hold_for_test();
  auto first = commit_async(store_, turn(kDemo, person("x"), 0));  // a group of its own, held
  auto duplicate = commit_async(store_, with_key(turn(kDemo, person("a"), 1), "m1"));
  auto on_top = commit_async(store_, turn(kDemo, person("a"), 1, 0));
  auto stranger = commit_async(store_, turn(kDemo, person("b"), 0));
  store_.release_for_test();
  ASSERT_OK(first.get());
  EXPECT_TRUE(duplicate.get()->duplicate);
  EXPECT_EQ(code_of(on_top.get()), Errc::conflict);
  ASSERT_OK(stranger.get());
  // Handed over after the answers: a new start.
  ASSERT_OK(commit_now(store_, turn(kDemo, person("a"), 1, 0)));
}

TEST_F(MemoryStoreHooks, TheSameOverTwoGroups) {
  ASSERT_OK(commit_now(store_, turn(kDemo, person("a"), 0)));
  store_.hold_for_test();
  auto conflict = commit_async(store_, turn(kDemo, person("a"), 7));
  auto large = turn(kDemo, person("x"), 0);
  large.state.assign((4 << 20) - 1000, 'x');  // fills a group alone
  auto between = commit_async(store_, std::move(large));
  auto on_top = commit_async(store_, turn(kDemo, person("a"), 1, 0));
  store_.release_for_test();
  EXPECT_EQ(code_of(conflict.get()), Errc::conflict);
  ASSERT_OK(between.get());
  EXPECT_EQ(code_of(on_top.get()), Errc::conflict);
  ASSERT_OK(commit_now(store_, turn(kDemo, person("a"), 1, 0)));
}

}  // namespace
}  // namespace parley::storage
