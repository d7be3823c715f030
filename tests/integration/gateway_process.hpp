// tests/integration/gateway_process.hpp
// The real binary as a child, to be killed without a word, stopped, or ended in order.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace parley::test {

class GatewayProcess {
 public:
  struct Bounds {
    std::uint64_t descriptors = 0;  // 0: as many as this process may have
    int pipe_bytes = 0;             // of its standard error, which nobody reads once it listens
  };
  explicit GatewayProcess(const std::string& config) : GatewayProcess(config, Bounds{}) {}
  GatewayProcess(const std::string& config, Bounds bounds);
  ~GatewayProcess();
  GatewayProcess(const GatewayProcess&) = delete;
  GatewayProcess& operator=(const GatewayProcess&) = delete;

  // Blocks until it listens, has ended or the time is up: then 0. Said once, then known.
  std::uint16_t port(int within_ms = 60'000);
  std::uint16_t admin_port() const { return admin_port_; }
  const std::string& said() const { return said_; }  // all of it once it has ended
  pid_t pid() const { return pid_; }

  void kill_now();
  void freeze();  // SIGSTOP; returns at once
  void settle();  // returns when it has stopped
  void go_on();   // SIGCONT
  // Its exit code, -1 when a signal ended it; the first asks it to.
  int end_gracefully();
  int await_end();
  void signal(int number);

 private:
  void hear_the_rest();
  pid_t pid_ = 0;
  int stderr_ = -1;
  std::uint16_t port_ = 0, admin_port_ = 0;
  std::string said_;
};

}  // namespace parley::test
