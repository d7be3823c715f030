// The whole gateway on a disk whose power goes, whose syncs fail, and that fills.
// PARLEY_GATEWAY_CUTS (5) says how often the power goes.
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/integration/crash_shop.hpp"
#include "tests/integration/world.hpp"
#include "tests/power_cut/loop_disk.hpp"
#include "tests/storage/crash_rig.hpp"

namespace parley::test {
namespace {

constexpr std::uint64_t kDiskBytes = 512 << 20;

class GatewayCut : public testing::Test {
 protected:
  void SetUp() override {
    const auto reason = why_not(FileSystem::ext4);
    if (!reason.empty()) GTEST_SKIP() << "no power can be cut here: " << reason;
  }
};

TEST_F(GatewayCut, LosesAndDoublesNothingAcknowledged) {
  const auto seed = storage::from_environment("PARLEY_CRASH_SEED", std::random_device{}());
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  LoopDisk disk(FileSystem::ext4, kDiskBytes);
  CrashShop shop(disk / "data");
  for (auto left = storage::from_environment("PARLEY_GATEWAY_CUTS", 5); left > 0; --left) {
    shop.live(std::uniform_int_distribution(1, 100)(random), [&](GatewayProcess& gateway) {
      shop.hear_no_more();
      disk.cut();
      gateway.kill_now();
    });
    disk.remount();
    if (HasFatalFailure()) return;
  }
  shop.come_to_rest();
  shop.expect_promises_kept();
}

// Every sync fails from one moment on: nothing more is acknowledged and the process ends with 70.
TEST_F(GatewayCut, ADiskThatFailsUnderItEndsTheProcess) {
  LoopDisk disk(FileSystem::ext4, kDiskBytes);
  CrashShop shop(disk / "data");
  shop.live(20, [&](GatewayProcess& gateway) {
    disk.cut();
    World::eventually([&] { return !shop.write(gateway, 1'000'000); });  // gives it what to sync
    EXPECT_EQ(gateway.await_end(), 70) << gateway.said();
  });
  disk.remount();
  auto gateway = shop.start();
  EXPECT_NE(gateway->port(), 0) << gateway->said();
  EXPECT_EQ(gateway->end_gracefully(), 0) << gateway->said();
}

}  // namespace
}  // namespace parley::test
