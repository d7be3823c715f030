// Erasing persons: events are rewritten without content, rows go, and then the files are written
// anew where any of it, or an older version of it, may still lie. Reading is on the caller's
// thread, writing on the committer's, in batches, so commits go on meanwhile.
//
// RocksDB forgets lazily: what was overwritten or deleted stays in its log and in tables until they
// are replaced. Hence, in this order: the new rows are synced, the memtable is flushed (which ends
// the log), every key range that ever held a person's content is compacted down to the last level,
// and the replaced files are removed.
#include <rocksdb/options.h>

#include <algorithm>
#include <chrono>
#include <shared_mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include "base/mutant.hpp"
#include "storage/backup_rules.hpp"
#include "storage/erase_rules.hpp"
#include "storage/key_ring.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_options.hpp"
#include "storage/rocks_store.hpp"

namespace parley::storage {
namespace {

constexpr std::size_t kBatchBytesMax = 1 << 20;
constexpr int kLooks = 500;  // of 10 ms, for a snapshot or a backup to end
constexpr RowKind kPlaced[] = {RowKind::send, RowKind::bot_call, RowKind::decision,
                               RowKind::dead_letter, RowKind::correction};
// Searched through for the person, and compacted whole: all of them are short-lived or small.
constexpr RowKind kSearched[] = {RowKind::identity, RowKind::user_index,  RowKind::sent_index,
                                 RowKind::relay,    RowKind::idempotency, RowKind::media,
                                 RowKind::episode,  RowKind::profile,     RowKind::trial,
                                 RowKind::asked,    RowKind::bot_session};

std::string_view prefix_of(RowKind kind) {
  switch (kind) {
    case RowKind::bot_call:
      return "bot";
    case RowKind::decision:
    case RowKind::correction:
      return "dec";
    default:
      return "snd";
  }
}

std::string placed_prefix(const TenantId& tenant, RowKind kind, const PersonId& person) {
  auto id = place_id(prefix_of(kind), person, 0);
  id.pop_back();  // "snd_<32 hex>-"
  return row_key(tenant, kind, id);
}

// What is left of an erasure that a crash cut off must be found again by the next one. So the
// events, which alone know a person's names and files, are rewritten last; and a note without
// content says from before the first change until the end that tables may hold what is deleted
// already.
class Eraser {
 public:
  using Apply = std::function<Result<void>(RocksLedger::Rewrite)>;
  Eraser(rocksdb::DB& db, const TenantId& tenant, const std::vector<Store::Erasure>& persons,
         Apply apply)
      : db_(db), tenant_(tenant), persons_(persons), apply_(std::move(apply)) {}

  // Reads only: afterwards names() is known, and what is to go.
  Result<void> look() {
    for (const auto& person : persons_) {
      auto seen = each_event(person, [&](std::string_view, const StoredEvent& event) {
        ++erased_.events;
        erased_body(tenant_, person.person, event, names_);
        return Result<void>();
      });
      if (!seen) return seen;
    }
    if (!names_.media_said.empty()) {
      if (auto done = keep_what_others_were_said(); !done) return done;
    }
    for (const auto& person : persons_) {
      for (const auto kind : kPlaced) {
        const auto prefix = placed_prefix(tenant_, kind, person.person);
        if (auto done = find_rows(kind, prefix); !done) return done;
      }
      for (const auto kind : {RowKind::queue_entry, RowKind::assignment}) {
        note_key(row_key(tenant_, kind, person.person.value));
      }
      note_key(conversation_key(tenant_, person.person));
    }
    for (const auto kind : kSearched) {
      if (auto done = find_rows(kind, row_prefix(tenant_, kind)); !done) return done;
    }
    return find_dedup();
  }

  // All but the events, and the rows that say which user of the tenant's a person is.
  Result<void> take_rows() {
    for (const auto& note : notes()) {
      std::string found;
      const auto status = db_.Get(rocksdb::ReadOptions(), note, &found);
      if (!status.ok() && !status.IsNotFound()) return rocks_error("read", status);
      cut_off_before_ = cut_off_before_ || status.ok();
      if (auto done = put(note, "x"); !done) return done;
    }
    if (auto done = flush(); !done) return done;
    if (auto done = sweep_expiry(); !done) return done;
    for (const auto& key : going_) {
      if (auto done = erase(key); !done) return done;
    }
    return flush();
  }

  Result<void> take_events() {
    for (const auto& key : going_last_) {
      if (auto done = erase(key); !done) return done;
    }
    for (const auto& person : persons_) {
      const auto prefix = events_prefix(tenant_, person.person);
      ranges_.emplace_back(prefix, prefix_end(prefix));
      auto done =
          each_event(person, [&](std::string_view key, const StoredEvent& event) -> Result<void> {
            auto body = erased_body(tenant_, person.person, event, names_);
            if (body == event.body) return {};  // erased before
            return put(std::string(key), std::move(body));
          });
      if (!done) return done;
    }
    return flush();
  }

