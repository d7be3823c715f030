// gateway/pipeline/knowledge.hpp
// What the embedded bots of all tenants know: their files' entries, and the tenant's own from the
// store on top; the indexes over both; and the questions that found no answer.
//
// Promise  change() reports success once the row is synced; the index follows within moments, made
//          on a thread of its own ("knowledge"), and the old one answers until then.
// Limits   kEntriesMax entries and kAskedMax distinct unanswered questions a tenant.
// Errors   change(): conflict when another change to the entry is under way or the version is
//          another, overloaded past kEntriesMax, whatever the step itself refused.
// Threads  any; load_blocking() before the cores run, the thread starts with the first own entry.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bots/knowledge.hpp"
#include "bots/knowledge_table.hpp"
#include "gateway/pipeline/asked.hpp"
#include "gateway/pipeline/service.hpp"

namespace parley::gateway {

// What a bot may say in a channel: one index over all layers, most special first.
class BotKnowledge {
 public:
  BotKnowledge(const BotSettings& bot, const std::vector<bots::KnowledgeEntry>& own);

  struct Hit {
    std::string key;  // of the entry, or the file's "line-7"
    std::string answer;
    double score = 0;
  };
  std::optional<Hit> find(const ChannelId& channel, std::string_view text) const;

 private:
  std::shared_ptr<const routing::Faq> faq_;
  std::vector<std::string> ids_, scenarios_;  // by entry of faq_; scenario "file" for the file's
  std::map<std::string, std::set<std::string>> special_;  // "channel:web" -> ids that hold there
};

class Knowledge {
 public:
  static constexpr std::size_t kEntriesMax = 20'000;
  using Step = std::function<Result<bots::KnowledgeEntry>(bots::KnowledgeEntry)>;

  explicit Knowledge(Service& service);
  ~Knowledge();
  Knowledge(const Knowledge&) = delete;
  Knowledge& operator=(const Knowledge&) = delete;

  Result<void> load_blocking(const storage::Store& store);
  // The tenants' files were read again.
  void follow();

  // The best answer, whatever its score; the bot decides whether it is near enough.
  std::optional<BotKnowledge::Hit> find(const TenantId& tenant, const BotSettings& bot,
                                        const ChannelId& channel, std::string_view text) const;

  std::optional<bots::KnowledgeEntry> entry(const TenantId& tenant, const std::string& key) const;
  // In the order of their keys, after `cursor`; state and scenario "" are any.
  struct Filter {
    std::optional<std::string> scenario = {};
    std::string state = {};
  };
  std::vector<bots::KnowledgeEntry> list(const TenantId& tenant, const Filter& filter,
                                         const std::string& cursor, std::size_t count_max) const;

  // One step of one entry, which is empty (version 0) when there is none yet. `expected`: the
  // version the caller saw, nullopt: whatever is there.
  net::awaitable<Result<bots::KnowledgeEntry>> change(TenantId tenant, std::string key,
                                                      std::optional<std::uint64_t> expected,
                                                      Step step, std::vector<Row> rows = {});
  // A draft for each row that says something new, all or none.
  struct Imported {
    std::size_t created = 0, changed = 0, unchanged = 0;
  };
  net::awaitable<Result<Imported>> import(TenantId tenant, std::vector<bots::TableRow> rows,
                                          std::string actor, std::vector<Row> extra = {});

  Asked& asked() { return asked_; }
  // Every change made before the call is in the indexes.
  void wait_until_indexed_blocking() const;

 private:
  struct Held {
    std::map<std::string, bots::KnowledgeEntry> entries;
    std::set<std::string> busy;  // being committed
  };
  using Indexes = std::map<BotId, std::shared_ptr<const BotKnowledge>>;

  net::awaitable<Result<void>> commit(TenantId tenant, std::vector<bots::KnowledgeEntry> changed,
                                      std::vector<Row> extra);
  Result<bots::KnowledgeEntry> prepare(const TenantId& tenant, const std::string& key,
                                       std::optional<std::uint64_t> expected, const Step& step);
  void mark_dirty(const TenantId& tenant);  // under mutex_
  void index_blocking(const TenantId& tenant);
  void run(std::stop_token stop);

  Service& service_;
  Asked asked_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::map<TenantId, Held> held_;  // guarded by mutex_, as all below
  std::map<TenantId, std::shared_ptr<const Indexes>> indexes_;
  std::set<TenantId> dirty_;
  bool indexing_ = false;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace parley::gateway
