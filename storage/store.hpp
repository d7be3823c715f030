// storage/store.hpp
// What the gateway remembers, in the gateway's own words: no keys, no column families and no
// RocksDB type appears here. Nothing above this contract may know which implementation it is.
//
// Promise  commit() reports success only after everything in it is synced to disk: a crash or a
//          power cut after that loses nothing. It is all or nothing. One tenant's call never
//          touches another tenant's rows.
// Order    commits of one conversation take effect in the order they were handed over; each must
//          name the sequence number it builds on, else conflict and nothing is written.
// Limits   Options; past pending_max commits wait, commit() reports overloaded. A commit of more
//          than group_bytes_max is rejected; names are bounded (commit_check.hpp).
// Errors   unavailable after a failed write (for ever: the process must restart), overloaded,
//          conflict, shutting_down. Absence is a value, never an error.
// Threads  any. Done callbacks run on a storage thread (a refusal may come inside the call itself)
//          and must only hand over (post) and return.
//          Methods named _blocking may touch the disk: never call them on an I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "conversation/transition.hpp"

namespace parley::storage {

// The bytes of one transition, encoded by the caller (conversation/codec.hpp). Three kinds of rows
// mean something to the Store itself:
//   identity    a link: id identity_row_id(), body the text of the PersonId it is linked to
//   user_index  body the text of a PersonId
//   audit       the Store gives the id (audit_row_id in commit_check.hpp), whatever Row::id says;
//               such a row is never erased by a commit
struct Commit {
  TenantId tenant;
  PersonId person;  // "" for rows that belong to no conversation (media, audit, cursor)
  std::uint64_t expected_seq = 0;  // the conversation's last_seq before; 0: there is none yet
  std::uint64_t last_seq = 0;      // after; equals expected_seq + events.size()
  TimePoint at{};
  std::vector<DedupKey> dedup;      // must all be new, else the outcome is duplicate
  std::vector<std::string> events;  // stored forms, in order
  std::string state;                // stored form; "" leaves it as it is
  std::vector<Row> rows;
};

struct Committed {
  bool duplicate = false;  // a dedup key was there already: nothing was written
  // The store's own commit number, growing; the tenant stream's cursor. 0 for a duplicate.
  std::uint64_t position = 0;
};
using CommitDone = std::move_only_function<void(Result<Committed>)>;

struct TurnQuery {
  TenantId tenant;
  PersonId person;
  std::vector<DedupKey> dedup;
};
struct TurnView {
  std::vector<bool> seen;            // per dedup key: committed within the horizon
  std::optional<std::string> state;  // stored form
};
using TurnDone = std::move_only_function<void(Result<TurnView>)>;

struct StoredEvent {
  std::uint64_t seq = 0;
  std::string body;  // stored form
};

struct StreamItem {
  std::uint64_t position = 0;  // of its commit; several events may share one
  PersonId person;
  StoredEvent event;
};

struct RowItem {
  TenantId tenant;
  std::string id;
  std::string body;
};

struct Page {  // of a scan: give `next` back to go on; "" when it has ended
  std::vector<RowItem> rows;
  std::string next;
};

struct ConversationItem {
  PersonId person;
  TimePoint active_at{};
  std::string state;
};
struct ConversationPage {
  std::vector<ConversationItem> items;  // latest activity first, to the second
  std::string next;
};

struct Health {
  bool writable = true;
  std::string reason;  // why not
  std::uint64_t free_bytes = 0;
  std::uint64_t pending = 0;      // commits waiting
  Milliseconds oldest_pending{};  // age of the oldest
  std::uint64_t position = 0;     // last synced commit
  std::uint64_t groups = 0;       // synced writes so far
};

class Store {
 public:
  virtual ~Store() = default;

  // Durable, atomic, ordered. `done` is called exactly once. When a commit of a conversation comes
  // to nothing (conflict, duplicate), those of it that were handed over before its answer was given
  // were built on what did not happen: they are conflicts too, or duplicates in their own right.
  virtual void commit(Commit commit, CommitDone done) = 0;

  // What a turn needs, without blocking the caller: answered at once (inside the call) when it is
  // in memory, from a storage thread otherwise.
  virtual void load_turn(TurnQuery query, TurnDone done) = 0;

  // The person an identity was linked to, when that is not its own derived id. Memory only: a
  // Store keeps the links in memory (they are few) and never blocks here.
  virtual std::optional<PersonId> linked_person(const TenantId& tenant,
                                                std::string_view identity_row_id) const = 0;

