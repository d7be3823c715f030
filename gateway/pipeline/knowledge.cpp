#include "gateway/pipeline/knowledge.hpp"

#include <pthread.h>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "conversation/codec.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kPage = 500;
constexpr std::string_view kFile = "file";

Row row_of(const bots::KnowledgeEntry& entry) {
  JsonWriter out;
  bots::write(out, entry);
  return {.kind = RowKind::knowledge,
          .id = bots::key_of(entry),
          .body = std::string(1, kStoredVersion) + out.take()};
}

bool is_channel(std::string_view scenario) { return scenario.starts_with("channel:"); }

}  // namespace

BotKnowledge::BotKnowledge(const BotSettings& bot, const std::vector<bots::KnowledgeEntry>& own) {
  std::vector<routing::FaqEntry> entries;
  std::set<std::string> said;  // ids of the layers so far, but for the channels' own
  const auto add = [&](std::string id, std::string_view scenario, std::vector<std::string> asked,
                       std::string answer) {
    ids_.push_back(id);
    scenarios_.emplace_back(scenario);
    entries.push_back(
        {.id = std::move(id), .questions = std::move(asked), .answer = std::move(answer)});
  };
  const auto add_layer = [&](const auto& belongs, bool replaces) {
    std::set<std::string> here;
    for (const auto& entry : own) {
      if (!entry.published || !belongs(entry.scenario) || said.contains(entry.id)) continue;
      if (is_channel(entry.scenario)) special_[entry.scenario].insert(entry.id);
      here.insert(entry.id);
      add(entry.id, entry.scenario, entry.published->wording.questions,
          entry.published->wording.answer);
    }
    if (replaces) said.merge(here);
  };
  const std::string mine = "bot:" + bot.id.value;
  // Of two that are equally near the first is found: the most special one.
  add_layer([](const std::string& scenario) { return is_channel(scenario); }, false);
  add_layer([&](const std::string& scenario) { return scenario == mine; }, true);
  add_layer([](const std::string& scenario) { return scenario.empty(); }, true);
  for (std::size_t i = 0; bot.faq && i < bot.faq->size(); ++i) {
    const auto& entry = bot.faq->entry(i);
    if (!said.contains(entry.id)) add(entry.id, kFile, entry.questions, entry.answer);
  }
  auto built = routing::Faq::build(std::move(entries));
  if (built) {
    faq_ = std::move(*built);
  } else {
    log(LogLevel::error, "knowledge.not_indexed", {{"bot", bot.id}, {"why", built.error().detail}});
    faq_ = bot.faq;
    scenarios_.assign(faq_ ? faq_->size() : 0, std::string(kFile));
    ids_.assign(scenarios_.size(), {});
  }
}

std::optional<BotKnowledge::Hit> BotKnowledge::find(const ChannelId& channel,
                                                    std::string_view text) const {
  if (!faq_) return std::nullopt;
  const std::string here = "channel:" + channel.value;
  const auto special = special_.find(here);
  const auto admit = [&](std::size_t entry) {
    if (is_channel(scenarios_[entry])) return scenarios_[entry] == here;
    return special == special_.end() || !special->second.contains(ids_[entry]);
  };
  // Without layers of channels there is nothing to ask of each entry.
  const auto hits = special_.empty() ? faq_->search(text, 1) : faq_->search(text, 1, admit);
  if (hits.empty()) return std::nullopt;
  const std::size_t at = hits.front().entry;
  const bool own = scenarios_[at] != kFile && !scenarios_[at].empty();
  return Hit{.key = own ? ids_[at] + "@" + scenarios_[at] : ids_[at],
             .answer = faq_->entry(at).answer,
             .score = hits.front().score};
}

Knowledge::Knowledge(Service& service) : service_(service) {}
Knowledge::~Knowledge() {
  thread_.request_stop();
  changed_.notify_all();
}

