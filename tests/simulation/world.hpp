// tests/simulation/world.hpp
// One simulated run: two tenants with their customers, platforms, bots and agents around one
// gateway that crashes and starts again; first turmoil, then calm in which all must come to rest.
//
// Which faults a run has, how often, and all sizes are drawn from its seed (swarm): a run with
// everything at once would hide what only shows when something is left alone.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/codec.hpp"
#include "tests/pipeline/shop.hpp"
#include "tests/simulation/history.hpp"
#include "tests/simulation/life.hpp"
#include "tests/simulation/network.hpp"

namespace parley::simulation {

class World {
 public:
  // `staffed`: the desk gives its customers away, and agents work at it.
  explicit World(std::uint64_t seed, bool staffed = false);
  ~World();

  void run();
  // Before run(): the process dies when it reaches that point for the n-th time.
  void crash_at(std::string_view point, unsigned nth) {
    crash_at_ = point;
    crash_in_ = nth;
  }
  bool crashed_there() const { return crashed_there_; }
  const History& history() const { return history_; }
  const Stored& stored() const { return stored_; }
  const TraitsOf& traits() const { return traits_; }
  // What happened, a line each; only when asked for: it is long.
  void trace_to(std::ostream* out) { trace_ = out; }

 private:
  struct Faults {
    NetworkFaults network;
    DiskFaults disk;
    double crash = 0;      // per handler
    double duplicate = 0;  // per delivery, of the same webhook at the same time or later
    double late = 0;       // a delivery is late, and others pass it
    double give_up = 0;    // a platform that gets no answer does not try again
    double reload = 0, jump = 0, merge = 0, system = 0;  // per second
    double receipts = 0;                                 // per message taken
  };
  struct Owner {  // a tenant
    TenantId id;
    std::unique_ptr<gateway::Shop> shop;
    bool bot_first = true;
    std::string notice;
    std::vector<std::string> users;
    gateway::Tenants::mapped_type built;
    routing::DeskRules desk = {};  // when staffed
    std::uint32_t capacity = 0;    // of each agent
  };
  struct Gain {  // how an agent came by a customer
    std::uint64_t epoch = 0;
    bool given = false;
  };
  struct Attempt {
    bool answered = false;
  };

  void draw_faults();
  void draw_limits();
  void draw_owners();
  std::shared_ptr<const gateway::Tenant> build(const Owner& owner, bool with_channel) const;
  gateway::Tenants tenants() const;

  void plan_customers();
  void deliver(std::size_t said);
  void deliver_later(std::size_t said, Milliseconds after);
  void heard(std::size_t said, const http::Response& response);

  void plan_agents();
  void act(const Owner& owner, const AgentId& agent);
  void say(const Owner& owner, const AgentId& agent, const PersonId& person);
  void command(const Owner& owner, const PersonId& person, routing::Command command,
               std::function<void(const Result<gateway::Outcome>&)> then = {});
  void draw_staff();
  static std::shared_ptr<const routing::Policy> staffed(const Owner& owner,
                                                        const routing::Policy& from);
  void plan_staff();
  void begin_last_shift();
  void work(const Owner& owner, const AgentId& agent);
  void come_or_go(const Owner& owner, const AgentId& agent);
  void serve(const Owner& owner, const Assignment& row);
  bool was_given(const TenantId& tenant, const Assignment& row) const;
  void check_places();

  void plan_operations();
  void merge(const Owner& owner);
  void system_says(const Owner& owner);
  void reload(Owner& owner);
  void jump_clock();
  void taken(const TenantId& tenant, const std::string& user, const std::string& send);

  void start();
  void reach(std::string_view point);
  void crash(const std::string& why);
  void run_for(Milliseconds time);
  void calm_down();
  void take_stock();
  template <class T>
  std::vector<std::pair<TenantId, T>> rows(RowKind kind);

  PersonId person(const TenantId& tenant, const std::string& user) const;
  PersonId any_person(const Owner& owner);
  AgentId any_agent();
  void trace(const std::string& what);

  Machine machine_;
  Faults faults_;
  gateway::PipelineOptions options_;
  storage::Options store_options_;
  std::size_t cores_ = 1;
  TraitsOf traits_;
  std::vector<Owner> owners_;
  History history_;
  Stored stored_;
  std::string_view crash_at_;
  unsigned crash_in_ = 0;  // 0: at no point
  bool dying_ = false, crashed_there_ = false;
  const Reached reached_{[this](std::string_view point) { reach(point); }};
  Network network_;
  std::unique_ptr<storage::MemoryStore> memory_;
  std::unique_ptr<Life> life_;
  bool turmoil_ = true;
  const bool staffed_;
  SteadyPoint shift_ends_{};
  std::map<std::pair<TenantId, PersonId>, Gain> gains_;
  int lives_ = 0;
  std::uint64_t steps_ = 0;
  std::ostream* trace_ = nullptr;
};

template <class T>
std::vector<std::pair<TenantId, T>> World::rows(RowKind kind) {
  std::vector<std::pair<TenantId, T>> out;
  std::string cursor;
  do {
    auto page = memory_->recover_rows_blocking(kind, cursor, 1'000);
    for (const auto& row : page->rows) {
      auto value = from_stored<T>(row.body);
      if (value) {
        out.emplace_back(row.tenant, std::move(*value));
      } else {
        stored_.unreadable.push_back(row.id + ": " + value.error().detail);
      }
    }
    cursor = page->next;
  } while (!cursor.empty());
  return out;
}

}  // namespace parley::simulation
