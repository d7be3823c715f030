// routing/choose.cpp
// Who answers this turn: the first rule that matches, within what the present holder and the
// customer's wish allow.
//
//   0. the answer to our question about the last case goes to nobody
//   1. who already waits for a person, or talks to one, stays there
//   2. a wish for a person: a rule that leads to a queue, or one that asks for the wish, else the
//      policy's human queue; rules that lead to a bot are passed over
//   3. the first rule that matches
//   4. whoever holds the conversation, else the policy's default
//   5. a bot that has answered too often in the last minute gives way to its fallback queue
#include <algorithm>

#include "routing/rules.hpp"

namespace parley::routing {
namespace {

constexpr int kDefaultPriority = 50;
constexpr std::size_t kWhyBytesMax = 240;

void shorten(std::string& why) {
  if (why.size() <= kWhyBytesMax) return;
  std::size_t end = kWhyBytesMax;
  while (end > 0 && (static_cast<unsigned char>(why[end]) & 0xC0U) == 0x80U) --end;
  why.resize(end);
  why += "...";
}

bool is_signal(const DecisionInputs& inputs) {
  return std::ranges::any_of(inputs.facts,
                             [](const auto& fact) { return fact.starts_with("event:"); });
}

const Rule* first_match(const Policy& policy, const RuleView& view, bool signal, bool wants_human,
                        std::vector<RuleTrace>& tried) {
  if (!signal) tried.reserve(policy.rules.size());
  for (const Rule& rule : policy.rules) {
    if (signal && !rule.tests_event) continue;  // rules about what was said
    RuleTrace& trace = tried.emplace_back();
    trace.rule = rule.name;
    trace.matched = view.holds(rule.when, trace.why);
    shorten(trace.why);
    if (!trace.matched) continue;
    if (wants_human && !rule.tests_asks_human && rule.then.kind != HolderKind::queue) {
      trace.matched = false;
      trace.why += "; but the customer asks for a human";
      continue;
    }
    return &rule;
  }
  return nullptr;
}

bool with_people(const Holder& holder) {
  return holder.kind == HolderKind::queue || holder.kind == HolderKind::offered ||
         holder.kind == HolderKind::agent;
}

// Whoever has it goes on; nobody has it: the default.
Holder keep(const Policy& policy, const Holder& holder) {
  const bool known = holder.kind == HolderKind::bot && policy.bots.contains(BotId{holder.id});
  return known ? holder : policy.default_outcome;
}

void guard_against_loops(const Policy& policy, const DecisionInputs& inputs, Verdict& verdict) {
  if (verdict.outcome.kind != HolderKind::bot) return;
  const auto bot = policy.bots.find(BotId{verdict.outcome.id});
  if (bot == policy.bots.end() || inputs.bot_turns < bot->second.turns_per_minute_max) return;
  const QueueId& queue =
      bot->second.fallback_queue.empty() ? policy.human_queue : bot->second.fallback_queue;
  verdict.outcome = queue.empty() ? Holder{} : Holder{HolderKind::queue, queue.value};
  verdict.rule = "loop_guard";
  verdict.reason = "bot " + bot->first.value + " answered " + std::to_string(inputs.bot_turns) +
                   " times in the last minute";
}

}  // namespace

std::string segment_of(const Policy& policy, const DecisionInputs& inputs) {
  const RuleView view(inputs, nullptr, nullptr);
  std::string why;
  for (const Segment& segment : policy.segments) {
    why.clear();
    if (view.holds(segment.when, why)) return segment.name;
  }
  return inputs.episodes <= 1 ? "new" : "repeat";
}

Verdict choose(const Policy& policy, const DecisionInputs& inputs, const RuleText* text,
               std::vector<std::string>* hits) {
  const RuleView view(inputs, text, hits);
  const Holder holder = holder_from(inputs.holder);
  const bool signal = is_signal(inputs);
  const bool wants_human = view.has_fact("asks_human", "") && !policy.human_queue.empty();

  Verdict out;
  if (view.has_fact(kRatesCase, "")) {
    out.rule = "rating";
    out.reason = "the customer says how the last case went";
    out.priority = 0;
    return out;
  }
  out.matched = first_match(policy, view, signal, wants_human, out.tried);
  out.priority = out.matched ? out.matched->priority : kDefaultPriority;
  if (out.matched) {
    out.rule = out.matched->name;
    out.reason = out.tried.back().why;
  } else if (signal) {
    return out;
  }
  if (with_people(holder)) {
    out.outcome = holder;
    if (!out.matched) out.rule = "holder";
    out.reason = inputs.holder + " holds the conversation";
    return out;
  }
  if (out.matched && out.matched->then.kind != HolderKind::none) {
    out.outcome = out.matched->then;
  } else if (!out.matched && wants_human) {
    out.outcome = {HolderKind::queue, policy.human_queue.value};
    out.rule = "asks_human";
    out.reason = "the customer asks for a human";
  } else {
    out.outcome = keep(policy, holder);
    if (!out.matched) {
      out.rule = "default";
      out.reason = "no rule matched";
    }
  }
  guard_against_loops(policy, inputs, out);
  return out;
}

}  // namespace parley::routing
