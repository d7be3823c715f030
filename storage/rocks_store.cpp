#include "storage/rocks_store.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "storage/commit_check.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_options.hpp"

namespace parley::storage {
namespace {

constexpr Milliseconds kRetryAfter{1000};

Error shutting_down() { return Error{.code = Errc::shutting_down, .detail = "store is closing"}; }

}  // namespace

RocksStore::~RocksStore() {
  close();
  background_->tell(nullptr);
}

void RocksStore::close() {
  closing_ = true;
  if (queue_) queue_->close();
  readers_.close();
  if (mark_) mark_->close();  // names the last commit: a log cut short after this is found out
}

void RocksStore::commit(Commit commit, CommitDone done) {
  if (auto fits = check_commit(commit, options_.group_bytes_max); !fits) {
    return done(std::move(fits.error()));
  }
  if (!disk_.writable()) {
    if (disk_.wants_tending()) mark_->tick();
    return done(not_writable());
  }
  queue_->push(std::move(commit), std::move(done));
}

Error RocksStore::not_writable() const {
  return Error{.code = Errc::unavailable, .retry_after = kRetryAfter, .detail = disk_.reason()};
}

void RocksStore::load_turn(TurnQuery query, TurnDone done) {
  if (closing_) return done(shutting_down());
  auto view = read_turn(query, /*cache_only=*/true);
  if (!view) return done(std::move(view.error()));
  if (*view) return done(std::move(**view));

  // Shared, because a refused job must leave us the callback to answer with.
  auto shared = std::make_shared<TurnDone>(std::move(done));
  ReadPool::Job job = [this, query = std::move(query), shared] {
    auto loaded = read_turn(query, /*cache_only=*/false);
    if (!loaded) {
      (*shared)(std::move(loaded.error()));
    } else {
      (*shared)(std::move(loaded->value()));
    }
  };
  if (readers_.post(job)) return;
  (*shared)(closing_ ? shutting_down()
                     : Error{.code = Errc::overloaded,
                             .retry_after = kRetryAfter,
                             .detail = "store: too many reads waiting"});
}

// nullopt: not all of it is in memory (cache_only).
Result<std::optional<TurnView>> RocksStore::read_turn(const TurnQuery& query,
                                                      bool cache_only) const {
  rocksdb::ReadOptions options;
  if (cache_only) options.read_tier = rocksdb::kBlockCacheTier;
  TurnView view;
  view.seen.reserve(query.dedup.size());
  rocksdb::PinnableSlice value;
  for (const auto& dedup : query.dedup) {
    value.Reset();
    const auto status =
        db_->Get(options, db_->DefaultColumnFamily(), dedup_key(query.tenant, dedup), &value);
    if (status.IsIncomplete()) return std::optional<TurnView>();
    if (!status.ok() && !status.IsNotFound()) return rocks_error("read", status);
    view.seen.push_back(status.ok());
  }
  if (query.person.empty()) return std::optional(std::move(view));
  value.Reset();
  const auto status = db_->Get(options, db_->DefaultColumnFamily(),
                               conversation_key(query.tenant, query.person), &value);
  if (status.IsIncomplete()) return std::optional<TurnView>();
  if (!status.ok() && !status.IsNotFound()) return rocks_error("read", status);
  if (status.ok()) {
    const auto found = decode_conversation(value.ToStringView());
    if (!found) return damaged_conversation();
    if (!found->state.empty()) view.state = found->state;
  }
  return std::optional(std::move(view));
}

std::optional<PersonId> RocksStore::linked_person(const TenantId& tenant,
                                                  std::string_view identity_row_id) const {
  return links_.find(tenant, identity_row_id);
}

Result<void> RocksStore::put_media_blocking(const TenantId& tenant, const MediaId& id,
                                            std::string_view bytes) {
  if (closing_) return shutting_down();
  if (!disk_.writable()) return not_writable();
  return media_.put_blocking(tenant, id, bytes);
}

Result<std::optional<std::string>> RocksStore::media_blocking(const TenantId& tenant,
                                                              const MediaId& id) const {
  return media_.get_blocking(tenant, id);
}

Health RocksStore::health() const {
  const auto figures = queue_->figures();
  Health out{.writable = true,
             .reason = {},
             .free_bytes = 0,
             .pending = figures.pending,
             .oldest_pending = figures.oldest_pending,
             .position = ledger_.position(),
             .groups = figures.groups};
  const bool room = disk_.writable();
  if (!figures.latched.empty()) {
    out.reason = figures.latched;
  } else if (closing_) {
    out.reason = "store is closing";
  } else if (!room) {
    out.reason = disk_.reason();
  }
  out.writable = out.reason.empty();
  out.free_bytes = disk_.free_bytes();
  return out;
}

}  // namespace parley::storage
