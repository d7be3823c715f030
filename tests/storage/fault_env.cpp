#include "tests/storage/fault_env.hpp"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>

namespace parley::storage {

namespace fs = std::filesystem;

class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultFileSystem"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    auto status = target()->RenameFile(from, to, options, debug);
    const std::lock_guard lock(mutex_);
    if (const auto found = synced_.find(from); status.ok() && found != synced_.end()) {
      synced_[to] = found->second;
      synced_.erase(from);
    }
    return status;
  }

  // Counts down; at zero and ever after it fails.
  struct Countdown {
    bool armed = false;
    std::uint64_t left = 0;
    bool fails() {
      if (!armed) return false;
      if (left > 1) {
        --left;
        return false;
      }
      left = 1;
      return true;
    }
  };

  mutable std::mutex mutex_;
  Countdown sync_, append_;
  bool failed_ = false;
  std::atomic<bool> lies_{false};
  std::atomic<std::int64_t> sync_ms_{0};
  std::uint64_t syncs_ = 0;
  std::map<std::string, std::uint64_t> synced_;  // file -> bytes on the platter
};

namespace {

class FaultFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultFile(std::unique_ptr<rocksdb::FSWritableFile> file, FaultFileSystem& files, std::string name)
      : FSWritableFileOwnerWrapper(std::move(file)),
        files_(files),
        name_(std::move(name)),
        is_log_(fs::path(name_).extension() == ".log") {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (fails(files_.append_)) return rocksdb::IOStatus::IOError("append failed by the test");
    const auto status = FSWritableFileOwnerWrapper::Append(data, options, debug);
    if (status.ok()) written_ += data.size();
    return status;
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    return synced([&] { return FSWritableFileOwnerWrapper::Sync(options, debug); });
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return synced([&] { return FSWritableFileOwnerWrapper::Fsync(options, debug); });
  }

 private:
  bool fails(FaultFileSystem::Countdown& countdown) {
    if (!is_log_) return false;
    const std::lock_guard lock(files_.mutex_);
    const bool now = countdown.fails();
    files_.failed_ = files_.failed_ || now;
    return now;
  }

  void be_slow() const {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, std::chrono::milliseconds(files_.sync_ms_), [] { return false; });
  }

  template <class Sync>
  rocksdb::IOStatus synced(Sync sync) {
    if (fails(files_.sync_)) return rocksdb::IOStatus::IOError("sync failed by the test");
    if (is_log_ && files_.lies_) return rocksdb::IOStatus::OK();
    if (is_log_) be_slow();
    auto status = sync();
    const std::lock_guard lock(files_.mutex_);
    if (status.ok()) {
      if (is_log_) ++files_.syncs_;
      files_.synced_[name_] = written_;
    }
    return status;
  }

  FaultFileSystem& files_;
  const std::string name_;
  const bool is_log_;
  std::uint64_t written_ = 0;
};

}  // namespace

rocksdb::IOStatus FaultFileSystem::NewWritableFile(const std::string& name,
                                                   const rocksdb::FileOptions& options,
                                                   std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                   rocksdb::IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  auto status = target()->NewWritableFile(name, options, &file, debug);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    synced_[name] = 0;
  }
  *result = std::make_unique<FaultFile>(std::move(file), *this, name);
  return status;
}

FaultEnv::FaultEnv()
    : files_(std::make_shared<FaultFileSystem>()), env_(rocksdb::NewCompositeEnv(files_)) {}
FaultEnv::~FaultEnv() = default;

void FaultEnv::fail_sync(std::uint64_t nth) {
  const std::lock_guard lock(files_->mutex_);
  files_->sync_ = {.armed = true, .left = nth};
}

void FaultEnv::fail_append(std::uint64_t nth) {
  const std::lock_guard lock(files_->mutex_);
  files_->append_ = {.armed = true, .left = nth};
}

void FaultEnv::lie_about_syncs() { files_->lies_ = true; }

void FaultEnv::slow_syncs(std::chrono::milliseconds each) { files_->sync_ms_ = each.count(); }

bool FaultEnv::failed() const {
  const std::lock_guard lock(files_->mutex_);
  return files_->failed_;
}

std::uint64_t FaultEnv::syncs() const {
  const std::lock_guard lock(files_->mutex_);
  return files_->syncs_;
}

void FaultEnv::copy_synced(const std::string& from, const std::string& to,
                           std::uint64_t torn) const {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
  const std::lock_guard lock(files_->mutex_);
  for (const auto& [name, synced] : files_->synced_) {
    if (!name.starts_with(from + "/")) continue;
    const auto copy = to + name.substr(from.size());
    if (!fs::exists(copy)) continue;
    const auto size = fs::file_size(copy);
    fs::resize_file(copy, std::min<std::uintmax_t>(size, synced + torn));
  }
}

void FaultEnv::copy_torn(const std::string& from, const std::string& to, unsigned seed) const {
  constexpr std::uint64_t kSector = 512;
  std::mt19937 random(seed);
  copy_synced(from, to, UINT32_MAX);
  const std::lock_guard lock(files_->mutex_);
  for (const auto& [name, synced] : files_->synced_) {
    if (!name.starts_with(from + "/")) continue;
    const auto copy = to + name.substr(from.size());
    if (!fs::exists(copy) || fs::file_size(copy) <= synced) continue;
    const auto size = synced + random() % (fs::file_size(copy) - synced + 1);
    fs::resize_file(copy, size);
    std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
    for (auto at = synced; at < size;) {
      const auto end = std::min((at / kSector + 1) * kSector, size);
      const auto fate = random() % 8;  // most are there
      std::string bytes(end - at, '\0');
      if (fate == 1) std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
      file.seekp(static_cast<std::streamoff>(at));
      if (fate <= 1) file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      at = end;
    }
  }
}

}  // namespace parley::storage
