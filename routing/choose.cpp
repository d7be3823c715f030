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

#include "base/crypto.hpp"
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

bool leads_to_people(const Deed& deed) {
  return deed.does == Does::assign && deed.then->kind == HolderKind::queue;
}

void first_match(const Policy& policy, const RuleView& view, const PersonId& person, bool signal,
                 bool wants_human, Verdict& out) {
  if (!signal) out.tried.reserve(policy.rules.size());
  for (const Rule& rule : policy.rules) {
    if (signal && !rule.tests_event) continue;  // rules about what was said
    RuleTrace& trace = out.tried.emplace_back();
    trace.rule = rule.name;
    trace.matched = view.holds(rule.when, trace.why);
    shorten(trace.why);
    if (!trace.matched) continue;
    const Arm* arm = arm_of(rule, person);
    if (wants_human && !rule.tests_asks_human && !leads_to_people(deed_of(rule, arm))) {
      trace.matched = false;
      trace.why += "; but the customer asks for a human";
      continue;
    }
    out.matched = &rule;
    out.arm = arm;
    return;
  }
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

void add_candidate(Verdict& verdict, const Holder& who, bool chosen, std::string why) {
  Candidate candidate{.who = holder_text(who), .chosen = chosen, .why = std::move(why)};
  auto& list = verdict.candidates;
  list.insert(chosen ? list.begin() : list.end(), std::move(candidate));
}

void guard_against_loops(const Policy& policy, const DecisionInputs& inputs, Verdict& verdict) {
  if (verdict.outcome.kind != HolderKind::bot) return;
  const auto bot = policy.bots.find(BotId{verdict.outcome.id});
  if (bot == policy.bots.end() || inputs.bot_turns < bot->second.turns_per_minute_max) return;
  const QueueId& queue =
      bot->second.fallback_queue.empty() ? policy.human_queue : bot->second.fallback_queue;
  verdict.outcome = queue.empty() ? Holder{} : Holder{HolderKind::queue, queue.value};
  verdict.rule = "loop_guard";
  verdict.arm = nullptr;
  verdict.reason = "bot " + bot->first.value + " answered " + std::to_string(inputs.bot_turns) +
                   " times in the last minute";
  if (!verdict.candidates.empty()) {
    verdict.candidates.front().chosen = false;
    verdict.candidates.front().why = verdict.reason;
  }
  add_candidate(verdict, verdict.outcome, true, "takes over from a bot that answers too often");
}

// Who else could have answered, and why they do not.
void name_the_others(const Policy& policy, const Holder& holder, bool wants_human, Verdict& out) {
  const std::string by_rule = out.matched ? "rule \"" + out.matched->name + "\" decided" : "";
  const auto named = [&](const Holder& who) {
    const std::string text = holder_text(who);
    return std::ranges::any_of(out.candidates, [&](const auto& c) { return c.who == text; });
  };
  const Holder human{HolderKind::queue, policy.human_queue.value};
  if (wants_human && !named(human)) {
    add_candidate(out, human, false, out.matched ? by_rule : "people have the customer already");
  }
  if (holder.kind != HolderKind::none && !named(holder)) {
    add_candidate(out, holder, false, by_rule.empty() ? "the customer asks for a human" : by_rule);
  }
  if (policy.default_outcome.kind != HolderKind::none && !named(policy.default_outcome)) {
    add_candidate(out, policy.default_outcome, false,
                  by_rule.empty() ? "somebody has the customer already" : by_rule);
  }
}

// Nobody among people has it: the rule decides, then the wish, then whoever had it.
void settle(const Policy& policy, const Holder& holder, bool wants_human, Verdict& out) {
  const Deed deed = out.matched ? deed_of(*out.matched, out.arm) : Deed{};
  if (out.matched && deed.does != Does::assign) {
    out.does = deed.does;
    out.outcome = {};
    add_candidate(out, {}, true, "rule \"" + out.rule + "\" answers by itself");
  } else if (out.matched && deed.then->kind != HolderKind::none) {
    out.outcome = *deed.then;
    add_candidate(out, out.outcome, true, "rule \"" + out.rule + "\" says so");
  } else if (!out.matched && wants_human) {
    out.outcome = {HolderKind::queue, policy.human_queue.value};
    out.rule = "asks_human";
    out.reason = "the customer asks for a human";
    add_candidate(out, out.outcome, true, out.reason);
  } else {
    out.outcome = keep(policy, holder);
    const bool goes_on = out.outcome == holder && holder.kind != HolderKind::none;
    add_candidate(out, out.outcome, true,
                  goes_on ? "goes on" : "answers when no rule says otherwise");
    if (!out.matched) {
      out.rule = "default";
      out.reason = "no rule matched";
    }
  }
}

}  // namespace

const Arm* arm_of(const Rule& rule, const PersonId& person) {
  if (rule.arms.empty()) return nullptr;
  std::uint64_t weights = 0;
  for (const Arm& arm : rule.arms) weights += arm.weight;
  if (weights == 0) return &rule.arms.front();
  std::uint64_t place = xxh3_64(rule.experiment + '\0' + person.value) % weights;
  for (const Arm& arm : rule.arms) {
    if (place < arm.weight) return &arm;
    place -= arm.weight;
  }
  return &rule.arms.back();
}

Deed deed_of(const Rule& rule, const Arm* arm) {
  if (!arm) return {rule.does, &rule.then, &rule.reply_zh, &rule.reply_en};
  return {arm->does, &arm->then, &arm->reply_zh, &arm->reply_en};
}

std::string segment_of(const Policy& policy, const DecisionInputs& inputs) {
  const RuleView view(inputs, nullptr, nullptr);
  std::string why;
  for (const Segment& segment : policy.segments) {
    why.clear();
    if (view.holds(segment.when, why)) return segment.name;
  }
  return inputs.episodes <= 1 ? "new" : "repeat";
}

Verdict choose(const Policy& policy, const DecisionInputs& inputs, const PersonId& person,
               const RuleText* text, std::vector<std::string>* hits) {
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
  first_match(policy, view, person, signal, wants_human, out);
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
    add_candidate(out, holder, true, "people keep whom they have");
    if (out.matched) {
      const Deed deed = deed_of(*out.matched, out.arm);
      if (deed.then->kind != HolderKind::none && *deed.then != holder) {
        add_candidate(out, *deed.then, false, out.reason);
      }
    }
  } else {
    settle(policy, holder, wants_human, out);
    guard_against_loops(policy, inputs, out);
  }
  name_the_others(policy, holder, wants_human, out);
  return out;
}

}  // namespace parley::routing
