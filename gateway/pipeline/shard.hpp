// gateway/pipeline/shard.hpp
// One core's conversations. A command is decided on the state in memory, its batch handed to the
// store, and only when that is synced does anybody hear of it: the caller, the subscribers, the
// effects. Later commands build on the state at once, so a conversation does not wait for the disk.
// What reaches the shard while it is busy is taken together, and the batches decided from it go to
// the store together, so that they share a sync.
//
// Order    commands of one conversation, in the order of post().
// Limits   shards.queue_max commands, kConversationQueueMax for one conversation, cache_max states.
// Errors   overloaded past a limit; a failed commit is fatal and reported once (on_fatal).
// Threads  post() from any; everything else on the shard's own core. No lock.
#pragma once

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/pipeline/case_metrics.hpp"
#include "gateway/pipeline/hub.hpp"
#include "gateway/pipeline/options.hpp"
#include "gateway/pipeline/service.hpp"
#include "gateway/runtime/mailbox.hpp"

namespace parley::gateway {

using OutcomeDone = std::move_only_function<void(Result<Outcome>)>;

struct Job {
  std::shared_ptr<const Tenant> tenant;
  PersonId person;
  routing::Command command;
  std::vector<Row> rows;
  bool create = false;
  int hops = 0;            // forwards followed so far
  int retries = 0;         // conflicts seen
  bool duplicate = false;  // the store said so, of keys that only deciding knew
  OutcomeDone done;        // called exactly once, on the shard's core; must only hand over
};

// What a shard needs of the rest. References outlive the shard.
struct ShardContext {
  storage::Store& store;
  const Clock& clock;
  const routing::Analyzer& analyzer;
  Hub& hub;
  Metrics& metrics;
  const PipelineOptions& options;
  // Sends a job to the shard that owns its person.
  std::function<void(Job)> route;
  // A committed transition's effects; on the shard's core, before the caller hears.
  std::function<void(const std::shared_ptr<const Tenant>&, const std::shared_ptr<const State>&,
                     Transition&)>
      run_effects;
  std::function<void(std::string)> on_fatal;
  // How busy a tenant's queues are; may be empty, and null is unknown. From any core.
  std::function<std::shared_ptr<const routing::Load>(const TenantId&)> load = {};
};

class Shard {
 public:
  Shard(ShardContext context, net::io_context& core, std::size_t cache_max);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  void post(Job job);
  net::io_context& core() noexcept { return core_; }
  std::size_t waiting() const noexcept { return waiting_.load(); }
  // On the shard's core only; null when not in memory.
  std::shared_ptr<const State> cached(const TenantId& tenant, const PersonId& person) const;

 private:
  struct Conversation;
  struct InFlight;
  struct Rider;
  struct Arrival;
  using Map = std::unordered_map<std::string, std::unique_ptr<Conversation>>;

  void take(std::vector<Arrival>& arrivals);
  void begin(Job job);
  void pump(Conversation& conversation);
  bool take_redo(Conversation& conversation);
  void look_up(Conversation& conversation);
  void looked_up(const std::string& key, Result<storage::TurnView> view);
  bool attach_to_in_flight(Conversation& conversation, Job& job);
  void decide(Conversation& conversation, Job job);
  void hand_over(Conversation& conversation, Job job, Transition transition);
  void hand_over_all();
  void committed(std::shared_ptr<InFlight> work, Result<storage::Committed> result);
  void heard(Conversation& conversation, InFlight& work);
  void failed(InFlight& work, const Error& error);
  void forward(Job job, const PersonId& to);
  void finish(Job& job, Result<Outcome> outcome);
  void touch(Conversation& conversation);
  void evict();

  ShardContext context_;
  net::io_context& core_;
  const std::size_t cache_max_;
  std::atomic<std::size_t> waiting_{0};
  bool fatal_ = false;  // reported; a store that failed stays failed
  Map conversations_;
  std::list<std::string> by_use_;                       // keys, least recently used first
  std::vector<std::shared_ptr<InFlight>> decided_now_;  // to be handed over when all is taken
  std::unique_ptr<Mailbox<Arrival>> mailbox_;
  Counter decided_, duplicates_, conflicts_, refused_;
  Histogram decide_seconds_, commit_seconds_;
  CaseMetrics cases_;
};

}  // namespace parley::gateway
