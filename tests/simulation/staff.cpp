// A staffed desk: queues that give their customers away, agents who come and go, answer what they
// are offered, serve whom they have, pass on, wrap up and close. First in the turmoil of everything
// else, then in a calm in which they work until nobody is left.
#include <algorithm>

#include "tests/simulation/calls.hpp"
#include "tests/simulation/world.hpp"

namespace parley::simulation {
namespace {

constexpr Milliseconds kShift{1'200'000};  // of the calm

bool is_offered(const QueueEntry& entry, const AgentId& agent) {
  return entry.offered_to == agent ||
         std::ranges::find(entry.offered_all, agent) != entry.offered_all.end();
}

}  // namespace

void World::draw_staff() {
  using routing::AssignMode;
  for (Owner& owner : owners_) {
    routing::DeskRules& desk = owner.desk;
    desk.mode = static_cast<AssignMode>(machine_.below(5));
    if (machine_.chance(0.4)) desk.accept_timeout = machine_.between(1'000, 5'000);
    if (machine_.chance(0.4)) desk.wrap_up = machine_.between(500, 4'000);
    if (machine_.chance(0.3)) desk.sticky = machine_.between(500, 4'000);
    if (machine_.chance(0.3)) desk.sla.first_response = machine_.between(1'000, 10'000);
    desk.missed_max = static_cast<std::uint32_t>(machine_.below(4));
    owner.capacity = static_cast<std::uint32_t>(1 + machine_.below(3));
    owner.built = build(owner, true);
  }
}

std::shared_ptr<const routing::Policy> World::staffed(const Owner& owner,
                                                      const routing::Policy& from) {
  routing::Policy policy = from;
  for (auto& [id, queue] : policy.queues) queue.desk = owner.desk;
  for (auto& [id, agent] : policy.agents) agent.capacity = owner.capacity;
  auto compiled = routing::compile(std::move(policy));
  return compiled ? *compiled : nullptr;
}

void World::plan_staff() {
  for (const Owner& owner : owners_) {
    for (const std::string name : {"anna", "bo"}) {
      machine_.after(machine_.between(0, 2'000), [this, &owner, name] { work(owner, {name}); });
    }
  }
}

void World::begin_last_shift() { shift_ends_ = machine_.clock.steady() + kShift; }

void World::work(const Owner& owner, const AgentId& agent) {
  if (!turmoil_ && machine_.clock.steady() > shift_ends_) return;
  machine_.after(machine_.between(300, turmoil_ ? 2'000 : 10'000),
                 [this, &owner, agent] { work(owner, agent); });
  if (!life_ || dying_) return;
  come_or_go(owner, agent);
  for (const auto& [tenant, entry] : rows<QueueEntry>(RowKind::queue_entry)) {
    if (tenant != owner.id || !is_offered(entry, agent)) continue;
    life_->start<Result<gateway::Outcome>>(
        answer_offer(life_->gateway(), owner.id, agent, entry.person,
                     !turmoil_ || machine_.chance(0.8)),
        [](const auto&) {});
  }
  for (const auto& [tenant, row] : rows<Assignment>(RowKind::assignment)) {
    if (tenant == owner.id && row.agent == agent) serve(owner, row);
  }
  const bool by_hand = owner.desk.mode == routing::AssignMode::manual;
  if (machine_.chance(by_hand ? 0.7 : 0.1)) {
    life_->start<Result<std::optional<gateway::Outcome>>>(claim(life_->gateway(), owner.id, agent),
                                                          [](const auto&) {});
  }
}

void World::come_or_go(const Owner& owner, const AgentId& agent) {
  std::string now = "offline";
  for (const auto& [tenant, row] : rows<AgentPresence>(RowKind::agent_presence)) {
    if (tenant == owner.id && row.agent == agent) now = row.presence;
  }
  static const std::vector<std::string> kPresence = {"online", "online", "away", "busy", "offline"};
  const bool stays = now == "online" && !(turmoil_ && machine_.chance(0.1));
  if (stays) return;
  std::string next = turmoil_ ? machine_.any_of(kPresence) : "online";
  trace(owner.id.value + "/agent:" + agent.value + " is " + next);
  life_->start<Result<gateway::AgentView>>(
      set_presence(life_->gateway(), owner.id, agent, std::move(next)), [](const auto&) {});
}

void World::serve(const Owner& owner, const Assignment& row) {
  const std::string actor = "agent:" + row.agent.value;
  if (row.wrap_until != TimePoint{}) {
    if (!turmoil_ || machine_.chance(0.3)) {
      command(owner, row.person, routing::FinishWrapUp{.agent = row.agent});
    }
    return;
  }
  if (machine_.chance(0.5)) say(owner, row.agent, row.person);
  if (turmoil_ && machine_.chance(0.05)) {
    command(owner, row.person,
            routing::Transfer{
                .actor = actor, .to = {HolderKind::queue, "service"}, .note = "somebody else"});
  } else if (turmoil_ && machine_.chance(0.05)) {
    command(owner, row.person, routing::Release{.actor = actor, .reason = {}});
  } else if (machine_.chance(0.4)) {
    command(owner, row.person, routing::CloseEpisode{.actor = actor, .reason = "done"});
  }
}

// Did the desk give this place, or a claim or an accepted offer? What is taken over or handed from
// one to another asks nobody for room.
bool World::was_given(const TenantId& tenant, const Assignment& row) const {
  const auto log = memory_->history_blocking(tenant, row.person, 0, 1'000'000);
  for (const auto& stored : *log) {
    const auto event = from_stored<Event>(stored.body);
    if (!event || !event->control || event->control->epoch != row.epoch) continue;
    const HolderKind from = event->control->from.kind;
    return event->type == EventType::conversation_assigned &&
           (from == HolderKind::queue || from == HolderKind::offered) &&
           !event->control->reason.starts_with("taken over");
  }
  return false;
}

void World::check_places() {
  std::map<std::pair<TenantId, AgentId>, std::uint32_t> places;
  for (const auto& [tenant, row] : rows<Assignment>(RowKind::assignment)) {
    Gain& gain = gains_[{tenant, row.person}];
    if (row.wrap_until == TimePoint{} && gain.epoch != row.epoch) {
      gain = {.epoch = row.epoch, .given = was_given(tenant, row)};
      if (gain.given) ++history_.given;
    }
    if (gain.given) ++places[{tenant, row.agent}];
  }
  for (const auto& [who, count] : places) {
    const Owner& owner = owners_[who.first == owners_.front().id ? 0 : 1];
    if (count <= owner.capacity) continue;
    history_.trouble.push_back("I11 agent " + who.second.value + " of " + who.first.value +
                               " was given " + std::to_string(count) + ", and has room for " +
                               std::to_string(owner.capacity));
  }
}

}  // namespace parley::simulation
