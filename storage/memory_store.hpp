// storage/memory_store.hpp
// The Store in memory: for tests, simulation and trying it out. The same order, duplicates,
// conflicts and limits as on disk (the same commit queue), and nothing survives the process.
//
// Threads  as in store.hpp; one mutex over the tables.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "storage/commit_queue.hpp"
#include "storage/store.hpp"

namespace parley::storage {

class MemoryStore final : public Store, private Ledger {
 public:
  enum class Drive : std::uint8_t { thread, by_hand };
  MemoryStore(const Options& options, const Clock& clock, Drive drive = Drive::thread);
  ~MemoryStore() override;

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

  // The n-th commit from now on (1: the next) is answered with `error` and writes nothing.
  // unavailable ends the store, as a failed write does.
  void fail_commit_for_test(std::uint64_t nth, Error error);
  // Commits wait, as on a disk that does not answer, until released.
  void hold_for_test();
  void release_for_test();
  // Of a store by hand: syncs what waits and gives the answers inside; false: nothing waits.
  bool sync_for_test() { return queue_->write_group_by_hand(); }
  // A power cut: what is held is lost and answered unavailable, and the store has ended.
  void forget_unsynced_for_test();
  // What a process started after that finds: a new store with all that was committed here.
  std::unique_ptr<MemoryStore> reopened_for_test();

 private:
  using Owner = std::pair<std::string, std::string>;              // tenant, person
  using RowName = std::tuple<RowKind, std::string, std::string>;  // kind, tenant, id
  struct Conversation {
    TimePoint active_at{};
    std::optional<std::string> state;
    std::vector<std::string> events;
  };
  struct StoredRow {
    TimePoint at{};
    std::string body;
  };
  struct StreamEntry {
    TimePoint at{};
    std::string person;
    std::uint64_t first_seq = 0;
    std::size_t count = 0;
  };
  struct Tables {
    std::uint64_t position = 0;
    std::map<std::tuple<std::string, std::string, std::string>, TimePoint> dedup;
    std::map<Owner, Conversation> conversations;
    // Tenant, then the latest first, then the person.
    std::set<std::tuple<std::string, Milliseconds, std::string>> activity;
    std::map<RowName, StoredRow> rows;
    std::map<std::pair<std::string, std::uint64_t>, StreamEntry> stream;
    std::map<Owner, std::string> media;  // tenant, id
  };

  Result<void> write_group(std::span<CommitItem> group) override;
  Result<void> admit(CommitItem& item, std::set<Owner>& failed);
  void apply(const Commit& commit, std::uint64_t position);
  bool is_seen(const TenantId& tenant, const DedupKey& key) const;

  const Options options_;
  const Clock& clock_;
  const Drive drive_;
  std::uint64_t epoch_ = 1;
  mutable std::mutex mutex_;
  std::condition_variable released_;
  Tables tables_;
  bool held_ = false;
  bool forget_ = false;
  bool closed_ = false;
  std::uint64_t fail_in_ = 0;  // 0: none
  std::optional<Error> failure_;
  std::unique_ptr<CommitQueue> queue_;  // last: its thread writes the tables
};

}  // namespace parley::storage