Result<void> Knowledge::load_blocking(const storage::Store& store) {
  if (auto loaded = asked_.load_blocking(store); !loaded) return loaded;
  std::string cursor;
  std::set<TenantId> tenants;
  do {
    auto page = store.recover_rows_blocking(RowKind::knowledge, cursor, kPage);
    if (!page) return page.error();
    const std::lock_guard lock(mutex_);
    for (const auto& row : page->rows) {
      auto entry = bots::entry_from_json(stored_json(row.body));
      if (!entry) {
        return Error{.code = Errc::unavailable,
                     .detail = "knowledge " + row.id + " of tenant " + row.tenant.value + ": " +
                               entry.error().detail};
      }
      tenants.insert(row.tenant);
      held_[row.tenant].entries[row.id] = std::move(*entry);
    }
    cursor = std::move(page->next);
  } while (!cursor.empty());
  for (const auto& tenant : tenants) index_blocking(tenant);
  return {};
}

void Knowledge::follow() {
  const std::lock_guard lock(mutex_);
  for (const auto& [tenant, held] : held_) {
    if (!held.entries.empty()) mark_dirty(tenant);
  }
}

std::optional<BotKnowledge::Hit> Knowledge::find(const TenantId& tenant, const BotSettings& bot,
                                                 const ChannelId& channel,
                                                 std::string_view text) const {
  std::shared_ptr<const BotKnowledge> index;
  {
    const std::lock_guard lock(mutex_);
    const auto found = indexes_.find(tenant);
    if (found != indexes_.end()) {
      const auto own = found->second->find(bot.id);
      if (own != found->second->end()) index = own->second;
    }
  }
  if (index) return index->find(channel, text);
  if (!bot.faq) return std::nullopt;
  const auto hits = bot.faq->search(text, 1);
  if (hits.empty()) return std::nullopt;
  const auto& entry = bot.faq->entry(hits.front().entry);
  return BotKnowledge::Hit{.key = entry.id, .answer = entry.answer, .score = hits.front().score};
}

std::optional<bots::KnowledgeEntry> Knowledge::entry(const TenantId& tenant,
                                                     const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(tenant);
  if (held == held_.end()) return std::nullopt;
  const auto found = held->second.entries.find(key);
  if (found == held->second.entries.end()) return std::nullopt;
  return found->second;
}

std::vector<bots::KnowledgeEntry> Knowledge::list(const TenantId& tenant, const Filter& filter,
                                                  const std::string& cursor,
                                                  std::size_t count_max) const {
  std::vector<bots::KnowledgeEntry> out;
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(tenant);
  if (held == held_.end()) return out;
  const auto& entries = held->second.entries;
  for (auto at = entries.upper_bound(cursor); at != entries.end() && out.size() < count_max; ++at) {
    if (filter.scenario && *filter.scenario != at->second.scenario) continue;
    if (!filter.state.empty() && filter.state != bots::state_of(at->second)) continue;
    out.push_back(at->second);
  }
  return out;
}

// The entry after the step, and its place taken until the commit has come to something.
Result<bots::KnowledgeEntry> Knowledge::prepare(const TenantId& tenant, const std::string& key,
                                                std::optional<std::uint64_t> expected,
                                                const Step& step) {
  const auto name = bots::name_from(key);
  if (!name) return Error{.code = Errc::malformed, .detail = "no name of an entry"};
  const std::lock_guard lock(mutex_);
  Held& held = held_[tenant];
  const auto found = held.entries.find(key);
  bots::KnowledgeEntry now{.id = name->id, .scenario = name->scenario};
  if (found != held.entries.end()) now = found->second;
  if (expected && *expected != now.version) {
    return Error{.code = Errc::conflict,
                 .detail = "the entry is at version " + std::to_string(now.version)};
  }
  if (held.busy.contains(key)) {
    return Error{.code = Errc::conflict, .detail = "another change to the entry is under way"};
  }
  if (found == held.entries.end() && held.entries.size() + held.busy.size() >= kEntriesMax) {
    return Error{.code = Errc::overloaded,
                 .detail = "at most " + std::to_string(kEntriesMax) + " entries"};
  }
  auto changed = step(std::move(now));
  if (changed) held.busy.insert(key);
  return changed;
}

