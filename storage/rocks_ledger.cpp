#include "storage/rocks_ledger.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "base/mutant.hpp"
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

Error damaged_conversation() {
  return Error{.code = Errc::unavailable, .detail = "database: a conversation is damaged"};
}

// What a group has decided so far, on top of what the database holds.
struct RocksLedger::Group {
  rocksdb::WriteBatch batch;
  std::unordered_set<std::string> dedup;
  std::unordered_set<std::string> failed;  // conversations with a commit that came to nothing
  std::unordered_map<std::string, std::string_view> states;  // views of the commits
  std::vector<std::pair<std::string, std::optional<PersonId>>> links;
  struct Expiring {
    std::string keys;
    TimePoint at = TimePoint::min();  // of the youngest: nothing goes before its time

    void add(const std::string& key, TimePoint when) {
      append_field(keys, key);
      at = std::max(at, when);
    }
  };
  Expiring dedup_expiring, saved_expiring;

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
              .states = {},
              .links = {},
              .dedup_expiring = {},
              .saved_expiring = {}};
  for (auto& item : items) {
    if (auto admitted = admit(item, group); !admitted) return admitted;
  }
  if (group.batch.Count() == 0) return {};

  const auto last = next_position_ - 1;
  const auto& dedup = group.dedup_expiring;
  if (!dedup.keys.empty()) group.put(expiry_key(ExpiryClass::dedup, dedup.at, last), dedup.keys);
  const auto& saved = group.saved_expiring;
  if (!saved.keys.empty()) {
    group.put(expiry_key(ExpiryClass::idempotency, saved.at, last), saved.keys);
  }
  std::string number;
  append_u64(number, last);
  group.put(meta_key(kMetaPosition), number);
  rocksdb::WriteOptions options;
  options.sync = true;  // the promise; without it a power cut loses all that was answered
  options.disableWAL = false;
  if (MUTANT("no_sync")) options.sync = false;
  if (const auto status = db_.Write(options, &group.batch); !status.ok()) {
    return rocks_error("commit", status);
  }
  position_ = last;
  if (on_synced_) on_synced_(last);
  for (auto& [key, person] : group.links) links_.set(std::move(key), std::move(person));
  return {};
}

Result<void> RocksLedger::write(const Rewrite& rewrite, bool sync, std::string_view doing) {
  rocksdb::WriteBatch batch(0, 0, kProtectionBytesPerKey, 0);
  for (const auto& [key, value] : rewrite.puts) batch.Put(key, value).PermitUncheckedError();
  for (const auto& key : rewrite.deletes) batch.Delete(key).PermitUncheckedError();
  rocksdb::WriteOptions options;
  options.sync = sync;
  if (const auto status = db_.Write(options, &batch); !status.ok()) {
    return rocks_error(doing, status);
  }
  return {};
}

Result<void> RocksLedger::write_deletes(const Rewrite& rewrite) {
  return write(rewrite, /*sync=*/false, "expire");
}

Result<void> RocksLedger::write_rewrite(const Rewrite& rewrite) {
  if (auto written = write(rewrite, /*sync=*/true, "erase"); !written) return written;
  const auto identities = row_table(RowKind::identity);
  for (const auto& key : rewrite.deletes) {
    if (key.starts_with(identities)) links_.set(key, std::nullopt);
  }
  return {};
}

Result<void> RocksLedger::admit(CommitItem& item, Group& group) {
  const auto& commit = item.commit;
  const bool has_person = !commit.person.empty();
  const auto name = conversation_key(commit.tenant, commit.person);

  const auto duplicate = is_duplicate(commit, group);
  if (!duplicate) return duplicate.error();
  if (*duplicate) {
    item.outcome = Committed{.duplicate = true};
    if (has_person) group.failed.insert(name);
    return {};
  }
  std::optional<Head> head;
  if (has_person) {
    auto found = head_of(name);
    if (!found) return std::move(found.error());
    head = *found;
    const auto last_seq = head ? head->last_seq : 0;
    if (item.built_on_failure || group.failed.contains(name) || last_seq != commit.expected_seq) {
      item.outcome =
          Error{.code = Errc::conflict,
                .detail = fmt::format("conversation is at seq {}, the commit builds on {}",
                                      last_seq, commit.expected_seq)};
      group.failed.insert(name);
      return {};
    }
  }
  const auto position = next_position_++;
  write_dedup(commit, group);
  if (has_person) {
    if (auto written = write_conversation(commit, name, head, position, group); !written) {
      return written;
    }
  }
  if (auto written = write_rows(commit, position, group); !written) return written;
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
  const auto found = decode_conversation(value);
  if (!found) return damaged_conversation();
  heads_.put(key, found->head);
  return std::optional(found->head);
}

