#include "routing/turn.hpp"

#include <algorithm>
#include <utility>

#include "routing/control.hpp"
#include "routing/mood.hpp"
#include "routing/rating.hpp"
#include "routing/rounded.hpp"
#include "routing/say.hpp"
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

std::vector<QueueLoad> loads_of(const Load& load, const Policy& policy) {
  std::vector<QueueLoad> out;
  for (const QueueLoad& each : load.queues) {
    if (std::ranges::binary_search(policy.load_queues, each.queue)) out.push_back(each);
  }
  return out;
}

void note_trial(Draft& draft, const Rule& rule, const Arm& arm) {
  State& state = draft.state;
  const auto found = std::ranges::find(state.trials, rule.experiment, &Trial::experiment);
  if (found != state.trials.end() || state.trials.size() >= kTrialsMax) return;
  state.trials.push_back({.experiment = rule.experiment,
                          .arm = arm.name,
                          .episode = state.episode,
                          .since = draft.now,
                          .last_at = draft.now});
}

std::string text_of(const AttributeValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* on = std::get_if<bool>(&value)) return *on ? "true" : "false";
  std::string out;
  append_number(out, std::get<double>(value));
  return out;
}

// What a rule does beside saying who answers; each is named in the decision.
std::vector<std::string> act(Draft& draft, const Rule& rule) {
  State& state = draft.state;
  std::vector<std::string> done;
  add_labels(state, rule.labels);
  for (const auto& label : rule.labels) done.push_back("label " + label);
  for (const auto& [name, value] : rule.set) {
    if (!state.attributes.contains(name) && state.attributes.size() >= kAttributesMax) {
      done.push_back("no room for attribute " + name);
      continue;
    }
    state.attributes[name] = value;
    done.push_back("set " + name + " = " + text_of(value));
  }
  if (!rule.notify.empty()) done.emplace_back("notify");
  return done;
}

void tell(Draft& draft, const Turn& turn, const Rule& rule, const DecisionSummary& decision) {
  if (rule.notify.empty()) return;
  Event& event = draft.append(EventType::routing_alert, "system");
  event.channel = turn.channel;
  event.decision = decision;
  event.note = rule.notify;
}

// The rule's own words; not into a talk with a person.
std::string words_of(const State& state, const Verdict& verdict) {
  const HolderKind kind = state.control.holder.kind;
  if (!verdict.matched || kind == HolderKind::offered || kind == HolderKind::agent) return {};
  const Deed deed = deed_of(*verdict.matched, verdict.arm);
  return in_language(state, *deed.reply_zh, *deed.reply_en);
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
  if (verdict.does == Does::close) {
    close_episode(draft, "rule " + verdict.rule, "system");
    ask_for_rating(draft, std::move(turn.passive_token));
  }
  if (verdict.does != Does::assign) return;
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
  if (turn.text.raw.empty() && !state.episode.empty()) keep_mood(state, inputs.analysis);
  inputs.terms = std::move(turn.analysis.terms);
  inputs.attributes = state.attributes;
  inputs.facts = std::move(turn.facts);
  for (const auto& label : state.labels) inputs.facts.push_back("label:" + label);
  inputs.days_since_seen = state.days_away;
  inputs.bot_turns = bot_turns_in_window(state, draft.now);
  inputs.at = draft.now;
  if (!state.episode.empty() && state.episode_opened_at != TimePoint{}) {
    const auto age = std::max(draft.now - state.episode_opened_at, Milliseconds{0});
    inputs.episode_minutes = rounded(std::chrono::duration<double, std::ratio<60>>(age).count());
  }
  if (draft.load) inputs.load = loads_of(*draft.load, draft.policy);
  inputs.segment = segment_of(draft.policy, inputs);
  return inputs;
}

void note_csat(Draft& draft, const EpisodeId& episode, double csat) {
  for (Trial& trial : draft.state.trials) {
    if (trial.episode == episode) trial.csat = csat;
  }
}

void record_and_follow(Draft& draft, Turn&& turn, DecisionInputs inputs, Verdict verdict) {
  State& state = draft.state;
  Decision decision;
  decision.id = {draft.place("dec", turn.seq)};
  decision.tenant = state.tenant;
  decision.person = state.person;
  decision.turn_seq = turn.seq;
  decision.inputs = std::move(inputs);
  decision.tried = std::move(verdict.tried);
  decision.candidates = std::move(verdict.candidates);
  decision.rule = verdict.rule;
  decision.outcome = verdict.outcome;
  decision.priority = verdict.priority;
  decision.reason = verdict.reason;
  decision.policy_version = draft.policy.version;
  decision.model_version = turn.model.empty() ? draft.analyzer.version() : turn.model;
  for (Trial& trial : state.trials) {
    if (trial.episode == state.episode) trial.last_at = draft.now;
  }
  if (verdict.arm) {
    decision.experiment = verdict.matched->experiment;
    decision.arm = verdict.arm->name;
    note_trial(draft, *verdict.matched, *verdict.arm);
  }
  const std::string words = words_of(state, verdict);
  if (verdict.matched) decision.actions = act(draft, *verdict.matched);
  if (!words.empty()) decision.actions.emplace_back("reply");
  if (verdict.does == Does::close) decision.actions.emplace_back("close");

  Event& event = draft.append(EventType::routing_decided, "system");
  event.channel = turn.channel;
  const DecisionSummary summary{
      .id = decision.id, .rule = decision.rule, .outcome = holder_text(decision.outcome)};
  event.decision = summary;
  draft.out.decisions.push_back(std::move(decision));
  if (verdict.matched) tell(draft, turn, *verdict.matched, summary);
  if (!words.empty()) {
    say_words(draft, words, verdict.rule, std::exchange(turn.passive_token, {}));
  }
  follow(draft, turn, verdict);
}

}  // namespace parley::routing
