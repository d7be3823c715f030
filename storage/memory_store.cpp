#include "storage/memory_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/mutant.hpp"
#include "storage/commit_check.hpp"
#include "storage/erase_rules.hpp"

namespace parley::storage {
namespace {

Error shutting_down() { return Error{.code = Errc::shutting_down, .detail = "store is closing"}; }

// Erases what `expired` names, at most what is left of the budget.
template <class Map, class Expired>
void erase_expired(Map& map, std::size_t& budget, Expired expired) {
  for (auto it = map.begin(); it != map.end() && budget > 0;) {
    if (expired(*it)) {
      it = map.erase(it);
      --budget;
    } else {
      ++it;
    }
  }
}

constexpr std::size_t kErasedPerCallMax = 2'000;

}  // namespace

MemoryStore::MemoryStore(const Options& options, const Clock& clock, Drive drive)
    : options_(options),
      clock_(clock),
      drive_(drive),
      queue_(std::make_unique<CommitQueue>(
          CommitQueue::Limits{.commits_max = options.pending_max,
                              .group_bytes_max = options.group_bytes_max,
                              .by_hand = drive == Drive::by_hand},
          static_cast<Ledger&>(*this), clock)) {}

MemoryStore::~MemoryStore() { close(); }

void MemoryStore::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    held_ = false;
    released_.notify_all();
  }
  queue_->close();
}

void MemoryStore::commit(Commit commit, CommitDone done) {
  if (auto fits = check_commit(commit, options_.group_bytes_max); !fits) {
    return done(std::move(fits.error()));
  }
  queue_->push(std::move(commit), std::move(done));
}

Result<void> MemoryStore::write_group(std::span<CommitItem> group) {
  std::unique_lock lock(mutex_);
  released_.wait(lock, [this] { return !held_; });
  if (forget_) {
    return Error{.code = Errc::unavailable, .detail = "memory store: the power was cut"};
  }
  std::set<Owner> failed;
  for (auto& item : group) {
    if (auto admitted = admit(item, failed); !admitted) return admitted;
  }
  return {};
}

Result<void> MemoryStore::admit(CommitItem& item, std::set<Owner>& failed) {
  const auto& commit = item.commit;
  const Owner owner{commit.tenant.value, commit.person.value};
  if (fail_in_ > 0 && --fail_in_ == 0) {
    if (failure_->code == Errc::unavailable) return std::move(*failure_);
    failed.insert(owner);
    item.outcome = std::move(*failure_);
    return {};
  }
  if (!MUTANT("dedup_without_lock") && std::ranges::any_of(commit.dedup, [&](const auto& key) {
        return is_seen(commit.tenant, key);
      })) {
    failed.insert(owner);
    item.outcome = Committed{.duplicate = true, .position = 0};
    return {};
  }
  const auto found = tables_.conversations.find(owner);
  const auto last_seq =
      found == tables_.conversations.end() ? 0 : std::uint64_t{found->second.events.size()};
  if (!commit.person.empty() &&
      (item.built_on_failure || failed.contains(owner) || last_seq != commit.expected_seq)) {
    failed.insert(owner);
    item.outcome = Error{.code = Errc::conflict,
                         .detail = fmt::format("conversation is at seq {}, the commit builds on {}",
                                               last_seq, commit.expected_seq)};
    return {};
  }
  apply(commit, ++tables_.position);
  item.outcome = Committed{.duplicate = false, .position = tables_.position};
  return {};
}