net::awaitable<Result<void>> Knowledge::commit(TenantId tenant,
                                               std::vector<bots::KnowledgeEntry> changed,
                                               std::vector<Row> extra) {
  std::vector<Row> rows = std::move(extra);
  for (const auto& entry : changed) rows.push_back(row_of(entry));
  auto stored = co_await service_.put_rows(tenant, std::move(rows));
  const std::lock_guard lock(mutex_);
  Held& held = held_[tenant];
  for (auto& entry : changed) {
    const std::string key = bots::key_of(entry);
    held.busy.erase(key);
    if (stored) held.entries[key] = std::move(entry);
  }
  if (stored) mark_dirty(tenant);
  co_return stored;
}

net::awaitable<Result<bots::KnowledgeEntry>> Knowledge::change(
    TenantId tenant, std::string key, std::optional<std::uint64_t> expected, Step step,
    std::vector<Row> rows) {
  auto changed = prepare(tenant, key, expected, step);
  if (!changed) co_return std::move(changed.error());
  std::vector<bots::KnowledgeEntry> one{*changed};
  auto stored = co_await commit(tenant, std::move(one), std::move(rows));
  if (!stored) co_return std::move(stored.error());
  co_return std::move(*changed);
}

net::awaitable<Result<Knowledge::Imported>> Knowledge::import(TenantId tenant,
                                                              std::vector<bots::TableRow> rows,
                                                              std::string actor,
                                                              std::vector<Row> extra) {
  Imported out;
  std::vector<bots::KnowledgeEntry> changed;
  std::optional<Error> refused;
  const auto now = service_.clock().now();
  for (auto& row : rows) {
    const std::string key = bots::key_of({.id = row.id, .scenario = row.scenario});
    const auto before = entry(tenant, key);
    const bots::Wording* said = !before             ? nullptr
                                : before->draft     ? &before->draft->wording
                                : before->published ? &before->published->wording
                                                    : nullptr;
    if (said && *said == row.wording) {
      ++out.unchanged;
      continue;
    }
    auto made = prepare(tenant, key, std::nullopt, [&](bots::KnowledgeEntry entry) {
      return bots::edited(std::move(entry), std::move(row.wording), actor, now);
    });
    if (!made) {
      refused = std::move(made.error());
      refused->detail = key + ": " + refused->detail;
      break;
    }
    ++(before ? out.changed : out.created);
    changed.push_back(std::move(*made));
  }
  if (refused) {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : changed) held_[tenant].busy.erase(bots::key_of(entry));
    co_return std::move(*refused);
  }
  if (changed.empty()) co_return out;
  auto stored = co_await commit(tenant, std::move(changed), std::move(extra));
  if (!stored) co_return std::move(stored.error());
  co_return out;
}

void Knowledge::mark_dirty(const TenantId& tenant) {
  dirty_.insert(tenant);
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  changed_.notify_all();
}

void Knowledge::run(std::stop_token stop) {
  pthread_setname_np(pthread_self(), "knowledge");
  for (;;) {
    TenantId next;
    {
      std::unique_lock lock(mutex_);
      indexing_ = false;
      changed_.notify_all();
      if (!changed_.wait(lock, stop, [this] { return !dirty_.empty(); })) return;
      next = *dirty_.begin();
      dirty_.erase(dirty_.begin());
      indexing_ = true;
    }
    index_blocking(next);
  }
}

void Knowledge::index_blocking(const TenantId& id) {
  const auto tenant = service_.tenant(id);
  if (!tenant) return;
  std::vector<bots::KnowledgeEntry> own;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, entry] : held_[id].entries) {
      if (entry.published) own.push_back(entry);
    }
  }
  auto made = std::make_shared<Indexes>();
  for (const auto& [bot_id, bot] : tenant->bots) {
    if (!bot.remote) (*made)[bot_id] = std::make_shared<const BotKnowledge>(bot, own);
  }
  const std::lock_guard lock(mutex_);
  indexes_[id] = std::move(made);
}

void Knowledge::wait_until_indexed_blocking() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return dirty_.empty() && !indexing_; });
}

}  // namespace parley::gateway
