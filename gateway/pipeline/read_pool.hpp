// gateway/pipeline/read_pool.hpp
// The named threads that may block on the disk, so that no core ever does.
//
// Limits   its callers': every job belongs to an HTTP request, a chat socket or a bot call, and
//          each
//          of those is bounded where it enters (http::Limits, bots.calls_in_flight_max).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace parley::gateway {

class ReadPool {
 public:
  explicit ReadPool(std::size_t threads);  // 0: jobs run inside post()
  ~ReadPool();  // runs what is queued, then joins
  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;

  void post(std::move_only_function<void()> job);

 private:
  void run_blocking(std::size_t index);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> jobs_;  // guarded by mutex_
  bool stopping_ = false;                             // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace parley::gateway
