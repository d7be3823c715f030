#include "routing/control.hpp"

#include <algorithm>
#include <utility>

#include "base/mutant.hpp"
#include "routing/assign.hpp"
#include "routing/mood.hpp"
#include "routing/opening.hpp"
#include "routing/say.hpp"

namespace parley::routing {
namespace {

Lifecycle lifecycle_of(const State& state, HolderKind holder) {
  switch (holder) {
    case HolderKind::none:
      return state.episode.empty() ? Lifecycle::closed : Lifecycle::snoozed;
    case HolderKind::bot:
      return Lifecycle::bot;
    case HolderKind::queue:
      return Lifecycle::queued;
    case HolderKind::offered:
      return Lifecycle::offered;
    case HolderKind::agent:
      return Lifecycle::assigned;
  }
  return Lifecycle::closed;
}

// Who gets a place has it from the queue they are taken out of, and keeps that when it passes from
// one agent to another.
void note_place(Draft& draft, const Holder& from) {
  State& state = draft.state;
  if (state.waiting) {
    state.served_queue = state.waiting->queue;
    state.served_weight = state.waiting->weight;
  } else if (from.kind != HolderKind::agent) {
    state.served_queue = {};
    state.served_weight = weight_of(draft.policy, state);
  }
}

}  // namespace

void say_words(Draft& draft, const Queue& queue, const Words& words, std::string reply_token) {
  const std::string& text = in_language(draft.state, words.zh, words.en);
  if (text.empty()) return;
  const auto address = pick_address(draft.state, {});
  if (!address) return;
  Outgoing outgoing{.message = {}, .address = *address};
  outgoing.message.content = {Text{.text = text}};
  outgoing.message.author = {
      .type = AuthorType::system, .id = "queue:" + queue.id.value, .display_name = queue.name};
  outgoing.reply_token = std::move(reply_token);
  // A notice is a courtesy: where nothing may be said, nothing is.
  if (may_say(draft, outgoing)) put_send(draft, std::move(outgoing));
}

Result<void> check_epoch(const State& state, std::uint64_t epoch) {
  if (epoch == 0 || epoch == state.control.epoch || MUTANT("epoch_ignored")) return {};
  return refused(Errc::conflict, "made under control epoch " + std::to_string(epoch) +
                                     ", now it is " + std::to_string(state.control.epoch) +
                                     " and " + spoken(state.control.holder) + " holds it");
}

std::uint32_t weight_of(const Policy& policy, const State& state) {
  if (state.addresses.empty()) return kUsualWeight;
  const auto found = policy.channels.find(state.addresses.front().channel.id);
  return found == policy.channels.end() ? kUsualWeight : found->second.weight;
}

void move_control(Draft& draft, ControlMove move) {
  State& state = draft.state;
  state.open_bot_call = {};
  Holder from = std::exchange(state.control.holder, move.to);
  ++state.control.epoch;
  state.control.since = draft.now;
  state.lifecycle = lifecycle_of(state, move.to.kind);
  if (move.to.kind == HolderKind::agent) {
    state.last_agent = {move.to.id};
    note_place(draft, from);
  }
  if (state.waiting) {
    state.waiting->offered_to =
        move.to.kind == HolderKind::offered ? AgentId{move.to.id} : AgentId{};
  }
  Event& event = draft.append(move.type, std::move(move.actor));
  event.note = std::move(move.note);
  event.control = ControlChange{.from = std::move(from),
                                .to = std::move(move.to),
                                .epoch = state.control.epoch,
                                .reason = std::move(move.reason),
                                .priority = state.priority};
}

std::vector<std::string> skills_kept(const Draft& draft, const QueueId& queue) {
  if (!draft.state.waiting) return {};
  QueueEntry there = *draft.state.waiting;
  there.queue = queue;
  const WaitingNow waiting{.entry = &there};
  bool served = false;
  for (const auto& [id, agent] : draft.policy.agents) {
    if (could_serve(draft.policy, agent, waiting, SteadyPoint{})) return there.skills;
    served = served || std::ranges::find(agent.queues, queue) != agent.queues.end();
  }
  return served ? std::vector<std::string>() : there.skills;
}

void enter_queue(Draft& draft, QueueMove move) {
  State& state = draft.state;
  state.waiting = QueueEntry{.tenant = state.tenant,
                             .person = state.person,
                             .queue = move.queue,
                             .priority = state.priority,
                             .since = move.since.value_or(draft.now),
                             .reason = move.reason,
                             .segment = state.segment,
                             .language = state.language,
                             .preview = std::move(move.preview),
                             .skills = std::move(move.skills),
                             .offered_to = {},
                             .entered_at = draft.now,
                             .weight = weight_of(draft.policy, state),
                             .last_agent = state.last_agent,
                             .overflows = move.overflows};
  move_control(draft, {.to = {HolderKind::queue, move.queue.value},
                       .type = move.type,
                       .reason = std::move(move.reason),
                       .actor = std::move(move.actor),
                       .note = std::move(move.note)});
  const auto queue = draft.policy.queues.find(move.queue);
  if (queue == draft.policy.queues.end()) return;
  // "One moment" is no word for a closed door; the desk has another.
  if (!opening_of(draft.policy, queue->second, draft.now).open) return;
  const Words notice{.zh = queue->second.notice_zh, .en = queue->second.notice_en};
  say_words(draft, queue->second, notice, std::move(move.reply_token));
}

void fall_back(Draft& draft, const BotId& bot, std::string reason) {
  const auto found = draft.policy.bots.find(bot);
  QueueId queue = draft.policy.human_queue;
  if (found != draft.policy.bots.end() && !found->second.fallback_queue.empty()) {
    queue = found->second.fallback_queue;
  }
  if (!queue.empty()) {
    enter_queue(draft, {.queue = std::move(queue), .reason = std::move(reason)});
  } else {
    move_control(draft, {.to = {}, .reason = std::move(reason)});
  }
}

void open_episode(Draft& draft, std::string actor) {
  State& state = draft.state;
  if (state.last_inbound_at != TimePoint{}) {
    const auto away = draft.now - state.last_inbound_at;
    state.days_away = std::chrono::duration<double, std::ratio<86'400>>(away).count();
    if (state.days_away < 0) state.days_away = 0;  // the wall clock was set back
  }
  state.episode = {draft.place("eps", draft.next_seq())};
  ++state.episodes;
  state.episode_turns = 0;
  state.rating_asked_at = {};
  state.episode_opened_at = draft.now;
  state.trials.clear();
  state.scores.clear();
  forget_mood(state);
  state.priority = 0;
  state.lifecycle = lifecycle_of(state, state.control.holder.kind);
  draft.append(EventType::conversation_opened, std::move(actor));
}

void close_episode(Draft& draft, std::string reason, std::string actor) {
  State& state = draft.state;
  const EpisodeId closing = std::exchange(state.episode, {});
  state.last_episode_closed = draft.now;
  if (state.control.holder.kind == HolderKind::none) {
    state.lifecycle = Lifecycle::closed;
    Event& event = draft.append(EventType::conversation_closed, std::move(actor));
    event.episode = closing;
    event.note = std::move(reason);
    return;
  }
  move_control(draft, {.to = {},
                       .type = EventType::conversation_closed,
                       .reason = reason,
                       .actor = std::move(actor),
                       .note = reason});
  draft.out.events.back().episode = closing;
}

std::string spoken(const Holder& holder) {
  switch (holder.kind) {
    case HolderKind::none:
      return "nobody";
    case HolderKind::bot:
      return "bot " + holder.id;
    case HolderKind::queue:
      return "queue " + holder.id;
    case HolderKind::offered:
      return "an offer to agent " + holder.id;
    case HolderKind::agent:
      return "agent " + holder.id;
  }
  return "nobody";
}

}  // namespace parley::routing
