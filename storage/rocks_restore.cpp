// A store made of a backup. It is put together beside its place and gets its name last, so a
// restore that was cut off leaves no store.
#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "storage/files.hpp"
#include "storage/high_water.hpp"
#include "storage/rocks_options.hpp"
#include "storage/sealed_backup.hpp"

namespace parley::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatchBytesMax = 4 << 20;

Error misconfigured(std::string detail) {
  return Error{.code = Errc::misconfigured, .detail = std::move(detail)};
}

Result<void> check_place(const std::string& path) {
  std::error_code failed;
  if (!path_exists(path) || fs::is_empty(path, failed)) return {};
  return misconfigured(path + " is not empty: move it away first, a restore overwrites nothing");
}

class Rebuilder {
 public:
  static Result<Rebuilder> begin(const Options& options, const std::string& path) {
    auto rocks = rocks_options(options, nullptr);
    rocks.create_if_missing = true;
    if (auto made = make_directory_durably(database_path(path)); !made) return made.error();
    rocksdb::DB* raw = nullptr;
    const auto status = rocksdb::DB::Open(rocks, database_path(path), &raw);
    if (!status.ok()) return rocks_error("open", status);
    return Rebuilder(path, std::unique_ptr<rocksdb::DB>(raw));
  }

  Result<void> take(Sealed kind, std::string_view name, std::string_view bytes) {
    if (kind == Sealed::media) return take_media(std::string(name), bytes);
    batch_.Put(rocksdb::Slice(name.data(), name.size()), rocksdb::Slice(bytes.data(), bytes.size()))
        .PermitUncheckedError();
    return batch_.GetDataSize() < kBatchBytesMax ? Result<void>() : write();
  }

  Result<void> end(const SealedReport& report) {
    if (auto written = write(); !written) return written;
    auto status = db_->Flush(rocksdb::FlushOptions());
    if (status.ok()) status = db_->Close();
    if (!status.ok()) return rocks_error("flush", status);
    db_.reset();
    {
      const auto mark =
          HighWaterWriter::start(high_water_path(path_), report.position, Milliseconds{1},
                                 {.on_tick = {}, .on_failure = [](const Error&) {}});
      if (!mark) return mark.error();
    }
    return write_file_durably(instance_path(path_), report.instance);
  }

 private:
  Rebuilder(std::string path, std::unique_ptr<rocksdb::DB> db)
      : path_(std::move(path)), db_(std::move(db)) {}

  Result<void> write() {
    const auto status = db_->Write(rocksdb::WriteOptions(), &batch_);
    batch_.Clear();
    if (!status.ok()) return rocks_error("restore", status);
    return {};
  }

  Result<void> take_media(const fs::path& name, std::string_view bytes) {
    const auto directory = name.parent_path().string();
    if (directory.empty() || directory.find('/') != directory.npos || directory == "..") {
      return misconfigured("the backup holds a file with a strange name");
    }
    const auto to = media_path(path_) + "/" + directory;
    if (auto made = make_directory_durably(to); !made) return made;
    return write_file_durably(to + "/" + name.filename().string(), bytes);
  }

  std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteBatch batch_;
};

Result<SealedReport> unseal(const Options& options, const std::string& keys,
                            const std::string& from, const std::string& to) {
  if (keys.empty()) {
    return misconfigured(from + " is sealed: storage.backup_keys must name its key ring");
  }
  const auto ring = KeyRing::open(keys, KeyRing::Missing::refuse);
  if (!ring) return ring.error();
  auto rebuilder = Rebuilder::begin(options, to);
  if (!rebuilder) return rebuilder.error();
  auto report = read_sealed_backup(from, **ring, [&](auto kind, auto name, auto bytes) {
    return rebuilder->take(kind, name, bytes);
  });
  if (!report) return report;
  if (auto ended = rebuilder->end(*report); !ended) return ended.error();
  return report;
}

Result<SealedReport> copy_plain(const std::string& from, const std::string& to) {
  if (!path_exists(instance_path(from))) {
    return misconfigured(from + " is no backup: it has neither a file \"sealed\" nor \"instance\"");
  }
  std::error_code failed;
  fs::copy(from, to, fs::copy_options::recursive, failed);
  if (failed) return file_error("copy to", to, failed.value());
  fs::remove(to + "/lock", failed);
  return SealedReport{};
}

}  // namespace

Result<SealedReport> restore_rocks_store(const Options& options, const std::string& keys,
                                         const std::string& from) {
  const auto place = fs::path(options.path).lexically_normal();
  const auto path = (place.has_filename() ? place : place.parent_path()).string();
  if (auto empty = check_place(path); !empty) return empty.error();
  const auto beside = path + ".restoring";
  std::error_code failed;
  fs::remove_all(beside, failed);
  if (failed) return file_error("remove", beside, failed.value());
  if (auto made = make_directory_durably(beside); !made) return made.error();
  auto report =
      is_sealed_backup(from) ? unseal(options, keys, from, beside) : copy_plain(from, beside);
  if (!report) {
    fs::remove_all(beside, failed);  // what is left of it is not a store
    return report;
  }
  if (auto synced = sync_tree(beside); !synced) return synced.error();
  fs::remove(path, failed);  // an empty directory
  if (std::rename(beside.c_str(), path.c_str()) != 0) return file_error("rename to", path, errno);
  if (auto synced = sync_path(fs::absolute(path).parent_path().string()); !synced) {
    return synced.error();
  }
  return report;
}

}  // namespace parley::storage
