// tests/pipeline/slow_reads.hpp
// A memory store whose look-ups answer from another thread, when the test lets them: as on a disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "storage/memory_store.hpp"

namespace parley::gateway {

class SlowReads final : public storage::Store {
 public:
  explicit SlowReads(storage::MemoryStore& store)
      : store_(store), thread_([this] { run_blocking(); }) {}
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

  void commit(storage::Commit commit, storage::CommitDone done) override {
    store_.commit(std::move(commit), std::move(done));
  }
  std::optional<PersonId> linked_person(const TenantId& tenant,
                                        std::string_view id) const override {
    return store_.linked_person(tenant, id);
  }
  Result<std::vector<storage::StoredEvent>> history_blocking(const TenantId& tenant,
                                                             const PersonId& person,
                                                             std::uint64_t after,
                                                             std::size_t max) const override {
    return store_.history_blocking(tenant, person, after, max);
  }
  Result<std::optional<std::string>> state_blocking(const TenantId& tenant,
                                                    const PersonId& person) const override {
    return store_.state_blocking(tenant, person);
  }
  Result<std::optional<std::string>> row_blocking(const TenantId& tenant, RowKind kind,
                                                  std::string_view id) const override {
    return store_.row_blocking(tenant, kind, id);
  }
  Result<storage::Page> rows_blocking(const TenantId& tenant, RowKind kind, std::string_view cursor,
                                      std::size_t max) const override {
    return store_.rows_blocking(tenant, kind, cursor, max);
  }
  Result<storage::Page> recover_rows_blocking(RowKind kind, std::string_view cursor,
                                              std::size_t max) const override {
    return store_.recover_rows_blocking(kind, cursor, max);
  }
  Result<storage::ConversationPage> conversations_blocking(const TenantId& tenant,
                                                           std::string_view cursor,
                                                           std::size_t max) const override {
    return store_.conversations_blocking(tenant, cursor, max);
  }
  Result<std::vector<storage::StreamItem>> stream_blocking(const TenantId& tenant,
                                                           std::uint64_t after,
                                                           std::size_t max) const override {
    return store_.stream_blocking(tenant, after, max);
  }
  Result<void> put_media_blocking(const TenantId& tenant, const MediaId& id,
                                  std::string_view bytes) override {
    return store_.put_media_blocking(tenant, id, bytes);
  }
  Result<std::optional<std::string>> media_blocking(const TenantId& tenant,
                                                    const MediaId& id) const override {
    return store_.media_blocking(tenant, id);
  }
  Result<bool> expire_blocking(TimePoint now) override { return store_.expire_blocking(now); }
  storage::Health health() const override { return store_.health(); }
  std::uint64_t epoch() const noexcept override { return store_.epoch(); }
  void close() override { store_.close(); }

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
