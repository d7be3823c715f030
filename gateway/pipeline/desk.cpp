#include "gateway/pipeline/desk.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "gateway/runtime/timer.hpp"

namespace parley::gateway {
namespace {

constexpr Milliseconds kOfferTimeout{30'000};  // an agent's time to accept
constexpr Milliseconds kWithdrawPause{500};    // between tries to take an offer back

bool serves(const routing::Agent& agent, const QueueId& queue) {
  return std::find(agent.queues.begin(), agent.queues.end(), queue) != agent.queues.end();
}

bool has_skills(const routing::Agent& agent, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& skill) {
    return std::find(agent.skills.begin(), agent.skills.end(), skill) != agent.skills.end();
  });
}

// Higher priority first, then the longer wait, then the id, so that the order is total.
bool before(const QueueEntry& a, const QueueEntry& b) {
  if (a.priority != b.priority) return a.priority > b.priority;
  if (a.since != b.since) return a.since < b.since;
  return a.person < b.person;
}

Error no_tenant(const TenantId& tenant) {
  return {.code = Errc::not_found, .detail = "no tenant " + tenant.value};
}

Error no_agent(const AgentId& agent) {
  return {.code = Errc::not_found, .detail = "no agent " + agent.value + " in this tenant"};
}

}  // namespace

Desk::Desk(Service& service, net::any_io_executor core, TaskGroup& tasks)
    : service_(service), core_(std::move(core)), tasks_(tasks) {}

template <class T>
net::awaitable<T> Desk::at_desk(std::function<T()> what) {
  auto start = [this](auto handler, std::function<T()> job) {
    const auto executor = net::get_associated_executor(handler);
    auto tracked = net::prefer(executor, net::execution::outstanding_work.tracked);
    net::post(core_, [handler = std::move(handler), job = std::move(job), tracked]() mutable {
      auto result = job();
      net::post(tracked, [handler = std::move(handler), result = std::move(result)]() mutable {
        std::move(handler)(std::move(result));
      });
    });
  };
  co_return co_await net::async_initiate<const net::use_awaitable_t<>, void(T)>(
      start, net::use_awaitable, std::move(what));
}

void Desk::entered(QueueEntry entry) {
  net::post(core_, [this, entry = std::move(entry)]() mutable {
    Waiting& slot = rooms_[entry.tenant].waiting[entry.person];
    if (slot.entry.epoch > entry.epoch) return;
    slot.entry = std::move(entry);
  });
}

void Desk::left(const TenantId& tenant, const PersonId& person, std::uint64_t epoch) {
  net::post(core_, [this, tenant, person, epoch] {
    auto& waiting = rooms_[tenant].waiting;
    const auto found = waiting.find(person);
    if (found != waiting.end() && found->second.entry.epoch <= epoch) waiting.erase(found);
  });
}

void Desk::assigned(Assignment assignment) {
  net::post(core_, [this, assignment = std::move(assignment)]() mutable {
    Room& room = rooms_[assignment.tenant];
    const auto old = room.assignments.find(assignment.person);
    if (old != room.assignments.end()) {
      if (old->second.epoch > assignment.epoch) return;
      room.agents[old->second.agent].assigned.erase(assignment.person);
    }
    room.agents[assignment.agent].assigned.insert(assignment.person);
    room.assignments[assignment.person] = std::move(assignment);
  });
}

void Desk::unassigned(const TenantId& tenant, const PersonId& person, std::uint64_t epoch) {
  net::post(core_, [this, tenant, person, epoch] {
    Room& room = rooms_[tenant];
    const auto found = room.assignments.find(person);
    if (found == room.assignments.end() || found->second.epoch > epoch) return;
    room.agents[found->second.agent].assigned.erase(person);
    room.assignments.erase(found);
  });
}

