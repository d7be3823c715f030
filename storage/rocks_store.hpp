// storage/rocks_store.hpp
// The Store on an embedded RocksDB. A directory holds one:
//   db/        the database          mark     the durable high-water mark (high_water.hpp)
//   instance   its id, made once     ballast  room kept for a full disk (disk_guard.hpp)
//   media/     media bytes           lock     held by the process that has it open
//
// Errors   as in store.hpp. A failed write ends it: it stays readable, writes nothing more, and
// says
//          so in health(); the process is expected to exit and start anew.
// Threads  storage_commit writes, storage_mark keeps the mark, storage_read/N read for load_turn.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "conversation/erasure.hpp"
#include "storage/commit_queue.hpp"
#include "storage/disk_guard.hpp"
#include "storage/files.hpp"
#include "storage/high_water.hpp"
#include "storage/link_table.hpp"
#include "storage/media_files.hpp"
#include "storage/read_pool.hpp"
#include "storage/rocks_ledger.hpp"
#include "storage/store.hpp"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace parley::storage {

// Seams below the I/O, for fault tests; production takes the defaults.
struct RocksSeams {
  rocksdb::Env* env = nullptr;  // null: the system's
  DiskGuard::FreeBytes free_bytes = free_bytes_of;
  std::size_t memtable_bytes = 32 << 20;  // small ones: flushes and compactions all the time
  bool compress = true;                   // false: what tables hold can be looked for in them
  std::string backup_keys = {};           // sealed_backup.hpp; no seam, but not every Store's
};

class BackgroundErrors;

class RocksStore final : public Store {
 public:
  static Result<std::unique_ptr<RocksStore>> open(const Options& options, const Clock& clock,
                                                  RocksSeams seams = {});
  ~RocksStore() override;

  void commit(Commit commit, CommitDone done) override;
  void load_turn(TurnQuery query, TurnDone done) override;
  std::optional<PersonId> linked_person(const TenantId& tenant,
                                        std::string_view identity_row_id) const override;
  Result<std::vector<StoredEvent>> history_blocking(const TenantId& tenant, const PersonId& person,
                                                    std::uint64_t after_seq,
                                                    std::size_t count_max) const override;
  Result<std::optional<std::string>> state_blocking(const TenantId& tenant,
                                                    const PersonId& person) const override;
  Result<std::optional<std::string>> row_blocking(const TenantId& tenant, RowKind kind,
                                                  std::string_view id) const override;
  Result<Page> rows_blocking(const TenantId& tenant, RowKind kind, std::string_view cursor,
                             std::size_t count_max) const override;
  Result<Page> recover_rows_blocking(RowKind kind, std::string_view cursor,
                                     std::size_t count_max) const override;
  Result<ConversationPage> conversations_blocking(const TenantId& tenant, std::string_view cursor,
                                                  std::size_t count_max) const override;
  Result<std::vector<StreamItem>> stream_blocking(const TenantId& tenant, std::uint64_t after,
                                                  std::size_t count_max) const override;
  Result<void> put_media_blocking(const TenantId& tenant, const MediaId& id,
                                  std::string_view bytes) override;
  Result<std::optional<std::string>> media_blocking(const TenantId& tenant,
                                                    const MediaId& id) const override;
  Result<void> drop_media_blocking(const TenantId& tenant, const MediaId& id) override;
  Result<Erased> erase_persons_blocking(const TenantId& tenant,
                                        const std::vector<Erasure>& persons) override;
  Result<bool> expire_blocking(TimePoint now) override;
  Health health() const override;
  std::uint64_t epoch() const noexcept override { return epoch_; }
  void close() override;

  Result<void> backup_blocking(const std::string& to);

 private:
  struct Opened;  // what open() has found out before there is a Store
  RocksStore(const Options& options, const Clock& clock, Opened opened);
  Result<void> start(std::uint64_t position);

  Result<void> copy_blocking(const std::string& to);
  Result<void> seal_blocking(const std::string& to);
  Result<void> destroy_keys(const TenantId& tenant, const std::vector<Erasure>& persons,
                            const PersonalNames& names);

  Result<std::optional<TurnView>> read_turn(const TurnQuery& query, bool cache_only) const;
  Result<std::optional<std::string>> get(const std::string& key) const;
  Error not_writable() const;

  const Options options_;
  const Clock& clock_;
  DirectoryLock lock_;
  std::unique_ptr<rocksdb::DB> db_;
  LinkTable links_;
  MediaFiles media_;
  // Shared by erasures, alone for a sealed backup: what one reads the other takes away.
  std::shared_mutex backup_or_erasure_;
  std::mutex ring_mutex_;
  const std::string backup_keys_;  // "": backups are plain
  const std::uint64_t epoch_;
  mutable DiskGuard disk_;
  RocksLedger ledger_;
  std::unique_ptr<HighWaterWriter> mark_;
  std::atomic<bool> closing_{false};
  ReadPool readers_;
  std::shared_ptr<BackgroundErrors> background_;  // the database's, told to the queue
  std::unique_ptr<CommitQueue> queue_;
};

}  // namespace parley::storage