void RocksLedger::write_dedup(const Commit& commit, Group& group) {
  if (commit.dedup.empty()) return;
  std::string time;
  append_time(time, commit.at);
  for (const auto& dedup : commit.dedup) {
    const auto [key, fresh] = group.dedup.insert(dedup_key(commit.tenant, dedup));
    if (!fresh) continue;  // the same key twice in one commit is one key
    group.put(*key, time);
    group.dedup_expiring.add(*key, commit.at);
  }
}

Result<void> RocksLedger::write_conversation(const Commit& commit, const std::string& name,
                                             const std::optional<Head>& before,
                                             std::uint64_t position, Group& group) {
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

  Head head{.last_seq = commit.last_seq, .active_at = commit.at, .listed_at = commit.at};
  if (before && std::chrono::abs(commit.at - before->listed_at) < kListGrain) {
    head.listed_at =
        before->listed_at;  // a turn is several commits: one move in the list is enough
  } else {
    if (before) group.erase(activity_key(commit.tenant, before->listed_at, commit.person));
    group.put(activity_key(commit.tenant, head.listed_at, commit.person), {});
  }
  if (!commit.state.empty()) {
    group.put(name, encode(head, commit.state));
    group.states[name] = commit.state;
  } else {
    const auto state = before ? state_of(name, group) : Result<std::string>(std::string());
    if (!state) return state.error();
    group.put(name, encode(head, *state));
  }
  heads_.put(name, head);
  return {};
}

Result<std::string> RocksLedger::state_of(const std::string& name, const Group& group) {
  if (const auto found = group.states.find(name); found != group.states.end()) {
    return std::string(found->second);
  }
  std::string value;
  const auto status = db_.Get(rocksdb::ReadOptions(), name, &value);
  if (status.IsNotFound()) return std::string();  // its first commit is in this group, stateless
  if (!status.ok()) return rocks_error("read", status);
  const auto found = decode_conversation(value);
  if (!found) return damaged_conversation();
  return std::string(found->state);
}

// The chain is extended where the entry's place is decided; a group that fails ends the ledger, so
// what is remembered here never runs ahead of what is stored.
Result<void> RocksLedger::chain_audit(const TenantId& tenant, const std::string& id,
                                      std::string_view value, Group& group) {
  const auto head_key = audit_head_key(tenant);
  auto [at, fresh] = chains_.try_emplace(tenant.value);
  ChainEnd& head = at->second;
  if (fresh) {
    std::string stored;
    const auto status = db_.Get(rocksdb::ReadOptions(), head_key, &stored);
    if (!status.ok() && !status.IsNotFound()) return rocks_error("read", status);
    auto found = status.ok() ? decode_chain_end(stored) : ChainEnd();
    if (!found) {
      return Error{.code = Errc::unavailable, .detail = "database: an audit head is damaged"};
    }
    head = std::move(*found);
  }
  head.hash = chain_hash(head.hash, tenant, id, value);
  head.id = id;
  ++head.count;
  group.put(audit_chain_key(tenant, id), head.hash);
  group.put(head_key, encode(head));
  return {};
}

Result<void> RocksLedger::write_rows(const Commit& commit, std::uint64_t position, Group& group) {
  std::size_t audits = 0;
  for (const auto& row : commit.rows) {
    if (row.kind == RowKind::audit) {
      const auto id = audit_row_id(position, audits++);
      const auto value = timed(commit.at, row.body);
      group.put(row_key(commit.tenant, row.kind, id), value);
      if (auto chained = chain_audit(commit.tenant, id, value, group); !chained) return chained;
      continue;
    }
    const auto key = row_key(commit.tenant, row.kind, row.id);
    if (row.erase) {
      group.erase(key);
    } else {
      group.put(key, timed(commit.at, row.body));
    }
    if (row.kind == RowKind::identity) {
      group.links.emplace_back(key, row.erase ? std::nullopt : std::optional(PersonId{row.body}));
    }
    const bool expires = row.kind == RowKind::idempotency || row.kind == RowKind::sent_index;
    if (expires && !row.erase) group.saved_expiring.add(key, commit.at);
  }
  return {};
}

}  // namespace parley::storage
