#include "routing/turn.hpp"

#include <algorithm>
#include <utility>

#include "routing/control.hpp"
#include "routing/window.hpp"

namespace parley::routing {
namespace {

constexpr Milliseconds kLoopWindow{60'000};

// Silence ends an episode, unless the customer is waiting for us: that silence is ours.
bool is_stale(const Draft& draft) {
  const State& state = draft.state;
  if (state.lifecycle == Lifecycle::queued || state.lifecycle == Lifecycle::offered) return false;
  const TimePoint last =
      std::max({state.last_inbound_at, state.last_outbound_at, state.control.since});
  return draft.now - last > draft.policy.episode_idle;
}

std::uint32_t bot_turns_in_window(const State& state, TimePoint now) {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(state.bot_turns, [&](TimePoint at) { return now - at < kLoopWindow; }));
}

void add_labels(State& state, const std::vector<std::string>& labels) {
  for (const auto& label : labels) {
    if (state.labels.size() >= kLabelsMax) return;
    if (std::ranges::find(state.labels, label) == state.labels.end()) state.labels.push_back(label);
  }
}

void call_bot(Draft& draft, const BotId& bot, Turn& turn) {
  State& state = draft.state;
  const auto found = draft.policy.bots.find(bot);
  const Milliseconds deadline =
      found == draft.policy.bots.end() ? Milliseconds(0) : found->second.deadline;
  BotCall call;
  call.id = {draft.place("bot", turn.seq)};
  call.tenant = state.tenant;
  call.person = state.person;
  call.bot = bot;
  call.epoch = state.control.epoch;
  call.turn_seq = turn.seq;
  call.created_at = draft.now;
  call.deadline = draft.now + deadline;
  call.passive_token = std::move(turn.passive_token);
  state.open_bot_call = call.id;  // an older one is given up: the latest turn is answered
  draft.out.bot_calls.push_back(std::move(call));
}

// Who waits or is served stays; a rule may still make the wait more urgent.
void stay(Draft& draft, const Verdict& verdict) {
  State& state = draft.state;
  if (!verdict.matched || verdict.priority <= state.priority) return;
  state.priority = verdict.priority;
  if (state.waiting) state.waiting->priority = verdict.priority;
}

void follow(Draft& draft, Turn& turn, const Verdict& verdict) {
  State& state = draft.state;
  const Holder& holder = state.control.holder;
  switch (verdict.outcome.kind) {
    case HolderKind::offered:
    case HolderKind::agent:
      stay(draft, verdict);
      return;
    case HolderKind::queue:
      if (holder.kind == HolderKind::queue) {
        stay(draft, verdict);
        return;
      }
      state.priority = verdict.priority;
      enter_queue(draft,
                  {.queue = {verdict.outcome.id},
                   .reason = verdict.rule + ": " + verdict.reason,
                   .skills = verdict.matched ? verdict.matched->skills : std::vector<std::string>{},
                   .preview = std::move(turn.preview),
                   .reply_token = std::move(turn.passive_token)});
      return;
    case HolderKind::bot:
      state.priority = verdict.priority;
      if (holder != verdict.outcome) {
        move_control(draft, {.to = verdict.outcome, .reason = verdict.rule});
      }
      call_bot(draft, {verdict.outcome.id}, turn);
      return;
    case HolderKind::none:
      state.priority = verdict.priority;
      if (holder.kind != HolderKind::none) {
        move_control(draft, {.to = {}, .reason = verdict.rule});
      }
      return;
  }
}

// Of a new identity, where the platform tells of its customers.
void ask_for_profile(Draft& draft, const Sighting& sighting) {
  const auto channel = draft.policy.channels.find(sighting.channel.id);
  if (channel == draft.policy.channels.end() || !channel->second.capabilities ||
      !channel->second.capabilities->profiles) {
    return;
  }
  Relay relay;
  relay.id = draft.place("prf", draft.next_seq());
  relay.tenant = draft.state.tenant;
  relay.to = draft.state.person;
  relay.from = draft.state.person;
  relay.verb = "fetch_profile";
  relay.addresses.push_back({.channel = sighting.channel,
                             .identity = sighting.identity.key,
                             .recipient = sighting.recipient});
  draft.out.relays.push_back(std::move(relay));
}

}  // namespace

void note_sighting(Draft& draft, const Sighting& sighting) {
  State& state = draft.state;
  if (state.first_seen == TimePoint{}) state.first_seen = draft.now;
  state.last_seen = draft.now;
  if (!sighting.identity.display_name.empty()) state.display_name = sighting.identity.display_name;
  if (state.language.empty()) state.language = sighting.identity.language;
  open_window(state, sighting.channel.id, sighting.opens_window, sighting.occurred_at, draft.now);
  if (sighting.identity.key.value.empty()) return;

  const auto found = std::ranges::find_if(state.addresses, [&](const Address& address) {
    return address.channel.id == sighting.channel.id && address.identity == sighting.identity.key;
  });
  if (found == state.addresses.end()) ask_for_profile(draft, sighting);
  note_union(draft, sighting.identity.union_id);
  Address address;
  std::size_t place = sighting.spoke ? 0 : state.addresses.size();
  if (found != state.addresses.end()) {
    if (!sighting.spoke) place = static_cast<std::size_t>(found - state.addresses.begin());
    address = std::move(*found);
    state.addresses.erase(found);
  }
  address.channel = sighting.channel;
  address.identity = sighting.identity.key;
  if (!sighting.recipient.empty()) address.recipient = sighting.recipient;
  if (sighting.spoke) address.unreachable = false;
  if (sighting.opted_in) address.opted_out = false;
  state.addresses.insert(state.addresses.begin() + static_cast<std::ptrdiff_t>(place),
                         std::move(address));
  if (state.addresses.size() > kAddressesMax) state.addresses.pop_back();
}

void note_external_user(Draft& draft, const std::string& external_user) {
  State& state = draft.state;
  if (external_user == state.external_user) return;
  if (!state.external_user.empty()) {
    draft.out.extra_rows.push_back(
        {.kind = RowKind::user_index, .id = state.external_user, .body = {}, .erase = true});
  }
  state.external_user = external_user;
  if (external_user.empty()) return;
  draft.out.extra_rows.push_back(
      {.kind = RowKind::user_index, .id = external_user, .body = state.person.value});
}

void ensure_episode(Draft& draft) {
  if (!draft.state.episode.empty() && is_stale(draft)) {
    close_episode(draft, "silence", "system");
  }
  if (draft.state.episode.empty()) open_episode(draft);
}

DecisionInputs inputs_of(const Draft& draft, Turn& turn) {
  const State& state = draft.state;
  DecisionInputs inputs;
  inputs.channel = turn.channel.id.value;
  inputs.platform = turn.channel.platform;
  inputs.text_kind = turn.text_kind;
  inputs.language = state.language;
  inputs.holder = holder_text(state.control.holder);
  inputs.epoch = state.control.epoch;
  inputs.episode_turns = state.episode_turns;
  inputs.episodes = state.episodes;
  inputs.scores = state.scores;
  inputs.analysis = turn.analysis.analysis;
  inputs.terms = std::move(turn.analysis.terms);
  inputs.attributes = state.attributes;
  inputs.facts = std::move(turn.facts);
  for (const auto& label : state.labels) inputs.facts.push_back("label:" + label);
  inputs.days_since_seen = state.days_away;
  inputs.bot_turns = bot_turns_in_window(state, draft.now);
  inputs.at = draft.now;
  inputs.segment = segment_of(draft.policy, inputs);
  return inputs;
}

void record_and_follow(Draft& draft, Turn&& turn, DecisionInputs inputs, Verdict verdict) {
  State& state = draft.state;
  if (verdict.matched) add_labels(state, verdict.matched->labels);
  Decision decision;
  decision.id = {draft.place("dec", turn.seq)};
  decision.tenant = state.tenant;
  decision.person = state.person;
  decision.turn_seq = turn.seq;
  decision.inputs = std::move(inputs);
  decision.tried = std::move(verdict.tried);
  decision.rule = verdict.rule;
  decision.outcome = verdict.outcome;
  decision.priority = verdict.priority;
  decision.reason = verdict.reason;
  decision.policy_version = draft.policy.version;
  decision.model_version = turn.model.empty() ? draft.analyzer.version() : turn.model;

  Event& event = draft.append(EventType::routing_decided, "system");
  event.channel = turn.channel;
  event.decision = DecisionSummary{
      .id = decision.id, .rule = decision.rule, .outcome = holder_text(decision.outcome)};
  draft.out.decisions.push_back(std::move(decision));
  follow(draft, turn, verdict);
}

}  // namespace parley::routing
