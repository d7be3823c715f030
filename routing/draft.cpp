#include "routing/draft.hpp"

#include <algorithm>
#include <utility>

#include "conversation/codec.hpp"

namespace parley::routing {
namespace {

constexpr std::size_t kEventsUsual = 6;

bool is_people(HolderKind kind) {
  return kind == HolderKind::queue || kind == HolderKind::offered || kind == HolderKind::agent;
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

void Draft::settle_queue_entry() {
  if (!waits(state)) state.waiting.reset();
  if (state.waiting) {
    state.waiting->epoch = state.control.epoch;
    if (state.waiting != before.waiting) out.queue_entries.push_back(*state.waiting);
  }
  out.leave_queue = before.waiting && !state.waiting;
}

void Draft::settle_assignment() {
  const bool had = before.lifecycle == Lifecycle::assigned;
  const bool has = state.lifecycle == Lifecycle::assigned;
  out.end_assignment = had && !has;
  if (!has || (had && before.control.epoch == state.control.epoch)) return;
  out.assignments.push_back({.tenant = state.tenant,
                             .person = state.person,
                             .agent = {state.control.holder.id},
                             .queue = before.waiting ? before.waiting->queue : QueueId{},
                             .epoch = state.control.epoch,
                             .since = now});
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
  settle_record();
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
