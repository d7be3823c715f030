// routing/decide_human.cpp
// People taking, passing on and giving back a conversation. Each change is refused when the epoch
// it was made under has passed, so of two agents who reach for one customer, one gets them.
#include <algorithm>
#include <utility>

#include "routing/commands.hpp"
#include "routing/control.hpp"
#include "routing/rating.hpp"

namespace parley::routing {
namespace {

Result<void> check_agent(const Policy& policy, const AgentId& agent) {
  if (policy.agents.contains(agent)) return {};
  return refused(Errc::not_found, "there is no agent \"" + agent.value + "\"");
}

Result<void> check_offered(const State& state, const AgentId& agent, std::uint64_t epoch) {
  if (auto current = check_epoch(state, epoch); !current) return current;
  if (state.control.holder == Holder{HolderKind::offered, agent.value}) return {};
  return refused(Errc::conflict, "not offered to agent " + agent.value + ": " +
                                     spoken(state.control.holder) + " holds it");
}

// An agent may not move what another one holds; a supervisor takes it over first.
Result<void> check_actor(const State& state, const std::string& actor) {
  if (state.episode.empty()) {
    return refused(Errc::rejected,
                   "no episode is open; one begins when the customer writes or an "
                   "agent takes over");
  }
  const Holder& holder = state.control.holder;
  if (holder.kind != HolderKind::agent || !actor.starts_with("agent:") ||
      actor == "agent:" + holder.id) {
    return {};
  }
  return refused(Errc::conflict, "agent " + holder.id + " holds it; take it over first");
}

Result<void> check_target(const Policy& policy, const Holder& to) {
  switch (to.kind) {
    case HolderKind::queue:
      if (policy.queues.contains({to.id})) return {};
      return refused(Errc::not_found, "there is no queue \"" + to.id + "\"");
    case HolderKind::agent:
      return check_agent(policy, {to.id});
    case HolderKind::bot:
      if (policy.bots.contains({to.id})) return {};
      return refused(Errc::not_found, "there is no bot \"" + to.id + "\"");
    case HolderKind::none:
    case HolderKind::offered:
      break;
  }
  return refused(Errc::rejected,
                 "expected a queue, an agent or a bot to transfer to; to give it "
                 "back use release");
}

std::string actor_of(const AgentId& agent) { return "agent:" + agent.value; }

bool is_one_of_many(const State& state, const AgentId& agent) {
  return state.control.holder.kind == HolderKind::queue && state.waiting &&
         std::ranges::find(state.waiting->offered_all, agent) != state.waiting->offered_all.end();
}

// The desk asks the others first.
void note_declined(Draft& draft, const AgentId& agent) {
  if (!draft.state.waiting) return;
  auto& declined = draft.state.waiting->declined;
  if (std::ranges::find(declined, agent) == declined.end()) declined.push_back(agent);
  draft.state.waiting->declined_at = draft.now;
}

// After a close the agent keeps the place for a while, to finish up.
void keep_place(Draft& draft, const State& before) {
  if (before.lifecycle != Lifecycle::assigned) return;
  const auto queue = draft.policy.queues.find(before.served_queue);
  if (queue == draft.policy.queues.end()) return;
  const Milliseconds wrap_up = queue->second.desk.wrap_up;
  if (wrap_up <= Milliseconds(0)) return;
  draft.state.lifecycle = Lifecycle::wrapping;
  draft.state.wrapping = {before.control.holder.id};
  draft.state.wrap_until = draft.now + wrap_up;
}

}  // namespace

Decided decide_command(const State& state, const OfferToAgent& offer,
                       const DecideContext& context) {
  if (auto known = check_agent(context.policy, offer.agent); !known) return known.error();
  if (auto current = check_epoch(state, offer.epoch); !current) return current.error();
  if (state.control.holder.kind != HolderKind::queue) {
    return refused(Errc::conflict, "only a waiting customer is offered: " +
                                       spoken(state.control.holder) + " holds it");
  }
  Draft draft(state, context);
  if (draft.state.waiting) {
    QueueEntry& entry = *draft.state.waiting;
    entry.offered_at = draft.now;
    // Asked a second time: a new round among all of them.
    if (std::ranges::find(entry.declined, offer.agent) != entry.declined.end()) {
      entry.declined.clear();
    }
  }
  move_control(draft, {.to = {HolderKind::offered, offer.agent.value},
                       .type = EventType::conversation_offered,
                       .reason = "offered to agent " + offer.agent.value,
                       .actor = "system"});
  return draft.take();
}

Decided decide_command(const State& state, const AcceptOffer& accept,
                       const DecideContext& context) {
  if (auto known = check_agent(context.policy, accept.agent); !known) return known.error();
  if (auto offered = check_offered(state, accept.agent, accept.epoch); !offered) {
    return offered.error();
  }
  Draft draft(state, context);
  draft.append(EventType::control_accepted, actor_of(accept.agent));
  move_control(draft, {.to = {HolderKind::agent, accept.agent.value},
                       .type = EventType::conversation_assigned,
                       .reason = "offer accepted",
                       .actor = actor_of(accept.agent)});
  return draft.take();
}

Decided decide_command(const State& state, const RejectOffer& reject,
                       const DecideContext& context) {
  const std::string why =
      reject.reason.empty() ? "offer rejected" : "offer rejected: " + reject.reason;
  if (is_one_of_many(state, reject.agent)) {
    if (auto current = check_epoch(state, reject.epoch); !current) return current.error();
    Draft draft(state, context);
    note_declined(draft, reject.agent);
    draft.append(EventType::control_rejected, actor_of(reject.agent)).note = why;
    return draft.take();
  }
  if (auto offered = check_offered(state, reject.agent, reject.epoch); !offered) {
    return offered.error();
  }
  Draft draft(state, context);
  note_declined(draft, reject.agent);
  const std::string queue = state.waiting ? state.waiting->queue.value : std::string();
  move_control(draft, {.to = {HolderKind::queue, queue},
                       .type = EventType::control_rejected,
                       .reason = why,
                       .actor = actor_of(reject.agent)});
  return draft.take();
}

Decided decide_command(const State& state, const AssignToAgent& assign,
                       const DecideContext& context) {
  if (auto known = check_agent(context.policy, assign.agent); !known) return known.error();
  if (auto current = check_epoch(state, assign.epoch); !current) return current.error();
  const Holder& holder = state.control.holder;
  const bool theirs = holder == Holder{HolderKind::offered, assign.agent.value};
  if (holder.kind != HolderKind::queue && !theirs) {
    return refused(Errc::conflict,
                   "the customer does not wait (any more): " + spoken(holder) + " holds it");
  }
  Draft draft(state, context);
  move_control(draft, {.to = {HolderKind::agent, assign.agent.value},
                       .type = EventType::conversation_assigned,
                       .reason = assign.reason.empty() ? "assigned to agent " + assign.agent.value
                                                       : assign.reason,
                       .actor = assign.actor.empty() ? actor_of(assign.agent) : assign.actor});
  return draft.take();
}

Decided decide_command(const State& state, const TakeOver& take, const DecideContext& context) {
  if (auto known = check_agent(context.policy, take.agent); !known) return known.error();
  const Holder wanted{HolderKind::agent, take.agent.value};
  if (state.control.holder == wanted) return unchanged(state);
  const std::string actor = take.actor.empty() ? actor_of(take.agent) : take.actor;
  Draft draft(state, context);
  if (state.episode.empty()) open_episode(draft, actor);
  move_control(draft, {.to = wanted,
                       .type = EventType::conversation_assigned,
                       .reason = "taken over from " + spoken(state.control.holder),
                       .actor = actor});
  return draft.take();
}

Decided decide_command(const State& state, const Transfer& transfer, const DecideContext& context) {
  if (auto allowed = check_actor(state, transfer.actor); !allowed) return allowed.error();
  if (auto known = check_target(context.policy, transfer.to); !known) return known.error();
  if (transfer.priority > 100) {
    return refused(Errc::rejected, "priority " + std::to_string(transfer.priority) +
                                       "; expected 0 to 100, or -1 to keep it");
  }
  if (state.control.holder == transfer.to) {
    return refused(Errc::conflict, spoken(transfer.to) + " holds it already");
  }
  Draft draft(state, context);
  if (transfer.priority >= 0) draft.state.priority = transfer.priority;
  if (transfer.to.kind == HolderKind::queue) {
    enter_queue(draft, {.queue = {transfer.to.id},
                        .type = EventType::conversation_transferred,
                        .reason = "transferred by " + transfer.actor,
                        .actor = transfer.actor,
                        .note = transfer.note,
                        .skills = skills_kept(draft, {transfer.to.id})});
  } else {
    move_control(draft, {.to = transfer.to,
                         .type = EventType::conversation_transferred,
                         .reason = "transferred by " + transfer.actor,
                         .actor = transfer.actor,
                         .note = transfer.note});
  }
  return draft.take();
}

Decided decide_command(const State& state, const Release& release, const DecideContext& context) {
  if (auto allowed = check_actor(state, release.actor); !allowed) return allowed.error();
  const HolderKind kind = state.control.holder.kind;
  if (kind == HolderKind::none || kind == HolderKind::bot) {
    return refused(Errc::rejected, "only people release a conversation: " +
                                       spoken(state.control.holder) + " holds it");
  }
  Draft draft(state, context);
  const Holder& standard = context.policy.default_outcome;
  move_control(draft, {.to = standard.kind == HolderKind::bot ? standard : Holder{},
                       .type = EventType::control_released,
                       .reason = release.reason.empty() ? "released" : release.reason,
                       .actor = release.actor});
  return draft.take();
}

Decided decide_command(const State& state, const CloseEpisode& close,
                       const DecideContext& context) {
  if (auto allowed = check_actor(state, close.actor); !allowed) return allowed.error();
  Draft draft(state, context);
  close_episode(draft, close.reason.empty() ? "closed" : close.reason, close.actor);
  ask_for_rating(draft);
  keep_place(draft, state);
  return draft.take();
}

}  // namespace parley::routing
