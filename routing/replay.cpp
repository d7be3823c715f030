#include "routing/replay.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "routing/judge.hpp"
#include "routing/mood.hpp"
#include "routing/rules.hpp"

namespace parley::routing {
namespace {

bool is_people(const Holder& holder) {
  return holder.kind == HolderKind::queue || holder.kind == HolderKind::offered ||
         holder.kind == HolderKind::agent;
}

bool by_rule_alone(const Decision& decision) {
  return decision.outcome.kind == HolderKind::none &&
         std::ranges::any_of(decision.actions, [](const auto& action) {
           return action == "reply" || action == "close";
         });
}

// Did the decision itself make this move?
bool made_by(const Decision& decision, const ControlChange& change) {
  return change.to == decision.outcome && holder_text(change.from) == decision.inputs.holder;
}

bool rates(const Decision& decision) {
  return std::ranges::find(decision.inputs.facts, kRatesCase) != decision.inputs.facts.end();
}

std::string text_of(const Event& event) {
  return event.message ? plain_text(*event.message) : std::string();
}

}  // namespace

RecordedConversation recorded(const PersonId& person, const std::vector<Event>& events,
                              const std::map<std::string, Decision>& decisions) {
  RecordedConversation out{.person = person, .steps = {}};
  std::map<std::uint64_t, const Event*> said;
  const Decision* last = nullptr;  // whose own move is still to come
  for (const Event& event : events) {
    if (event.type == EventType::message_created && event.message &&
        event.message->direction == Direction::inbound) {
      said[event.seq] = &event;
    }
    if (event.type == EventType::routing_decided && event.decision) {
      const auto found = decisions.find(event.decision->id.value);
      if (found == decisions.end()) continue;
      RecordedTurn turn{.decision = found->second};
      const auto message = said.find(turn.decision.turn_seq);
      if (message != said.end()) {
        turn.text = text_of(*message->second);
        turn.has_text = !turn.text.empty();
      }
      out.steps.emplace_back(std::move(turn));
      last = &found->second;
      continue;
    }
    const bool closes = event.type == EventType::conversation_closed;
    if (!event.control && !closes) continue;
    if (event.control && last && made_by(*last, *event.control) && !closes) {
      last = nullptr;
      continue;
    }
    RecordedMove move{.at = event.received_at, .from = {}, .to = {}, .closes = closes};
    if (event.control) {
      move.from = event.control->from;
      move.to = event.control->to;
    }
    out.steps.emplace_back(std::move(move));
  }
  return out;
}

// One conversation on its way: who had it, and who would have it.
struct Replay::Walk {
  Holder was, now;
  bool apart = false;  // in this episode, something went another way
  bool people_was = false, people_now = false;
  bool open = false;
  std::string segment;
  State heard;  // moods and scores of the episode, as judged here
  std::optional<TimePoint> assigned_at = {};
};

void Replay::end_episode(Walk& walk) {
  if (!walk.open) return;
  ++report_.episodes;
  SegmentChange& segment = report_.segments[walk.segment];
  report_.handed_over.was += walk.people_was ? 1 : 0;
  report_.handed_over.now += walk.people_now ? 1 : 0;
  segment.handed_over.was += walk.people_was ? 1 : 0;
  segment.handed_over.now += walk.people_now ? 1 : 0;
  walk = {};
}

void Replay::move(Walk& walk, const RecordedMove& move) {
  if (move.to.kind == HolderKind::agent) walk.assigned_at = move.at;
  if (walk.assigned_at && move.from.kind == HolderKind::agent && move.to.kind != move.from.kind) {
    talk_s_sum_ += std::chrono::duration<double>(move.at - *walk.assigned_at).count();
    ++talks_;
    walk.assigned_at.reset();
  }
  if (move.closes) {
    end_episode(walk);
    return;
  }
  const bool enters = move.to.kind == HolderKind::queue;
  if (enters && !is_people(walk.was)) waits_was_.push_back({.at = move.at, .queue = move.to.id});
  const bool lets_go = !is_people(move.to);
  const bool same_bot = walk.now == move.from;
  if (!walk.apart || same_bot || (is_people(walk.now) && lets_go)) {
    if (enters && !is_people(walk.now)) waits_now_.push_back({.at = move.at, .queue = move.to.id});
    walk.now = move.to;
  }
  walk.was = move.to;
  walk.people_was = walk.people_was || is_people(walk.was);
  walk.people_now = walk.people_now || is_people(walk.now);
}

void Replay::note_outcome(Walk& walk, const Decision& was, const Holder& now, bool by_rule) {
  const bool was_by_rule = by_rule_alone(was);
  const auto name = [](const Holder& holder, bool rule) {
    return rule ? std::string("rule") : holder_text(holder);
  };
  ++report_.outcomes[name(was.outcome, was_by_rule)].was;
  ++report_.outcomes[name(now, by_rule)].now;
  report_.own_replies.was += was_by_rule ? 1 : 0;
  report_.own_replies.now += by_rule ? 1 : 0;
  report_.bot_turns.was += was.outcome.kind == HolderKind::bot ? 1 : 0;
  report_.bot_turns.now += now.kind == HolderKind::bot ? 1 : 0;
  report_.people_turns.was += is_people(was.outcome) ? 1 : 0;
  report_.people_turns.now += is_people(now) ? 1 : 0;
  if (was.outcome.kind == HolderKind::queue && !is_people(walk.was)) {
    waits_was_.push_back({.at = was.inputs.at, .queue = was.outcome.id, .priority = was.priority});
  }
}

void Replay::turn(Walk& walk, const RecordedTurn& turn) {
  const Decision& was = turn.decision;
  if (rates(was)) {  // an answer to our question: it opens no case and asks no rule
    ++report_.turns;
    ++report_.equal;
    return;
  }
  if (!walk.apart) walk.now = holder_from(was.inputs.holder);  // as it was, to the letter
  walk.was = holder_from(was.inputs.holder);
  walk.segment = was.inputs.segment;  // as the episode ends
  walk.open = true;

  DecisionInputs inputs = was.inputs;
  if (walk.apart) {
    ++report_.assumed;
    inputs.holder = holder_text(walk.now);
  }
  if (options_.analyzer && turn.has_text) {
    judge_again(other_, *options_.analyzer, turn.text, walk.heard, inputs);
  }
  if (!turn.has_text && !was.inputs.analysis.sentiment.empty()) ++report_.without_text;
  const bool wordless = !turn.has_text && was.inputs.analysis.sentiment.empty();
  if (options_.analyzer && wordless) keep_mood(walk.heard, inputs.analysis);
  inputs.segment = segment_of(other_, inputs);
  const auto text = turn.has_text ? std::optional(rule_text(turn.text)) : std::nullopt;
  const Verdict verdict = choose(other_, inputs, was.person, text ? &*text : nullptr, nullptr);

  const bool by_rule = verdict.does != Does::assign;
  const bool changed = verdict.outcome != was.outcome || by_rule != by_rule_alone(was);
  const std::string arm = verdict.arm ? verdict.arm->name : std::string();
  const bool equal = !changed && verdict.rule == was.rule && verdict.priority == was.priority &&
                     verdict.tried == was.tried && arm == was.arm;
  ++report_.turns;
  report_.equal += equal ? 1 : 0;
  report_.changed += changed ? 1 : 0;
  SegmentChange& segment = report_.segments[was.inputs.segment];
  ++segment.turns;
  segment.changed += changed ? 1 : 0;
  note_outcome(walk, was, verdict.outcome, by_rule);
  if (verdict.outcome.kind == HolderKind::queue && !is_people(walk.now)) {
    waits_now_.push_back(
        {.at = was.inputs.at, .queue = verdict.outcome.id, .priority = verdict.priority});
  }
  if (changed && report_.examples.size() < std::min(options_.examples_max, kReplayExamplesMax)) {
    report_.examples.push_back({.decision = was.id,
                                .segment = was.inputs.segment,
                                .was = holder_text(was.outcome),
                                .was_rule = was.rule,
                                .now = by_rule ? "rule" : holder_text(verdict.outcome),
                                .now_rule = verdict.rule,
                                .why = verdict.reason});
  }
  if (!by_rule_alone(was)) walk.was = was.outcome;
  if (!by_rule) walk.now = verdict.outcome;
  if (verdict.does == Does::close) walk.now = {};
  walk.people_was = walk.people_was || is_people(walk.was);
  walk.people_now = walk.people_now || is_people(walk.now);
  walk.apart = walk.apart || changed;
}

void Replay::add(const RecordedConversation& conversation) {
  ++report_.conversations;
  Walk walk;
  for (const RecordedStep& step : conversation.steps) {
    if (const auto* said = std::get_if<RecordedTurn>(&step)) {
      const auto& version = said->decision.policy_version;
      if (report_.was_policy.empty()) report_.was_policy = version;
      if (report_.was_policy != version) report_.was_policy = "several";
      if (report_.model.empty()) report_.model = said->decision.model_version;
      turn(walk, *said);
    } else {
      move(walk, std::get<RecordedMove>(step));
    }
  }
  end_episode(walk);
}

ReplayReport Replay::report() {
  ReplayReport& out = report_;
  out.now_policy = other_.version;
  out.agents = static_cast<std::uint32_t>(other_.agents.size());
  for (const auto& wait : waits_was_) ++out.queues[wait.queue].entered.was;
  for (const auto& wait : waits_now_) ++out.queues[wait.queue].entered.now;
  estimate_waits(today_, waits_was_, false);
  estimate_waits(other_, waits_now_, true);
  return out;
}

}  // namespace parley::routing
