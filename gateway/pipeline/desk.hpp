// gateway/pipeline/desk.hpp
// The human side: who waits, which agents are there, who gets whom. One place per process decides,
// on one core, so two agents never get the same customer and no agent more than fits; the truth is
// in the rows, this is their picture in memory.
//
// Order    a queue serves the highest priority first, among equals who waited longest.
// Limits   what the rows hold; an agent's capacity is the tenant file's.
// Threads  the coroutines from any core; the rest on the desk's core only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/pipeline/service.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {

class Desk {
 public:
  Desk(Service& service, net::any_io_executor core, TaskGroup& tasks);

  // What a committed transition changed. From any core, in the order of its commits.
  void entered(QueueEntry entry);
  void left(const TenantId& tenant, const PersonId& person, std::uint64_t epoch);
  void assigned(Assignment assignment);
  // After a start: an offer from before it, whose agent has the time anew.
  void resume_offer(const QueueEntry& entry);
  void unassigned(const TenantId& tenant, const PersonId& person, std::uint64_t epoch);

  net::awaitable<Result<AgentView>> set_presence(TenantId tenant, AgentId agent,
                                                 std::string presence);
  net::awaitable<Result<std::vector<AgentView>>> agents(TenantId tenant);
  net::awaitable<Result<std::vector<QueueView>>> queues(TenantId tenant);
  net::awaitable<Result<std::optional<Outcome>>> claim(TenantId tenant, AgentId agent,
                                                       std::vector<QueueId> queues);
  net::awaitable<Result<Outcome>> claim_person(TenantId tenant, AgentId agent, PersonId person);
  net::awaitable<Result<Outcome>> offer(TenantId tenant, AgentId agent, PersonId person);
  net::awaitable<Result<Outcome>> answer_offer(TenantId tenant, AgentId agent, PersonId person,
                                               bool accept, std::string reason);

 private:
  struct Waiting {
    QueueEntry entry;
    bool reserved = false;  // a claim for it is being committed
  };
  struct Present {
    std::string presence = "offline";
    std::set<PersonId> assigned;
    std::uint32_t reserved = 0;  // places held for claims being committed
  };
  struct Room {  // one tenant's
    std::map<PersonId, Waiting> waiting;
    std::map<AgentId, Present> agents;
    std::map<PersonId, Assignment> assignments;
  };

  // Runs `what` on the desk's core and resumes with its result on the caller's.
  template <class T>
  net::awaitable<T> at_desk(std::function<T()> what);
  AgentView view(const TenantId& tenant, const routing::Agent& agent) const;
  Result<void> reserve_place(const TenantId& tenant, const AgentId& agent);
  void release_place(const TenantId& tenant, const AgentId& agent);
  Result<QueueEntry> reserve(const TenantId& tenant, const AgentId& agent,
                             const std::vector<QueueId>& queues,
                             const std::optional<PersonId>& person);
  void unreserve(const TenantId& tenant, const AgentId& agent, const PersonId& person,
                 std::uint64_t epoch, bool gone);
  net::awaitable<void> withdraw_offer(TenantId tenant, AgentId agent, PersonId person,
                                      std::uint64_t epoch);

  Service& service_;
  net::any_io_executor core_;
  TaskGroup& tasks_;
  std::map<TenantId, Room> rooms_;  // on core_ only
};

}  // namespace parley::gateway
