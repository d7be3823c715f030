#include "tests/storage/crash_writer.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <semaphore>
#include <thread>

#include "storage/rocks_store.hpp"
#include "tests/storage/fault_env.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

constexpr int kInFlight = 16;
constexpr int kFailed = 70;

// One write() a line: whole lines only, and in the pipe before the process can die of a signal.
void say(const std::string& line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(kFailed);
}

void write_turns(Store& store, int number, std::uint64_t last_seq) {
  std::counting_semaphore<kInFlight> room(kInFlight);
  const auto who = crash_person(number);
  for (auto seq = last_seq + 1;; ++seq) {
    room.acquire();
    // Sizes vary, so that kills meet records across block ends of the log.
    auto commit = with_key(turn(kCrashTenant, who, seq - 1), crash_key(number, seq));
    commit.events.back() += std::string(seq * 37 % 700, '.');
    commit.rows.push_back({.kind = RowKind::send, .id = place_id("snd", who, seq), .body = "x"});
    store.commit(std::move(commit), [&room, number, seq](Result<Committed> result) {
      if (!result || result->duplicate) ::_exit(kFailed);
      say(fmt::format("{} {}\n", number, seq));
      room.release();
    });
  }
}

void make_backups(RocksStore& store, const std::string& path) {
  for (int number = 0;; ++number) {
    const auto to = fmt::format("{}-backup-{}", path, number);
    if (path_exists(to)) continue;  // an earlier life's
    if (!store.backup_blocking(to)) ::_exit(kFailed);
  }
}

}  // namespace

PersonId crash_person(int number) { return person("crash" + std::to_string(number)); }

std::string crash_key(int number, std::uint64_t seq) { return fmt::format("{}-{}", number, seq); }

int run_crash_writer(const std::string& path, std::string_view how) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // never left behind
  const SystemClock clock;
  FaultEnv disk;
  RocksSeams seams;
  if (how == "lying") {
    disk.lie_about_syncs();
    seams.env = disk.env();
  }
  if (how == "compacting") seams.memtable_bytes = 64 << 10;
  auto store = RocksStore::open(test_options(path), clock, seams);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().detail.c_str());
    return kFailed;
  }
  std::vector<std::jthread> threads;
  for (int number = 0; number < kCrashPersons; ++number) {
    const auto history =
        (*store)->history_blocking(kCrashTenant, crash_person(number), 0, SIZE_MAX);
    if (!history) return kFailed;
    threads.emplace_back(
        [&store = **store, number, last = history->size()] { write_turns(store, number, last); });
  }
  if (how == "backing-up") {
    threads.emplace_back([&store = **store, &path] { make_backups(store, path); });
  }
  return 0;  // after the threads, which do not end
}

}  // namespace parley::storage
