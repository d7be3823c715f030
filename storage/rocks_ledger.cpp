#include "storage/rocks_ledger.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "storage/commit_check.hpp"
#include "storage/keys.hpp"

namespace parley::storage {
namespace {

constexpr std::size_t kProtectionBytesPerKey = 8;  // found out: a batch damaged in memory

std::string timed(TimePoint at, std::string_view body) {
  std::string out;
  out.reserve(8 + body.size());
  append_time(out, at);
  out += body;
  return out;
}

}  // namespace

Error rocks_error(std::string_view doing, const rocksdb::Status& status) {
  return Error{.code = Errc::unavailable,
               .detail = fmt::format("database: {}: {}", doing, status.ToString())};
}

// What a group has decided so far, on top of what the database holds.
struct RocksLedger::Group {
  rocksdb::WriteBatch batch;
  std::unordered_set<std::string> dedup;
  std::unordered_set<std::string> failed;  // conversations with a commit that came to nothing
  std::vector<std::pair<std::string, std::optional<PersonId>>> links;

  // Only running out of memory fails a batch in the making; Write() would report it again.
  void put(const std::string& key, std::string_view value) {
    batch.Put(key, rocksdb::Slice(value.data(), value.size())).PermitUncheckedError();
  }
  void erase(const std::string& key) { batch.Delete(key).PermitUncheckedError(); }
};

Result<void> RocksLedger::write_group(std::span<CommitItem> items) {
  std::size_t bytes = 0;
  for (const auto& item : items) bytes += item.bytes + 512;
  Group group{.batch = rocksdb::WriteBatch(bytes, 0, kProtectionBytesPerKey, 0),
              .dedup = {},
              .failed = {},
              .links = {}};
  for (auto& item : items) {
    if (auto admitted = admit(item, group); !admitted) return admitted;
  }
  if (group.batch.Count() == 0) return {};

  const auto last = next_position_ - 1;
  std::string number;
  append_u64(number, last);
  group.put(meta_key(kMetaPosition), number);
  rocksdb::WriteOptions options;
  options.sync = true;  // the promise; without it a power cut loses all that was answered
  options.disableWAL = false;
  if (const auto status = db_.Write(options, &group.batch); !status.ok()) {
    return rocks_error("commit", status);
  }
  position_ = last;
  if (on_synced_) on_synced_(last);
  for (auto& [key, person] : group.links) links_.set(std::move(key), std::move(person));
  return {};
}

Result<void> RocksLedger::write_deletes(const std::vector<std::string>& keys) {
  rocksdb::WriteBatch batch(0, 0, kProtectionBytesPerKey, 0);
  for (const auto& key : keys) batch.Delete(key).PermitUncheckedError();
  rocksdb::WriteOptions options;
  options.sync = false;
  if (const auto status = db_.Write(options, &batch); !status.ok()) {
    return rocks_error("expire", status);
  }
  return {};
}

Result<void> RocksLedger::admit(CommitItem& item, Group& group) {
  const auto& commit = item.commit;
  const bool has_person = !commit.person.empty();
  const auto head_name = head_key(commit.tenant, commit.person);

  const auto duplicate = is_duplicate(commit, group);
  if (!duplicate) return duplicate.error();
  if (*duplicate) {
    item.outcome = Committed{.duplicate = true};
    if (has_person) group.failed.insert(head_name);
    return {};
  }
  std::optional<Head> head;
  if (has_person) {
    auto found = head_of(head_name);
    if (!found) return std::move(found.error());
    head = *found;
    const auto last_seq = head ? head->last_seq : 0;
    if (item.built_on_failure || group.failed.contains(head_name) ||
        last_seq != commit.expected_seq) {
      item.outcome =
          Error{.code = Errc::conflict,
                .detail = fmt::format("conversation is at seq {}, the commit builds on {}",
                                      last_seq, commit.expected_seq)};
      group.failed.insert(head_name);
      return {};
    }
  }
  const auto position = next_position_++;
  write_dedup(commit, position, group);
  if (has_person) write_conversation(commit, head_name, head, position, group);
  write_rows(commit, position, group);
  item.outcome = Committed{.duplicate = false, .position = position};
  return {};
}

Result<bool> RocksLedger::is_duplicate(const Commit& commit, const Group& group) {
  rocksdb::PinnableSlice value;
  for (const auto& dedup : commit.dedup) {
    const auto key = dedup_key(commit.tenant, dedup);
    if (group.dedup.contains(key)) return true;
    value.Reset();
    const auto status = db_.Get(rocksdb::ReadOptions(), db_.DefaultColumnFamily(), key, &value);
    if (status.ok()) return true;
    if (!status.IsNotFound()) return rocks_error("read", status);
  }
  return false;
}

Result<std::optional<Head>> RocksLedger::head_of(const std::string& key) {
  if (const auto* cached = heads_.find(key)) return std::optional(*cached);
  std::string value;
  const auto status = db_.Get(rocksdb::ReadOptions(), key, &value);
  if (status.IsNotFound()) return std::optional<Head>();
  if (!status.ok()) return rocks_error("read", status);
  const auto head = decode_head(value);
  if (!head) {
    return Error{.code = Errc::unavailable, .detail = "database: a conversation's head is damaged"};
  }
  heads_.put(key, *head);
  return head;
}

void RocksLedger::write_dedup(const Commit& commit, std::uint64_t position, Group& group) {
  if (commit.dedup.empty()) return;
  std::string time, due;
  append_time(time, commit.at);
  for (const auto& dedup : commit.dedup) {
    const auto [key, fresh] = group.dedup.insert(dedup_key(commit.tenant, dedup));
    if (!fresh) continue;  // the same key twice in one commit is one key
    group.put(*key, time);
    append_field(due, *key);
  }
  group.put(expiry_key(ExpiryClass::dedup, commit.at, position), due);
}

void RocksLedger::write_conversation(const Commit& commit, const std::string& head_name,
                                     const std::optional<Head>& before, std::uint64_t position,
                                     Group& group) {
  auto seq = commit.expected_seq;
  for (const auto& event : commit.events) {
    group.put(event_key(commit.tenant, commit.person, ++seq), event);
  }
  if (!commit.events.empty()) {
    group.put(stream_key(commit.tenant, position),
              encode(StreamValue{.at = commit.at,
                                 .first_seq = commit.expected_seq + 1,
                                 .count = static_cast<std::uint32_t>(commit.events.size()),
                                 .person = commit.person}));
  }
  if (!commit.state.empty()) group.put(state_key(commit.tenant, commit.person), commit.state);

  const Head head{.last_seq = commit.last_seq, .active_at = commit.at};
  // The list of conversations is by activity; the old place goes when the new one comes.
  if (before && before->active_at != head.active_at) {
    group.erase(activity_key(commit.tenant, before->active_at, commit.person));
  }
  group.put(activity_key(commit.tenant, head.active_at, commit.person), {});
  group.put(head_name, encode(head));
  heads_.put(head_name, head);
}

void RocksLedger::write_rows(const Commit& commit, std::uint64_t position, Group& group) {
  std::size_t audits = 0;
  std::string due;
  for (const auto& row : commit.rows) {
    const auto key = row.kind == RowKind::audit
                         ? row_key(commit.tenant, row.kind, audit_row_id(position, audits++))
                         : row_key(commit.tenant, row.kind, row.id);
    if (row.erase) {
      group.erase(key);
    } else {
      group.put(key, timed(commit.at, row.body));
    }
    if (row.kind == RowKind::identity) {
      group.links.emplace_back(key, row.erase ? std::nullopt : std::optional(PersonId{row.body}));
    }
    if (row.kind == RowKind::idempotency && !row.erase) append_field(due, key);
  }
  if (!due.empty()) group.put(expiry_key(ExpiryClass::idempotency, commit.at, position), due);
}

}  // namespace parley::storage