AgentView Desk::view(const TenantId& tenant, const routing::Agent& agent) const {
  AgentView out{.id = agent.id,
                .name = agent.name,
                .presence = "offline",
                .capacity = agent.capacity,
                .load = 0,
                .assigned = {}};
  const auto room = rooms_.find(tenant);
  if (room == rooms_.end()) return out;
  const auto present = room->second.agents.find(agent.id);
  if (present == room->second.agents.end()) return out;
  out.presence = present->second.presence;
  out.load = static_cast<std::uint32_t>(present->second.assigned.size()) +
             present->second.reserved;
  out.assigned.assign(present->second.assigned.begin(), present->second.assigned.end());
  return out;
}

net::awaitable<Result<AgentView>> Desk::set_presence(TenantId tenant, AgentId agent,
                                                     std::string presence) {
  if (presence != "online" && presence != "away" && presence != "offline") {
    co_return Error{.code = Errc::malformed,
                    .detail = "presence: expected online, away or offline"};
  }
  std::function<Result<AgentView>()> job = [this, tenant, agent, presence]() -> Result<AgentView> {
    const auto owner = service_.tenant(tenant);
    if (!owner) return no_tenant(tenant);
    const auto& agents = owner->policy->agents;
    const auto found = agents.find(agent);
    if (found == agents.end()) return no_agent(agent);
    rooms_[tenant].agents[agent].presence = presence;
    return view(tenant, found->second);
  };
  co_return co_await at_desk<Result<AgentView>>(std::move(job));
}

net::awaitable<Result<std::vector<AgentView>>> Desk::agents(TenantId tenant) {
  std::function<Result<std::vector<AgentView>>()> job =
      [this, tenant]() -> Result<std::vector<AgentView>> {
    const auto owner = service_.tenant(tenant);
    if (!owner) return no_tenant(tenant);
    std::vector<AgentView> out;
    for (const auto& [id, agent] : owner->policy->agents) {
      out.push_back(view(tenant, agent));
    }
    return out;
  };
  co_return co_await at_desk<Result<std::vector<AgentView>>>(std::move(job));
}

net::awaitable<Result<std::vector<QueueView>>> Desk::queues(TenantId tenant) {
  std::function<Result<std::vector<QueueView>>()> job =
      [this, tenant]() -> Result<std::vector<QueueView>> {
    const auto owner = service_.tenant(tenant);
    if (!owner) return no_tenant(tenant);
    std::vector<QueueView> out;
    const Room& room = rooms_[tenant];
    for (const auto& [id, queue] : owner->policy->queues) {
      QueueView seen{.id = id, .name = queue.name, .waiting = {}};
      for (const auto& [person, waiting] : room.waiting) {
        if (waiting.entry.queue == id) seen.waiting.push_back(waiting.entry);
      }
      std::sort(seen.waiting.begin(), seen.waiting.end(), before);
      out.push_back(std::move(seen));
    }
    return out;
  };
  co_return co_await at_desk<Result<std::vector<QueueView>>>(std::move(job));
}

Result<void> Desk::reserve_place(const TenantId& tenant, const AgentId& agent) {
  const auto owner = service_.tenant(tenant);
  if (!owner) return no_tenant(tenant);
  const auto& agents = owner->policy->agents;
  const auto found = agents.find(agent);
  if (found == agents.end()) return no_agent(agent);
  Present& present = rooms_[tenant].agents[agent];
  if (present.assigned.size() + present.reserved >= found->second.capacity) {
    return Error{.code = Errc::overloaded,
                 .detail = "agent " + agent.value + " is at capacity (" +
                           std::to_string(found->second.capacity) + ")"};
  }
  ++present.reserved;
  return {};
}

void Desk::release_place(const TenantId& tenant, const AgentId& agent) {
  Present& present = rooms_[tenant].agents[agent];
  if (present.reserved > 0) --present.reserved;
}

