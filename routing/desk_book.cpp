#include "routing/desk_book.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "routing/opening.hpp"

namespace parley::routing {
namespace {

constexpr std::size_t kDeparturesMax = 32;      // of one queue, to tell its pace by
constexpr std::size_t kPaceMin = 3;             // fewer tell nothing
constexpr Milliseconds kPaceWindow{1'800'000};  // what is recent

void see(DeskBook::Moment& moment, TimePoint wall, const DeskBook::Now& now) {
  if (moment.wall == wall && moment.steady != SteadyPoint{}) return;
  moment.wall = wall;
  moment.steady = wall == TimePoint{} ? SteadyPoint{} : now.steady + (wall - now.wall);
}

// Something that has happened: where the wall clock was set back since, it was just now, or an
// offer would last until the clock has caught up.
void see_past(DeskBook::Moment& moment, TimePoint wall, const DeskBook::Now& now) {
  see(moment, wall, now);
  moment.steady = std::min(moment.steady, now.steady);
}

bool contains(const std::vector<AgentId>& agents, const AgentId& agent) {
  return std::ranges::find(agents, agent) != agents.end();
}

Error no_agent(const AgentId& agent) {
  return {.code = Errc::not_found, .detail = "no agent " + agent.value + " in this tenant"};
}

Error at_capacity(const Agent& agent) {
  return {.code = Errc::overloaded,
          .detail = "agent " + agent.id.value + " is at capacity (" +
                    std::to_string(agent.capacity) + ")"};
}

Error nobody_waits() { return {.code = Errc::not_found, .detail = "nobody waits"}; }

// Who names the queue may claim from it without serving it, but not without its skills.
bool can_claim(const Policy& policy, const Agent& agent, const WaitingNow& waiting, bool named,
               SteadyPoint now) {
  if (!named) return could_serve(policy, agent, waiting, now);
  Agent serving = agent;
  serving.queues.push_back(waiting.entry->queue);
  return could_serve(policy, serving, waiting, now);
}

}  // namespace

bool is_nobody_waits(const Error& error) {
  return error.code == Errc::not_found && error.detail == nobody_waits().detail;
}

WaitingNow DeskBook::Waiting::now() const {
  WaitingNow out{.entry = &entry,
                 .since = since.steady,
                 .entered = entered.steady,
                 .offered = offered.steady,
                 .declined = declined.steady,
                 .told = told.steady,
                 .busy_until = busy_until,
                 .placed = placed};
  if (check.wall != TimePoint{}) out.check_at = check.steady;
  return out;
}

// ---- what was committed

void DeskBook::entered(QueueEntry entry, const Now& now) {
  Waiting& slot = waiting_[entry.person];
  if (slot.entry.epoch > entry.epoch) return;
  see_past(slot.since, entry.since, now);
  see_past(slot.entered, entry.entered_at == TimePoint{} ? entry.since : entry.entered_at, now);
  see_past(slot.offered, entry.offered_at, now);
  see_past(slot.declined, entry.declined_at, now);
  see_past(slot.told, entry.told_at, now);
  see(slot.check, entry.check_at, now);
  // A row of before does not say since when: the agent has the time anew.
  if (!entry.offered_to.empty() && entry.offered_at == TimePoint{}) {
    slot.offered.steady = now.steady;
  }
  slot.entry = std::move(entry);
  changed_ = true;
}

void DeskBook::left(const PersonId& person, std::uint64_t epoch) {
  const auto found = waiting_.find(person);
  if (found == waiting_.end() || found->second.entry.epoch > epoch) return;
  waiting_.erase(found);
  changed_ = true;  // others have moved up
}

void DeskBook::drop_assigned(const PersonId& person) {
  const auto found = served_.find(person);
  if (found == served_.end()) return;
  Present& agent = present(found->second.row.agent);
  agent.assigned.erase(person);
  agent.used -= std::min(agent.used, found->second.row.weight);
  served_.erase(found);
}

void DeskBook::assigned(Assignment assignment, const Now& now, bool live) {
  if (assignment.weight == 0) assignment.weight = kUsualWeight;
  const PersonId person = assignment.person;
  const auto old = served_.find(person);
  Served next;
  bool fresh = true;
  if (old != served_.end()) {
    if (old->second.row.epoch > assignment.epoch) return;
    next = old->second;
    fresh = next.row.agent != assignment.agent;
    drop_assigned(person);
  }
  Present& agent = present(assignment.agent);
  agent.assigned.insert(person);
  agent.used += assignment.weight;
  if (fresh && live) {
    auto& departures = departures_[assignment.queue];
    departures.push_back(now.steady);
    if (departures.size() > kDeparturesMax) departures.pop_front();
  }
  see(next.check, assignment.check_at, now);
  next.row = std::move(assignment);
  served_[person] = std::move(next);
  changed_ = true;
}

void DeskBook::unassigned(const PersonId& person, std::uint64_t epoch) {
  const auto found = served_.find(person);
  if (found == served_.end() || found->second.row.epoch > epoch) return;
  drop_assigned(person);
  if (!MUTANT("lost_wake_up")) changed_ = true;
}

void DeskBook::remember(AgentPresence presence) {
  Present& agent = present(presence.agent);
  agent.row = std::move(presence);
  changed_ = true;
}

void DeskBook::remember_mark(std::string_view id, std::string_view body, const Now& now) {
  const auto colon = id.find(':');
  TimePoint at;
  // Of no harm if it cannot be read: an agent's turn comes a little early.
  if (colon == id.npos || !parse_time(body, at)) return;
  Moment moment;
  see_past(moment, at, now);
  Present& agent = present({std::string(id.substr(colon + 1))});
  SteadyPoint& mark = id.substr(0, colon) == "given" ? agent.given : agent.freed;
  mark = std::max(mark, moment.steady);  // news of two conversations may come in either order
}

AgentPresence& DeskBook::set_presence(const AgentId& agent, const std::string& presence,
                                      const Now& now) {
  Present& who = present(agent);
  if (who.row.presence != presence) {
    who.row.presence = presence;
    who.row.since = now.wall;
  }
  who.row.missed = 0;
  who.row.reason.clear();
  changed_ = true;
  return who.row;
}

bool DeskBook::answered(const AgentId& agent) {
  Present& who = present(agent);
  return std::exchange(who.row.missed, 0) != 0;
}

DeskBook::Present& DeskBook::present(const AgentId& agent) {
  Present& out = agents_[agent];
  if (out.row.agent.empty()) {
    out.row.tenant = tenant_;
    out.row.agent = agent;
    out.row.presence = "offline";
  }
  return out;
}

const DeskBook::Present* DeskBook::find(const AgentId& agent) const {
  const auto found = agents_.find(agent);
  return found == agents_.end() ? nullptr : &found->second;
}

// ---- places

Result<void> DeskBook::reserve_place(const Policy& policy, const AgentId& agent,
                                     std::uint32_t weight) {
  const auto found = policy.agents.find(agent);
  if (found == policy.agents.end()) return no_agent(agent);
  Present& who = present(agent);
  if (!fits(found->second, who.taken(), weight)) return at_capacity(found->second);
  if (MUTANT("capacity_read_then_act")) return {};
  who.reserved += weight;
  ++who.reserved_count;
  return {};
}

void DeskBook::release_place(const AgentId& agent, std::uint32_t weight) {
  changed_ = true;
  if (MUTANT("capacity_read_then_act")) return;
  Present& who = present(agent);
  who.reserved -= std::min(who.reserved, weight);
  who.reserved_count -= std::min(who.reserved_count, 1u);
}

Result<DeskBook::Reserved> DeskBook::reserve(const Policy& policy, const AgentId& agent,
                                             const std::vector<QueueId>& queues,
                                             const std::optional<PersonId>& person,
                                             const Now& now) {
  const auto found = policy.agents.find(agent);
  if (found == policy.agents.end()) return no_agent(agent);
  const Agent& who = found->second;
  const std::uint32_t taken = present(agent).taken();
  if (!fits(who, taken, 1)) return at_capacity(who);
  Waiting* best = nullptr;
  bool too_heavy = false;
  for (auto& [id, waiting] : waiting_) {
    const QueueEntry& entry = waiting.entry;
    if (!waiting.is_free() || (person && id != *person)) continue;
    if (!entry.offered_to.empty() && entry.offered_to != agent) continue;
    const WaitingNow seen = waiting.now();
    const bool named = std::ranges::find(queues, entry.queue) != queues.end();
    if (!person && !queues.empty() && !named) continue;
    if (!person && !can_claim(policy, who, seen, named, now.steady)) continue;
    if (!fits(who, taken, weight_of(entry))) {
      too_heavy = true;  // a lighter one may fit
    } else if (best == nullptr || served_before(policy, seen, best->now())) {
      best = &waiting;
    }
  }
  if (best == nullptr) {
    if (too_heavy) return at_capacity(who);
    if (!person) return nobody_waits();
    return Error{.code = Errc::conflict,
                 .detail = "this customer does not wait in a queue (any more)"};
  }
  Reserved out{.entry = best->entry, .weight = weight_of(best->entry)};
  if (auto place = reserve_place(policy, agent, out.weight); !place) return place.error();
  best->busy_until = SteadyPoint::max();
  best->placed = true;
  return out;
}

Result<DeskBook::Reserved> DeskBook::take_offer(const Policy& policy, const AgentId& agent,
                                                const PersonId& person, bool accept,
                                                const Now& now) {
  const auto found = waiting_.find(person);
  const bool many = found != waiting_.end() && contains(found->second.entry.offered_all, agent);
  if (found == waiting_.end() || (found->second.entry.offered_to != agent && !many)) {
    return Error{.code = Errc::conflict,
                 .detail = "this customer is not offered to agent " + agent.value};
  }
  if (accept && found->second.entry.offered_to != agent) {
    return reserve(policy, agent, {}, person, now);
  }
  Reserved out{.entry = found->second.entry, .weight = 0};
  if (!accept) return out;
  out.weight = weight_of(out.entry);
  if (auto place = reserve_place(policy, agent, out.weight); !place) return place.error();
  return out;
}

void DeskBook::unreserve(const AgentId& agent, const Reserved& what, bool gone) {
  release_place(agent, what.weight);
  const auto found = waiting_.find(what.entry.person);
  if (found == waiting_.end()) return;
  found->second.busy_until.reset();
  found->second.placed = false;
  // Our picture of them is stale.
  if (gone && found->second.entry.epoch <= what.entry.epoch) waiting_.erase(found);
}

// ---- to look at

Milliseconds DeskBook::pace_of(const QueueId& queue, SteadyPoint now) const {
  const auto found = departures_.find(queue);
  if (found == departures_.end()) return {};
  const auto recent =
      std::ranges::find_if(found->second, [&](SteadyPoint at) { return now - at <= kPaceWindow; });
  const auto count = found->second.end() - recent;
  if (count < static_cast<std::ptrdiff_t>(kPaceMin)) return {};
  return (now - *recent) / count;
}

std::vector<const DeskBook::Waiting*> DeskBook::line_of(const Policy& policy,
                                                        const QueueId& queue) const {
  std::vector<const Waiting*> out;
  for (const auto& [person, waiting] : waiting_) {
    if (waiting.entry.queue == queue) out.push_back(&waiting);
  }
  std::ranges::sort(out, [&](const Waiting* a, const Waiting* b) {
    return served_before(policy, a->now(), b->now());
  });
  return out;
}

}  // namespace parley::routing
