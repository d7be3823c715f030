// An erasure that is killed at each of its operations on files: what the next start does (the same
// again, from its relay row) leaves nothing of the person, as if it had never been cut off.
#include <gmock/gmock.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "storage/rocks_store.hpp"
#include "storage/sealed_backup.hpp"
#include "tests/storage/canaries.hpp"
#include "tests/storage/crash_rig.hpp"
#include "tests/storage/erase_kill.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

constexpr int kFailed = 70;
constexpr std::uint64_t kEach = 12;  // its own writes; then come flushes and compactions

// Counts what changes files, once it is armed; at `last` the process dies before doing it.
class DyingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit DyingFileSystem(std::uint64_t last)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), last_(last) {}
  const char* Name() const override { return "DyingFileSystem"; }
  void arm() { armed_ = true; }
  void step() {
    if (armed_ && ++steps_ == last_) ::kill(::getpid(), SIGKILL);
  }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    step();
    return target()->RenameFile(from, to, options, debug);
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    step();
    return target()->DeleteFile(name, options, debug);
  }

 private:
  const std::uint64_t last_;
  std::atomic<bool> armed_{false};
  std::atomic<std::uint64_t> steps_{0};
};

class DyingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  DyingFile(std::unique_ptr<rocksdb::FSWritableFile> file, DyingFileSystem& files)
      : FSWritableFileOwnerWrapper(std::move(file)), files_(files) {}
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    files_.step();
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    files_.step();
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    files_.step();
    return FSWritableFileOwnerWrapper::Fsync(options, debug);
  }

 private:
  DyingFileSystem& files_;
};

rocksdb::IOStatus DyingFileSystem::NewWritableFile(const std::string& name,
                                                   const rocksdb::FileOptions& options,
                                                   std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                   rocksdb::IODebugContext* debug) {
  step();
  auto status = target()->NewWritableFile(name, options, result, debug);
  if (status.ok()) *result = std::make_unique<DyingFile>(std::move(*result), *this);
  return status;
}

PersonId who() { return person("leaves"); }

Options options_at(const std::string& directory) { return test_options(directory + "/store"); }
std::string ring_of(const std::string& directory) { return directory + "/ring"; }

// What the relay row says to the gateway's next start.
std::vector<Store::Erasure> pending(Store& store) {
  const auto relay = place_id("era", who(), kTurns + 1);
  const auto row = store.row_blocking(kDemo, RowKind::relay, relay);
  if (!row || !*row) return {};
  return {{.person = who(), .through = kTurns + 1, .relay = relay}};
}

// True: it came to its end before the n-th operation.
bool erase_and_die(const std::string& directory, std::uint64_t last) {
  const auto pid = ::fork();
  if (pid == 0) {
    ::execl("/proc/self/exe", "eraser", "--crash-eraser", directory.c_str(),
            std::to_string(last).c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  EXPECT_TRUE(killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) << status;
  return !killed;
}

}  // namespace

int run_crash_eraser(const std::string& directory, const std::string& last) {
  const SystemClock clock;
  const auto files = std::make_shared<DyingFileSystem>(std::strtoull(last.c_str(), nullptr, 10));
  const auto env = rocksdb::NewCompositeEnv(files);
  auto store =
      RocksStore::open(options_at(directory), clock,
                       {.env = env.get(), .compress = false, .backup_keys = ring_of(directory)});
  if (!store) return kFailed;
  files->arm();
  const auto erased = (*store)->erase_persons_blocking(kDemo, pending(**store));
  if (!erased) return kFailed;
  ::_exit(0);  // closing is not part of it
}

namespace {

class EraseKilled : public testing::Test {
 protected:
  void SetUp() override {
    auto store = open(dir_ / "whole");
    ASSERT_TRUE(store);
    live(*store, who(), gone_);
    live(*store, person("stays"), kept_);
    ASSERT_OK(backup_rocks_store(*store, dir_ / "backup"));
    forget(*store, who(), kTurns);
    store->close();
  }
  std::unique_ptr<Store> open(const std::string& directory) {
    auto store = RocksStore::open(options_at(directory), clock_,
                                  {.compress = false, .backup_keys = ring_of(directory)});
    EXPECT_TRUE(store.has_value()) << store.error().detail;
    return store ? std::move(*store) : nullptr;
  }
  void expect_gone(const std::string& directory, std::uint64_t last) {
    EXPECT_THAT(gone_.found_in(directory), IsEmpty()) << "killed at operation " << last;
    const auto report = verify_rocks_store(directory + "/store");
    ASSERT_OK(report);
    EXPECT_THAT(report->problems, IsEmpty()) << last;
    const auto restored = test_options(directory + "/restored");
    ASSERT_OK(restore_rocks_store(restored, ring_of(directory), dir_ / "backup"));
    EXPECT_THAT(gone_.found_in(directory + "/restored"), IsEmpty()) << last;
    EXPECT_FALSE(kept_.found_in(directory + "/restored").empty());
  }

  TempDir dir_;
  SystemClock clock_;
  Canaries gone_{"gone"}, kept_{"kept"};
};

TEST_F(EraseKilled, EndsWithNothingOfThemWhereverItWasCutOff) {
  const std::uint64_t stride = from_environment("PARLEY_ERASE_STRIDE", 30);
  int kills = 0;
  bool ended = false;
  for (std::uint64_t last = 1; !ended && !HasFailure(); last += last < kEach ? 1 : stride) {
    const auto directory = dir_ / "run";
    fs::remove_all(directory);
    fs::copy(dir_ / "whole", directory, fs::copy_options::recursive);
    ended = erase_and_die(directory, last);
    kills += ended ? 0 : 1;
    auto store = open(directory);
    ASSERT_TRUE(store);
    const auto left = pending(*store);
    if (!left.empty()) ASSERT_OK(store->erase_persons_blocking(kDemo, left));
    EXPECT_THAT(gone_.found_in(directory), IsEmpty()) << "while it runs, killed at " << last;
    store->close();
    store.reset();
    expect_gone(directory, last);
  }
  EXPECT_GT(kills, 10);
  std::cout << kills << " kills\n";
}

// Twice, anywhere: the second erasure is cut off too.
TEST_F(EraseKilled, MayBeCutOffAgain) {
  for (const auto [first, second] : {std::pair{5u, 3u}, {20u, 9u}, {40u, 40u}, {60u, 25u}}) {
    const auto directory = dir_ / "run";
    fs::remove_all(directory);
    fs::copy(dir_ / "whole", directory, fs::copy_options::recursive);
    erase_and_die(directory, first);
    erase_and_die(directory, second);
    auto store = open(directory);
    ASSERT_TRUE(store);
    if (const auto left = pending(*store); !left.empty()) {
      ASSERT_OK(store->erase_persons_blocking(kDemo, left));
    }
    store->close();
    store.reset();
    expect_gone(directory, first);
  }
}

}  // namespace
}  // namespace parley::storage
