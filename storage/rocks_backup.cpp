// A consistent copy of a running store: a checkpoint of the database after a flush, the media files
// it may speak of, and the mark and id that belong to them; or all of it sealed, where there is a
// key ring.
#include <fmt/format.h>
#include <rocksdb/utilities/checkpoint.h>

#include <filesystem>
#include <mutex>
#include <system_error>

#include "storage/backup_rules.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_options.hpp"
#include "storage/rocks_store.hpp"
#include "storage/sealed_backup.hpp"

namespace parley::storage {
namespace {

namespace fs = std::filesystem;

Error not_empty(const std::string& to) {
  return Error{.code = Errc::misconfigured,
               .detail = fmt::format("{} is not empty: a backup goes into a new directory", to)};
}

// A media file is never changed once it has its name, so a second name for it is a copy; another
// file system needs a real one.
Result<void> copy_media_file(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::create_hard_link(from, to, failed);
  if (!failed) return {};
  failed.clear();
  fs::copy_file(from, to, failed);
  if (failed) return file_error("copy to", to.string(), failed.value());
  return {};
}

Result<void> copy_media(const std::string& from, const std::string& to) {
  if (auto made = make_directory_durably(to); !made) return made;
  if (!path_exists(from)) return {};
  std::error_code failed;
  fs::recursive_directory_iterator it(from, failed), end;
  for (; !failed && it != end; it.increment(failed)) {
    const auto target = fs::path(to) / it->path().lexically_relative(from);
    if (it.depth() == 0) {  // a tenant's directory
      if (auto made = make_directory_durably(target.string()); !made) return made;
    } else if (it->path().extension() != ".tmp") {  // those are still being written
      if (auto copied = copy_media_file(it->path(), target); !copied) return copied;
    }
  }
  if (failed) return file_error("list", from, failed.value());
  return {};
}

Result<void> seal_rows(rocksdb::DB& db, SealedWriter& writer) {
  rocksdb::ManagedSnapshot moment(&db);
  rocksdb::ReadOptions options;
  options.snapshot = moment.snapshot();
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(options));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const auto key = it->key().ToStringView(), value = it->value().ToStringView();
    if (auto put = writer.put(Sealed::row, owners_of(key, value), key, value); !put) return put;
  }
  if (!it->status().ok()) return rocks_error("read", it->status());
  return {};
}

Result<void> seal_media(const std::string& from, SealedWriter& writer) {
  if (!path_exists(from)) return {};
  std::error_code failed;
  fs::recursive_directory_iterator it(from, failed), end;
  for (; !failed && it != end; it.increment(failed)) {
    if (it.depth() == 0 || it->path().extension() == ".tmp") continue;
    const auto bytes = read_file(it->path().string());
    if (!bytes) return bytes.error();
    if (!*bytes) continue;  // erased meanwhile
    const auto name = it->path().lexically_relative(from).string();
    const std::string owner[] = {media_owner(name)};
    if (auto put = writer.put(Sealed::media, owner, name, **bytes); !put) return put;
  }
  if (failed) return file_error("list", from, failed.value());
  return {};
}

}  // namespace

Result<void> RocksStore::backup_blocking(const std::string& to) {
  return backup_keys_.empty() ? copy_blocking(to) : seal_blocking(to);
}

Result<void> RocksStore::seal_blocking(const std::string& to) {
  const std::lock_guard alone(backup_or_erasure_);
  std::error_code absent;
  if (path_exists(to) && !fs::is_empty(to, absent)) return not_empty(to);
  if (auto made = make_directory_durably(to); !made) return made;
  const auto ring = KeyRing::open(backup_keys_, KeyRing::Missing::make);
  if (!ring) return ring.error();
  auto writer = SealedWriter::create(to, **ring);
  if (!writer) return writer.error();
  const auto position = ledger_.position();  // the copy holds at least this
  if (auto rows = seal_rows(*db_, **writer); !rows) return rows;
  // After them: the bytes of a media row are there before the row is.
  if (auto media = seal_media(media_.directory(), **writer); !media) return media;
  std::string instance;
  const auto status = db_->Get(rocksdb::ReadOptions(), meta_key(kMetaInstance), &instance);
  if (!status.ok()) return rocks_error("read", status);
  return (*writer)->finish(instance, position);
}

Result<void> RocksStore::copy_blocking(const std::string& to) {
  std::error_code absent;
  if (path_exists(to) && !fs::is_empty(to, absent)) return not_empty(to);
  if (auto made = make_directory_durably(to); !made) return made;

  // Before the checkpoint: the copy must hold at least this, and may hold a little more.
  const auto position = ledger_.position();
  rocksdb::Checkpoint* raw = nullptr;
  auto status = rocksdb::Checkpoint::Create(db_.get(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  // Always flush: a linked log file need not be synced.
  if (status.ok()) {
    status = checkpoint->CreateCheckpoint(database_path(to), /*log_size_for_flush=*/0);
  }
  if (!status.ok()) return rocks_error("checkpoint", status);

  // After it: the bytes of a media row are there before the row is.
  if (auto copied = copy_media(media_.directory(), media_path(to)); !copied) return copied;
  {
    const auto mark = HighWaterWriter::start(high_water_path(to), position, options_.mark_interval,
                                             {.on_tick = {}, .on_failure = [](const Error&) {}});
    if (!mark) return mark.error();
  }
  // Last: a copy that was cut off has no instance file and no claim to be one.
  std::string instance;
  status = db_->Get(rocksdb::ReadOptions(), meta_key(kMetaInstance), &instance);
  if (!status.ok()) return rocks_error("read", status);
  if (auto synced = sync_tree(to); !synced) return synced;
  return write_file_durably(instance_path(to), instance);
}

Result<void> backup_rocks_store(Store& store, const std::string& to) {
  auto* rocks = dynamic_cast<RocksStore*>(&store);
  if (rocks == nullptr) {
    return Error{.code = Errc::misconfigured, .detail = "this store keeps no files to back up"};
  }
  return rocks->backup_blocking(to);
}

}  // namespace parley::storage
