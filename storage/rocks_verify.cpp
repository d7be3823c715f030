// Reads a whole closed store and holds its tables against each other.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/crypto.hpp"
#include "conversation/codec.hpp"
#include "storage/audit_chain.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_options.hpp"
#include "storage/rocks_store.hpp"

namespace parley::storage {
namespace {

constexpr std::size_t kProblemsMax = 100;  // enough to act on; a damaged table has thousands

class Verifier {
 public:
  explicit Verifier(rocksdb::DB& db) : db_(db) {}

  VerifyReport run(const Meta& meta, std::optional<std::uint64_t> mark) {
    if (mark && meta.position < *mark) {
      problem(
          fmt::format("the database is at commit {}, the high-water mark at {}: {} commits are "
                      "missing",
                      meta.position, *mark, *mark - meta.position));
    }
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    if (const auto status = db_.VerifyChecksum(options); !status.ok()) {
      problem("checksums: " + status.ToString());
    }
    check_conversations();
    check_events();
    check_activity();
    check_stream(meta.position);
    count_rows();
    check_audit();
    return std::move(report_);
  }

 private:
  void problem(std::string what) {
    if (report_.problems.size() < kProblemsMax) {
      report_.problems.push_back(std::move(what));
    } else if (report_.problems.size() == kProblemsMax) {
      report_.problems.push_back("and more");
    }
  }

  // Calls `each(key without the table byte, value)` for a whole table.
  template <class Each>
  void scan(const std::string& table, Each each) {
    const auto end = prefix_end(table);
    const rocksdb::Slice upper(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(options));
    for (it->Seek(table); it->Valid(); it->Next()) {
      each(it->key().ToStringView().substr(1), it->value().ToStringView());
    }
    if (!it->status().ok()) problem("read: " + it->status().ToString());
  }

  std::optional<std::string> get(const std::string& key) {
    std::string value;
    const auto status = db_.Get(rocksdb::ReadOptions(), key, &value);
    if (status.ok()) return value;
    if (!status.IsNotFound()) problem("read: " + status.ToString());
    return {};
  }

  static std::string name(std::string_view tenant, std::string_view person) {
    return fmt::format("{}/{}", tenant, person);
  }

  // Head against log, state and activity.
  void check_conversations() {
    scan(table_prefix(Table::conversation), [this](std::string_view key, std::string_view value) {
      KeyReader in(key);
      const TenantId tenant{std::string(in.field())};
      const PersonId person{std::string(in.rest())};
      const auto who = name(tenant.value, person.value);
      const auto found = decode_conversation(value);
      ++report_.conversations;
      if (!in.ok() || !found) return problem(who + ": its row is damaged");
      const auto& head = found->head;
      if (!get(activity_key(tenant, head.listed_at, person))) {
        problem(who + ": missing in the list of conversations");
      }
      check_last_event(tenant, person, head.last_seq);
      if (!found->state.empty()) check_state(who, found->state, head.last_seq);
    });
  }

  void check_last_event(const TenantId& tenant, const PersonId& person, std::uint64_t last_seq) {
    if (last_seq > 0 && !get(event_key(tenant, person, last_seq))) {
      problem(fmt::format("{}: event {} is missing, the last one", name(tenant.value, person.value),
                          last_seq));
    }
    if (get(event_key(tenant, person, last_seq + 1))) {
      problem(fmt::format("{}: events go on after seq {}, where its head is",
                          name(tenant.value, person.value), last_seq));
    }
  }

  void check_state(const std::string& who, std::string_view stored, std::uint64_t last_seq) {
    const auto state = from_stored<State>(stored);
    if (!state) {
      problem(who + ": its state does not decode: " + state.error().detail);
    } else if (state->last_seq != last_seq) {
      problem(
          fmt::format("{}: its state is of seq {}, its log of {}", who, state->last_seq, last_seq));
    }
  }

  void check_events() {
    std::string conversation;
    std::uint64_t seq = 0;
    scan(table_prefix(Table::events), [&](std::string_view key, std::string_view) {
      KeyReader in(key);
      const auto tenant = in.field();
      const auto person = in.field();
      const auto found = in.u64();
      if (!in.done()) return problem("an event's key is damaged");
      ++report_.events;
      const auto prefix = key.substr(0, key.size() - 8);
      if (prefix != conversation) {
        conversation = prefix;
        seq = 0;
        if (!get(conversation_key({std::string(tenant)}, {std::string(person)}))) {
          problem(name(tenant, person) + ": has events and no row");
        }
      }
      if (found != seq + 1) {
        problem(fmt::format("{}: gap after seq {}", name(tenant, person), seq));
      }
      seq = found;
    });
  }

  void check_activity() {
    scan(table_prefix(Table::activity), [this](std::string_view key, std::string_view) {
      KeyReader in(key);
      const TenantId tenant{std::string(in.field())};
      const auto at = in.time_latest_first();
      const PersonId person{std::string(in.rest())};
      const auto stored = get(conversation_key(tenant, person));
      const auto found = stored ? decode_conversation(*stored) : std::nullopt;
      if (!in.ok() || !found || found->head.listed_at != at) {
        problem(name(tenant.value, person.value) + ": listed at a time it was not active");
      }
    });
  }

