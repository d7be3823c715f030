// gateway/http/resolver.hpp
// Names to addresses without blocking an I/O thread: getaddrinfo on a few threads of its own.
//
// Limits   kThreads look-ups run, each of another name; waiting_max names wait, and as many ask for
//          one; past it overloaded. A caller waits for its limit; the look-up itself cannot be
//          stopped and ends when the system's timeouts end it.
// Errors   unavailable (no such name, too late), overloaded; delivery not_sent
// Threads  resolve() from any executor, resumes there. The destructor joins: before the executors
// go.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace parley::gateway::http {

namespace net = boost::asio;

class Resolver {
 public:
  using LookUp = std::function<std::vector<std::string>(const std::string& host)>;

  Resolver(std::size_t waiting_max, LookUp look_up);  // null look_up: the system's
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  net::awaitable<Result<std::vector<net::ip::address>>> resolve(std::string host,
                                                                Milliseconds limit);

 private:
  struct Question;
  void run_blocking();

  static constexpr std::size_t kThreads = 4;
  std::size_t waiting_max_;
  LookUp look_up_;
  std::mutex mutex_;
  std::condition_variable asked_;
  std::deque<std::shared_ptr<Question>> waiting_;  // the first to ask for each name
  // Who asks, by name: waiting or being looked up.
  std::map<std::string, std::vector<std::shared_ptr<Question>>> asking_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace parley::gateway::http
