// storage/rocks_ledger.hpp
// Writes groups of commits to RocksDB: one synced WriteBatch a group.
//
// Promise  a group is in the database whole or not at all; visible to readers only once synced.
// Errors   write_group: unavailable when the database failed a read or a write.
// Threads  write_group: the committer only. position(): any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "storage/audit_chain.hpp"
#include "storage/commit_queue.hpp"
#include "storage/head_cache.hpp"
#include "storage/link_table.hpp"

namespace rocksdb {
class DB;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace parley::storage {

inline constexpr std::size_t kHeadsCachedMax = 32'768;
inline constexpr std::string_view kMetaPosition = "position";

// Severity and path of a failure, never a key or a value.
Error rocks_error(std::string_view doing, const rocksdb::Status& status);
Error damaged_conversation();

class RocksLedger final : public Ledger {
 public:
  // `on_synced` is told the last position of each synced group, before its answers are given.
  using OnSynced = std::function<void(std::uint64_t position)>;
  RocksLedger(rocksdb::DB& db, LinkTable& links, std::uint64_t position, OnSynced on_synced)
      : db_(db),
        links_(links),
        on_synced_(std::move(on_synced)),
        next_position_(position + 1),
        position_(position) {}

  Result<void> write_group(std::span<CommitItem> group) override;
  // For erasing persons: synced. Identity rows among the deletes leave the table of links too.
  struct Rewrite {
    std::vector<std::pair<std::string, std::string>> puts;
    std::vector<std::string> deletes;
  };
  Result<void> write_rewrite(const Rewrite& rewrite);
  // For expiry: deletes, not synced (what comes back after a crash is deleted again).
  // Puts go with them: the audit chains' anchors.
  Result<void> write_deletes(const Rewrite& rewrite);
  std::uint64_t position() const noexcept { return position_.load(); }

 private:
  struct Group;
  Result<void> admit(CommitItem& item, Group& group);
  Result<bool> is_duplicate(const Commit& commit, const Group& group);
  Result<std::optional<Head>> head_of(const std::string& key);
  void write_dedup(const Commit& commit, Group& group);
  Result<void> write_conversation(const Commit& commit, const std::string& name,
                                  const std::optional<Head>& before, std::uint64_t position,
                                  Group& group);
  // The state as it is, for a commit that leaves it so.
  Result<std::string> state_of(const std::string& name, const Group& group);
  Result<void> write_rows(const Commit& commit, std::uint64_t position, Group& group);
  Result<void> chain_audit(const TenantId& tenant, const std::string& id, std::string_view value,
                           Group& group);
  Result<void> write(const Rewrite& rewrite, bool sync, std::string_view doing);

  rocksdb::DB& db_;
  LinkTable& links_;
  const OnSynced on_synced_;
  HeadCache heads_{kHeadsCachedMax};
  std::unordered_map<std::string, ChainEnd> chains_;  // by tenant; the audit logs' newest hashes
  std::uint64_t next_position_;
  std::atomic<std::uint64_t> position_;  // synced
};

}  // namespace parley::storage