  void check_stream(std::uint64_t position) {
    scan(table_prefix(Table::stream), [&](std::string_view key, std::string_view value) {
      KeyReader in(key);
      const TenantId tenant{std::string(in.field())};
      const auto at = in.u64();
      const auto commit = decode_stream_value(value);
      if (!in.done() || !commit || commit->count == 0) {
        return problem("a stream entry is damaged");
      }
      if (at > position) {
        problem(fmt::format("stream: commit {} is past the last one, {}", at, position));
      }
      if (!get(event_key(tenant, commit->person, commit->first_seq + commit->count - 1))) {
        problem(fmt::format("{}: the stream names events that are not there",
                            name(tenant.value, commit->person.value)));
      }
    });
  }

  void count_rows() {
    for (auto kind = std::to_underlying(RowKind::send);
         kind <= std::to_underlying(kLastRowKind); ++kind) {
      scan(row_table(RowKind{kind}), [this](std::string_view key, std::string_view value) {
        KeyReader in(key);
        in.field();
        if (!in.ok() || value.size() < 8) return problem("a row is damaged");
        ++report_.rows;
      });
    }
  }

  struct Chain {
    ChainEnd end, anchor;
  };

  ChainEnd chain_end(const std::string& key, const TenantId& tenant) {
    const auto stored = get(key);
    if (!stored) return {};
    auto end = decode_chain_end(*stored);
    if (!end) problem(tenant.value + ": an end of the audit chain is damaged");
    return end.value_or(ChainEnd());
  }

  Chain& chain_of(const std::string& tenant) {
    auto [at, fresh] = chains_.try_emplace(tenant);
    if (fresh) at->second.anchor = chain_end(audit_anchor_key({tenant}), {tenant});
    if (fresh) at->second.end = at->second.anchor;
    return at->second;
  }

  // Entries, their hashes and the two ends of each tenant's chain against each other.
  void check_audit() {
    scan(row_table(RowKind::audit), [this](std::string_view key, std::string_view value) {
      KeyReader in(key);
      const TenantId tenant{std::string(in.field())};
      const std::string id(in.rest());
      Chain& chain = chain_of(tenant.value);
      const auto hash = get(audit_chain_key(tenant, id));
      if (!hash) {
        if (chain.end.count > 0) {
          problem(fmt::format("{}: audit entry {} is not of the chain", tenant.value, id));
        }
        return;  // from before there was a chain
      }
      chain.end.hash = chain_hash(chain.end.hash, tenant, id, value);
      if (chain.end.hash != *hash) {
        problem(
            fmt::format("{}: audit entry {} was changed, or what was before it", tenant.value, id));
        chain.end.hash = *hash;  // one problem each
      }
      ++chain.end.count;
      chain.end.id = id;
    });
    scan(table_prefix(Table::audit_chain), [this](std::string_view key, std::string_view) {
      KeyReader in(key);
      const TenantId tenant{std::string(in.field())};
      const auto id = in.rest();
      if (!get(row_key(tenant, RowKind::audit, id))) {
        problem(fmt::format("{}: audit entry {} was taken out", tenant.value, id));
      }
    });
    check_audit_heads();
  }

  void check_audit_heads() {
    scan(table_prefix(Table::audit_head), [this](std::string_view key, std::string_view value) {
      KeyReader in(key);
      const std::string tenant(in.field());
      const auto head = decode_chain_end(value);
      const auto& chain = chain_of(tenant);
      if (!head || head->count != chain.end.count || head->hash != chain.end.hash ||
          head->id != chain.end.id) {
        problem(fmt::format(
            "{}: the audit log ends at entry {} (\"{}\"), its head says {} (\"{}\")", tenant,
            chain.end.count, chain.end.id, head ? head->count : 0, head ? head->id : "damaged"));
      }
      report_.audit_heads.push_back(fmt::format("{}: {} entries, last {}, hash {}", tenant,
                                                chain.end.count, chain.end.id,
                                                to_hex(chain.end.hash)));
      chains_.erase(tenant);
    });
    for (const auto& [tenant, chain] : chains_) {
      if (chain.end.count > 0) problem(tenant + ": the head of the audit chain is missing");
    }
  }

  rocksdb::DB& db_;
  VerifyReport report_;
  std::map<std::string, Chain> chains_;  // by tenant
};

}  // namespace

Result<VerifyReport> verify_rocks_store(const std::string& path) {
  if (!path_exists(database_path(path) + "/CURRENT")) {
    return Error{.code = Errc::misconfigured, .detail = path + " holds no store"};
  }
  const auto lock = DirectoryLock::take(path);
  if (!lock) return lock.error();
  const auto mark = read_high_water(high_water_path(path));
  if (!mark) return mark.error();

  auto options = rocks_options({.path = path}, nullptr);
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(options, database_path(path), &raw);
  const std::unique_ptr<rocksdb::DB> db(raw);
  if (!status.ok()) return rocks_error("open", status);
  const auto meta = read_meta(*db, path);
  if (!meta) return meta.error();
  return Verifier(*db).run(*meta, *mark);
}

}  // namespace parley::storage
