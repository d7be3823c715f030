// gateway/pipeline/desk.hpp
// The human side: who waits, which agents are there, who gets whom. One place per process decides,
// on one core, so two agents never get the same customer and no agent more than fits. The picture
// and the plans are routing/desk_book.hpp's; this carries the plans out through the conversations'
// shards, keeps the timers, and the presence rows.
//
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
#include "gateway/runtime/timer.hpp"
#include "routing/desk_book.hpp"

namespace parley::gateway {

class Desk {
 public:
  Desk(Service& service, net::any_io_executor core, TaskGroup& tasks);

  // What a committed transition changed. From any core, in the order of its commits.
  void entered(QueueEntry entry);
  void left(const TenantId& tenant, const PersonId& person, std::uint64_t epoch);
  void assigned(Assignment assignment);
  void unassigned(const TenantId& tenant, const PersonId& person, std::uint64_t epoch);

  // At a start, from the rows; nobody is given to anybody before open().
  void remember(AgentPresence presence);
  void remember_mark(const TenantId& tenant, std::string id, std::string body);
  void open();
  // Tenants were reloaded.
  void replan();

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
  using Reserved = routing::DeskBook::Reserved;

  struct Room {  // one tenant's
    routing::DeskBook book;
    bool plan_posted = false;
  };

  // Runs `what` on the desk's core and resumes with its result on the caller's.
  template <class T>
  net::awaitable<T> at_desk(std::function<T()> what);
  Room& room(const TenantId& tenant);
  routing::DeskBook::Now now() const;
  // Changes a tenant's book on the desk's core, now or later, and plans what follows.
  void change(const TenantId& tenant, std::function<void(routing::DeskBook&)> what);
  net::awaitable<Result<Reserved>> reserve(TenantId tenant, AgentId agent,
                                           std::vector<QueueId> queues,
                                           std::optional<PersonId> person);
  net::awaitable<void> unreserve(TenantId tenant, AgentId agent, Reserved what, bool gone,
                                 bool answered);
  net::awaitable<Result<Outcome>> assign(TenantId tenant, AgentId agent, Reserved what);

  // ---- planning
  void settle(const TenantId& tenant, Room& room);
  void plan(const TenantId& tenant);
  void arm();
  net::awaitable<void> wait_for(std::shared_ptr<Timer> timer);
  net::awaitable<void> carry_out(TenantId tenant, routing::DeskBook::Planned planned);

  // ---- presence and views; desk_view.cpp
  AgentView view(const TenantId& tenant, const routing::Agent& agent);
  QueueView view(const Tenant& owner, const routing::Queue& queue);
  // Until the row says what memory does, whoever else writes it meanwhile.
  net::awaitable<Result<void>> save_presence(TenantId tenant, AgentId agent);
  net::awaitable<void> keep_presence(TenantId tenant, AgentId agent);

  Service& service_;
  net::any_io_executor core_;
  TaskGroup& tasks_;
  std::map<TenantId, Room> rooms_;  // on core_ only
  bool open_ = false;
  std::shared_ptr<Timer> timer_;  // runs, for the earliest wake_at; null: none
};

}  // namespace parley::gateway
