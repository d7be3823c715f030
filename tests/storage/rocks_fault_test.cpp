// The disk fails at the n-th sync or write, or the power goes: nothing is acknowledged after that,
// and all that was acknowledged before is there again.
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "storage/rocks_store.hpp"
#include "tests/storage/crash_rig.hpp"
#include "tests/storage/fault_env.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

const TenantId kDemo{"demo"};
constexpr int kWriters = 4;
constexpr std::uint64_t kTurnsMax = 2'000;

class RocksFault : public testing::Test {
 protected:
  std::unique_ptr<RocksStore> open(const std::string& path, rocksdb::Env* env) {
    auto store =
        RocksStore::open(test_options(path), clock_, {.env = env, .free_bytes = free_bytes_of});
    EXPECT_TRUE(store) << store.error().detail;
    return store ? std::move(*store) : nullptr;
  }

  // Writers that go on until the store fails (which it should: there is an end); acked turns of
  // each.
  std::vector<std::uint64_t> write_until_it_fails(Store& store, const FaultEnv& faults) {
    std::vector<std::uint64_t> acked(kWriters, 0);
    std::vector<std::jthread> threads;
    for (int i = 0; i < kWriters; ++i) {
      threads.emplace_back([&, i] {
        const auto who = person("w" + std::to_string(i));
        auto& mine = acked[static_cast<std::size_t>(i)];
        while (mine < kTurnsMax) {
          const bool failed_before = faults.failed();
          const auto result =
              commit_now(store, with_key(turn(kDemo, who, mine), who.value + std::to_string(mine)));
          if (!result) {
            EXPECT_EQ(result.error().code, Errc::unavailable) << result.error().detail;
            return;
          }
          EXPECT_FALSE(failed_before) << "acknowledged after the disk had failed";
          ++mine;
        }
      });
    }
    threads.clear();
    return acked;
  }

  void expect_all(const std::string& path, const std::vector<std::uint64_t>& acked) {
    const auto report = verify_rocks_store(path);
    ASSERT_OK(report);
    EXPECT_THAT(report->problems, testing::IsEmpty());
    auto store = open(path, nullptr);
    ASSERT_TRUE(store);
    for (int i = 0; i < kWriters; ++i) {
      const auto who = person("w" + std::to_string(i));
      const auto history = store->history_blocking(kDemo, who, 0, SIZE_MAX);
      ASSERT_OK(history);
      EXPECT_GE(history->size(), acked[static_cast<std::size_t>(i)]) << "acked and lost";
    }
  }

  ManualClock clock_{kStart};
  TempDir dir_;
};

struct Fault {
  const char* name;
  void (FaultEnv::*arm)(std::uint64_t nth);
};
const Fault kFaults[] = {{"sync", &FaultEnv::fail_sync}, {"append", &FaultEnv::fail_append}};

TEST_F(RocksFault, NoAckAfterTheNthFailureAndNoneLost) {
  for (const auto& fault : kFaults) {
    for (std::uint64_t nth = 1; nth <= 10; ++nth) {
      const auto where = std::string(fault.name) + std::to_string(nth);
      SCOPED_TRACE(where);
      const auto path = dir_ / where;
      FaultEnv faults;
      auto store = open(path, faults.env());
      ASSERT_TRUE(store);
      (faults.*fault.arm)(nth);
      const auto acked = write_until_it_fails(*store, faults);
      EXPECT_TRUE(faults.failed());
      const auto health = store->health();
      EXPECT_FALSE(health.writable);
      EXPECT_THAT(health.reason, testing::HasSubstr("failed by the test"));
      // For good: a sync that is tried again may lie.
      EXPECT_EQ(code_of(commit_now(*store, turn(kDemo, person("late"), 0))), Errc::unavailable);
      EXPECT_TRUE(store->history_blocking(kDemo, person("w0"), 0, 10)) << "reading goes on";
      store.reset();
      expect_all(path, acked);
    }
  }
}

TEST_F(RocksFault, AFailedExpiryEndsTheStoreToo) {
  FaultEnv faults;
  auto store = open(dir_ / "store", faults.env());
  ASSERT_OK(commit_now(*store, with_key(turn(kDemo, person("a"), 0), "m")));
  faults.fail_append(1);
  EXPECT_EQ(code_of(store->expire_blocking(kStart + std::chrono::hours{24 * 400})),
            Errc::unavailable);
  EXPECT_FALSE(store->health().writable);
}

// kill -9 cannot see a missing sync, for the kernel still has the pages: this can.
TEST_F(RocksFault, APowerCutKeepsWhatWasAcknowledged) {
  for (const std::uint64_t torn : {0u, 1u, 7u, 100u, 4096u}) {
    SCOPED_TRACE(torn);
    const auto path = dir_ / ("store" + std::to_string(torn));
    const auto after = dir_ / ("after" + std::to_string(torn));
    FaultEnv faults;
    auto store = open(path, faults.env());
    ASSERT_TRUE(store);
    // The cut falls when the file system dies in the middle of a sync.
    faults.fail_sync(20 + torn % 13);
    const auto acked = write_until_it_fails(*store, faults);
    EXPECT_TRUE(faults.failed());
    store.reset();
    faults.copy_synced(path, after, torn);
    expect_all(after, acked);
  }
}

