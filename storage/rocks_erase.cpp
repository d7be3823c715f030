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
#include <map>
#include <thread>
#include <unordered_set>
#include <utility>

#include "storage/erase_rules.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_options.hpp"
#include "storage/rocks_store.hpp"

namespace parley::storage {
namespace {

constexpr std::size_t kBatchBytesMax = 1 << 20;
constexpr int kSnapshotLooks = 500;  // of 10 ms: reads hold one for milliseconds
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

class Eraser {
 public:
  using Apply = std::function<Result<void>(RocksLedger::Rewrite)>;
  Eraser(rocksdb::DB& db, const TenantId& tenant, Apply apply)
      : db_(db), tenant_(tenant), apply_(std::move(apply)) {}

  Result<Store::Erased> run(const std::vector<Store::Erasure>& persons) {
    for (const auto& person : persons) {
      if (auto done = rewrite_events(person); !done) return done.error();
      for (const auto kind : kPlaced) {
        const auto prefix = placed_prefix(tenant_, kind, person.person);
        ranges_.emplace_back(prefix, prefix_end(prefix));
        if (auto done = sweep_rows(person, kind, prefix); !done) return done.error();
      }
      for (const auto kind : {RowKind::queue_entry, RowKind::assignment}) {
        note_key(row_key(tenant_, kind, person.person.value));
      }
      note_key(conversation_key(tenant_, person.person));
    }
    if (!names_.media_said.empty()) {
      if (auto done = keep_what_others_were_said(persons); !done) return done.error();
    }
    for (const auto kind : kSearched) {
      const auto prefix = row_prefix(tenant_, kind);
      ranges_.emplace_back(prefix, prefix_end(prefix));
      for (const auto& person : persons) {
        if (auto done = sweep_rows(person, kind, prefix); !done) return done.error();
      }
    }
    if (auto done = sweep_dedup(); !done) return done.error();
    if (auto done = sweep_expiry(); !done) return done.error();
    if (auto done = flush(); !done) return done.error();
    return erased_;
  }

  const PersonalNames& names() const { return names_; }
  const std::vector<std::pair<std::string, std::string>>& ranges() const { return ranges_; }

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

  Result<void> rewrite_events(const Store::Erasure& person) {
    const auto prefix = events_prefix(tenant_, person.person);
    ranges_.emplace_back(prefix, prefix_end(prefix));
    return scan(prefix, [&](std::string_view key, std::string_view value) -> Result<void> {
      KeyReader number(key.substr(key.size() - 8));
      const StoredEvent event{.seq = number.u64(), .body = std::string(value)};
      if (event.seq > person.through) return {};
      ++erased_.events;
      auto body = erased_body(tenant_, person.person, event, names_);
      if (body == value) return {};  // erased before
      return put(std::string(key), std::move(body));
    });
  }

  Result<void> sweep_rows(const Store::Erasure& person, RowKind kind, const std::string& prefix) {
    const auto table = row_prefix(tenant_, kind).size();
    return scan(prefix, [&](std::string_view key, std::string_view value) -> Result<void> {
      KeyReader in(value);
      in.time();
      if (!goes_with(person, names_, kind, key.substr(table), in.rest())) return {};
      ++erased_.rows;
      if (kind == RowKind::idempotency || kind == RowKind::sent_index) listed_.emplace(key);
      return erase(std::string(key));
    });
  }

  // A file that was sent to this person and to others is not theirs alone.
  Result<void> keep_what_others_were_said(const std::vector<Store::Erasure>& persons) {
    std::vector<std::string> own;
    for (const auto& person : persons) own.push_back(events_prefix(tenant_, person.person));
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

  Result<void> sweep_dedup() {
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
      return erase(std::string(key));
    });
    if (!first.empty()) ranges_.emplace_back(first, last + '\0');
    return done;
  }

  // The lists of what expires when name the keys that are gone now.
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
  const Apply apply_;
  RocksLedger::Rewrite next_;
  std::size_t bytes_ = 0;
  PersonalNames names_;
  std::unordered_set<std::string> listed_;
  std::vector<std::pair<std::string, std::string>> ranges_;
  Store::Erased erased_;
};

// A snapshot from before would keep the old versions through a compaction.
Result<void> wait_for_old_snapshots(rocksdb::DB& db) {
  const auto now = db.GetLatestSequenceNumber();
  for (int look = 0; look < kSnapshotLooks; ++look) {
    std::uint64_t count = 0, oldest = 0;
    db.GetIntProperty("rocksdb.num-snapshots", &count);
    db.GetIntProperty("rocksdb.oldest-snapshot-sequence", &oldest);
    if (count == 0 || oldest >= now) return {};
    std::this_thread::sleep_for(Milliseconds{10});
  }
  return Error{.code = Errc::overloaded,
               .retry_after = Milliseconds{5'000},
               .detail = "store: a long read holds what is to be erased; try again"};
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

Result<Store::Erased> RocksStore::erase_persons_blocking(const TenantId& tenant,
                                                         const std::vector<Erasure>& persons) {
  if (!disk_.writable()) return not_writable();
  const auto apply = [this](RocksLedger::Rewrite rewrite) {
    return queue_->run_blocking(
        [this, &rewrite]() mutable { return ledger_.write_rewrite(rewrite); });
  };
  Eraser eraser(*db_, tenant, apply);
  auto erased = eraser.run(persons);
  if (!erased) return erased;
  for (const auto& id : eraser.names().media) {
    if (auto gone = media_.drop_blocking(tenant, {id}); !gone) return std::move(gone.error());
    ++erased->media;
  }
  if (auto rewritten = rewrite_files(*db_, eraser.ranges()); !rewritten) {
    return std::move(rewritten.error());
  }
  // Last, and with it one more change of the list of tables: the compactions' own change still
  // named the borders of the tables they replaced.
  RocksLedger::Rewrite last;
  for (const auto& person : persons) {
    if (!person.relay.empty()) {
      last.deletes.push_back(row_key(tenant, RowKind::relay, person.relay));
    }
  }
  if (last.deletes.empty()) last.deletes.push_back(meta_key("erasure"));  // something to flush
  if (auto ended = apply(std::move(last)); !ended) return std::move(ended.error());
  if (auto flushed = end_log(*db_); !flushed) return std::move(flushed.error());
  return erased;
}

}  // namespace parley::storage
