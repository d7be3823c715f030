#include "storage/rocks_options.hpp"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>

#include "storage/keys.hpp"

namespace parley::storage {
namespace {

Error misconfigured(std::string detail) {
  return Error{.code = Errc::misconfigured, .detail = std::move(detail)};
}

rocksdb::CompressionType best_compression() {
  const auto known = rocksdb::GetSupportedCompressions();
  for (const auto wanted : {rocksdb::kLZ4Compression, rocksdb::kSnappyCompression}) {
    if (std::ranges::find(known, wanted) != known.end()) return wanted;
  }
  return rocksdb::kNoCompression;
}

rocksdb::BlockBasedTableOptions table_options(std::size_t cache_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(cache_bytes);
  table.checksum = rocksdb::kXXH3;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // A month of dedup keys has filters larger than the cache: in partitions, only those in use are
  // in memory, and memory stays bounded by the cache.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.block_size = 8 * 1024;
  return table;
}

template <class T>
Result<T> read_number(rocksdb::DB& db, std::string_view name) {
  std::string value;
  const auto status = db.Get(rocksdb::ReadOptions(), meta_key(name), &value);
  if (status.IsNotFound()) return T{0};
  if (!status.ok()) return rocks_error("read", status);
  KeyReader in(value);
  const auto number = static_cast<T>(sizeof(T) == 8 ? in.u64() : in.u32());
  if (!in.done()) return misconfigured(fmt::format("database: its {} is damaged", name));
  return number;
}

}  // namespace

rocksdb::Options rocks_options(const Options& options, rocksdb::Env* env,
                               std::size_t memtable_bytes) {
  rocksdb::Options out;
  if (env != nullptr) out.env = env;
  out.create_if_missing = false;  // only where open() found that there never was one
  out.paranoid_checks = true;
  // Starts by itself after a torn tail; what it would drop silently behind a damaged record is
  // found out by the high-water mark.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  out.max_bgerror_resume_count = 0;  // after a failed write we exit; nothing is tried again
  out.wal_compression = rocksdb::kNoCompression;
  out.recycle_log_file_num = 0;
  // The list of tables names their first and last keys, and customers' ids are in some. So each
  // change begins a new list, and none is kept that an erasure would have to leave as it is. A list
  // is some kilobytes; changes come with tens of megabytes of tables.
  out.max_manifest_file_size = 1;
  out.manual_wal_flush = false;
  out.avoid_flush_during_shutdown = true;  // what is answered is in the log already
  out.allow_mmap_reads = false;            // a read error must be a Status and not a signal
  out.allow_mmap_writes = false;
  // One memtable's worth of log to replay at the start.
  out.write_buffer_size = memtable_bytes;
  out.max_write_buffer_number = 4;
  out.max_total_wal_size = 3 * memtable_bytes;
  // One writer: no atomics, and a hint per table, for a commit's keys lie far apart but close to
  // the last commit's.
  out.allow_concurrent_memtable_write = false;
  out.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  out.memtable_whole_key_filtering = true;  // most dedup keys asked for are new
  out.memtable_prefix_bloom_size_ratio = 0.05;
  out.level_compaction_dynamic_level_bytes = true;
  out.compression = best_compression();
  out.max_open_files = 512;
  out.max_background_jobs = 2;
  // Tables go to the disk as they are written: at once at their end, they would hold up the log's
  // syncs behind tens of megabytes.
  out.bytes_per_sync = 1 << 20;
  out.info_log_level = rocksdb::WARN_LEVEL;
  out.keep_log_file_num = 4;
  out.max_log_file_size = 4 << 20;
  out.stats_dump_period_sec = 0;
  out.stats_persist_period_sec = 0;
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(options.cache_bytes)));
  return out;
}

Result<Meta> read_meta(rocksdb::DB& db, const std::string& store) {
  const auto format = read_number<std::uint32_t>(db, kMetaFormat);
  if (!format) return format.error();
  if (*format > kFormatVersion) {
    return misconfigured(
        fmt::format("{} was written by a newer version (format {}, this one knows up to {}): start "
                    "the newer version, or restore a backup made before it",
                    store, *format, kFormatVersion));
  }
  Meta meta{.format = *format, .instance = {}, .epoch = 0, .position = 0};
  if (const auto status = db.Get(rocksdb::ReadOptions(), meta_key(kMetaInstance), &meta.instance);
      !status.ok() && !status.IsNotFound()) {
    return rocks_error("read", status);
  }
  const auto epoch = read_number<std::uint64_t>(db, kMetaEpoch);
  if (!epoch) return epoch.error();
  const auto position = read_number<std::uint64_t>(db, kMetaPosition);
  if (!position) return position.error();
  meta.epoch = *epoch;
  meta.position = *position;
  return meta;
}

Result<Meta> inspect_database(const std::string& store, const rocksdb::Options& options,
                              std::optional<std::uint64_t> mark) {
  Meta meta;
  if (path_exists(database_path(store) + "/CURRENT")) {
    rocksdb::DB* raw = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly(options, database_path(store), &raw);
    const std::unique_ptr<rocksdb::DB> db(raw);
    if (!status.ok()) {
      return misconfigured(fmt::format("{} does not open ({}): restore a backup",
                                       database_path(store), status.ToString()));
    }
    auto found = read_meta(*db, store);
    if (!found) return found;
    meta = std::move(*found);
  }
  if (mark && meta.position < *mark) {
    return misconfigured(fmt::format(
        "{0} came back at commit {1}, but commit {2} was synced before: {3} commits are missing. "
        "Nothing was changed. Restore a backup or the damaged files of {0}/db; to accept the loss, "
        "remove {4} and start again",
        store, meta.position, *mark, *mark - meta.position, high_water_path(store)));
  }
  return meta;
}

}  // namespace parley::storage
