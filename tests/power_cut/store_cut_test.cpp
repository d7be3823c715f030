// The power goes in the middle of load, again and again over one disk: what was acknowledged is
// there. PARLEY_CUTS_EXT4 (20) and PARLEY_CUTS_XFS (5) say how often, PARLEY_CRASH_SEED when.
#include <cstdio>
#include <filesystem>
#include <random>

#include "storage/high_water.hpp"
#include "tests/power_cut/loop_disk.hpp"
#include "tests/storage/crash_rig.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

using test::FileSystem;
using test::LoopDisk;

constexpr std::uint64_t kDiskBytes = 512 << 20;
constexpr unsigned kCutsPerDisk = 20;

class StoreCut : public testing::TestWithParam<FileSystem> {
 protected:
  void SetUp() override {
    const auto reason = test::why_not(GetParam());
    if (!reason.empty()) GTEST_SKIP() << "no power can be cut here: " << reason;
    std::printf("seed %u\n", seed_);
  }
  unsigned cuts() const {
    return GetParam() == FileSystem::ext4 ? from_environment("PARLEY_CUTS_EXT4", 20)
                                          : from_environment("PARLEY_CUTS_XFS", 5);
  }
  std::uint64_t up_to(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(1, most)(random_);
  }
  void run_and_cut(CrashRig& rig, LoopDisk& disk, bool at_start) {
    rig.start();
    if (at_start) {
      rig.await_start_or(static_cast<int>(up_to(40)));
    } else {
      EXPECT_TRUE(rig.await_acks(up_to(600))) << "the writer ended by itself";
    }
    rig.power_goes([&disk] { disk.cut(); });
    disk.remount();
  }

  const unsigned seed_ = from_environment("PARLEY_CRASH_SEED", std::random_device{}());
  std::mt19937 random_{seed_};
};

TEST_P(StoreCut, LosesNothingAcknowledged) {
  std::uint64_t stored = 0, unacked = 0;
  for (unsigned done = 0; done < cuts();) {
    LoopDisk disk(GetParam(), kDiskBytes);
    CrashRig rig(disk / "store", done % (2 * kCutsPerDisk) == 0 ? "plain" : "compacting");
    for (unsigned i = 0; i < kCutsPerDisk && done < cuts(); ++i, ++done) {
      run_and_cut(rig, disk, /*at_start=*/i % 5 == 4);
      const auto mark = read_high_water(high_water_path(disk / "store"));
      EXPECT_TRUE(mark) << mark.error().detail;
      rig.check();
      if (testing::Test::HasFatalFailure()) return;
    }
    stored += rig.stored();
    unacked += rig.unacked();
  }
  std::printf("%u cuts, %lu turns stored, %lu of them never acknowledged\n", cuts(), stored,
              unacked);
  EXPECT_GT(stored, 0u);
}

TEST_P(StoreCut, WhileAStoreIsMadeLeavesOneThatOpens) {
  LoopDisk disk(GetParam(), kDiskBytes);
  for (unsigned i = 0; i < (cuts() + 3) / 4; ++i) {
    CrashRig rig(disk / ("store" + std::to_string(i)), "plain");
    rig.start();
    rig.await_start_or(static_cast<int>(up_to(30)));
    rig.power_goes([&disk] { disk.cut(); });
    disk.remount();
    rig.check();
    if (testing::Test::HasFatalFailure()) return;
  }
}

// The proof that these cuts lose what was not synced, and that the loss does not go unseen.
TEST_P(StoreCut, WithoutSyncsLosesAndTheStoreRefusesToOpen) {
  for (int i = 0; i < 3; ++i) {
    LoopDisk disk(GetParam(), kDiskBytes);
    CrashRig rig(disk / "store", "lying");
    rig.start();
    EXPECT_TRUE(rig.await_acks(200 + up_to(400)));
    rig.power_goes([&disk] { disk.cut(); });
    disk.remount();
    const ManualClock clock;
    const auto opened = open_rocks_store(test_options(disk / "store"), clock);
    ASSERT_FALSE(opened) << "it opened as if nothing had been lost";
    EXPECT_EQ(opened.error().code, Errc::misconfigured) << opened.error().detail;
    // An operator may accept the loss: it is there to be counted.
    std::filesystem::remove(disk / "store/mark");
    const auto lost = rig.missing();
    EXPECT_GT(lost, 0u) << "a cut that loses nothing is no test";
    std::printf("%lu acknowledged turns lost, and the store said: %s\n", lost,
                opened.error().detail.c_str());
  }
}

INSTANTIATE_TEST_SUITE_P(Ext4, StoreCut, testing::Values(FileSystem::ext4),
                         [](const auto&) { return "Ext4"; });
INSTANTIATE_TEST_SUITE_P(Xfs, StoreCut, testing::Values(FileSystem::xfs),
                         [](const auto&) { return "Xfs"; });

}  // namespace
}  // namespace parley::storage
