// kill -9 at any moment: what was acknowledged is there, once, in order, without a gap.
// PARLEY_CRASH_CYCLES sets how often (10), PARLEY_CRASH_SEED where the kills fall.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <random>

#include "tests/storage/crash_writer.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

struct Child {
  pid_t pid = -1;
  int acks = -1;  // the reading end
};

Child start_writer(const std::string& path) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const auto pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl("/proc/self/exe", "storage_tests", "--crash-writer", path.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  return {.pid = pid, .acks = ends[0]};
}

// Acknowledged seqs so far, per person, over all cycles.
using Acked = std::array<std::uint64_t, kCrashPersons>;

class AckReader {
 public:
  explicit AckReader(Acked& acked) : acked_(acked) {}
  // False at the end of the pipe.
  bool read_some(int fd) {
    std::array<char, 4096> chunk;
    const auto got = ::read(fd, chunk.data(), chunk.size());
    if (got <= 0) return false;
    text_.append(chunk.data(), static_cast<std::size_t>(got));
    for (auto end = text_.find('\n'); end != text_.npos; end = text_.find('\n')) {
      int number = 0;
      unsigned long seq = 0;
      EXPECT_EQ(std::sscanf(text_.c_str(), "%d %lu", &number, &seq), 2);
      auto& last = acked_.at(static_cast<std::size_t>(number));
      EXPECT_EQ(seq, last + 1) << "acknowledged out of order";
      last = seq;
      ++lines_;
      text_.erase(0, end + 1);
    }
    return true;
  }
  std::uint64_t lines() const { return lines_; }

 private:
  Acked& acked_;
  std::string text_;
  std::uint64_t lines_ = 0;
};

void check_store(const std::string& path, const Acked& acked, Acked& stored) {
  const ManualClock clock;
  auto store = open_rocks_store(test_options(path), clock);
  ASSERT_OK(store);
  for (int number = 0; number < kCrashPersons; ++number) {
    const auto who = crash_person(number);
    const auto history = (*store)->history_blocking(kCrashTenant, who, 0, SIZE_MAX);
    ASSERT_OK(history);
    auto& last = stored[static_cast<std::size_t>(number)];
    EXPECT_GE(history->size(), acked[static_cast<std::size_t>(number)]) << "acked and lost";
    for (std::size_t i = 0; i < history->size(); ++i) {
      const auto seq = i + 1;
      ASSERT_EQ((*history)[i].seq, seq) << "a gap";
      ASSERT_TRUE((*history)[i].body.starts_with(who.value + "#" + std::to_string(seq)));
      if (seq <= last) continue;  // looked at after an earlier kill
      ASSERT_TRUE(*(*store)->row_blocking(kCrashTenant, RowKind::send, place_id("snd", who, seq)));
      const auto view =
          load_now(**store, {.tenant = kCrashTenant,
                             .person = who,
                             .dedup = {{.channel = {"web"}, .key = crash_key(number, seq)}}});
      ASSERT_OK(view);
      ASSERT_TRUE(view->seen[0]) << "a turn without its dedup key would be taken again";
    }
    // One past the last: nothing of a commit that is not there may be there.
    const auto next = history->size() + 1;
    EXPECT_FALSE(*(*store)->row_blocking(kCrashTenant, RowKind::send, place_id("snd", who, next)));
    last = history->size();
  }
}

TEST(RocksCrash, KillNineLosesNothingAcknowledged) {
  const auto cycles = from_environment("PARLEY_CRASH_CYCLES", 10);
  const auto seed = from_environment("PARLEY_CRASH_SEED", std::random_device{}());
  std::printf("seed %u, %u cycles\n", seed, cycles);
  std::mt19937 random(seed);
  const TempDir dir;
  const auto path = dir / "store";
  Acked acked{}, stored{};
  std::uint64_t unacked = 0;
  for (unsigned cycle = 0; cycle < cycles; ++cycle) {
    const auto child = start_writer(path);
    ASSERT_GT(child.pid, 0);
    const auto before = stored;
    AckReader reader(acked);
    const auto kill_after = std::uniform_int_distribution<std::uint64_t>(1, 1500)(random);
    bool alive = true;
    while (alive && reader.lines() < kill_after) alive = reader.read_some(child.acks);
    EXPECT_TRUE(alive) << "the writer ended by itself";
    ::kill(child.pid, SIGKILL);
    while (reader.read_some(child.acks)) {  // what was said before the kill counts
    }
    ::close(child.acks);
    int status = 0;
    ASSERT_EQ(::waitpid(child.pid, &status, 0), child.pid);
    EXPECT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
    check_store(path, acked, stored);
    if (testing::Test::HasFatalFailure()) return;
    for (std::size_t i = 0; i < acked.size(); ++i)
      unacked += stored[i] - std::max(acked[i], before[i]);
    acked = stored;  // the next writer goes on from what is stored
  }
  std::uint64_t total = 0;
  for (const auto count : stored) total += count;
  std::printf("%lu turns stored, %lu of them never acknowledged\n", total, unacked);
  const auto report = verify_rocks_store(path);
  ASSERT_OK(report);
  EXPECT_TRUE(report->problems.empty()) << report->problems.front();
  EXPECT_EQ(report->events, total);
}

}  // namespace
}  // namespace parley::storage
