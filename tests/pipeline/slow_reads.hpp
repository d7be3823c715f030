// tests/pipeline/slow_reads.hpp
// A memory store whose look-ups answer from another thread, when the test lets them: as on a disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "storage/memory_store.hpp"
#include "tests/pipeline/forwarding_store.hpp"

namespace parley::gateway {

class SlowReads final : public ForwardingStore {
 public:
  explicit SlowReads(storage::MemoryStore& store)
      : ForwardingStore(store), store_(store), thread_([this] { run_blocking(); }) {}
  ~SlowReads() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  void hold_reads(bool held) {
    {
      const std::lock_guard lock(mutex_);
      held_ = held;
    }
    wake_.notify_all();
  }
  // The next look-up fails.
  void fail_read(Error error) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
  }

  void load_turn(storage::TurnQuery query, storage::TurnDone done) override {
    {
      const std::lock_guard lock(mutex_);
      reads_.emplace_back(std::move(query), std::move(done));
    }
    wake_.notify_all();
  }

 private:
  void run_blocking() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return ending_ || (!held_ && !reads_.empty()); });
      if (reads_.empty()) return;
      auto [query, done] = std::move(reads_.front());
      reads_.pop_front();
      auto failure = std::exchange(failure_, std::nullopt);
      lock.unlock();
      if (failure) {
        done(std::move(*failure));
      } else {
        store_.load_turn(std::move(query), std::move(done));
      }
      lock.lock();
    }
  }

  storage::MemoryStore& store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::pair<storage::TurnQuery, storage::TurnDone>> reads_;  // guarded by mutex_
  std::optional<Error> failure_;                                        // guarded by mutex_
  bool held_ = false, ending_ = false;                                  // guarded by mutex_
  std::thread thread_;
};

}  // namespace parley::gateway
