// A real disk that is really full: the watermark refuses before the database aborts the process,
// reading goes on, and with room again so does writing.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <random>

#include "storage/disk_guard.hpp"
#include "tests/integration/crash_shop.hpp"
#include "tests/integration/world.hpp"
#include "tests/power_cut/loop_disk.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

using test::FileSystem;
using test::LoopDisk;
using test::World;
using testing::HasSubstr;

constexpr std::uint64_t kDiskBytes = 192 << 20;
constexpr std::uint64_t kFreeMin = 64 << 20;
const TenantId kDemo{"demo"};

// Takes room until `left` bytes are free.
void fill_disk(const LoopDisk& disk, std::uint64_t left) {
  const auto path = disk / "filler";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  const auto free = free_bytes_of(disk.path());
  const auto size = std::filesystem::file_size(path);
  if (free > left) {
    // What a file system notes about the room it gives comes on top: then a little less.
    for (auto more = free - left; more > 0; more = more * 9 / 10) {
      if (::fallocate(file, 0, static_cast<off_t>(size), static_cast<off_t>(more)) == 0) break;
    }
  }
  ::close(file);
}

void empty_disk(const LoopDisk& disk) { std::filesystem::remove(disk / "filler"); }

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    const auto reason = test::why_not(FileSystem::ext4);
    if (!reason.empty()) GTEST_SKIP() << "no disk can be filled here: " << reason;
    disk_ = std::make_unique<LoopDisk>(FileSystem::ext4, kDiskBytes);
    options_ = test_options(*disk_ / "store");
    options_.free_bytes_min = kFreeMin;
    options_.ballast_bytes = 4 << 20;
  }
  // Commits large turns until one is refused; how many went.
  std::uint64_t write_until_refused(Store& store, std::uint64_t from) {
    auto seq = from;
    for (; seq < 20'000; ++seq) {
      auto large = turn(kDemo, person("a"), seq);
      for (int i = 0; i < 64 * 1024; ++i) large.events[0] += static_cast<char>(random_());
      const auto done = commit_now(store, std::move(large));
      if (done) continue;
      EXPECT_EQ(done.error().code, Errc::unavailable);
      EXPECT_TRUE(done.error().retry_after) << done.error().detail;
      EXPECT_THAT(done.error().detail, HasSubstr("bytes free"));
      break;
    }
    return seq;
  }

  std::minstd_rand random_{7};
  std::unique_ptr<LoopDisk> disk_;
  Options options_;
  const SystemClock clock_;
};

TEST_F(FullDisk, TheWatermarkRefusesBeforeTheDatabaseMeetsTheEnd) {
  auto opened = open_rocks_store(options_, clock_);
  ASSERT_OK(opened);
  Store& store = **opened;
  const auto written = write_until_refused(store, 0);
  ASSERT_GT(written, 100u);
  EXPECT_FALSE(store.health().writable);
  EXPECT_EQ(store.history_blocking(kDemo, person("a"), 0, SIZE_MAX)->size(), written);
  opened->reset();
  // Full to the brim: not opened at all, and nothing is changed.
  fill_disk(*disk_, 0);
  const auto refused = open_rocks_store(options_, clock_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::misconfigured);
  EXPECT_THAT(refused.error().detail, HasSubstr("make room"));
  empty_disk(*disk_);
  options_.free_bytes_min = 1 << 20;  // as an operator may who has nothing else to delete
  auto again = open_rocks_store(options_, clock_);
  ASSERT_OK(again);
  EXPECT_EQ((*again)->history_blocking(kDemo, person("a"), 0, SIZE_MAX)->size(), written);
  ASSERT_OK(commit_now(**again, turn(kDemo, person("a"), written)));
  again->reset();
  const auto report = verify_rocks_store(options_.path);
  ASSERT_OK(report);
  EXPECT_THAT(report->problems, testing::IsEmpty());
}

TEST_F(FullDisk, FilledFromOutsideItWaitsAndComesBackByItself) {
  auto opened = open_rocks_store(options_, clock_);
  ASSERT_OK(opened);
  Store& store = **opened;
  ASSERT_OK(commit_now(store, turn(kDemo, person("b"), 0)));
  for (int round = 0; round < 3; ++round) {
    fill_disk(*disk_, 0);
    EXPECT_TRUE(World::eventually([&] { return !store.health().writable; }));
    EXPECT_EQ(code_of(commit_now(store, turn(kDemo, person("b"), 1))), Errc::unavailable);
    EXPECT_EQ(store.history_blocking(kDemo, person("b"), 0, 10)->size(), 1u);
    empty_disk(*disk_);
    EXPECT_TRUE(World::eventually([&] { return store.health().writable; }));
  }
  ASSERT_OK(commit_now(store, turn(kDemo, person("b"), 1)));
}

TEST_F(FullDisk, TheGatewayAnswers503AndThen200Again) {
  test::CrashShop shop(*disk_ / "data", "free_bytes_min = " + std::to_string(kFreeMin) + "\n");
  shop.live(20, [&](test::GatewayProcess& gateway) {
    fill_disk(*disk_, 0);
    // Another customer each time: a repeat of what is stored is answered 200 on a full disk too.
    std::int64_t customer = 900'000;
    EXPECT_TRUE(World::eventually([&] { return !shop.write(gateway, ++customer); }));
    const auto refused = test::ask(gateway.admin_port(), "GET", "/readyz", {}, "");
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_EQ(test::ask(gateway.admin_port(), "GET", "/livez", {}, "").status, 200);
    empty_disk(*disk_);
    EXPECT_TRUE(World::eventually([&] { return shop.write(gateway, customer); }));
    EXPECT_EQ(gateway.end_gracefully(), 0);
  });
  shop.come_to_rest();
}

}  // namespace
}  // namespace parley::storage
