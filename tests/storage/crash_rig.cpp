#include "tests/storage/crash_rig.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string_view>

#include "storage/files.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

int crash_rig_main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--crash-writer") {
    return run_crash_writer(argv[2], argv[3]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

CrashRig::~CrashRig() {
  if (pid_ > 0) kill();
}

void CrashRig::start() {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  pid_ = ::fork();
  ASSERT_GE(pid_, 0);
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl("/proc/self/exe", "crash_writer", "--crash-writer", path_.c_str(), how_.c_str(),
            nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  acks_ = ends[0];
  text_.clear();  // of a line that was cut off
}

// False at the end of the pipe, or when there is nothing and it must not wait.
bool CrashRig::read_some() {
  std::array<char, 4096> chunk;
  const auto got = ::read(acks_, chunk.data(), chunk.size());
  if (got <= 0) return false;
  text_.append(chunk.data(), static_cast<std::size_t>(got));
  take_lines();
  return true;
}

void CrashRig::take_lines() {
  std::size_t begin = 0;
  for (auto end = text_.find('\n'); end != text_.npos; end = text_.find('\n', begin)) {
    int number = 0;
    unsigned long seq = 0;
    EXPECT_EQ(std::sscanf(text_.c_str() + begin, "%d %lu", &number, &seq), 2);
    auto& last = acked_.at(static_cast<std::size_t>(number));
    EXPECT_EQ(seq, last + 1) << "acknowledged out of order";
    last = seq;
    ++lines_;
    begin = end + 1;
  }
  text_.erase(0, begin);
}

bool CrashRig::await_acks(std::uint64_t acks) {
  const auto target = lines_ + acks;
  while (lines_ < target) {
    if (!read_some()) return false;
  }
  return true;
}

void CrashRig::await_start_or(int milliseconds) {
  pollfd words{.fd = acks_, .events = POLLIN, .revents = 0};
  ::poll(&words, 1, milliseconds);
}

void CrashRig::kill() {
  ::kill(pid_, SIGKILL);
  while (read_some()) {
  }
  const int status = end();
  EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << WEXITSTATUS(status);
}

void CrashRig::power_goes(const std::function<void()>& cut) {
  ::fcntl(acks_, F_SETFL, O_NONBLOCK);
  while (read_some()) {
  }
  cut();
  ::kill(pid_, SIGKILL);
  end();
}

int CrashRig::end() {
  int status = 0;
  EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
  pid_ = 0;
  ::close(acks_);
  return status;
}

void CrashRig::check_person(Store& store, int number) {
  const auto who = crash_person(number);
  const auto history = store.history_blocking(kCrashTenant, who, 0, SIZE_MAX);
  ASSERT_OK(history);
  auto& last = stored_[static_cast<std::size_t>(number)];
  const auto acked = acked_[static_cast<std::size_t>(number)];
  EXPECT_GE(history->size(), acked) << "acked and lost";
  unacked_ += history->size() - std::min<std::uint64_t>(history->size(), acked);
  for (std::size_t i = 0; i < history->size(); ++i) {
    const auto seq = i + 1;
    ASSERT_EQ((*history)[i].seq, seq) << "a gap";
    ASSERT_TRUE((*history)[i].body.starts_with(who.value + "#" + std::to_string(seq)));
    if (seq <= last) continue;  // looked at after an earlier crash
    ASSERT_TRUE(*store.row_blocking(kCrashTenant, RowKind::send, place_id("snd", who, seq)));
    const auto view =
        load_now(store, {.tenant = kCrashTenant,
                         .person = who,
                         .dedup = {{.channel = {"web"}, .key = crash_key(number, seq)}}});
    ASSERT_OK(view);
    ASSERT_TRUE(view->seen[0]) << "a turn without its dedup key would be taken again";
  }
  // One past the last: nothing of a commit that is not there may be there.
  const auto next = history->size() + 1;
  EXPECT_FALSE(*store.row_blocking(kCrashTenant, RowKind::send, place_id("snd", who, next)));
  last = history->size();
}

void CrashRig::check() {
  const ManualClock clock;
  if (!path_exists(path_ + "/instance")) {  // it crashed while the store was being made
    ASSERT_EQ(stored() + lines_, 0u);
    ASSERT_OK(open_rocks_store(test_options(path_), clock));
  }
  const auto report = verify_rocks_store(path_);
  ASSERT_OK(report);
  EXPECT_TRUE(report->problems.empty()) << report->problems.front();
  auto store = open_rocks_store(test_options(path_), clock);
  ASSERT_OK(store);
  for (int number = 0; number < kCrashPersons; ++number) {
    check_person(**store, number);
    if (testing::Test::HasFatalFailure()) return;
  }
  acked_ = stored_;  // the next writer goes on from what is stored
  EXPECT_EQ(report->events, stored());
}

std::uint64_t CrashRig::missing() {
  const ManualClock clock;
  auto store = open_rocks_store(test_options(path_), clock);
  EXPECT_TRUE(store) << store.error().detail;
  std::uint64_t out = 0;
  for (int number = 0; store && number < kCrashPersons; ++number) {
    const auto history =
        (*store)->history_blocking(kCrashTenant, crash_person(number), 0, SIZE_MAX);
    const auto acked = acked_[static_cast<std::size_t>(number)];
    out += acked - std::min<std::uint64_t>(acked, history ? history->size() : 0);
  }
  return out;
}

std::uint64_t CrashRig::stored() const {
  return std::accumulate(stored_.begin(), stored_.end(), std::uint64_t{0});
}

}  // namespace parley::storage
