// kill -9 at any moment: what was acknowledged is there, once, in order, without a gap.
// PARLEY_CRASH_CYCLES sets how often (50), PARLEY_CRASH_SEED where the kills fall.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>

#include "tests/storage/crash_rig.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

class RocksCrash : public testing::Test {
 protected:
  RocksCrash() { std::printf("seed %u\n", seed_); }

  std::uint64_t up_to(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(1, most)(random_);
  }

  void kill_in_the_middle(CrashRig& rig, unsigned cycles, std::uint64_t acks_max) {
    for (unsigned cycle = 0; cycle < cycles; ++cycle) {
      rig.start();
      if (cycle % 5 == 4) {  // before it has said anything: while it opens, or right after
        rig.await_start_or(static_cast<int>(up_to(40)));
      } else {
        EXPECT_TRUE(rig.await_acks(up_to(acks_max))) << "the writer ended by itself";
      }
      rig.kill();
      rig.check();
      if (testing::Test::HasFatalFailure()) return;
    }
    std::printf("%lu turns stored, %lu of them never acknowledged\n", rig.stored(), rig.unacked());
    EXPECT_GT(rig.stored(), 0u);
  }

  const unsigned cycles_ = from_environment("PARLEY_CRASH_CYCLES", 50);
  const unsigned seed_ = from_environment("PARLEY_CRASH_SEED", std::random_device{}());
  std::mt19937 random_{seed_};
  const TempDir dir_;
};

TEST_F(RocksCrash, KillNineLosesNothingAcknowledged) {
  constexpr unsigned kCyclesPerStore = 50;  // each is read whole after each kill
  for (unsigned done = 0; done < cycles_; done += kCyclesPerStore) {
    CrashRig rig(dir_ / ("store" + std::to_string(done)), "plain");
    kill_in_the_middle(rig, std::min(kCyclesPerStore, cycles_ - done), 500);
    if (testing::Test::HasFailure()) return;
  }
}

TEST_F(RocksCrash, KillNineDuringCompactionsLosesNothingAcknowledged) {
  CrashRig rig(dir_ / "store", "compacting");
  kill_in_the_middle(rig, std::min((cycles_ + 4) / 5, 50u), 1'500);
  std::size_t tables = 0;
  for (const auto& file : std::filesystem::directory_iterator(dir_ / "store/db")) {
    tables += file.path().extension() == ".sst" ? 1 : 0;
  }
  EXPECT_GT(tables, 0u) << "without tables nothing was compacted";
}

TEST_F(RocksCrash, KillNineWhileAStoreIsMadeLeavesOneThatOpens) {
  for (unsigned cycle = 0; cycle < cycles_; ++cycle) {
    CrashRig rig(dir_ / ("store" + std::to_string(cycle)), "plain");
    rig.start();
    rig.await_start_or(static_cast<int>(up_to(30)));
    rig.kill();
    rig.check();
    if (testing::Test::HasFatalFailure()) return;
  }
}

// A copy that was cut off is no store; one that says it is a store is whole.
TEST_F(RocksCrash, KillNineDuringBackupsLeavesWholeCopiesOrNone) {
  CrashRig rig(dir_ / "store", "backing-up");
  kill_in_the_middle(rig, (cycles_ + 9) / 10, 1'500);
  int whole = 0, cut_off = 0;
  for (int number = 0;; ++number) {
    const auto path = dir_ / ("store-backup-" + std::to_string(number));
    if (!std::filesystem::exists(path)) break;
    if (!std::filesystem::exists(path + "/instance")) {
      ++cut_off;
      continue;
    }
    const auto report = verify_rocks_store(path);
    ASSERT_OK(report);
    EXPECT_TRUE(report->problems.empty()) << report->problems.front();
    const ManualClock clock;
    EXPECT_TRUE(open_rocks_store(test_options(path), clock));
    ++whole;
  }
  std::printf("%d copies whole, %d cut off\n", whole, cut_off);
  EXPECT_GT(whole + cut_off, 0);
}

}  // namespace
}  // namespace parley::storage
