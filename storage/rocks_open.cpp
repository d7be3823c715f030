// Opening: everything that can be found wrong is found before the database is touched.
#include <fmt/format.h>

#include <utility>

#include "base/crypto.hpp"
#include "base/mutant.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_options.hpp"
#include "storage/rocks_store.hpp"
#include "storage/sealed_backup.hpp"

namespace parley::storage {
namespace {

constexpr std::size_t kReadThreads = 2;

Error misconfigured(std::string detail) {
  return Error{.code = Errc::misconfigured, .detail = std::move(detail)};
}

// At the start whatever is wrong with a path or a file is for the operator to mend.
Error at_start(Error error) {
  if (error.code == Errc::unavailable) error.code = Errc::misconfigured;
  return error;
}

Result<void> check_instance(const std::string& store, const std::optional<std::string>& instance,
                            const Meta& meta) {
  if (instance && !meta.instance.empty() && *instance != meta.instance) {
    return misconfigured(
        fmt::format("{}/instance names another store than {}/db holds: one of them "
                    "was put there from elsewhere; restore the whole directory",
                    store, store));
  }
  if (meta.format == 0 && meta.position != 0) {
    return misconfigured(fmt::format("{}/db is not a database of ours", store));
  }
  return {};
}

Result<std::unique_ptr<rocksdb::DB>> open_database(const std::string& store,
                                                   const rocksdb::Options& options) {
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::Open(options, database_path(store), &raw);
  if (!status.ok()) {
    return misconfigured(
        fmt::format("{} does not open: {}", database_path(store), status.ToString()));
  }
  return std::unique_ptr<rocksdb::DB>(raw);
}

Result<void> begin_epoch(rocksdb::DB& db, const Meta& meta) {
  rocksdb::WriteBatch batch;
  std::string format, epoch, position;
  append_u32(format, kFormatVersion);
  append_u64(epoch, meta.epoch);
  append_u64(position, meta.position);
  batch.Put(meta_key(kMetaFormat), format).PermitUncheckedError();
  batch.Put(meta_key(kMetaInstance), meta.instance).PermitUncheckedError();
  batch.Put(meta_key(kMetaEpoch), epoch).PermitUncheckedError();
  batch.Put(meta_key(kMetaPosition), position).PermitUncheckedError();
  rocksdb::WriteOptions options;
  options.sync = true;
  if (const auto status = db.Write(options, &batch); !status.ok()) {
    return rocks_error("first write", status);
  }
  return {};
}

Result<void> load_links(rocksdb::DB& db, LinkTable& links) {
  const auto prefix = row_table(RowKind::identity);
  const auto end = prefix_end(prefix);
  const rocksdb::Slice upper(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(options));
  for (it->Seek(prefix); it->Valid(); it->Next()) {
    KeyReader value(it->value().ToStringView());
    value.time();
    links.set(it->key().ToString(), PersonId{std::string(value.rest())});
  }
  if (!it->status().ok()) return rocks_error("read", it->status());
  return {};
}

}  // namespace

struct RocksStore::Opened {
  DirectoryLock lock;
  std::unique_ptr<rocksdb::DB> db;
  std::shared_ptr<BackgroundErrors> background;
  Meta meta;
  DiskGuard::FreeBytes free_bytes;
  std::string backup_keys;
};

RocksStore::RocksStore(const Options& options, const Clock& clock, Opened opened)
    : options_(options),
      clock_(clock),
      lock_(std::move(opened.lock)),
      db_(std::move(opened.db)),
      media_(media_path(options.path)),
      backup_keys_(std::move(opened.backup_keys)),
      epoch_(opened.meta.epoch),
      disk_(options.path,
            {.free_bytes_min = options.free_bytes_min, .ballast_bytes = options.ballast_bytes},
            clock, std::move(opened.free_bytes)),
      ledger_(*db_, links_, opened.meta.position,
              [this](std::uint64_t position) { mark_->advance(position); }),
      readers_(kReadThreads, options.pending_max),
      background_(std::move(opened.background)) {}

Result<std::unique_ptr<RocksStore>> RocksStore::open(const Options& options, const Clock& clock,
                                                     RocksSeams seams) {
  const auto& path = options.path;
  if (auto made = make_directory_durably(path); !made) return at_start(std::move(made.error()));
  auto lock = DirectoryLock::take(path);
  if (!lock) return at_start(std::move(lock.error()));

  auto instance = read_file(instance_path(path));
  if (!instance) return at_start(std::move(instance.error()));
  const bool is_new = !path_exists(database_path(path) + "/CURRENT");
  if (*instance && is_new) {
    return misconfigured(fmt::format(
        "{0}/instance says that a store was here, but {0}/db holds no database (CURRENT is "
        "missing): restore a backup, or give an empty directory",
        path));
  }
  const DiskGuard disk(path, {.free_bytes_min = options.free_bytes_min, .ballast_bytes = 0}, clock,
                       seams.free_bytes);
  if (auto room = disk.check_at_open(); !room) return std::move(room.error());
  const auto mark = read_high_water(high_water_path(path));
  if (!mark) return at_start(mark.error());

  auto rocks = rocks_options(options, seams.env, seams.memtable_bytes);
  if (!seams.compress) rocks.compression = rocksdb::kNoCompression;
  auto meta = inspect_database(path, rocks, MUTANT("mark_ignored") ? std::nullopt : *mark);
  if (!meta) return at_start(std::move(meta.error()));
  if (auto ours = check_instance(path, *instance, *meta); !ours) return std::move(ours.error());

  auto background = std::make_shared<BackgroundErrors>();
  rocks.listeners.push_back(background);
  rocks.create_if_missing = is_new;
  if (is_new) {
    if (auto made = make_directory_durably(database_path(path)); !made) {
      return at_start(std::move(made.error()));
    }
  }
  auto db = open_database(path, rocks);
  if (!db) return std::move(db.error());
  if (meta->instance.empty()) meta->instance = *instance ? **instance : random_hex(16);
  ++meta->epoch;
  if (auto begun = begin_epoch(**db, *meta); !begun) return at_start(std::move(begun.error()));
  // Last: from here on an empty database is never made in this directory again.
  if (!*instance) {
    if (auto written = write_file_durably(instance_path(path), meta->instance); !written) {
      return at_start(std::move(written.error()));
    }
  }

  const auto position = meta->position;
  std::unique_ptr<RocksStore> store(new RocksStore(options, clock,
                                                   {.lock = std::move(*lock),
                                                    .db = std::move(*db),
                                                    .background = std::move(background),
                                                    .meta = std::move(*meta),
                                                    .free_bytes = std::move(seams.free_bytes),
                                                    .backup_keys = std::move(seams.backup_keys)}));
  if (auto begun = store->start(position); !begun) return at_start(std::move(begun.error()));
  return store;
}

Result<void> RocksStore::start(std::uint64_t position) {
  disk_.tend_ballast_blocking();
  if (auto loaded = load_links(*db_, links_); !loaded) return loaded;
  queue_ = std::make_unique<CommitQueue>(
      CommitQueue::Limits{.commits_max = options_.pending_max,
                          .group_bytes_max = options_.group_bytes_max},
      ledger_, clock_);
  auto mark = HighWaterWriter::start(
      high_water_path(options_.path), position, options_.mark_interval,
      {.on_tick = [this] { disk_.tend_ballast_blocking(); },
       .on_failure = [this](const Error& error) { queue_->latch(error.detail); }});
  if (!mark) return std::move(mark.error());
  mark_ = std::move(*mark);
  background_->tell(queue_.get());
  return {};
}

Result<std::unique_ptr<Store>> open_rocks_store(const Options& options, const Clock& clock) {
  return open_rocks_store(options, clock, {});
}

Result<std::unique_ptr<Store>> open_rocks_store(const Options& options, const Clock& clock,
                                                const std::string& keys) {
  RocksSeams seams;
  seams.backup_keys = keys;
  auto store = RocksStore::open(options, clock, std::move(seams));
  if (!store) return std::move(store.error());
  return std::unique_ptr<Store>(std::move(*store));
}

}  // namespace parley::storage
