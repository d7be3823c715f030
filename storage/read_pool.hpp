// storage/read_pool.hpp
// The threads that read from disk for callers who must not wait: "storage_read/N".
//
// Limits   jobs_max waiting; past it post() refuses.
// Threads  any. Jobs run on a pool thread, never under a lock. close() runs what is waiting.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace parley::storage {

class ReadPool {
 public:
  using Job = std::move_only_function<void()>;
  ReadPool(std::size_t threads, std::size_t jobs_max);
  ~ReadPool();

  // False: full or closed, and `job` is untouched.
  bool post(Job& job);
  void close();

 private:
  void run(std::size_t number);

  const std::size_t jobs_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool closing_ = false;
  std::mutex close_mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace parley::storage
