// routing/compile.cpp
// A tenant's policy, checked: every name refers to something, every number is in its range, every
// rule can match. The first problem found is the error; it names the rule and its line and says
// what would be right.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "routing/compile.hpp"
#include "routing/decide.hpp"
#include "routing/rules.hpp"

namespace parley::routing {
namespace {

Error problem(std::string detail) {
  return {.code = Errc::misconfigured, .detail = std::move(detail)};
}

template <class Map>
std::string names_of(const Map& map) {
  std::string out;
  for (const auto& [id, value] : map) {
    if (!out.empty()) out += ", ";
    out += id.value;
  }
  return out.empty() ? "(there is none)" : out;
}

std::string at_line(int line) { return line > 0 ? " (line " + std::to_string(line) + ")" : ""; }

std::string check_queue(const Policy& policy, const QueueId& id) {
  if (policy.queues.contains(id)) return {};
  return "there is no queue \"" + id.value + "\"; expected one of " + names_of(policy.queues);
}

std::string check_outcome(const Policy& policy, const Holder& then) {
  switch (then.kind) {
    case HolderKind::none:
      return {};
    case HolderKind::queue:
      return check_queue(policy, QueueId{then.id});
    case HolderKind::bot:
      if (policy.bots.contains(BotId{then.id})) return {};
      return "there is no bot \"" + then.id + "\"; expected one of " + names_of(policy.bots);
    case HolderKind::offered:
    case HolderKind::agent:
      break;
  }
  return "an agent cannot be the outcome; expected a bot, a queue, or to keep whoever holds it";
}

std::string check_queues_and_agents(const Policy& policy) {
  for (const auto& [id, queue] : policy.queues) {
    if (id != queue.id) return "queue \"" + id.value + "\" is listed under another id";
    if (queue.waiting_max == 0) {
      return "queue \"" + id.value + "\" has waiting_max 0; expected 1 or more";
    }
  }
  for (const auto& [id, agent] : policy.agents) {
    const std::string who = "agent \"" + id.value + "\"";
    if (id != agent.id) return who + " is listed under another id";
    if (agent.capacity == 0) return who + " has capacity 0; expected 1 or more";
    for (const QueueId& queue : agent.queues) {
      if (auto wrong = check_queue(policy, queue); !wrong.empty()) return who + ": " + wrong;
    }
  }
  return {};
}

std::string check_bots(const Policy& policy) {
  for (const auto& [id, bot] : policy.bots) {
    const std::string who = "bot \"" + id.value + "\"";
    if (id != bot.id) return who + " is listed under another id";
    if (bot.deadline <= Milliseconds(0)) return who + " has no deadline; expected 1 ms or more";
    if (bot.turns_per_minute_max < 1 || bot.turns_per_minute_max > kTurnsPerMinuteMax) {
      return who + " has turns_per_minute_max " + std::to_string(bot.turns_per_minute_max) +
             "; expected 1 to " + std::to_string(kTurnsPerMinuteMax);
    }
    if (!bot.fallback_queue.empty()) {
      if (auto wrong = check_queue(policy, bot.fallback_queue); !wrong.empty()) {
        return who + ", fallback_queue: " + wrong;
      }
    }
  }
  return {};
}

std::string check_rest(Policy& policy) {
  for (const auto& [id, channel] : policy.channels) {
    if (id != channel.id) return "channel \"" + id.value + "\" is listed under another id";
  }
  if (policy.human_queue.empty() && policy.queues.size() == 1) {
    policy.human_queue = policy.queues.begin()->first;
  }
  if (policy.human_queue.empty() && !policy.queues.empty()) {
    return "human_queue is not set; expected the queue for customers who ask for a person, one "
           "of " +
           names_of(policy.queues);
  }
  if (!policy.human_queue.empty()) {
    if (auto wrong = check_queue(policy, policy.human_queue); !wrong.empty()) {
      return "human_queue: " + wrong;
    }
  }
  if (policy.episode_idle <= Milliseconds(0)) return "episode_idle is 0; expected 1 ms or more";
  if (auto wrong = check_outcome(policy, policy.default_outcome); !wrong.empty()) {
    return "default outcome: " + wrong;
  }
  return {};
}

std::string compile_calendars(Policy& policy) {
  if (auto zone = find_zone(policy.zone); !zone) return zone.error().detail;
  if (policy.calendars.size() > kCalendarsMax) {
    return std::to_string(policy.calendars.size()) + " calendars; expected at most " +
           std::to_string(kCalendarsMax);
  }
  for (auto& [name, calendar] : policy.calendars) {
    const std::string who = "calendar \"" + name + "\"" + at_line(calendar.line);
    if (name != calendar.name) return who + " is listed under another name";
    if (auto wrong = compile_calendar(calendar); !wrong.empty()) return who + ": " + wrong;
  }
  return {};
}

std::string compile_segments(Policy& policy) {
  if (policy.segments.size() > kSegmentsMax) {
    return std::to_string(policy.segments.size()) + " segments; expected at most " +
           std::to_string(kSegmentsMax);
  }
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < policy.segments.size(); ++i) {
    Segment& segment = policy.segments[i];
    const std::string who = "segment \"" + segment.name + "\"" + at_line(segment.line) + ": ";
    if (segment.name.empty()) return who + "has no name; expected one, like \"vip\"";
    if (!names.insert(segment.name).second) return who + "the name is taken; expected another";
    ConditionCheck check(policy, Subject::segment);
    if (auto wrong = check.compile(segment.when); !wrong.empty()) return who + wrong;
    for (std::size_t j = 0; j < i; ++j) {
      if (!implies(segment.when, policy.segments[j].when)) continue;
      return who + "can never match, since segment \"" + policy.segments[j].name + "\"" +
             at_line(policy.segments[j].line) +
             " matches first whenever it would; expected it above that one, or a narrower one "
             "there";
    }
  }
  return {};
}

bool leads_to_people(const Rule& rule) {
  const auto people = [](Does does, const Holder& then) {
    return does == Does::assign && then.kind == HolderKind::queue;
  };
  if (rule.arms.empty()) return people(rule.does, rule.then);
  return std::ranges::all_of(rule.arms, [&](const Arm& a) { return people(a.does, a.then); });
}

// May a turn reach `later` although `earlier` matches it?
bool passes_over(const Rule& earlier, const Rule& later) {
  if (later.tests_event && !earlier.tests_event) return true;  // a menu click asks only such rules
  return later.tests_asks_human && !earlier.tests_asks_human && !leads_to_people(earlier);
}

std::string check_reachable(const Policy& policy, std::size_t index) {
  const Rule& rule = policy.rules[index];
  for (std::size_t j = 0; j < index; ++j) {
    const Rule& earlier = policy.rules[j];
    if (passes_over(earlier, rule) || !implies(rule.when, earlier.when)) continue;
    return "can never match, since rule \"" + earlier.name + "\"" + at_line(earlier.line) +
           " matches first whenever it would; expected it above that one, or a narrower one there";
  }
  return {};
}

std::string check_bytes(std::string_view what, const std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return {};
  return std::string(what) + " of " + std::to_string(text.size()) + " bytes; expected at most " +
         std::to_string(bytes_max);
}

std::string check_deed(const Policy& policy, const Deed& deed) {
  if (auto wrong = check_outcome(policy, *deed.then); !wrong.empty()) return wrong;
  for (const auto* words : {deed.reply_zh, deed.reply_en}) {
    if (auto wrong = check_bytes("a reply", *words, kReplyBytesMax); !wrong.empty()) return wrong;
  }
  if (deed.does == Does::assign) return {};
  if (deed.then->kind != HolderKind::none) {
    return "answers by itself and names " + deed.then->id + " too; expected one of them";
  }
  if (deed.does == Does::reply && deed.reply_zh->empty() && deed.reply_en->empty()) {
    return "replies nothing; expected reply_zh or reply_en";
  }
  return {};
}

std::string check_arms(const Policy& policy, const Rule& rule) {
  if (rule.experiment.empty() != rule.arms.empty()) {
    return rule.arms.empty()
               ? "experiment \"" + rule.experiment + "\" has no arms; expected two or more"
               : std::string("has arms and no experiment; expected its name");
  }
  if (rule.arms.empty()) return {};
  if (rule.arms.size() < 2 || rule.arms.size() > kArmsMax) {
    return "experiment \"" + rule.experiment + "\" has " + std::to_string(rule.arms.size()) +
           " arms; expected 2 to " + std::to_string(kArmsMax);
  }
  if (rule.then.kind != HolderKind::none || rule.does != Does::assign) {
    return "says who answers beside its arms; expected only the arms to";
  }
  std::set<std::string_view> names;
  for (const Arm& arm : rule.arms) {
    const std::string who = "arm \"" + arm.name + "\" ";
    if (arm.name.empty() || !names.insert(arm.name).second) {
      return who + "has no name of its own; expected one";
    }
    if (arm.weight < 1 || arm.weight > 1'000) {
      return who + "has weight " + std::to_string(arm.weight) + "; expected 1 to 1000";
    }
    if (auto wrong = check_deed(policy, deed_of(rule, &arm)); !wrong.empty()) return who + wrong;
  }
  return {};
}

// Two rules may take part in one experiment if they split the persons alike.
std::string check_same_split(const Policy& policy, std::size_t index) {
  const Rule& rule = policy.rules[index];
  if (rule.experiment.empty()) return {};
  for (std::size_t j = 0; j < index; ++j) {
    const Rule& other = policy.rules[j];
    if (other.experiment != rule.experiment) continue;
    const bool alike = std::ranges::equal(rule.arms, other.arms, [](const Arm& a, const Arm& b) {
      return a.name == b.name && a.weight == b.weight;
    });
    if (alike) continue;
    return "experiment \"" + rule.experiment + "\" splits otherwise in rule \"" + other.name +
           "\"" + at_line(other.line) + "; expected the same arms with the same weights";
  }
  return {};
}

std::string check_actions(const Policy& policy, const Rule& rule) {
  if (rule.arms.empty()) {
    if (auto wrong = check_deed(policy, deed_of(rule, nullptr)); !wrong.empty()) return wrong;
  }
  if (auto wrong = check_arms(policy, rule); !wrong.empty()) return wrong;
  if (auto wrong = check_bytes("notify", rule.notify, kReplyBytesMax); !wrong.empty()) return wrong;
  if (rule.set.size() > kAttributesMax) {
    return "sets " + std::to_string(rule.set.size()) + " attributes; expected at most " +
           std::to_string(kAttributesMax);
  }
  for (const auto& [name, value] : rule.set) {
    const auto* text = std::get_if<std::string>(&value);
    if (name.empty() || name.size() > kAttributeBytesMax ||
        (text && text->size() > kAttributeBytesMax)) {
      return "sets an attribute whose name or value is too long; expected 1 to " +
             std::to_string(kAttributeBytesMax) + " bytes";
    }
  }
  return {};
}

std::string compile_rule(Policy& policy, Rule& rule, std::set<std::string>& load_queues) {
  ConditionCheck check(policy, Subject::rule);
  if (auto wrong = check.compile(rule.when); !wrong.empty()) return wrong;
  rule.tests_event = check.tests_event();
  rule.tests_asks_human = check.tests_asks_human();
  load_queues.insert(check.load_queues().begin(), check.load_queues().end());
  if (auto wrong = check_actions(policy, rule); !wrong.empty()) return wrong;
  if (rule.priority < 0 || rule.priority > 100) {
    return "priority " + std::to_string(rule.priority) + "; expected 0 to 100";
  }
  for (const auto& label : rule.labels) {
    if (label.empty() || label.size() > kValueBytesMax) {
      return "a label of " + std::to_string(label.size()) + " bytes; expected 1 to " +
             std::to_string(kValueBytesMax);
    }
  }
  return {};
}

std::string compile_rules(Policy& policy) {
  if (policy.rules.size() > kRulesMax) {
    return std::to_string(policy.rules.size()) + " rules; expected at most " +
           std::to_string(kRulesMax);
  }
  std::set<std::string_view> names;
  std::set<std::string> load_queues;
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    Rule& rule = policy.rules[i];
    const std::string who = "rule \"" + rule.name + "\"" + at_line(rule.line) + ": ";
    if (rule.name.empty()) return who + "has no name; expected one, like \"angry-vip\"";
    if (!names.insert(rule.name).second) return who + "the name is taken; expected another";
    if (auto wrong = compile_rule(policy, rule, load_queues); !wrong.empty()) return who + wrong;
    if (auto wrong = check_same_split(policy, i); !wrong.empty()) return who + wrong;
    if (auto wrong = check_reachable(policy, i); !wrong.empty()) return who + wrong;
    policy.rules_test_events = policy.rules_test_events || rule.tests_event;
  }
  if (load_queues.size() > kLoadQueuesMax) {
    return "the rules ask for the load of " + std::to_string(load_queues.size()) +
           " queues; expected at most " + std::to_string(kLoadQueuesMax);
  }
  policy.load_queues.assign(load_queues.begin(), load_queues.end());
  return {};
}

}  // namespace

Result<std::shared_ptr<const Policy>> compile(Policy policy) {
  policy.rules_test_events = false;
  for (const auto step :
       {+[](Policy& p) { return compile_calendars(p); },
        +[](Policy& p) { return check_queues_and_agents(p); },
        +[](Policy& p) { return check_bots(p); }, +[](Policy& p) { return check_rest(p); },
        +[](Policy& p) { return compile_segments(p); },
        +[](Policy& p) { return compile_rules(p); }}) {
    if (auto wrong = step(policy); !wrong.empty()) return problem(std::move(wrong));
  }
  return std::make_shared<const Policy>(std::move(policy));
}

}  // namespace parley::routing
