#include "tests/integration/gateway_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace parley::test {
namespace {

using Clock = std::chrono::steady_clock;

std::uint16_t port_after(const std::string& text, const std::string& mark) {
  const auto at = text.find(mark);
  if (at == std::string::npos || text.find('\n', at) == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::stoi(text.substr(at + mark.size())));
}

}  // namespace

GatewayProcess::GatewayProcess(const std::string& config, Bounds bounds) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  if (bounds.pipe_bytes > 0) EXPECT_GT(::fcntl(ends[1], F_SETPIPE_SZ, bounds.pipe_bytes), 0);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // never left behind
    ::dup2(ends[1], STDERR_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, 0);  // the sockets of the test are not its
    if (bounds.descriptors > 0) {
      const rlimit limit{.rlim_cur = bounds.descriptors, .rlim_max = bounds.descriptors};
      ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    ::execl(PARLEY_BINARY, PARLEY_BINARY, "serve", "--config", config.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  stderr_ = ends[0];
}

GatewayProcess::~GatewayProcess() {
  if (pid_ > 0) kill_now();
  ::close(stderr_);
}

std::uint16_t GatewayProcess::port(int within_ms) {
  const auto until = Clock::now() + std::chrono::milliseconds(within_ms);
  while (port_ == 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd words{.fd = stderr_, .events = POLLIN, .revents = 0};
    if (left <= 0 || ::poll(&words, 1, static_cast<int>(left)) <= 0) break;
    char chunk[512];
    const auto got = ::read(stderr_, chunk, sizeof chunk);
    if (got <= 0) break;
    said_.append(chunk, static_cast<std::size_t>(got));
    admin_port_ = port_after(said_, ", admin on port ");
    port_ = port_after(said_, "listens on http://127.0.0.1:");
  }
  return port_;
}

void GatewayProcess::kill_now() {
  ::kill(pid_, SIGKILL);
  await_end();
}

void GatewayProcess::freeze() { ::kill(pid_, SIGSTOP); }

void GatewayProcess::settle() {
  int status = 0;
  EXPECT_EQ(::waitpid(pid_, &status, WUNTRACED), pid_);
  EXPECT_TRUE(WIFSTOPPED(status)) << "it ended by itself";
  if (!WIFSTOPPED(status)) pid_ = 0;
}

void GatewayProcess::go_on() { ::kill(pid_, SIGCONT); }

void GatewayProcess::signal(int number) { ::kill(pid_, number); }

// What it said before it ended, as much as the pipe held.
void GatewayProcess::hear_the_rest() {
  ::fcntl(stderr_, F_SETFL, O_NONBLOCK);
  char chunk[4'096];
  for (;;) {
    const auto got = ::read(stderr_, chunk, sizeof chunk);
    if (got <= 0) return;
    said_.append(chunk, static_cast<std::size_t>(got));
  }
}

int GatewayProcess::end_gracefully() {
  ::kill(pid_, SIGTERM);
  return await_end();
}

int GatewayProcess::await_end() {
  if (pid_ <= 0) return -1;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  hear_the_rest();
  if (WIFSIGNALED(status)) said_ += "(ended by signal " + std::to_string(WTERMSIG(status)) + ")";
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace parley::test