void MemoryStore::apply(const Commit& commit, std::uint64_t position) {
  const auto& tenant = commit.tenant.value;
  for (const auto& key : commit.dedup) {
    tables_.dedup.emplace(std::tuple(tenant, key.channel.value, key.key), commit.at);
  }
  if (!commit.person.empty()) {
    const auto& person = commit.person.value;
    auto& conversation = tables_.conversations[{tenant, person}];
    tables_.activity.erase({tenant, -conversation.active_at.time_since_epoch(), person});
    tables_.activity.insert({tenant, -commit.at.time_since_epoch(), person});
    conversation.active_at = commit.at;
    if (!commit.state.empty()) conversation.state = commit.state;
    conversation.events.insert(conversation.events.end(), commit.events.begin(),
                               commit.events.end());
    if (!commit.events.empty()) {
      tables_.stream[{tenant, position}] = {.at = commit.at,
                                            .person = person,
                                            .first_seq = commit.expected_seq + 1,
                                            .count = commit.events.size()};
    }
  }
  std::size_t audits = 0;
  for (const auto& row : commit.rows) {
    const auto id = row.kind == RowKind::audit ? audit_row_id(position, audits++) : row.id;
    const RowName name{row.kind, tenant, id};
    if (row.erase) {
      tables_.rows.erase(name);
    } else {
      tables_.rows[name] = {.at = commit.at, .body = row.body};
    }
  }
}

bool MemoryStore::is_seen(const TenantId& tenant, const DedupKey& key) const {
  return tables_.dedup.contains({tenant.value, key.channel.value, key.key});
}

void MemoryStore::load_turn(TurnQuery query, TurnDone done) {
  TurnView view;
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      for (const auto& key : query.dedup) view.seen.push_back(is_seen(query.tenant, key));
      const auto found = tables_.conversations.find({query.tenant.value, query.person.value});
      if (found != tables_.conversations.end()) view.state = found->second.state;
    } else {
      view.seen.clear();
    }
  }
  if (view.seen.size() != query.dedup.size()) return done(shutting_down());
  done(std::move(view));
}

std::optional<PersonId> MemoryStore::linked_person(const TenantId& tenant,
                                                   std::string_view identity_row_id) const {
  const std::lock_guard lock(mutex_);
  const auto found =
      tables_.rows.find({RowKind::identity, tenant.value, std::string(identity_row_id)});
  if (found == tables_.rows.end()) return {};
  return PersonId{found->second.body};
}

Result<std::vector<StoredEvent>> MemoryStore::history_blocking(const TenantId& tenant,
                                                               const PersonId& person,
                                                               std::uint64_t after_seq,
                                                               std::size_t count_max) const {
  const std::lock_guard lock(mutex_);
  std::vector<StoredEvent> out;
  const auto found = tables_.conversations.find({tenant.value, person.value});
  if (found == tables_.conversations.end()) return out;
  const auto& events = found->second.events;
  for (auto seq = after_seq; seq < events.size() && out.size() < count_max; ++seq) {
    out.push_back({.seq = seq + 1, .body = events[seq]});
  }
  return out;
}

Result<std::optional<std::string>> MemoryStore::state_blocking(const TenantId& tenant,
                                                               const PersonId& person) const {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.conversations.find({tenant.value, person.value});
  if (found == tables_.conversations.end()) return std::optional<std::string>();
  return found->second.state;
}

Result<std::optional<std::string>> MemoryStore::row_blocking(const TenantId& tenant, RowKind kind,
                                                             std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.rows.find({kind, tenant.value, std::string(id)});
  if (found == tables_.rows.end()) return std::optional<std::string>();
  return std::optional(found->second.body);
}

Result<Page> MemoryStore::rows_blocking(const TenantId& tenant, RowKind kind,
                                        std::string_view cursor, std::size_t count_max) const {
  const std::lock_guard lock(mutex_);
  Page page;
  auto it = tables_.rows.upper_bound({kind, tenant.value, std::string(cursor)});
  const auto more = [&] {
    return it != tables_.rows.end() && std::get<0>(it->first) == kind &&
           std::get<1>(it->first) == tenant.value;
  };
  for (; more() && page.rows.size() < count_max; ++it) {
    page.rows.push_back({.tenant = tenant, .id = std::get<2>(it->first), .body = it->second.body});
  }
  if (more() && !page.rows.empty()) page.next = page.rows.back().id;
  return page;
}

