#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>

#include "gateway/cli/simulate/commands.hpp"

namespace parley::gateway::simulate {

int serve(const ServeOptions& options) {
  // Blocked before the stand-in's thread starts, so that the signal comes to sigwait() below.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  PlatformStandIn platform(
      [](const AcceptedSend& send) { std::cout << to_json(send) << std::endl; });
  platform.set_fault(options.fault);
  if (!options.bot_script.empty()) {
    std::ifstream file(options.bot_script);
    const std::string lines{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
      std::cerr << "parley simulate: " << options.bot_script << ": cannot be read\n";
      return 1;
    }
    platform.read_bot_script(lines);
  }
  if (auto started = platform.start(options.port); !started) {
    std::cerr << "parley simulate: " << started.error().detail << "\n";
    return 1;
  }
  std::cerr << "standing in for the platforms on http://127.0.0.1:" << platform.port()
            << " (faults: POST /_control/fault)\n";
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

}  // namespace parley::gateway::simulate
