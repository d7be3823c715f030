// The planning half of routing/desk_book.hpp.
#include <algorithm>

#include "routing/desk_book.hpp"
#include "routing/opening.hpp"

namespace parley::routing {
namespace {

constexpr Milliseconds kTryAgain{500};  // after a crowded moment
constexpr std::string_view kNoAnswer = "no answer in time";

bool takes_place(ActionKind kind) {
  return kind == ActionKind::assign || kind == ActionKind::offer;
}

}  // namespace

Command command_of(const Action& action) {
  switch (action.kind) {
    case ActionKind::assign:
      return AssignToAgent{
          .agent = action.agent, .epoch = action.epoch, .actor = "system", .reason = action.reason};
    case ActionKind::offer:
      return OfferToAgent{.agent = action.agent, .epoch = action.epoch};
    case ActionKind::offer_all:
      return OfferToAll{.agents = action.agents, .epoch = action.epoch};
    case ActionKind::withdraw:
      return RejectOffer{.agent = action.agent, .epoch = action.epoch, .reason = action.reason};
    case ActionKind::pass_on:
      return PassOn{.queue = {action.to.id}, .epoch = action.epoch, .reason = action.reason};
    case ActionKind::ask_mail:
      return AskForMessage{.epoch = action.epoch,
                           .full = action.full,
                           .closed = action.closed,
                           .reason = action.reason};
    case ActionKind::end_wait:
      return EndWait{
          .to = action.to, .epoch = action.epoch, .full = action.full, .reason = action.reason};
    case ActionKind::tell_place:
      return TellPosition{
          .epoch = action.epoch, .position = action.position, .estimate = action.estimate};
    case ActionKind::look:
      break;
  }
  return TimePassed{};
}

Scene DeskBook::scene_of(const Policy& policy, const Now& now) const {
  Scene scene{.policy = policy, .now = now.steady};
  scene.waiting.reserve(waiting_.size());
  for (const auto& [person, waiting] : waiting_) scene.waiting.push_back(waiting.now());
  for (const auto& [id, agent] : policy.agents) {
    AgentNow& seen = scene.agents.emplace_back();
    seen.who = &agent;
    const Present* there = find(id);
    if (there == nullptr) continue;
    seen.online = there->row.presence == "online";
    seen.used = there->taken();
    seen.count = static_cast<std::uint32_t>(there->assigned.size()) + there->reserved_count;
    seen.given = there->given;
    seen.freed = there->freed;
  }
  for (const auto& [person, served] : served_) {
    ServedNow& seen = scene.served.emplace_back();
    seen.person = person;
    seen.busy_until = served.busy_until;
    if (served.check.wall != TimePoint{}) seen.check_at = served.check.steady;
  }
  for (const auto& [id, queue] : policy.queues) {
    const auto opening = opening_of(policy, queue, now.wall);
    QueueNow& seen = scene.queues[id];
    seen.open = opening.open;
    seen.pace = pace_of(id, now.steady);
    if (opening.changes_at) seen.changes_at = now.steady + (*opening.changes_at - now.wall);
  }
  return scene;
}

std::vector<DeskBook::Planned> DeskBook::plan(const Policy& policy, const Now& now) {
  auto plan = plan_desk(scene_of(policy, now));
  wake_at_ = plan.wake_at;
  std::vector<Planned> out;
  for (Action& action : plan.actions) {
    const auto waiting = waiting_.find(action.person);
    std::uint32_t weight = 0;
    if (takes_place(action.kind)) {
      weight = weight_of(waiting->second.entry);
      if (!reserve_place(policy, action.agent, weight)) continue;
    }
    if (waiting != waiting_.end()) {
      waiting->second.busy_until = SteadyPoint::max();
      waiting->second.placed = takes_place(action.kind);
    } else if (const auto served = served_.find(action.person); served != served_.end()) {
      served->second.busy_until = SteadyPoint::max();
    }
    out.push_back({.action = std::move(action), .weight = weight});
  }
  return out;
}

bool DeskBook::finish(const Policy& policy, const Planned& planned,
                      const std::optional<Errc>& failed, const Now& now) {
  const Action& action = planned.action;
  if (takes_place(action.kind)) release_place(action.agent, planned.weight);
  changed_ = true;
  const bool conflict = failed == Errc::conflict;
  std::optional<SteadyPoint> rest;
  if (failed && !conflict) rest = now.steady + kTryAgain;
  // Not due by the wall clock, which was set back: as that says now.
  const auto look_again = [&](Moment& check) {
    if (failed || action.kind != ActionKind::look || check.wall == TimePoint{}) return;
    check.steady = std::max(check.steady, now.steady + (check.wall - now.wall));
  };
  if (const auto found = waiting_.find(action.person); found != waiting_.end()) {
    found->second.busy_until = rest;
    found->second.placed = false;
    look_again(found->second.check);
    // The conversation says it is not waiting under this epoch: our picture of it is stale.
    if (conflict && found->second.entry.epoch <= action.epoch) waiting_.erase(found);
  }
  if (const auto found = served_.find(action.person); found != served_.end()) {
    found->second.busy_until = rest;
    look_again(found->second.check);
  }
  return !failed && action.kind == ActionKind::withdraw && note_missed(policy, action, now);
}

// Who does not answer is not there, whatever their presence says.
bool DeskBook::note_missed(const Policy& policy, const Action& action, const Now& now) {
  if (action.reason != kNoAnswer) return false;
  std::uint32_t missed_max = DeskRules{}.missed_max;
  if (const auto found = waiting_.find(action.person); found != waiting_.end()) {
    const auto queue = policy.queues.find(found->second.entry.queue);
    if (queue != policy.queues.end()) missed_max = queue->second.desk.missed_max;
  }
  AgentPresence& row = present(action.agent).row;
  ++row.missed;
  if (row.presence == "online" && missed_max > 0 && row.missed >= missed_max) {
    row.presence = "away";
    row.since = now.wall;
    row.reason = std::to_string(row.missed) + " offers without an answer";
  }
  return true;
}

}  // namespace parley::routing
