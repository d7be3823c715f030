#include "bench/child.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace parley::bench {

Child::Child(const std::vector<std::string>& command) {
  const auto start = std::chrono::steady_clock::now();
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  if (::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) {
    throw std::runtime_error("cannot start " + command[0]);
  }
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  output_ = ends[0];
  std::string said;
  char c = 0;
  while (::read(output_, &c, 1) == 1) {
    said += c;
    if (c != '\n') continue;
    auto at = said.find("listens on ");
    if (at == std::string::npos) continue;
    at += 11;
    if (said.compare(at, 7, "http://") == 0) at = said.find(':', at + 7) + 1;
    port_ = static_cast<std::uint16_t>(std::stoi(said.substr(at)));
    break;
  }
  if (port_ == 0) throw std::runtime_error(command[0] + " did not start: " + said);
  ready_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Child::~Child() {
  if (pid_ > 0) kill_now();
  if (output_ >= 0) ::close(output_);
}

void Child::kill_now() {
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
}

double Child::resident_kib() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  std::string word;
  while (status >> word) {
    if (word == "VmRSS:") {
      double kib = 0;
      status >> kib;
      return kib;
    }
  }
  return 0;
}

double Child::cpu_seconds() const {
  std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
  std::string line;
  std::getline(stat, line);
  // Behind the name, which may hold anything: the 12th and 13th words are the ticks.
  std::istringstream words(line.substr(line.rfind(')') + 1));
  std::string word;
  for (int skipped = 0; skipped < 11; ++skipped) words >> word;
  double user = 0, system = 0;
  words >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace parley::bench
