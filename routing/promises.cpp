#include "routing/promises.hpp"

#include <algorithm>

#include "routing/opening.hpp"

namespace parley::routing {
namespace {

constexpr TimePoint kNever{};

bool waits(const State& state) {
  return state.lifecycle == Lifecycle::queued || state.lifecycle == Lifecycle::offered;
}

bool with_people(const State& state) {
  return waits(state) || state.lifecycle == Lifecycle::assigned;
}

void earlier(TimePoint& best, TimePoint other) {
  if (other != kNever && (best == kNever || other < best)) best = other;
}

SlaClock* clock_of(State& state, SlaKind kind) {
  const auto found = std::ranges::find(state.sla, kind, &SlaClock::kind);
  return found == state.sla.end() ? nullptr : &*found;
}

void start(Draft& draft, SlaKind kind, const Queue& queue, Milliseconds target) {
  if (target <= Milliseconds(0) || clock_of(draft.state, kind) != nullptr) return;
  const Milliseconds warn = target * queue.desk.sla.warn_percent / 100;
  draft.state.sla.push_back({.kind = kind,
                             .queue = queue.id,
                             .started_at = draft.now,
                             .warn_at = after_open_time(draft.policy, queue, draft.now, warn),
                             .due_at = after_open_time(draft.policy, queue, draft.now, target)});
}

void tell(Draft& draft, const SlaClock& clock, EventType type) {
  Event& event = draft.append(type, "system");
  if (event.episode.empty()) event.episode = draft.before.episode;
  event.sla = SlaNews{.kind = clock.kind,
                      .queue = clock.queue,
                      .started_at = clock.started_at,
                      .due_at = clock.due_at};
}

void tell_if_due(Draft& draft, SlaClock& clock) {
  if (!clock.breached && draft.now >= clock.due_at) {
    clock.breached = clock.warned = true;
    tell(draft, clock, EventType::sla_breached);
  } else if (!clock.warned && draft.now >= clock.warn_at && draft.now < clock.due_at) {
    clock.warned = true;
    tell(draft, clock, EventType::sla_warning);
  }
}

// A promise that was broken when it ended is told, also when nobody had looked in time.
void end(Draft& draft, SlaKind kind) {
  SlaClock* clock = clock_of(draft.state, kind);
  if (clock == nullptr) return;
  if (draft.now >= clock->due_at) tell_if_due(draft, *clock);
  std::erase_if(draft.state.sla, [&](const SlaClock& each) { return each.kind == kind; });
}

struct Heard {
  bool customer = false, agent = false;
};

Heard heard_in(const std::vector<Event>& events) {
  Heard out;
  for (const Event& event : events) {
    if (event.type != EventType::message_created || !event.message) continue;
    const Message& message = *event.message;
    if (message.direction == Direction::inbound) out.customer = true;
    if (message.direction == Direction::outbound && message.author.type == AuthorType::agent) {
      out.agent = true;
    }
  }
  return out;
}

}  // namespace

const Queue* queue_of(const Policy& policy, const State& state) {
  const QueueId& id = state.waiting ? state.waiting->queue : state.served_queue;
  const auto found = policy.queues.find(id);
  return found == policy.queues.end() ? nullptr : &found->second;
}

void settle_promises(Draft& draft) {
  State& state = draft.state;
  const Heard heard = heard_in(draft.out.events);
  if (heard.agent) {
    state.agent_spoke_at = draft.now;
    end(draft, SlaKind::first_response);
    end(draft, SlaKind::next_response);
  }
  if (!with_people(state)) {
    for (const auto kind : {SlaKind::first_response, SlaKind::next_response, SlaKind::resolution}) {
      end(draft, kind);
    }
    return;
  }
  const Queue* queue = queue_of(draft.policy, state);
  if (queue == nullptr) return;
  const SlaTargets& targets = queue->desk.sla;
  if (!with_people(draft.before)) {
    start(draft, SlaKind::first_response, *queue, targets.first_response);
    start(draft, SlaKind::resolution, *queue, targets.resolution);
  }
  const bool answered_before = clock_of(state, SlaKind::first_response) == nullptr;
  if (heard.customer && state.lifecycle == Lifecycle::assigned && answered_before) {
    start(draft, SlaKind::next_response, *queue, targets.next_response);
  }
}

void tell_due(Draft& draft) {
  for (SlaClock& clock : draft.state.sla) tell_if_due(draft, clock);
}

// While the last word is the customer's, or nobody has answered yet, the silence is ours.
TimePoint silence_due(const State& state, const DeskRules& rules) {
  if (state.lifecycle != Lifecycle::assigned || rules.silence_warn <= Milliseconds(0)) return {};
  const TimePoint said = state.agent_spoke_at;
  if (said == TimePoint{} || said < state.control.since || state.last_inbound_at >= said) return {};
  if (state.silence_warned_at < said) return said + rules.silence_warn;
  if (rules.silence_close <= Milliseconds(0)) return {};
  return state.silence_warned_at + rules.silence_close;
}

TimePoint next_check(const State& state, const Policy& policy) {
  TimePoint next = kNever;
  for (const SlaClock& clock : state.sla) {
    if (!clock.breached) earlier(next, clock.warned ? clock.due_at : clock.warn_at);
  }
  if (state.lifecycle == Lifecycle::wrapping) earlier(next, state.wrap_until);
  if (const Queue* queue = queue_of(policy, state)) {
    earlier(next, silence_due(state, queue->desk));
  }
  return next;
}

}  // namespace parley::routing
