// routing/compile_condition.cpp
#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "conversation/part.hpp"
#include "conversation/state.hpp"
#include "routing/compile.hpp"
#include "routing/rule_text.hpp"
#include "routing/rules.hpp"

namespace parley::routing {
namespace {

std::string_view name_of(Test test) {
  static constexpr auto kNames = std::to_array<std::string_view>({"always",
                                                                  "all",
                                                                  "any",
                                                                  "none",
                                                                  "segment",
                                                                  "sentiment",
                                                                  "score_below",
                                                                  "trend_below",
                                                                  "angry",
                                                                  "asks_human",
                                                                  "text_contains",
                                                                  "text_matches",
                                                                  "part_type",
                                                                  "event",
                                                                  "channel",
                                                                  "platform",
                                                                  "language",
                                                                  "label",
                                                                  "attribute",
                                                                  "episode_turns_at_least",
                                                                  "episodes_at_least",
                                                                  "holder",
                                                                  "days_since_seen_at_least",
                                                                  "intent",
                                                                  "intent_confidence_at_least",
                                                                  "calendar_open",
                                                                  "calendar_closed",
                                                                  "time_of_day",
                                                                  "weekday",
                                                                  "date",
                                                                  "load",
                                                                  "episode_minutes_at_least",
                                                                  "unhappy",
                                                                  "repeats_at_least"});
  static_assert(kNames.size() == static_cast<std::size_t>(Test::repeats_at_least) + 1);
  return kNames[static_cast<std::size_t>(test)];
}

bool is_about_turn(Test test) {
  switch (test) {
    case Test::sentiment:
    case Test::score_below:
    case Test::trend_below:
    case Test::angry:
    case Test::asks_human:
    case Test::text_contains:
    case Test::text_matches:
    case Test::part_type:
    case Test::event:
    case Test::segment:
    case Test::holder:
    case Test::episode_turns_at_least:
    case Test::intent:
    case Test::intent_confidence_at_least:
    case Test::calendar_open:
    case Test::calendar_closed:
    case Test::time_of_day:
    case Test::weekday:
    case Test::date:
    case Test::load:
    case Test::episode_minutes_at_least:
    case Test::unhappy:
    case Test::repeats_at_least:
      return true;
    default:
      return false;
  }
}

bool is_about_text(Test test) {
  return test == Test::sentiment || test == Test::score_below || test == Test::trend_below ||
         test == Test::angry || test == Test::text_contains || test == Test::text_matches ||
         test == Test::part_type || test == Test::intent ||
         test == Test::intent_confidence_at_least || test == Test::repeats_at_least;
}

bool is_about_time(Test test) {
  return test == Test::calendar_open || test == Test::calendar_closed ||
         test == Test::time_of_day || test == Test::weekday || test == Test::date;
}

// Tests of which a turn has exactly one value.
bool is_single_valued(Test test) {
  return test == Test::segment || test == Test::sentiment || test == Test::channel ||
         test == Test::platform || test == Test::language || test == Test::holder ||
         test == Test::intent || test == Test::weekday;
}

bool takes_values(Test test) {
  return is_single_valued(test) || test == Test::text_contains || test == Test::text_matches ||
         test == Test::part_type || test == Test::event || test == Test::label ||
         is_about_time(test);
}

template <class List>
std::string joined(const List& list) {
  std::string out;
  for (const auto& each : list) {
    if (!out.empty()) out += ", ";
    out += each;
  }
  return out;
}

std::string unknown(std::string_view what, const std::string& value, const std::string& known) {
  std::string out(what);
  ((out += " \"") += value) += "\" is not known; expected ";
  out += known.empty() ? "one that is declared (there is none)" : "one of " + known;
  return out;
}

bool share_a_value(const Condition& a, const Condition& b) {
  return std::ranges::any_of(a.values, [&](const auto& value) {
    return std::ranges::find(b.values, value) != b.values.end();
  });
}

// Two parts of one `all` that exclude each other.
std::string contradiction(const Condition& all) {
  for (std::size_t i = 0; i < all.parts.size(); ++i) {
    for (std::size_t j = i + 1; j < all.parts.size(); ++j) {
      const Condition &a = all.parts[i], &b = all.parts[j];
      if (a.test == b.test && is_single_valued(a.test) && !share_a_value(a, b)) {
        return "can never match: " + std::string(name_of(a.test)) + " cannot be " +
               joined(a.values) + " and " + joined(b.values) + " at once; expected any";
      }
      const bool both = (a.test == Test::calendar_open && b.test == Test::calendar_closed) ||
                        (a.test == Test::calendar_closed && b.test == Test::calendar_open);
      if (both && a.values.size() == 1 && a.values == b.values) {
        return "can never match: calendar " + a.values.front() +
               " cannot be open and closed at once; expected one of them";
      }
      if ((a.test == Test::event && is_about_text(b.test)) ||
          (b.test == Test::event && is_about_text(a.test))) {
        return "can never match: an event has no text; expected event without " +
               std::string(name_of(a.test == Test::event ? b.test : a.test));
      }
    }
  }
  return {};
}

bool values_within(const Condition& narrow, const Condition& wide) {
  return std::ranges::all_of(narrow.values, [&](const auto& value) {
    return std::ranges::find(wide.values, value) != wide.values.end();
  });
}

// Of two comparisons of one number: does the first leave nothing that the second forbids?
bool op_implies(const Condition& narrow, const Condition& wide) {
  const double n = narrow.number, w = wide.number;
  switch (wide.op) {
    case Op::ge:
      return ((narrow.op == Op::ge || narrow.op == Op::gt || narrow.op == Op::eq) && n >= w);
    case Op::gt:
      return (narrow.op == Op::gt && n >= w) ||
             ((narrow.op == Op::ge || narrow.op == Op::eq) && n > w);
    case Op::le:
      return ((narrow.op == Op::le || narrow.op == Op::lt || narrow.op == Op::eq) && n <= w);
    case Op::lt:
      return (narrow.op == Op::lt && n <= w) ||
             ((narrow.op == Op::le || narrow.op == Op::eq) && n < w);
    default:
      return narrow.op == wide.op && n == w;
  }
}

bool implies_simply(const Condition& narrow, const Condition& wide) {
  if (narrow.test != wide.test) return false;
  if (narrow.test == Test::time_of_day && narrow.moment && wide.moment) {
    return std::ranges::all_of(narrow.moment->hours, [&](const Hours& inner) {
      return std::ranges::any_of(wide.moment->hours, [&](const Hours& outer) {
        return inner.from >= outer.from && inner.to <= outer.to;
      });
    });
  }
  if (takes_values(narrow.test)) return values_within(narrow, wide);
  switch (narrow.test) {
    case Test::angry:
    case Test::asks_human:
    case Test::unhappy:
      return true;
    case Test::score_below:
    case Test::trend_below:
      return narrow.number <= wide.number;
    case Test::episode_turns_at_least:
    case Test::episodes_at_least:
    case Test::days_since_seen_at_least:
    case Test::intent_confidence_at_least:
    case Test::episode_minutes_at_least:
    case Test::repeats_at_least:
      return narrow.number >= wide.number;
    case Test::load:
      return narrow.name == wide.name && narrow.values == wide.values && op_implies(narrow, wide);
    case Test::attribute:
      return narrow.name == wide.name && narrow.op == wide.op && narrow.values == wide.values &&
             narrow.number == wide.number;
    default:
      return false;
  }
}

}  // namespace

std::optional<bool> constant(const Condition& c) {
  const auto part_is = [&](bool wanted) {
    return [wanted](const Condition& part) { return constant(part) == wanted; };
  };
  switch (c.test) {
    case Test::always:
      return true;
    case Test::all:
      if (std::ranges::any_of(c.parts, part_is(false))) return false;
      if (std::ranges::all_of(c.parts, part_is(true))) return true;
      return {};
    case Test::any:
      if (std::ranges::any_of(c.parts, part_is(true))) return true;
      if (std::ranges::all_of(c.parts, part_is(false))) return false;
      return {};
    case Test::none:
      if (std::ranges::any_of(c.parts, part_is(true))) return false;
      if (std::ranges::all_of(c.parts, part_is(false))) return true;
      return {};
    default:
      return {};
  }
}

bool implies(const Condition& narrow, const Condition& wide) {
  if (constant(wide) == true) return true;
  if (narrow.test == Test::any) {
    return std::ranges::all_of(narrow.parts,
                               [&](const Condition& part) { return implies(part, wide); });
  }
  if (wide.test == Test::all) {
    return std::ranges::all_of(wide.parts,
                               [&](const Condition& part) { return implies(narrow, part); });
  }
  if (wide.test == Test::any && std::ranges::any_of(wide.parts, [&](const Condition& part) {
        return implies(narrow, part);
      })) {
    return true;
  }
  if (narrow.test == Test::all) {
    return std::ranges::any_of(narrow.parts,
                               [&](const Condition& part) { return implies(part, wide); });
  }
  if (narrow.test == Test::none && wide.test == Test::none) {
    return std::ranges::all_of(wide.parts, [&](const Condition& part) {
      return std::ranges::any_of(narrow.parts,
                                 [&](const Condition& other) { return implies(part, other); });
    });
  }
  return implies_simply(narrow, wide);
}

std::string ConditionCheck::compile(Condition& condition) {
  if (auto wrong = check(condition, 1, false); !wrong.empty()) return wrong;
  if (constant(condition) == false) {
    return "can never match; expected a condition that some turn meets";
  }
  return {};
}

std::string ConditionCheck::check(Condition& c, int depth, bool negated) {
  if (depth > kConditionDepthMax) {
    return "conditions nest deeper than " + std::to_string(kConditionDepthMax) +
           "; expected a flatter one";
  }
  if (++conditions_ > kConditionsMax) {
    return "more than " + std::to_string(kConditionsMax) + " conditions; expected fewer";
  }
  if (subject_ == Subject::segment && is_about_turn(c.test)) {
    return std::string(name_of(c.test)) +
           " is about a turn; expected what is true of the customer: attribute, "
           "episodes_at_least, days_since_seen_at_least, channel, platform, language or label";
  }
  if (!negated) {
    tests_event_ = tests_event_ || c.test == Test::event;
    tests_asks_human_ = tests_asks_human_ || c.test == Test::asks_human;
  }
  switch (c.test) {
    case Test::all:
    case Test::any:
    case Test::none:
      return check_parts(c, depth, negated);
    case Test::attribute:
      return check_attribute(c);
    case Test::load:
      return check_load(c);
    case Test::calendar_open:
    case Test::calendar_closed:
    case Test::time_of_day:
    case Test::weekday:
    case Test::date: {
      auto wrong = check_values(c);
      return wrong.empty() ? compile_moment(c) : wrong;
    }
    case Test::text_contains:
    case Test::text_matches: {
      auto wrong = check_values(c);
      return wrong.empty() ? compile_text(c) : wrong;
    }
    default:
      break;
  }
  if (!takes_values(c.test)) return check_number(c);
  if (auto wrong = check_values(c); !wrong.empty()) return wrong;
  return check_known(c);
}

std::string ConditionCheck::check_parts(Condition& c, int depth, bool negated) {
  if (c.parts.empty()) {
    return "\"" + std::string(name_of(c.test)) + "\" has no condition; expected at least one";
  }
  for (Condition& part : c.parts) {
    const bool inverted = c.test == Test::none ? !negated : negated;
    if (auto wrong = check(part, depth + 1, inverted); !wrong.empty()) return wrong;
  }
  return c.test == Test::all ? contradiction(c) : std::string();
}

std::string ConditionCheck::check_values(const Condition& c) const {
  const std::string what(name_of(c.test));
  if (c.values.empty()) return what + " has no value; expected at least one";
  if (c.values.size() > kValuesMax) {
    return what + " has " + std::to_string(c.values.size()) + " values; expected at most " +
           std::to_string(kValuesMax);
  }
  const std::size_t bytes_max = c.test == Test::text_matches ? kPatternBytesMax : kValueBytesMax;
  for (const auto& value : c.values) {
    if (value.empty()) return what + " has an empty value; expected at least one character";
    if (value.size() > bytes_max) {
      return what + " has a value of " + std::to_string(value.size()) +
             " bytes; expected at most " + std::to_string(bytes_max);
    }
  }
  return {};
}

std::string ConditionCheck::check_known(const Condition& c) const {
  std::set<std::string> known;
  switch (c.test) {
    case Test::segment:
      known = {"new", "repeat"};
      for (const auto& segment : policy_.segments) known.insert(segment.name);
      break;
    case Test::sentiment:
      known = {"negative", "neutral", "positive"};
      break;
    case Test::holder:
      known = {"none", "bot", "queue", "offered", "agent"};
      break;
    case Test::channel:
      for (const auto& [id, channel] : policy_.channels) known.insert(id.value);
      break;
    case Test::platform:
      for (const auto& [id, channel] : policy_.channels) known.insert(channel.platform);
      break;
    case Test::part_type:
      for (const auto name : part_types()) known.emplace(name);
      break;
    default:
      return {};  // languages, labels and platform events are anybody's words
  }
  for (const auto& value : c.values) {
    if (!known.contains(value)) return unknown(name_of(c.test), value, joined(known));
  }
  return {};
}

std::string ConditionCheck::check_number(const Condition& c) const {
  double low = 0, high = 0;
  switch (c.test) {
    case Test::score_below:
      low = -1, high = 1;
      break;
    case Test::trend_below:
      low = -2, high = 2;
      break;
    case Test::episode_turns_at_least:
    case Test::episodes_at_least:
      low = 1, high = 1e6;
      break;
    case Test::days_since_seen_at_least:
      low = 0, high = 1e5;
      break;
    case Test::intent_confidence_at_least:
      low = 0, high = 1;
      break;
    case Test::episode_minutes_at_least:
      low = 0, high = 1e6;
      break;
    case Test::repeats_at_least:
      low = 1, high = kHeardTurns;
      break;
    default:
      return {};
  }
  const std::string what(name_of(c.test));
  const std::string range =
      std::to_string(static_cast<int>(low)) + " to " + std::to_string(static_cast<int>(high));
  if (!(c.number >= low && c.number <= high)) {
    return what + " is out of range; expected " + range;
  }
  const bool below = c.test == Test::score_below || c.test == Test::trend_below;
  if (below && c.number == low) {
    return what + " can never match: nothing is below " + range.substr(0, 2) +
           "; expected more than that";
  }
  return {};
}

std::string ConditionCheck::check_attribute(const Condition& c) const {
  if (c.name.empty()) return "attribute has no name; expected the name of a profile attribute";
  if (c.op == Op::in && c.values.empty()) {
    return "attribute \"" + c.name + "\" in: has no value; expected at least one";
  }
  for (const auto& value : c.values) {
    if (value.size() > kValueBytesMax) {
      return "attribute \"" + c.name + "\" has a value of " + std::to_string(value.size()) +
             " bytes; expected at most " + std::to_string(kValueBytesMax);
    }
  }
  return {};
}

std::string ConditionCheck::compile_text(Condition& c) const {
  c.folded.clear();
  c.patterns.clear();
  for (const auto& value : c.values) {
    if (c.test == Test::text_contains) {
      c.folded.push_back(fold_case(value));
      continue;
    }
    std::shared_ptr<const Pattern> pattern;
    if (auto wrong = compile_pattern(value, pattern); !wrong.empty()) {
      return "text_matches \"" + value + "\" is no pattern (" + wrong +
             "); expected an RE2 regular expression";
    }
    c.patterns.push_back(std::move(pattern));
  }
  return {};
}

}  // namespace parley::routing
