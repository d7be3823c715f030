#include "tests/storage/crash_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <semaphore>
#include <thread>

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

}  // namespace

PersonId crash_person(int number) { return person("crash" + std::to_string(number)); }

std::string crash_key(int number, std::uint64_t seq) { return fmt::format("{}-{}", number, seq); }

int run_crash_writer(const std::string& path) {
  const SystemClock clock;
  auto store = open_rocks_store(test_options(path), clock);
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
  return 0;  // after the threads, which do not end
}

}  // namespace parley::storage
