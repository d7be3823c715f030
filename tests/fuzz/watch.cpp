#include "tests/fuzz/watch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

namespace parley::fuzz {
namespace {

std::string_view g_target, g_input;
std::array<char, 64 * 1024> g_stack;  // of the handler: a stack that overflowed has no room

void say(std::string_view text) noexcept {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

// Only what a signal handler may do.
extern "C" void keep_input(int signal) {
  char name[128] = "fuzz-failure-";
  constexpr std::size_t kBegin = sizeof("fuzz-failure-") - 1;
  std::memcpy(name + kBegin, g_target.data(), std::min(g_target.size(), sizeof name - kBegin - 1));
  const int file = ::open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool kept = file >= 0;
  for (auto rest = g_input; kept && !rest.empty();) {
    const auto written = ::write(file, rest.data(), rest.size());
    kept = written > 0;
    if (kept) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  say(signal == SIGALRM ? "\nhung, on an input of " : "\ndied, of an input of ");
  say(g_target);
  say(kept ? "; it is kept in the working directory, run it again by\n  PARLEY_FUZZ_INPUT="
           : "; it could not be kept as ");
  say(name);
  say(" build/release/tests/fuzz/fuzz_tests --gtest_filter='*Replay*/");
  say(g_target);
  say("'\n");
  ::signal(signal == SIGALRM ? SIGABRT : signal, SIG_DFL);
  ::raise(signal == SIGALRM ? SIGABRT : signal);
}

void install() noexcept {
  stack_t stack{};
  stack.ss_sp = g_stack.data();
  stack.ss_size = g_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_handler = &keep_input;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM}) {
    ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace

void watch(std::string_view target, std::string_view input) noexcept {
  static const bool kInstalled = (install(), true);
  static_cast<void>(kInstalled);
  g_target = target;
  g_input = input;
}

void still_alive() noexcept { ::alarm(kHangSeconds); }

}  // namespace parley::fuzz
