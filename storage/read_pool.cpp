#include "storage/read_pool.hpp"

#include <string>
#include <utility>

#include "storage/thread_name.hpp"

namespace parley::storage {

ReadPool::ReadPool(std::size_t threads, std::size_t jobs_max) : jobs_max_(jobs_max) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { run(i); });
}

ReadPool::~ReadPool() { close(); }

bool ReadPool::post(Job& job) {
  const std::lock_guard lock(mutex_);
  if (closing_ || jobs_.size() >= jobs_max_) return false;
  jobs_.push_back(std::move(job));
  wake_.notify_one();
  return true;
}

void ReadPool::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_all();
  }
  const std::lock_guard lock(close_mutex_);
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void ReadPool::run(std::size_t number) {
  name_this_thread("storage_read/" + std::to_string(number));
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it holds dies outside the lock
    lock.lock();
  }
}

}  // namespace parley::storage
