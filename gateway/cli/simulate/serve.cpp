#include <csignal>
#include <iostream>

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
