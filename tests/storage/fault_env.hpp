// tests/storage/fault_env.hpp
// A file system below RocksDB that fails on command and knows what was never synced.
#pragma once

#include <rocksdb/env.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace parley::storage {

class FaultFileSystem;

class FaultEnv {
 public:
  FaultEnv();
  ~FaultEnv();
  rocksdb::Env* env() { return env_.get(); }

  // The n-th sync of a log file from now on fails, and so do all that follow.
  void fail_sync(std::uint64_t nth);
  // The n-th append to a log file from now on fails, and so do all that follow.
  void fail_append(std::uint64_t nth);
  // Syncs of log files say they were done and do nothing: a disk that lies, or a forgotten sync.
  void lie_about_syncs();
  // Each sync of a log file takes that long.
  void slow_syncs(std::chrono::milliseconds each);
  bool failed() const;
  std::uint64_t syncs() const;

  // What a power cut leaves of the directory `from`: a copy in `to` where every file that went
  // through here ends at what was synced, with up to `torn` bytes more.
  void copy_synced(const std::string& from, const std::string& to, std::uint64_t torn) const;
  // The same, but of what was not synced a file keeps as much as chance will have it, and each
  // sector of that is there, zeros or garbage.
  void copy_torn(const std::string& from, const std::string& to, unsigned seed) const;

 private:
  std::shared_ptr<FaultFileSystem> files_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace parley::storage
