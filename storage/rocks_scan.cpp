// The reads of RocksStore that may touch the disk.
#include <algorithm>
#include <utility>

#include "storage/commit_check.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_options.hpp"
#include "storage/rocks_store.hpp"

namespace parley::storage {
namespace {

Error damaged(const char* what) {
  return Error{.code = Errc::unavailable,
               .detail = std::string("database: ") + what + " is damaged"};
}

// All keys from `first` on that begin with `prefix`.
class Scan {
 public:
  Scan(rocksdb::DB& db, const std::string& prefix, const std::string& first,
       const rocksdb::Snapshot* snapshot = nullptr)
      : end_(prefix_end(prefix)), upper_(end_) {
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper_;
    options.snapshot = snapshot;
    it_.reset(db.NewIterator(options));
    it_->Seek(first);
  }
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  bool valid() const { return it_->Valid(); }
  void next() { it_->Next(); }
  std::string_view key() const { return it_->key().ToStringView(); }
  std::string_view value() const { return it_->value().ToStringView(); }
  // An iterator that met an error only looks as if it had ended.
  Result<void> end() const {
    if (!it_->status().ok()) return rocks_error("read", it_->status());
    return {};
  }

 private:
  const std::string end_;
  const rocksdb::Slice upper_;
  std::unique_ptr<rocksdb::Iterator> it_;
};

class HeldSnapshot {
 public:
  explicit HeldSnapshot(rocksdb::DB& db) : db_(db), snapshot_(db.GetSnapshot()) {}
  ~HeldSnapshot() { db_.ReleaseSnapshot(snapshot_); }
  HeldSnapshot(const HeldSnapshot&) = delete;
  HeldSnapshot& operator=(const HeldSnapshot&) = delete;
  const rocksdb::Snapshot* get() const { return snapshot_; }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* snapshot_;
};

std::string row_body(std::string_view value) {
  KeyReader in(value);
  in.time();
  return std::string(in.rest());
}

// `first`: where to start; `last_seen` was given before and is left out.
std::string after(std::string key) {
  key.push_back('\0');
  return key;
}

}  // namespace

Result<std::optional<std::string>> RocksStore::get(const std::string& key) const {
  std::string value;
  const auto status = db_->Get(rocksdb::ReadOptions(), key, &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return rocks_error("read", status);
  return std::optional(std::move(value));
}

Result<std::vector<StoredEvent>> RocksStore::history_blocking(const TenantId& tenant,
                                                              const PersonId& person,
                                                              std::uint64_t after_seq,
                                                              std::size_t count_max) const {
  std::vector<StoredEvent> out;
  if (after_seq == UINT64_MAX) return out;
  Scan scan(*db_, events_prefix(tenant, person), event_key(tenant, person, after_seq + 1));
  for (; scan.valid() && out.size() < count_max; scan.next()) {
    KeyReader key(scan.key().substr(scan.key().size() - 8));
    out.push_back({.seq = key.u64(), .body = std::string(scan.value())});
  }
  if (auto end = scan.end(); !end) return std::move(end.error());
  return out;
}

Result<std::optional<std::string>> RocksStore::state_blocking(const TenantId& tenant,
                                                              const PersonId& person) const {
  const auto value = get(conversation_key(tenant, person));
  if (!value || !*value) return value;
  const auto found = decode_conversation(**value);
  if (!found) return damaged_conversation();
  if (found->state.empty()) return std::optional<std::string>();
  return std::optional(std::string(found->state));
}

Result<std::optional<std::string>> RocksStore::row_blocking(const TenantId& tenant, RowKind kind,
                                                            std::string_view id) const {
  auto value = get(row_key(tenant, kind, id));
  if (!value || !*value) return value;
  return std::optional(row_body(**value));
}

Result<Page> RocksStore::rows_blocking(const TenantId& tenant, RowKind kind,
                                       std::string_view cursor, std::size_t count_max) const {
  const auto prefix = row_prefix(tenant, kind);
  Scan scan(*db_, prefix, cursor.empty() ? prefix : after(prefix + std::string(cursor)));
  Page page;
  for (; scan.valid() && page.rows.size() < count_max; scan.next()) {
    page.rows.push_back({.tenant = tenant,
                         .id = std::string(scan.key().substr(prefix.size())),
                         .body = row_body(scan.value())});
  }
  if (auto end = scan.end(); !end) return std::move(end.error());
  if (scan.valid() && !page.rows.empty()) page.next = page.rows.back().id;
  return page;
}

Result<Page> RocksStore::recover_rows_blocking(RowKind kind, std::string_view cursor,
                                               std::size_t count_max) const {
  const auto prefix = row_table(kind);
  Scan scan(*db_, prefix, cursor.empty() ? prefix : after(prefix + std::string(cursor)));
  Page page;
  std::string last;
  for (; scan.valid() && page.rows.size() < count_max; scan.next()) {
    last = scan.key().substr(prefix.size());
    KeyReader key(last);
    const auto tenant = key.field();
    if (!key.ok()) return damaged("a row's key");
    page.rows.push_back({.tenant = {std::string(tenant)},
                         .id = std::string(key.rest()),
                         .body = row_body(scan.value())});
  }
  if (auto end = scan.end(); !end) return std::move(end.error());
  if (scan.valid()) page.next = std::move(last);
  return page;
}

Result<ConversationPage> RocksStore::conversations_blocking(const TenantId& tenant,
                                                            std::string_view cursor,
                                                            std::size_t count_max) const {
  const auto prefix = activity_prefix(tenant);
  auto first = prefix;
  if (!cursor.empty()) {
    const auto last = parse_conversation_cursor(cursor);
    if (!last) return last.error();
    first = after(activity_key(tenant, last->active_at, last->person));
  }
  // One moment for the list and the states: a conversation that moves up meanwhile has one place.
  const HeldSnapshot snapshot(*db_);
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.get();
  Scan scan(*db_, prefix, first, snapshot.get());
  ConversationPage page;
  TimePoint listed_at{};
  std::string value;
  for (; scan.valid() && page.items.size() < count_max; scan.next()) {
    KeyReader key(scan.key().substr(prefix.size()));
    listed_at = key.time_latest_first();
    const PersonId person{std::string(key.rest())};
    const auto status = db_->Get(options, conversation_key(tenant, person), &value);
    if (!status.ok()) return rocks_error("read", status);
    const auto found = decode_conversation(value);
    if (!found) return damaged_conversation();
    page.items.push_back(
        {.person = person, .active_at = found->head.active_at, .state = std::string(found->state)});
  }
  if (auto end = scan.end(); !end) return std::move(end.error());
  if (scan.valid() && !page.items.empty()) {
    page.next = conversation_cursor(listed_at, page.items.back().person);
  }
  return page;
}

Result<std::vector<StreamItem>> RocksStore::stream_blocking(const TenantId& tenant,
                                                            std::uint64_t after_position,
                                                            std::size_t count_max) const {
  std::vector<StreamItem> out;
  if (after_position == UINT64_MAX) return out;
  const auto prefix = stream_prefix(tenant);
  Scan scan(*db_, prefix, stream_key(tenant, after_position + 1));
  for (; scan.valid() && out.size() < count_max; scan.next()) {
    const auto position = KeyReader(scan.key().substr(prefix.size())).u64();
    const auto commit = decode_stream_value(scan.value());
    if (!commit) return damaged("a stream entry");
    for (std::uint32_t i = 0; i < commit->count; ++i) {
      const auto seq = commit->first_seq + i;
      auto body = get(event_key(tenant, commit->person, seq));
      if (!body) return std::move(body.error());
      if (!*body) return damaged("a conversation's log");
      out.push_back({.position = position,
                     .person = commit->person,
                     .event = {.seq = seq, .body = std::move(**body)}});
    }
  }
  if (auto end = scan.end(); !end) return std::move(end.error());
  return out;
}

}  // namespace parley::storage
