#include "routing/draft.hpp"

#include <algorithm>
#include <utility>

#include "conversation/codec.hpp"
#include "routing/promises.hpp"

namespace parley::routing {
namespace {

constexpr std::size_t kEventsUsual = 6;

bool is_people(HolderKind kind) {
  return kind == HolderKind::queue || kind == HolderKind::offered || kind == HolderKind::agent;
}

// An agent's place is theirs: being served, or what is left to do afterwards.
bool has_place(const State& state) {
  return state.lifecycle == Lifecycle::assigned || state.lifecycle == Lifecycle::wrapping;
}

const std::string& place_owner(const State& state) {
  return state.lifecycle == Lifecycle::wrapping ? state.wrapping.value : state.control.holder.id;
}

// For who looks at the queues: the worst that happened, and what is due next.
std::string worst_of(const std::vector<SlaClock>& clocks) {
  std::string out;
  for (const SlaClock& clock : clocks) {
    if (clock.breached) return "breached";
    if (clock.warned) out = "warned";
  }
  return out;
}

TimePoint next_due(const std::vector<SlaClock>& clocks) {
  TimePoint out{};
  for (const SlaClock& clock : clocks) {
    if (clock.breached || (out != TimePoint{} && clock.due_at >= out)) continue;
    out = clock.due_at;
  }
  return out;
}

Row mark_of(std::string_view what, const std::string& agent, TimePoint at) {
  return {.kind = RowKind::agent_mark, .id = std::string(what) + agent, .body = format_time(at)};
}

bool waits(const State& state) {
  return state.lifecycle == Lifecycle::queued || state.lifecycle == Lifecycle::offered;
}

}  // namespace

Draft::Draft(const State& before_state, const DecideContext& context)
    : before(before_state),
      policy(context.policy),
      analyzer(context.analyzer),
      now(context.now),
      load(context.load),
      state(out.state) {
  out.state = before_state;
  out.events.reserve(kEventsUsual);
}

Event& Draft::append(EventType type, std::string actor) {
  Event& event = out.events.emplace_back();
  event.seq = ++state.last_seq;
  event.type = type;
  event.id = {place("evt", event.seq)};
  event.occurred_at = now;
  event.received_at = now;
  event.tenant = state.tenant;
  event.person = state.person;
  event.episode = state.episode;
  event.actor = std::move(actor);
  return event;
}

std::string Draft::place(std::string_view prefix, std::uint64_t seq) const {
  return place_id(prefix, state.person, seq);
}

// A wrap-up ends when anything else begins.
void Draft::settle_place() {
  if (state.lifecycle == Lifecycle::wrapping && !state.forward_to.empty()) {
    state.lifecycle = Lifecycle::closed;
  }
  if (state.lifecycle != Lifecycle::wrapping) {
    state.wrapping = {};
    state.wrap_until = {};
  }
}

// The row may say too early a moment, never too late a one: so messages seldom write it.
void Draft::settle_check() {
  if (!waits(state) && !has_place(state)) {
    state.check_at = {};
    return;
  }
  const TimePoint next = next_check(state, policy);
  const bool fresh = before.control.epoch != state.control.epoch;
  const bool sooner =
      next != TimePoint{} && (state.check_at == TimePoint{} || next < state.check_at);
  if (fresh || recheck || sooner) state.check_at = next;
}

void Draft::settle_queue_entry() {
  if (!waits(state)) state.waiting.reset();
  if (state.waiting) {
    state.waiting->epoch = state.control.epoch;
    state.waiting->check_at = state.check_at;
    state.waiting->sla = worst_of(state.sla);
    state.waiting->due_at = next_due(state.sla);
    if (!state.scores.empty()) state.waiting->mood = state.scores.back();
    if (state.waiting != before.waiting) out.queue_entries.push_back(*state.waiting);
  }
  out.leave_queue = before.waiting && !state.waiting;
}

void Draft::settle_assignment() {
  const bool had = has_place(before), has = has_place(state);
  const bool same = had && has && place_owner(before) == place_owner(state);
  out.end_assignment = had && !has;
  if (had && !same) out.extra_rows.push_back(mark_of("freed:", place_owner(before), now));
  if (has && !same) out.extra_rows.push_back(mark_of("given:", place_owner(state), now));
  const bool told = had && before.control.epoch == state.control.epoch &&
                    before.check_at == state.check_at && before.wrap_until == state.wrap_until &&
                    before.sla == state.sla;
  if (!has || told) return;
  out.assignments.push_back({.tenant = state.tenant,
                             .person = state.person,
                             .agent = {place_owner(state)},
                             .queue = state.served_queue,
                             .epoch = state.control.epoch,
                             .since = state.control.since,
                             .weight = state.served_weight,
                             .wrap_until = state.wrap_until,
                             .check_at = state.check_at,
                             .sla = worst_of(state.sla),
                             .due_at = next_due(state.sla)});
}

void Draft::settle_bot_call() {
  if (!before.open_bot_call.empty() && before.open_bot_call != state.open_bot_call) {
    out.finished_bot_calls.push_back(before.open_bot_call);
  }
}

// Once nobody is busy with them, whoever else has this customer's union id is looked for.
void Draft::settle_join() {
  if (!state.join_pending || !state.forward_to.empty() || !is_idle(state)) return;
  state.join_pending = false;
  Relay relay;
  relay.id = place("uni", state.last_seq);
  relay.tenant = state.tenant;
  relay.to = state.person;
  relay.from = state.person;
  relay.verb = "join_union";
  relay.reason = state.union_id;
  out.relays.push_back(std::move(relay));
}

// What a case came to is counted from its own events; ended, it is a row for the reports.
void Draft::settle_record() {
  EpisodeRecord& record = state.record;
  for (const Event& event : out.events) {
    count_event(record, event);
    if (event.type != EventType::conversation_closed) continue;
    record.segment = state.segment;
    record.language = state.language;
    put_record();
  }
}

void Draft::put_record() {
  if (!episode_row_id(state.record).empty()) out.cases.push_back(state.record);
}

// An experiment's rows follow its episodes: whether people came in, and whether it is over.
void Draft::settle_trials() {
  const auto put = [&](const Trial& trial) {
    out.extra_rows.push_back(
        {.kind = RowKind::trial, .id = trial_row_id(trial), .body = to_stored(trial)});
  };
  for (Trial& trial : state.trials) {
    trial.closed = trial.episode != state.episode;
    trial.to_people = trial.to_people || std::ranges::any_of(out.events, [&](const Event& event) {
                        return event.episode == trial.episode && event.control &&
                               is_people(event.control->to.kind);
                      });
    if (std::ranges::find(before.trials, trial) == before.trials.end()) put(trial);
  }
  for (Trial gone : before.trials) {  // the next episode has begun
    const bool kept = std::ranges::any_of(state.trials, [&](const Trial& trial) {
      return trial.episode == gone.episode && trial.experiment == gone.experiment;
    });
    if (kept || gone.closed) continue;
    gone.closed = true;
    put(gone);
  }
}

Transition Draft::take() {
  settle_promises(*this);
  settle_record();
  settle_place();
  settle_check();
  settle_queue_entry();
  settle_assignment();
  settle_bot_call();
  settle_join();
  settle_trials();
  return std::move(out);
}

bool is_idle(const State& state) noexcept {
  const auto kind = state.control.holder.kind;
  return state.open_bot_call.empty() && state.open_sends.empty() && !waits(state) &&
         (kind == HolderKind::none || kind == HolderKind::bot);
}

Transition unchanged(const State& state) {
  Transition out;
  out.state = state;
  return out;
}

Error refused(Errc code, std::string detail) { return {.code = code, .detail = std::move(detail)}; }

}  // namespace parley::routing