// Holds a place at the agent and the best waiting customer (or a certain one) until the claim is
// committed. not_found: nobody waits.
Result<QueueEntry> Desk::reserve(const TenantId& tenant, const AgentId& agent,
                                 const std::vector<QueueId>& queues,
                                 const std::optional<PersonId>& person) {
  const auto owner = service_.tenant(tenant);
  if (!owner) return no_tenant(tenant);
  const auto found = owner->policy->agents.find(agent);
  if (found == owner->policy->agents.end()) return no_agent(agent);
  const routing::Agent& who = found->second;
  if (auto place = reserve_place(tenant, agent); !place) return place.error();
  Waiting* best = nullptr;
  for (auto& [id, waiting] : rooms_[tenant].waiting) {
    if (waiting.reserved || (person && id != *person)) continue;
    if (!waiting.entry.offered_to.empty() && waiting.entry.offered_to != agent) continue;
    const QueueId& queue = waiting.entry.queue;
    const bool wanted =
        queues.empty() ? serves(who, queue)
                       : std::find(queues.begin(), queues.end(), queue) != queues.end();
    if (!person && (!wanted || !has_skills(who, waiting.entry.skills))) continue;
    if (best == nullptr || before(waiting.entry, best->entry)) best = &waiting;
  }
  if (best == nullptr) {
    release_place(tenant, agent);
    if (person) {
      return Error{.code = Errc::conflict,
                   .detail = "this customer does not wait in a queue (any more)"};
    }
    return Error{.code = Errc::not_found, .detail = "nobody waits"};
  }
  best->reserved = true;
  return best->entry;
}

void Desk::unreserve(const TenantId& tenant, const AgentId& agent, const PersonId& person,
                     std::uint64_t epoch, bool gone) {
  release_place(tenant, agent);
  auto& waiting = rooms_[tenant].waiting;
  const auto found = waiting.find(person);
  if (found == waiting.end()) return;
  found->second.reserved = false;
  // The conversation says it is not waiting under this epoch: our picture of it is stale.
  if (gone && found->second.entry.epoch <= epoch) waiting.erase(found);
}

net::awaitable<Result<std::optional<Outcome>>> Desk::claim(TenantId tenant, AgentId agent,
                                                           std::vector<QueueId> queues) {
  constexpr int kTries = 16;  // each failed one was somebody who had just left the queue
  for (int tries = 0; tries < kTries; ++tries) {
    std::function<Result<QueueEntry>()> pick = [this, tenant, agent, queues] {
      return reserve(tenant, agent, queues, std::nullopt);
    };
    auto entry = co_await at_desk<Result<QueueEntry>>(std::move(pick));
    if (!entry) {
      if (entry.error().code == Errc::not_found && entry.error().detail == "nobody waits") {
        co_return std::optional<Outcome>();
      }
      co_return entry.error();
    }
    routing::Command command = routing::AssignToAgent{.agent = agent, .epoch = entry->epoch};
    auto outcome = co_await service_.execute(tenant, entry->person, std::move(command));
    const bool conflict = !outcome && outcome.error().code == Errc::conflict;
    const bool gone = outcome.has_value() || conflict;
    std::function<bool()> undo = [this, tenant, agent, person = entry->person,
                                  epoch = entry->epoch, gone] {
      unreserve(tenant, agent, person, epoch, gone);
      return true;
    };
    co_await at_desk<bool>(std::move(undo));
    if (outcome) co_return std::optional<Outcome>(std::move(*outcome));
    if (!conflict) co_return outcome.error();
  }
  co_return Error{.code = Errc::conflict, .detail = "the queue changes too fast; ask again"};
}

