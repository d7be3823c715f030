// Expiry: what is past its horizon is looked up on the caller's thread and erased on the
// committer's, so nothing that a commit renews meanwhile is erased with the old one.
#include <map>
#include <utility>

#include "storage/keys.hpp"
#include "storage/rocks_options.hpp"
#include "storage/rocks_store.hpp"

namespace parley::storage {
namespace {

constexpr std::size_t kKeysPerCallMax = 2'000;

struct Due {
  std::vector<std::string> erase;    // for certain
  std::vector<std::string> audit;    // of those, the audit rows, oldest first in each tenant
  std::vector<std::string> renewed;  // rows that may have been written anew since: look again
  bool more = false;

  bool full() {
    more = more || erase.size() + renewed.size() >= kKeysPerCallMax;
    return more;
  }
};

// The last entry of each tenant's audit log that goes becomes its chain's anchor.
Result<void> anchor_audit(rocksdb::DB& db, const std::vector<std::string>& audit,
                          RocksLedger::Rewrite& rewrite) {
  const auto table = row_table(RowKind::audit).size();
  std::map<std::string, ChainEnd> anchors;  // by key
  for (const auto& key : audit) {
    KeyReader in(std::string_view(key).substr(table));
    const TenantId tenant{std::string(in.field())};
    const std::string id(in.rest());
    const auto chain_key = audit_chain_key(tenant, id);
    std::string hash, stored;
    auto status = db.Get(rocksdb::ReadOptions(), chain_key, &hash);
    if (status.IsNotFound()) continue;  // from before there was a chain
    if (!status.ok()) return rocks_error("read", status);
    const auto anchor_key = audit_anchor_key(tenant);
    auto [at, fresh] = anchors.try_emplace(anchor_key);
    if (fresh) {
      status = db.Get(rocksdb::ReadOptions(), anchor_key, &stored);
      if (!status.ok() && !status.IsNotFound()) return rocks_error("read", status);
      if (status.ok()) at->second = decode_chain_end(stored).value_or(ChainEnd());
    }
    ++at->second.count;
    at->second.hash = hash;
    at->second.id = id;
    rewrite.deletes.push_back(chain_key);
  }
  for (const auto& [key, anchor] : anchors) rewrite.puts.emplace_back(key, encode(anchor));
  return {};
}

rocksdb::ReadOptions once(const rocksdb::Slice& upper) {
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  options.fill_cache = false;  // what is about to go shall push nothing out
  return options;
}

// The expiry table's entries of one class, oldest first, up to and with `horizon`.
Result<void> collect_listed(rocksdb::DB& db, ExpiryClass what, TimePoint horizon, Due& due) {
  const auto end = expiry_key(what, horizon + Milliseconds{1}, 0);
  const rocksdb::Slice upper(end);
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(once(upper)));
  for (it->Seek(expiry_prefix(what)); it->Valid() && !due.full(); it->Next()) {
    due.erase.push_back(it->key().ToString());
    KeyReader listed(it->value().ToStringView());
    while (!listed.done() && listed.ok()) {
      auto& target = what == ExpiryClass::dedup ? due.erase : due.renewed;
      target.emplace_back(listed.field());
    }
  }
  if (!it->status().ok()) return rocks_error("read", it->status());
  return {};
}

// Tables that grow in time order inside each tenant: their oldest entries, tenant by tenant.
Result<void> collect_oldest(rocksdb::DB& db, const std::string& table, TimePoint horizon,
                            Due& due) {
  const auto end = prefix_end(table);
  const rocksdb::Slice upper(end);
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(once(upper)));
  it->Seek(table);
  while (it->Valid() && !due.full()) {
    if (KeyReader(it->value().ToStringView()).time() <= horizon) {
      due.erase.push_back(it->key().ToString());
      it->Next();
      continue;
    }
    // The rest of this tenant is younger: on to the next one.
    KeyReader key(it->key().ToStringView().substr(table.size()));
    auto tenant = table;
    append_field(tenant, key.field());
    it->Seek(prefix_end(tenant));
  }
  if (!it->status().ok()) return rocks_error("read", it->status());
  return {};
}

}  // namespace

Result<bool> RocksStore::expire_blocking(TimePoint now) {
  Due due;
  const auto saved_horizon = now - options_.idempotency_horizon;
  auto collected = collect_listed(*db_, ExpiryClass::dedup, now - options_.dedup_horizon, due);
  if (collected) collected = collect_listed(*db_, ExpiryClass::idempotency, saved_horizon, due);
  if (collected) {
    collected =
        collect_oldest(*db_, table_prefix(Table::stream), now - options_.stream_horizon, due);
  }
  if (collected) {
    const auto before = due.erase.size();
    collected = collect_oldest(*db_, row_table(RowKind::audit), now - options_.audit_horizon, due);
    due.audit.assign(due.erase.begin() + static_cast<std::ptrdiff_t>(before), due.erase.end());
  }
  if (!collected) return std::move(collected.error());
  if (due.erase.empty() && due.renewed.empty()) return false;

  const bool more = due.more;
  auto erased = queue_->run_blocking([this, due = std::move(due), saved_horizon]() mutable {
    for (auto& key : due.renewed) {
      auto row = get(key);
      if (!row) return Result<void>(std::move(row.error()));
      if (*row && KeyReader(**row).time() <= saved_horizon) due.erase.push_back(std::move(key));
    }
    RocksLedger::Rewrite rewrite;
    if (auto anchored = anchor_audit(*db_, due.audit, rewrite); !anchored) return anchored;
    rewrite.deletes.insert(rewrite.deletes.end(), due.erase.begin(), due.erase.end());
    return ledger_.write_deletes(rewrite);
  });
  if (!erased) return std::move(erased.error());
  return more;
}

}  // namespace parley::storage
