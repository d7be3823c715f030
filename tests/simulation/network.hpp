// tests/simulation/network.hpp
// All that the gateway can call: the tenants' platforms and their bots, with the faults of a run.
//
// A request takes effect at the far end whether or not its sender is still alive by then; what
// comes back, if anything, is another matter.
#pragma once

#include <map>
#include <set>
#include <string>

#include "gateway/http/client.hpp"
#include "storage/memory_store.hpp"
#include "tests/simulation/crash_points.hpp"
#include "tests/simulation/history.hpp"
#include "tests/simulation/machine.hpp"

namespace parley::simulation {

namespace http = gateway::http;

// Odds of each, per call.
struct NetworkFaults {
  double unreached = 0;  // no connection: surely not sent
  double broken = 0;     // 5xx, with or without effect
  double throttled = 0;  // 429
  double lost = 0;       // took effect, the answer is lost
  double stalled = 0;    // no answer before the caller's deadline, with or without effect
  double refused = 0;    // 4xx
  double expired = 0;    // the token is no good any more
  double bot_late = 0, bot_dead = 0, bot_garbage = 0;
  double bot_hands_over = 0;
};

class Network final : public http::Transport {
 public:
  Network(Machine& machine, History& history, const NetworkFaults& faults, const TraitsOf& traits,
          const Reached& reached)
      : machine_(machine), history_(history), faults_(faults), traits_(traits), reached_(reached) {}

  net::awaitable<Result<http::ClientAnswer>> call(http::ClientRequest request) override;

  // The process whose calls these are; null between two lives: nothing leaves a dead one.
  void serve(const storage::MemoryStore* memory, int life) {
    memory_ = memory;
    life_ = life;
  }
  // Told of what a platform took, when it did: (tenant, user, its id there).
  std::function<void(const TenantId&, const std::string&, const std::string&)> on_taken;

 private:
  using Answered = Result<http::ClientAnswer>;
  struct Plan {
    Milliseconds takes{};
    Answered answer;
  };
  Plan send(const TenantId& tenant, const std::string& user, const http::ClientRequest& request);
  Plan give_token(const TenantId& tenant);
  Plan ask_bot(const http::ClientRequest& request);
  void note_durable(Call& call) const;
  void take(std::size_t call);

  Machine& machine_;
  History& history_;
  const NetworkFaults& faults_;
  const TraitsOf& traits_;
  const Reached& reached_;
  const storage::MemoryStore* memory_ = nullptr;
  int life_ = 0;
  int next_id_ = 1;
  std::map<TenantId, int> tokens_;          // the one that is good now
  std::map<std::string, std::string> ids_;  // by key: what a platform that knows keys gave
  std::set<std::string> taken_keys_;
};

// "http://<tenant>.platform" and "http://<tenant>.bot".
std::string platform_url(const TenantId& tenant);
std::string bot_url(const TenantId& tenant);

}  // namespace parley::simulation
