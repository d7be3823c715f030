// bench/child.hpp
// A server under test as a process of its own, killed when it goes out of scope.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace parley::bench {

class Child {
 public:
  // Waits for "listens on ...PORT" on the child's output; throws std::runtime_error without it.
  explicit Child(const std::vector<std::string>& command);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  std::uint16_t port() const { return port_; }
  double ready_seconds() const { return ready_seconds_; }  // start to that line
  double resident_kib() const;
  double cpu_seconds() const;  // user and system, all its threads so far
  void kill_now();

 private:
  pid_t pid_ = 0;
  int output_ = -1;
  std::uint16_t port_ = 0;
  double ready_seconds_ = 0;
};

}  // namespace parley::bench
