// gateway/pipeline/read_pool.hpp
// The named threads that may block on the disk, so that no core ever does.
//
// Limits   queue_max jobs wait; past it post() gives false and the caller answers overloaded.
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
  ReadPool(std::size_t threads, std::size_t queue_max);
  ~ReadPool();  // runs what is queued, then joins
  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;

  bool post(std::move_only_function<void()>& job);  // moves from it only when true

 private:
  void run_blocking(std::size_t index);

  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> jobs_;  // guarded by mutex_
  bool stopping_ = false;                             // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace parley::gateway
