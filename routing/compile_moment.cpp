// Checking conditions of time and of load.
#include <algorithm>

#include "routing/compile.hpp"
#include "routing/rules.hpp"

namespace parley::routing {
namespace {

template <class Map, class Name>
std::string names_of(const Map& map, Name name) {
  std::string out;
  for (const auto& [id, value] : map) {
    if (!out.empty()) out += ", ";
    out += name(id);
  }
  return out.empty() ? "(there is none)" : out;
}

// One value of a test of the time; empty, or what is wrong with it.
std::string add_value(const Policy& policy, Test test, const std::string& value, Moment& moment) {
  switch (test) {
    case Test::time_of_day:
      if (const auto hours = parse_hours(value)) {
        moment.hours.push_back(*hours);
        return {};
      }
      return "time_of_day \"" + value + "\" cannot be read; expected like \"09:00-18:00\"";
    case Test::date:
      if (const auto dates = parse_dates(value)) {
        moment.dates.push_back(*dates);
        return {};
      }
      return "date \"" + value +
             "\" cannot be read; expected like \"2026-11-11\", \"12-25\" or "
             "\"2026-10-01..2026-10-07\"";
    case Test::weekday:
      for (int day = 0; day < 7; ++day) {
        if (weekday_name(day) == value) return {};
      }
      return "weekday \"" + value +
             "\" is not known; expected one of mon, tue, wed, thu, fri, sat, sun";
    default:
      break;
  }
  const auto calendar = policy.calendars.find(value);
  if (calendar == policy.calendars.end()) {
    return "there is no calendar \"" + value + "\"; expected one of " +
           names_of(policy.calendars, [](const auto& name) { return name; });
  }
  moment.calendars.push_back(std::make_shared<const Calendar>(calendar->second));
  return {};
}

}  // namespace

std::string ConditionCheck::compile_moment(Condition& c) const {
  auto moment = std::make_shared<Moment>();
  if (c.test != Test::calendar_open && c.test != Test::calendar_closed) {
    auto zone = find_zone(policy_.zone);
    if (!zone) return zone.error().detail;
    moment->zone = std::move(*zone);
  }
  for (const auto& value : c.values) {
    if (auto wrong = add_value(policy_, c.test, value, *moment); !wrong.empty()) return wrong;
  }
  c.moment = std::move(moment);
  return {};
}

std::string ConditionCheck::check_load(const Condition& c) {
  if (!policy_.queues.contains({c.name})) {
    return "load: there is no queue \"" + c.name + "\"; expected one of " +
           names_of(policy_.queues, [](const auto& id) { return id.value; });
  }
  const auto& measures = load_measures();
  if (c.values.size() != 1 || std::ranges::find(measures, c.values.front()) == measures.end()) {
    std::string known;
    for (const auto& each : measures) known += (known.empty() ? "" : ", ") + each;
    return "load of queue \"" + c.name + "\" has no measure; expected one of " + known;
  }
  if (c.op == Op::in || c.op == Op::exists) {
    return "load of queue \"" + c.name + "\" has no comparison; expected eq, ne, lt, le, gt or ge";
  }
  const bool never = (c.op == Op::lt && c.number <= 0) || (c.op == Op::le && c.number < 0) ||
                     (c.op == Op::eq && c.number < 0);
  if (never) return "load can never match: nothing is below 0; expected more than that";
  load_queues_.insert(c.name);
  return {};
}

}  // namespace parley::routing