net::awaitable<Result<Outcome>> Desk::claim_person(TenantId tenant, AgentId agent,
                                                   PersonId person) {
  std::function<Result<QueueEntry>()> pick = [this, tenant, agent, person] {
    return reserve(tenant, agent, {}, person);
  };
  auto entry = co_await at_desk<Result<QueueEntry>>(std::move(pick));
  if (!entry) co_return entry.error();
  routing::Command command = routing::AssignToAgent{.agent = agent, .epoch = entry->epoch};
  auto outcome = co_await service_.execute(tenant, person, std::move(command));
  const bool gone =
      outcome.has_value() || (!outcome && outcome.error().code == Errc::conflict);
  std::function<bool()> undo = [this, tenant, agent, person, epoch = entry->epoch, gone] {
    unreserve(tenant, agent, person, epoch, gone);
    return true;
  };
  co_await at_desk<bool>(std::move(undo));
  co_return outcome;
}

net::awaitable<Result<Outcome>> Desk::offer(TenantId tenant, AgentId agent, PersonId person) {
  std::function<Result<QueueEntry>()> pick = [this, tenant, agent, person] {
    return reserve(tenant, agent, {}, person);
  };
  auto entry = co_await at_desk<Result<QueueEntry>>(std::move(pick));
  if (!entry) co_return entry.error();
  routing::Command command = routing::OfferToAgent{.agent = agent, .epoch = entry->epoch};
  auto outcome = co_await service_.execute(tenant, person, std::move(command));
  std::function<bool()> undo = [this, tenant, agent, person] {
    unreserve(tenant, agent, person, 0, false);
    return true;
  };
  co_await at_desk<bool>(std::move(undo));
  if (outcome) {
    tasks_.spawn(core_, "offer timeout",
                 withdraw_offer(tenant, agent, person, outcome->state->control.epoch));
  }
  co_return outcome;
}

net::awaitable<void> Desk::withdraw_offer(TenantId tenant, AgentId agent, PersonId person,
                                          std::uint64_t epoch) {
  Timer timer(core_, kOfferTimeout);
  while (co_await timer.wait()) {
    routing::Command command =
        routing::RejectOffer{.agent = agent, .epoch = epoch, .reason = "no answer in time"};
    const auto outcome = co_await service_.execute(tenant, person, std::move(command));
    // Accepted, rejected or closed meanwhile: the epoch has moved on and this is refused.
    const bool crowded = !outcome && (outcome.error().code == Errc::overloaded ||
                                      outcome.error().code == Errc::unavailable);
    if (!crowded) co_return;
    timer.expires_after(kWithdrawPause);
  }
}

void Desk::resume_offer(const QueueEntry& entry) {
  tasks_.spawn(core_, "offer timeout",
               withdraw_offer(entry.tenant, entry.offered_to, entry.person, entry.epoch));
}

net::awaitable<Result<Outcome>> Desk::answer_offer(TenantId tenant, AgentId agent,
                                                   PersonId person, bool accept,
                                                   std::string reason) {
  std::function<Result<std::uint64_t>()> find = [this, tenant, agent, person,
                                                 accept]() -> Result<std::uint64_t> {
    const auto& waiting = rooms_[tenant].waiting;
    const auto found = waiting.find(person);
    if (found == waiting.end() || found->second.entry.offered_to != agent) {
      return Error{.code = Errc::conflict,
                   .detail = "this customer is not offered to agent " + agent.value};
    }
    if (accept) {
      if (auto place = reserve_place(tenant, agent); !place) return place.error();
    }
    return found->second.entry.epoch;
  };
  auto epoch = co_await at_desk<Result<std::uint64_t>>(std::move(find));
  if (!epoch) co_return epoch.error();
  routing::Command command;
  if (accept) {
    command = routing::AcceptOffer{.agent = agent, .epoch = *epoch};
  } else {
    command = routing::RejectOffer{.agent = agent, .epoch = *epoch, .reason = std::move(reason)};
  }
  auto outcome = co_await service_.execute(tenant, person, std::move(command));
  if (accept) {
    std::function<bool()> undo = [this, tenant, agent] {
      release_place(tenant, agent);
      return true;
    };
    co_await at_desk<bool>(std::move(undo));
  }
  co_return outcome;
}

}  // namespace parley::gateway