  const PersonalNames& names() const { return names_; }
  // What was deleted by an erasure that was cut off is not there to say where it was.
  std::vector<std::pair<std::string, std::string>> ranges() const {
    auto out = ranges_;
    if (cut_off_before_) {
      auto dedup = table_prefix(Table::dedup);
      append_field(dedup, tenant_.value);
      out.emplace_back(dedup, prefix_end(dedup));
      out.emplace_back(table_prefix(Table::expiry), prefix_end(table_prefix(Table::expiry)));
    }
    return out;
  }
  std::vector<std::string> notes() const {
    std::vector<std::string> out;
    for (const auto& person : persons_) {
      auto name = std::string("erasing:");
      append_field(name, tenant_.value);
      out.push_back(meta_key(name + person.person.value));
    }
    return out;
  }
  Store::Erased& erased() { return erased_; }

 private:
  // Each row of a table part; `each` gives false to stop.
  template <class Each>
  Result<void> scan(const std::string& prefix, Each each) {
    const auto end = prefix_end(prefix);
    const rocksdb::Slice upper(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(options));
    for (it->Seek(prefix); it->Valid(); it->Next()) {
      if (auto done = each(it->key().ToStringView(), it->value().ToStringView()); !done) {
        return done;
      }
    }
    if (!it->status().ok()) return rocks_error("read", it->status());
    return {};
  }

  template <class Each>
  Result<void> each_event(const Store::Erasure& person, Each each) {
    return scan(events_prefix(tenant_, person.person),
                [&](std::string_view key, std::string_view value) -> Result<void> {
                  KeyReader number(key.substr(key.size() - 8));
                  const StoredEvent event{.seq = number.u64(), .body = std::string(value)};
                  if (event.seq > person.through) return {};
                  return each(key, event);
                });
  }

  Result<void> put(std::string key, std::string value) {
    bytes_ += key.size() + value.size();
    next_.puts.emplace_back(std::move(key), std::move(value));
    return bytes_ > kBatchBytesMax ? flush() : Result<void>();
  }
  Result<void> erase(std::string key) {
    bytes_ += key.size();
    next_.deletes.push_back(std::move(key));
    return bytes_ > kBatchBytesMax ? flush() : Result<void>();
  }
  Result<void> flush() {
    bytes_ = 0;
    if (next_.puts.empty() && next_.deletes.empty()) return {};
    return apply_(std::exchange(next_, {}));
  }
  void note_key(const std::string& key) { ranges_.emplace_back(key, key + '\0'); }

  Result<void> find_rows(RowKind kind, const std::string& prefix) {
    ranges_.emplace_back(prefix, prefix_end(prefix));
    const auto table = row_prefix(tenant_, kind).size();
    return scan(prefix, [&](std::string_view key, std::string_view value) -> Result<void> {
      KeyReader in(value);
      in.time();
      const auto body = in.rest();
      if (std::ranges::none_of(persons_, [&](const auto& person) {
            return goes_with(person, names_, kind, key.substr(table), body);
          })) {
        return {};
      }
      ++erased_.rows;
      (kind == RowKind::user_index ? going_last_ : going_).emplace_back(key);
      if (kind == RowKind::idempotency || kind == RowKind::sent_index) listed_.emplace(key);
      return {};
    });
  }

  // A file that was sent to this person and to others is not theirs alone.
  Result<void> keep_what_others_were_said() {
    std::vector<std::string> own;
    for (const auto& person : persons_) own.push_back(events_prefix(tenant_, person.person));
    auto all = table_prefix(Table::events);
    append_field(all, tenant_.value);
    auto done = scan(all, [&](std::string_view key, std::string_view value) -> Result<void> {
      const bool ours = std::ranges::any_of(own, [&](auto& each) { return key.starts_with(each); });
      if (!ours) keep_shared(value, names_);
      return {};
    });
    names_.media.merge(names_.media_said);
    return done;
  }

  Result<void> find_dedup() {
    auto prefix = table_prefix(Table::dedup);
    append_field(prefix, tenant_.value);
    std::string first, last;
    auto done = scan(prefix, [&](std::string_view key, std::string_view) -> Result<void> {
      KeyReader in(key.substr(prefix.size()));
      in.field();
      if (!names_one_of(names_, in.rest())) return {};
      if (first.empty()) first = key;
      last = key;
      ++erased_.rows;
      listed_.emplace(key);
      going_.emplace_back(key);
      return {};
    });
    if (!first.empty()) ranges_.emplace_back(first, last + '\0');
    return done;
  }

  // The lists of what expires when name the keys that are about to go. Before them: a list of what
  // is gone already could not be told from any other.
  Result<void> sweep_expiry() {
    if (listed_.empty()) return {};
    const auto prefix = table_prefix(Table::expiry);
    ranges_.emplace_back(prefix, prefix_end(prefix));
    return scan(prefix, [&](std::string_view key, std::string_view value) -> Result<void> {
      std::string kept;
      KeyReader in(value);
      while (!in.done() && in.ok()) {
        const auto each = in.field();
        if (!listed_.contains(std::string(each))) append_field(kept, each);
      }
      if (kept.size() == value.size()) return {};
      if (kept.empty()) return erase(std::string(key));
      return put(std::string(key), std::move(kept));
    });
  }