Result<Page> MemoryStore::recover_rows_blocking(RowKind kind, std::string_view cursor,
                                                std::size_t count_max) const {
  // The cursor: "<bytes of the tenant>:<tenant><id>" of the last row.
  std::string tenant, id;
  if (!cursor.empty()) {
    const auto colon = std::min(cursor.find(':'), cursor.size() - 1);
    const auto size = std::strtoul(std::string(cursor.substr(0, colon)).c_str(), nullptr, 10);
    tenant = cursor.substr(colon + 1, size);
    id = cursor.substr(std::min(colon + 1 + size, cursor.size()));
  }
  const std::lock_guard lock(mutex_);
  Page page;
  auto it = tables_.rows.upper_bound({kind, tenant, id});
  const auto more = [&] { return it != tables_.rows.end() && std::get<0>(it->first) == kind; };
  for (; more() && page.rows.size() < count_max; ++it) {
    const auto& [row_kind, row_tenant, row_id] = it->first;
    page.rows.push_back({.tenant = {row_tenant}, .id = row_id, .body = it->second.body});
  }
  if (more() && !page.rows.empty()) {
    const auto& last = page.rows.back();
    page.next = fmt::format("{}:{}{}", last.tenant.value.size(), last.tenant.value, last.id);
  }
  return page;
}

Result<ConversationPage> MemoryStore::conversations_blocking(const TenantId& tenant,
                                                             std::string_view cursor,
                                                             std::size_t count_max) const {
  const std::lock_guard lock(mutex_);
  auto it = tables_.activity.lower_bound({tenant.value, Milliseconds::min(), ""});
  if (!cursor.empty()) {
    const auto last = parse_conversation_cursor(cursor);
    if (!last) return last.error();
    it = tables_.activity.upper_bound(
        {tenant.value, -last->active_at.time_since_epoch(), last->person.value});
  }
  ConversationPage page;
  const auto more = [&] {
    return it != tables_.activity.end() && std::get<0>(*it) == tenant.value;
  };
  for (; more() && page.items.size() < count_max; ++it) {
    const auto& person = std::get<2>(*it);
    const auto& conversation = tables_.conversations.at({tenant.value, person});
    page.items.push_back({.person = {person},
                          .active_at = conversation.active_at,
                          .state = conversation.state.value_or("")});
  }
  if (more() && !page.items.empty()) {
    page.next = conversation_cursor(page.items.back().active_at, page.items.back().person);
  }
  return page;
}

Result<std::vector<StreamItem>> MemoryStore::stream_blocking(const TenantId& tenant,
                                                             std::uint64_t after,
                                                             std::size_t count_max) const {
  const std::lock_guard lock(mutex_);
  std::vector<StreamItem> out;
  auto it = tables_.stream.upper_bound({tenant.value, after});
  for (; it != tables_.stream.end() && it->first.first == tenant.value && out.size() < count_max;
       ++it) {
    const auto& entry = it->second;
    const auto& events = tables_.conversations.at({tenant.value, entry.person}).events;
    for (auto seq = entry.first_seq; seq < entry.first_seq + entry.count; ++seq) {
      out.push_back({.position = it->first.second,
                     .person = {entry.person},
                     .event = {.seq = seq, .body = events[seq - 1]}});
    }
  }
  return out;
}

Result<void> MemoryStore::put_media_blocking(const TenantId& tenant, const MediaId& id,
                                             std::string_view bytes) {
  if (!is_media_id(id)) return Error{.code = Errc::malformed, .detail = "not a media id"};
  const std::lock_guard lock(mutex_);
  if (closed_) return shutting_down();
  tables_.media.insert_or_assign({tenant.value, id.value}, std::string(bytes));
  return {};
}

Result<std::optional<std::string>> MemoryStore::media_blocking(const TenantId& tenant,
                                                               const MediaId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.media.find({tenant.value, id.value});
  if (found == tables_.media.end()) return std::optional<std::string>();
  return std::optional(found->second);
}

Result<void> MemoryStore::drop_media_blocking(const TenantId& tenant, const MediaId& id) {
  const std::lock_guard lock(mutex_);
  tables_.media.erase({tenant.value, id.value});
  return {};
}

