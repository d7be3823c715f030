// gateway/runtime/cores.hpp
// One io_context and one thread per core; everything of a connection or a conversation stays on
// the core it belongs to. A watchdog posts a tick to each and counts how late it runs.
//
// Threads  construct, start and join from main; executor() from any.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"

namespace parley::gateway {

namespace net = boost::asio;

class Cores {
 public:
  struct Options {
    std::size_t count = 0;           // 0: as many as the machine has
    Milliseconds tick{100};          // 0: no watchdog
    Milliseconds stall{250};         // a tick later than this is a stall: counted and logged
    std::string thread_name = "io";  // threads are io/0, io/1, ...
  };
  explicit Cores(Options options);
  ~Cores();  // stops and joins
  Cores(const Cores&) = delete;
  Cores& operator=(const Cores&) = delete;

  void start();
  void stop();  // no new work; returns when every thread has ended
  std::size_t size() const noexcept { return contexts_.size(); }
  net::io_context& context(std::size_t core) noexcept { return *contexts_[core]; }
  // The core this thread runs, or size() when it is none of ours.
  std::size_t here() const noexcept;
  Milliseconds worst_lateness() const noexcept;  // of the running or the last tick, over all cores
  std::uint64_t stalls() const noexcept;

 private:
  struct Watch;
  void watch_blocking();

  Options options_;
  std::vector<std::unique_ptr<net::io_context>> contexts_;
  std::vector<net::executor_work_guard<net::io_context::executor_type>> guards_;
  std::vector<std::thread> threads_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace parley::gateway