  rocksdb::DB& db_;
  const TenantId& tenant_;
  const std::vector<Store::Erasure>& persons_;
  const Apply apply_;
  RocksLedger::Rewrite next_;
  std::size_t bytes_ = 0;
  bool cut_off_before_ = false;
  PersonalNames names_;
  std::vector<std::string> going_, going_last_;
  std::unordered_set<std::string> listed_;
  std::vector<std::pair<std::string, std::string>> ranges_;
  Store::Erased erased_;
};

Error busy(std::string_view why) {
  return Error{.code = Errc::overloaded,
               .retry_after = Milliseconds{5'000},
               .detail = "store: " + std::string(why) + "; try again"};
}

// A snapshot from before would keep the old versions through a compaction.
Result<void> wait_for_old_snapshots(rocksdb::DB& db) {
  const auto now = db.GetLatestSequenceNumber();
  for (int look = 0; look < kLooks; ++look) {
    std::uint64_t count = 0, oldest = 0;
    db.GetIntProperty("rocksdb.num-snapshots", &count);
    db.GetIntProperty("rocksdb.oldest-snapshot-sequence", &oldest);
    if (count == 0 || oldest >= now) return {};
    std::this_thread::sleep_for(Milliseconds{10});
  }
  return busy("a long read holds what is to be erased");
}

// The memtable becomes a table; files nobody needs any more are looked for and removed here and
// now.
Result<void> end_log(rocksdb::DB& db) {
  rocksdb::FlushOptions flush;
  flush.wait = true;
  flush.allow_write_stall = true;
  auto status = db.Flush(flush);
  if (status.ok()) status = db.DisableFileDeletions();
  if (status.ok()) status = db.EnableFileDeletions(/*force=*/false);
  if (!status.ok()) return rocks_error("flush", status);
  return {};
}

Result<void> rewrite_files(rocksdb::DB& db,
                           const std::vector<std::pair<std::string, std::string>>& ranges) {
  if (auto free = wait_for_old_snapshots(db); !free) return free;
  if (auto ended = end_log(db); !ended) return ended;
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (const auto& [first, last] : ranges) {
    const rocksdb::Slice from(first), to(last);
    const auto status = db.CompactRange(options, &from, last.empty() ? nullptr : &to);
    if (!status.ok()) return rocks_error("compact", status);
  }
  return {};
}

}  // namespace

Result<void> RocksStore::drop_media_blocking(const TenantId& tenant, const MediaId& id) {
  return media_.drop_blocking(tenant, id);
}

Result<void> RocksStore::destroy_keys(const TenantId& tenant, const std::vector<Erasure>& persons,
                                      const PersonalNames& names) {
  if (backup_keys_.empty() || MUTANT("keys_kept")) return {};
  const std::lock_guard lock(ring_mutex_);
  const auto ring = KeyRing::open(backup_keys_, KeyRing::Missing::make);
  if (!ring) return ring.error();
  return (*ring)->destroy(owners_erased(tenant, persons, names));
}

Result<Store::Erased> RocksStore::erase_persons_blocking(const TenantId& tenant,
                                                         const std::vector<Erasure>& persons) {
  if (!disk_.writable()) return not_writable();
  std::shared_lock no_backup(backup_or_erasure_, std::defer_lock);
  for (int look = 0; look < kLooks && !no_backup.try_lock(); ++look) {
    std::this_thread::sleep_for(Milliseconds{10});
  }
  if (!no_backup) return busy("a backup is being made");
  const auto apply = [this](RocksLedger::Rewrite rewrite) {
    return queue_->run_blocking(
        [this, &rewrite]() mutable { return ledger_.write_rewrite(rewrite); });
  };
  Eraser eraser(*db_, tenant, persons, apply);
  if (auto looked = eraser.look(); !looked) return std::move(looked.error());
  if (MUTANT("events_erased_first")) {
    if (auto taken = eraser.take_events(); !taken) return std::move(taken.error());
  }
  if (auto taken = eraser.take_rows(); !taken) return std::move(taken.error());
  for (const auto& id : eraser.names().media) {
    if (auto gone = media_.drop_blocking(tenant, {id}); !gone) return std::move(gone.error());
    ++eraser.erased().media;
  }
  if (auto gone = destroy_keys(tenant, persons, eraser.names()); !gone) {
    return std::move(gone.error());
  }
  if (auto taken = eraser.take_events(); !taken) return std::move(taken.error());
  if (auto rewritten = rewrite_files(*db_, eraser.ranges()); !rewritten) {
    return std::move(rewritten.error());
  }
  // Last, and with it one more change of the list of tables: the compactions' own change still
  // named the borders of the tables they replaced.
  RocksLedger::Rewrite last{.puts = {}, .deletes = eraser.notes()};
  for (const auto& person : persons) {
    if (!person.relay.empty()) {
      last.deletes.push_back(row_key(tenant, RowKind::relay, person.relay));
    }
  }
  if (auto ended = apply(std::move(last)); !ended) return std::move(ended.error());
  if (auto flushed = end_log(*db_); !flushed) return std::move(flushed.error());
  return eraser.erased();
}

}  // namespace parley::storage
