// Presence, and what supervisors see.
#include <algorithm>

#include "conversation/codec.hpp"
#include "gateway/pipeline/desk_core.hpp"
#include "gateway/pipeline/insist.hpp"
#include "routing/opening.hpp"

namespace parley::gateway {

net::awaitable<Result<void>> Desk::save_presence(TenantId tenant, AgentId agent) {
  const auto look = [this, tenant, agent] { return room(tenant).book.present(agent).row; };
  AgentPresence row = co_await at_desk<AgentPresence>(look);
  for (;;) {
    std::vector<Row> rows;
    rows.push_back({.kind = RowKind::agent_presence, .id = agent.value, .body = to_stored(row)});
    auto saved = co_await service_.put_rows(tenant, std::move(rows));
    if (!saved) co_return saved.error();
    AgentPresence current = co_await at_desk<AgentPresence>(look);
    if (current == row) co_return Result<void>();
    row = std::move(current);
  }
}

net::awaitable<void> Desk::keep_presence(TenantId tenant, AgentId agent) {
  constexpr Milliseconds kPause{500};
  Timer timer(core_);
  for (;;) {
    const auto saved = co_await save_presence(tenant, agent);
    if (saved || !is_passing(saved.error().code) || service_.draining()) co_return;
    timer.expires_after(kPause);
    if (!co_await timer.wait()) co_return;
  }
}

net::awaitable<Result<AgentView>> Desk::set_presence(TenantId tenant, AgentId agent,
                                                     std::string presence) {
  if (presence != "online" && presence != "away" && presence != "busy" && presence != "offline") {
    co_return Error{.code = Errc::malformed,
                    .detail = "presence: expected online, away, busy or offline"};
  }
  std::function<Result<void>()> set = [this, tenant, agent, presence]() -> Result<void> {
    const auto owner = service_.tenant(tenant);
    if (!owner) return no_tenant(tenant);
    if (!owner->policy->agents.contains(agent)) return no_agent(agent);
    Room& place = room(tenant);
    place.book.set_presence(agent, presence, now());
    settle(tenant, place);
    return {};
  };
  if (const auto done = co_await at_desk<Result<void>>(std::move(set)); !done) {
    co_return done.error();
  }
  // Told done only when a start would know it too.
  if (const auto saved = co_await save_presence(tenant, agent); !saved) co_return saved.error();
  std::function<Result<AgentView>()> look = [this, tenant, agent]() -> Result<AgentView> {
    const auto owner = service_.tenant(tenant);
    if (!owner) return no_tenant(tenant);
    const auto found = owner->policy->agents.find(agent);
    if (found == owner->policy->agents.end()) return no_agent(agent);
    return view(tenant, found->second);
  };
  co_return co_await at_desk<Result<AgentView>>(std::move(look));
}

AgentView Desk::view(const TenantId& tenant, const routing::Agent& agent) {
  const routing::DeskBook& book = room(tenant).book;
  AgentView out{.id = agent.id,
                .name = agent.name,
                .presence = "offline",
                .capacity = agent.capacity,
                .load = 0,
                .assigned = {}};
  const auto* there = book.find(agent.id);
  if (there == nullptr) return out;
  out.presence = there->row.presence;
  out.since = there->row.since;
  out.missed = there->row.missed;
  out.reason = there->row.reason;
  out.load = static_cast<std::uint32_t>(there->assigned.size()) + there->reserved_count;
  out.used = there->taken();
  for (const PersonId& person : there->assigned) {
    out.assigned.push_back(person);
    const auto served = book.served().find(person);
    if (served != book.served().end()) out.serving.push_back(served->second.row);
  }
  for (const auto& [person, waiting] : book.waiting()) {
    if (waiting.entry.offered_to == agent.id) out.offered.push_back(person);
  }
  return out;
}

net::awaitable<Result<std::vector<AgentView>>> Desk::agents(TenantId tenant) {
  std::function<Result<std::vector<AgentView>>()> job =
      [this, tenant]() -> Result<std::vector<AgentView>> {
    const auto owner = service_.tenant(tenant);
    if (!owner) return no_tenant(tenant);
    std::vector<AgentView> out;
    for (const auto& [id, agent] : owner->policy->agents) out.push_back(view(tenant, agent));
    return out;
  };
  co_return co_await at_desk<Result<std::vector<AgentView>>>(std::move(job));
}

QueueView Desk::view(const Tenant& owner, const routing::Queue& queue) {
  const routing::Policy& policy = *owner.policy;
  const routing::DeskBook& book = room(owner.id).book;
  QueueView out{.id = queue.id, .name = queue.name, .waiting = {}};
  out.mode = routing::to_string(queue.desk.mode);
  out.open = routing::opening_of(policy, queue, service_.clock().now()).open;
  out.pace = book.pace_of(queue.id, service_.clock().steady());
  for (const auto* waiting : book.line_of(policy, queue.id)) {
    out.waiting.push_back(waiting->entry);
    out.priorities.push_back(routing::priority_of(waiting->entry, queue.desk));
  }
  for (const auto& [id, agent] : policy.agents) {
    const auto* there = book.find(id);
    const bool online = there != nullptr && there->row.presence == "online";
    if (!online || std::ranges::find(agent.queues, queue.id) == agent.queues.end()) continue;
    ++out.online;
    if (routing::fits(agent, there->taken(), 1)) ++out.free;
  }
  return out;
}

net::awaitable<Result<std::vector<QueueView>>> Desk::queues(TenantId tenant) {
  std::function<Result<std::vector<QueueView>>()> job =
      [this, tenant]() -> Result<std::vector<QueueView>> {
    const auto owner = service_.tenant(tenant);
    if (!owner) return no_tenant(tenant);
    std::vector<QueueView> out;
    for (const auto& [id, queue] : owner->policy->queues) out.push_back(view(*owner, queue));
    return out;
  };
  co_return co_await at_desk<Result<std::vector<QueueView>>>(std::move(job));
}

}  // namespace parley::gateway
