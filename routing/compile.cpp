// routing/compile.cpp
// A tenant's policy, checked: every name refers to something, every number is in its range, every
// rule can match. The first problem found is the error; it names the rule and its line and says
// what would be right.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "routing/compile.hpp"
#include "routing/policy.hpp"

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

// May a turn reach `later` although `earlier` matches it?
bool passes_over(const Rule& earlier, const Rule& later) {
  if (later.tests_event && !earlier.tests_event) return true;  // a menu click asks only such rules
  const bool to_people = earlier.then.kind == HolderKind::queue;
  return later.tests_asks_human && !earlier.tests_asks_human && !to_people;
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

std::string compile_rule(Policy& policy, Rule& rule) {
  ConditionCheck check(policy, Subject::rule);
  if (auto wrong = check.compile(rule.when); !wrong.empty()) return wrong;
  rule.tests_event = check.tests_event();
  rule.tests_asks_human = check.tests_asks_human();
  if (auto wrong = check_outcome(policy, rule.then); !wrong.empty()) return wrong;
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
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    Rule& rule = policy.rules[i];
    const std::string who = "rule \"" + rule.name + "\"" + at_line(rule.line) + ": ";
    if (rule.name.empty()) return who + "has no name; expected one, like \"angry-vip\"";
    if (!names.insert(rule.name).second) return who + "the name is taken; expected another";
    if (auto wrong = compile_rule(policy, rule); !wrong.empty()) return who + wrong;
    if (auto wrong = check_reachable(policy, i); !wrong.empty()) return who + wrong;
    policy.rules_test_events = policy.rules_test_events || rule.tests_event;
  }
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