Result<Store::Erased> MemoryStore::erase_persons_blocking(const TenantId& tenant,
                                                          const std::vector<Erasure>& persons) {
  const std::lock_guard lock(mutex_);
  Erased erased;
  PersonalNames names;
  for (const auto& person : persons) {
    const auto found = tables_.conversations.find({tenant.value, person.person.value});
    if (found == tables_.conversations.end()) continue;
    auto& events = found->second.events;
    for (std::uint64_t seq = 1; seq <= person.through && seq <= events.size(); ++seq) {
      auto& body = events[seq - 1];
      body = erased_body(tenant, person.person, {.seq = seq, .body = body}, names);
      ++erased.events;
    }
  }
  for (const auto& [owner, conversation] : tables_.conversations) {
    const bool ours = std::ranges::any_of(
        persons, [&](const auto& each) { return each.person.value == owner.second; });
    if (owner.first != tenant.value || ours || names.media_said.empty()) continue;
    for (const auto& body : conversation.events) keep_shared(body, names);
  }
  names.media.merge(names.media_said);
  erased.rows += std::erase_if(tables_.rows, [&](const auto& row) {
    const auto& [kind, owner, id] = row.first;
    return owner == tenant.value && std::ranges::any_of(persons, [&](const auto& each) {
             return (kind == RowKind::relay && !each.relay.empty() && id == each.relay) ||
                    goes_with(each, names, kind, id, row.second.body);
           });
  });
  erased.rows += std::erase_if(tables_.dedup, [&](const auto& entry) {
    const auto& [owner, channel, key] = entry.first;
    return owner == tenant.value && names_one_of(names, key);
  });
  erased.media += std::erase_if(tables_.media, [&](const auto& file) {
    return file.first.first == tenant.value && names.media.contains(file.first.second);
  });
  return erased;
}

Result<bool> MemoryStore::expire_blocking(TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::size_t budget = kErasedPerCallMax;
  erase_expired(tables_.dedup, budget,
                [&](const auto& entry) { return entry.second <= now - options_.dedup_horizon; });
  erase_expired(tables_.rows, budget, [&](const auto& entry) {
    const auto kind = std::get<0>(entry.first);
    const bool saved = kind == RowKind::idempotency || kind == RowKind::sent_index;
    return (saved && entry.second.at <= now - options_.idempotency_horizon) ||
           (kind == RowKind::audit && entry.second.at <= now - options_.audit_horizon);
  });
  erase_expired(tables_.stream, budget, [&](const auto& entry) {
    return entry.second.at <= now - options_.stream_horizon;
  });
  return budget == 0;
}

Health MemoryStore::health() const {
  const auto figures = queue_->figures();
  const std::lock_guard lock(mutex_);
  const auto reason = closed_ && figures.latched.empty() ? "store is closing" : figures.latched;
  return {.writable = reason.empty(),
          .reason = reason,
          .free_bytes = UINT64_MAX,
          .pending = figures.pending,
          .oldest_pending = figures.oldest_pending,
          .position = tables_.position,
          .groups = figures.groups};
}

void MemoryStore::fail_commit_for_test(std::uint64_t nth, Error error) {
  const std::lock_guard lock(mutex_);
  fail_in_ = nth;
  failure_ = std::move(error);
}

void MemoryStore::hold_for_test() {
  const std::lock_guard lock(mutex_);
  held_ = !closed_;
}

void MemoryStore::release_for_test() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  released_.notify_all();
}

void MemoryStore::forget_unsynced_for_test() {
  {
    const std::lock_guard lock(mutex_);
    forget_ = true;
    held_ = false;
    released_.notify_all();
  }
  queue_->latch("memory store: the power was cut");
  queue_->close();
}

std::unique_ptr<MemoryStore> MemoryStore::reopened_for_test() {
  auto next = std::make_unique<MemoryStore>(options_, clock_, drive_);
  const std::lock_guard lock(mutex_);
  next->tables_ = tables_;
  next->epoch_ = epoch_ + 1;
  return next;
}

std::unique_ptr<Store> make_memory_store(const Options& options, const Clock& clock) {
  return std::make_unique<MemoryStore>(options, clock);
}

}  // namespace parley::storage