// PARLEY_TORN_SEEDS (40) says in how many ways.
TEST_F(RocksFault, APowerCutMayTearWhatWasNotSyncedInAnyWay) {
  const auto path = dir_ / "store", after = dir_ / "after";
  FaultEnv faults;
  auto store = open(path, faults.env());
  ASSERT_TRUE(store);
  std::vector<std::uint64_t> acked(kWriters, 0);
  const auto write_all = [&](std::uint64_t from, std::uint64_t to) {
    for (auto i = from; i < to; ++i) {
      for (int w = 0; w < kWriters; ++w) {
        ASSERT_OK(commit_now(*store, turn(kDemo, person("w" + std::to_string(w)), i)));
      }
    }
  };
  write_all(0, 20);
  for (auto& each : acked) each = 20;
  // From here on nothing is synced, and so nothing of it was acknowledged. Nor did the mark move.
  std::filesystem::copy_file(path + "/mark", dir_ / "mark");
  faults.lie_about_syncs();
  write_all(20, 80);
  store.reset();
  const auto seeds = from_environment("PARLEY_TORN_SEEDS", 40);
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    faults.copy_torn(path, after, seed);
    std::filesystem::copy_file(dir_ / "mark", after + "/mark",
                               std::filesystem::copy_options::overwrite_existing);
    expect_all(after, acked);
    if (HasFailure()) return;
  }
}

TEST_F(RocksFault, APowerCutDuringFlushesKeepsWhatWasAcknowledged) {
  const auto path = dir_ / "store";
  FaultEnv faults;
  auto store = open(path, faults.env());
  ASSERT_TRUE(store);
  std::vector<std::uint64_t> acked(kWriters, 0);
  const std::string padding(1 << 20, 'x');
  // Well past one memtable, so that a flush to tables has happened and log files were dropped.
  for (std::uint64_t i = 0; i < 80; ++i) {
    auto large = turn(kDemo, person("w0"), i);
    large.events[0] += padding;
    ASSERT_OK(commit_now(*store, std::move(large)));
    ++acked[0];
  }
  faults.fail_sync(1);
  EXPECT_EQ(code_of(commit_now(*store, turn(kDemo, person("w0"), 80))), Errc::unavailable);
  store.reset();
  faults.copy_synced(path, dir_ / "after", 0);
  expect_all(dir_ / "after", acked);
}

TEST_F(RocksFault, ASlowSyncHoldsBackItsAnswersAndNothingElse) {
  constexpr Milliseconds kSlow{500};
  FaultEnv faults;
  auto options = test_options(dir_ / "store");
  options.pending_max = 4;
  auto opened =
      RocksStore::open(options, clock_, {.env = faults.env(), .free_bytes = free_bytes_of});
  ASSERT_OK(opened);
  Store& store = **opened;
  ASSERT_OK(commit_now(store, turn(kDemo, person("a"), 0)));
  faults.slow_syncs(kSlow);
  const auto since = std::chrono::steady_clock::now();
  std::vector<std::future<Result<Committed>>> answers;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    answers.push_back(commit_async(store, turn(kDemo, person("b" + std::to_string(i)), 0)));
  }
  clock_.advance(Milliseconds{70});
  const auto health = store.health();
  EXPECT_LE(health.pending, 4u);
  EXPECT_GE(health.oldest_pending, Milliseconds{70});
  EXPECT_EQ(store.history_blocking(kDemo, person("a"), 0, 10)->size(), 1u);
  ASSERT_OK(load_now(store, {.tenant = kDemo, .person = person("a"), .dedup = {}}));
  EXPECT_LT(std::chrono::steady_clock::now() - since, kSlow) << "reading waited for a sync";
  int overloaded = 0;
  for (auto& answer : answers) {
    const auto done = answer.get();
    overloaded += !done && done.error().code == Errc::overloaded ? 1 : 0;
  }
  EXPECT_GE(overloaded, 6);
  EXPECT_GE(std::chrono::steady_clock::now() - since, kSlow) << "acknowledged before its sync";
}

TEST_F(RocksFault, EveryAcknowledgedCommitWasSynced) {
  FaultEnv faults;
  auto store = open(dir_ / "store", faults.env());
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto before = faults.syncs();
    ASSERT_OK(commit_now(*store, turn(kDemo, person("a"), i)));
    EXPECT_GT(faults.syncs(), before);
  }
}

TEST_F(RocksFault, ManyInFlightShareOneSync) {
  FaultEnv faults;
  auto store = open(dir_ / "store", faults.env());
  const auto before = faults.syncs();
  std::vector<std::future<Result<Committed>>> answers;
  for (int i = 0; i < 1000; ++i) {
    answers.push_back(commit_async(*store, turn(kDemo, person(std::to_string(i)), 0)));
  }
  for (auto& answer : answers) ASSERT_OK(answer.get());
  EXPECT_LT(faults.syncs() - before, 500u);
  EXPECT_EQ(store->health().groups, faults.syncs() - before);
}

}  // namespace
}  // namespace parley::storage
