// storage/rocks_options.hpp
// How the database is set up, and what opening learns before it trusts one. For the rocks_*.cpp
// files only: RocksDB types stop here.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "storage/commit_queue.hpp"
#include "storage/rocks_store.hpp"

namespace parley::storage {

inline constexpr std::uint32_t kFormatVersion = 2;  // 2: the audit chain
inline constexpr std::string_view kMetaFormat = "format";
inline constexpr std::string_view kMetaInstance = "instance";
inline constexpr std::string_view kMetaEpoch = "epoch";

inline std::string database_path(const std::string& store) { return store + "/db"; }
inline std::string instance_path(const std::string& store) { return store + "/instance"; }
inline std::string media_path(const std::string& store) { return store + "/media"; }

rocksdb::Options rocks_options(const Options& options, rocksdb::Env* env,
                               std::size_t memtable_bytes = RocksSeams{}.memtable_bytes);

// A flush or compaction that failed means the same as a failed commit: write nothing more.
class BackgroundErrors final : public rocksdb::EventListener {
 public:
  void tell(CommitQueue* queue) {
    const std::lock_guard lock(mutex_);
    queue_ = queue;
  }
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    const std::lock_guard lock(mutex_);
    if (queue_ != nullptr) queue_->latch(rocks_error("background work", *status).detail);
  }

 private:
  std::mutex mutex_;
  CommitQueue* queue_ = nullptr;
};

// The store's own words about itself.
struct Meta {
  std::uint32_t format = 0;  // 0: the database is new
  std::string instance;
  std::uint64_t epoch = 0;
  std::uint64_t position = 0;
};
// Errors: misconfigured when a newer format wrote it.
Result<Meta> read_meta(rocksdb::DB& db, const std::string& store);
// Reads without changing anything: the format, and that nothing is missing below the mark.
Result<Meta> inspect_database(const std::string& store, const rocksdb::Options& options,
                              std::optional<std::uint64_t> mark);

}  // namespace parley::storage