  // Events with seq > after_seq, oldest first, at most `count_max`.
  virtual Result<std::vector<StoredEvent>> history_blocking(const TenantId& tenant,
                                                            const PersonId& person,
                                                            std::uint64_t after_seq,
                                                            std::size_t count_max) const = 0;
  virtual Result<std::optional<std::string>> state_blocking(const TenantId& tenant,
                                                            const PersonId& person) const = 0;
  virtual Result<std::optional<std::string>> row_blocking(const TenantId& tenant, RowKind kind,
                                                          std::string_view id) const = 0;
  // Rows of one kind of one tenant, in id order (bytes). A cursor is the last id already seen.
  virtual Result<Page> rows_blocking(const TenantId& tenant, RowKind kind, std::string_view cursor,
                                     std::size_t count_max) const = 0;
  // Rows of one kind of all tenants: for recovery and for the operator, never for a request.
  virtual Result<Page> recover_rows_blocking(RowKind kind, std::string_view cursor,
                                             std::size_t count_max) const = 0;
  virtual Result<ConversationPage> conversations_blocking(const TenantId& tenant,
                                                          std::string_view cursor,
                                                          std::size_t count_max) const = 0;
  // A tenant's events with position > after, in commit order. The events of one commit are never
  // split over two answers, so the last commit may take the answer past count_max.
  virtual Result<std::vector<StreamItem>> stream_blocking(const TenantId& tenant,
                                                          std::uint64_t after,
                                                          std::size_t count_max) const = 0;

  // Media bytes are files beside the database; the description is a RowKind::media row. The id is
  // written durably before this returns. Ids are letters, digits, '_' and '-', at most 128 of them;
  // any other is malformed to put and absent to get.
  virtual Result<void> put_media_blocking(const TenantId& tenant, const MediaId& id,
                                          std::string_view bytes) = 0;
  virtual Result<std::optional<std::string>> media_blocking(const TenantId& tenant,
                                                            const MediaId& id) const = 0;

  // Overwritten and gone; absent is fine.
  virtual Result<void> drop_media_blocking(const TenantId& tenant, const MediaId& id) = 0;

  // After a person's state was committed without content: the rest. Events up to `through` keep
  // what conversation/erasure.hpp leaves of them, rows about the person, their media, the dedup
  // keys and saved answers that name them are taken away, and the files are rewritten: on return
  // nothing of it is in the database's tables or log any more. Audit rows and stream entries hold
  // ids only and stay. May be repeated; takes seconds on a large store. `relay` goes last, so that
  // a crash on the way leaves it to be found.
  struct Erasure {
    PersonId person;
    std::uint64_t through = 0;
    std::string relay = {};
  };
  struct Erased {
    std::uint64_t events = 0, rows = 0, media = 0;
  };
  virtual Result<Erased> erase_persons_blocking(const TenantId& tenant,
                                                const std::vector<Erasure>& persons) = 0;

  // Erases dedup keys, idempotency and sent_index rows, audit and stream entries older than their
  // horizons.
  // Bounded work a call; true: there is more.
  virtual Result<bool> expire_blocking(TimePoint now) = 0;

  virtual Health health() const = 0;
  // Grows by one at each opening; effects of an older epoch are not ours.
  virtual std::uint64_t epoch() const noexcept = 0;
  // Refuses new commits, finishes what is queued, syncs.
  virtual void close() = 0;
};

struct Options {
  std::string path;
  std::size_t pending_max = 65'536;
  std::size_t group_bytes_max = 4 << 20;
  std::uint64_t free_bytes_min = 256ull << 20;  // below: not writable, 503
  std::uint64_t ballast_bytes = 64ull << 20;    // freed at a full disk so that we can still close
  std::size_t cache_bytes = 32 << 20;
  std::chrono::hours dedup_horizon{24 * 30};
  std::chrono::hours idempotency_horizon{48};
  std::chrono::hours stream_horizon{24 * 7};
  std::chrono::hours audit_horizon{24 * 365};
  Milliseconds mark_interval{100};  // of the durable high-water mark
};

// Errors: misconfigured with what is wrong and what would be right (locked by another process,
// newer format, recovered history shorter than the high-water mark, not enough space).
Result<std::unique_ptr<Store>> open_rocks_store(const Options& options, const Clock& clock);
std::unique_ptr<Store> make_memory_store(const Options& options, const Clock& clock);

struct VerifyReport {
  std::uint64_t conversations = 0, events = 0, rows = 0;
  std::vector<std::string> problems;  // "per_...: gap after seq 7"; empty: sound
  // "demo: 812 entries, last 00...-0001, hash 9f..": who keeps these elsewhere can tell a chain
  // that was written anew from the one that was there.
  std::vector<std::string> audit_heads;
};
// Reads everything of a closed store (or a backup): checksums, sequence gaps, state against log,
// high-water mark, the audit logs' hash chains.
Result<VerifyReport> verify_rocks_store(const std::string& path);
// A consistent copy of a running store into a new directory, synced; then verified by the caller.
// A store without files (memory) is misconfigured.
Result<void> backup_rocks_store(Store& store, const std::string& to);

}  // namespace parley::storage
