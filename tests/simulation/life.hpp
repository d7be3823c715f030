// tests/simulation/life.hpp
// One life of the gateway's process, from recovery to whatever ends it, driven by hand.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "gateway/pipeline/gateway.hpp"
#include "storage/memory_store.hpp"
#include "tests/pipeline/forwarding_store.hpp"
#include "tests/simulation/crash_points.hpp"
#include "tests/simulation/machine.hpp"

namespace parley::simulation {

namespace http = gateway::http;

// How much trouble the disk makes; a run draws its own.
struct DiskFaults {
  double slow_read = 0;  // a look-up is answered later, and not inside the call
  double slow_sync = 0;  // a sync takes up to `stall`
  double dead = 0;       // a sync fails, once and for all
  Milliseconds stall{3'000};
};

// A memory store that syncs when its time has come and not before.
class HandStore final : public gateway::ForwardingStore {
 public:
  HandStore(Machine& machine, storage::MemoryStore& memory, const DiskFaults& faults,
            const Reached& reached)
      : ForwardingStore(memory),
        machine_(machine),
        memory_(memory),
        faults_(faults),
        reached_(reached) {}

  void commit(storage::Commit commit, storage::CommitDone done) override;
  void load_turn(storage::TurnQuery query, storage::TurnDone done) override;
  // The process ends: what is not synced is lost, and who waits hears so.
  void end();

 private:
  struct Read {
    storage::TurnQuery query;
    storage::TurnDone done;
    std::optional<Result<storage::TurnView>> view = {};
  };
  void finish(const std::shared_ptr<Read>& read);

  Machine& machine_;
  storage::MemoryStore& memory_;
  const DiskFaults& faults_;
  const Reached& reached_;
  std::set<std::string_view> waiting_;  // kinds of commits that wait for the sync
  bool syncing_ = false;
  std::vector<std::shared_ptr<Read>> reads_;  // slow ones, under way
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class Life {
 public:
  struct Parts {
    Machine& machine;
    storage::MemoryStore& memory;
    http::Transport& network;
    const DiskFaults& disk;
    const Reached& reached;
    gateway::PipelineOptions options;
    std::size_t cores = 1;
    gateway::Tenants tenants;
    std::function<void(std::string)> on_fatal;
  };
  explicit Life(Parts parts);
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  // Runs one handler of one core; false: there is none.
  bool step();
  // A crash: what was not synced is lost, nobody outside is answered. False: a coroutine of the
  // gateway could not be ended.
  bool end();
  gateway::Gateway& gateway() { return *gateway_; }

  // Starts `what` on some core; `then` is not called if this life ends first.
  template <class T>
  void start(net::awaitable<T> what, std::function<void(T)> then) {
    auto& core = cores_.context(machine_.below(cores_.size()));
    tasks_.spawn(core.get_executor(), "simulated", into(std::move(what), std::move(then), ended_));
  }

 private:
  template <class T>
  static net::awaitable<void> into(net::awaitable<T> what, std::function<void(T)> then,
                                   std::shared_ptr<const bool> ended) {
    auto value = co_await std::move(what);
    if (!*ended) then(std::move(value));
  }

  Machine& machine_;
  gateway::Metrics metrics_;
  gateway::Cores cores_;
  gateway::TaskGroup tasks_;
  HandStore store_;
  std::unique_ptr<routing::Analyzer> analyzer_;
  std::shared_ptr<bool> ended_ = std::make_shared<bool>(false);
  std::unique_ptr<gateway::Gateway> gateway_;
};

}  // namespace parley::simulation
