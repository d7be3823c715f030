// Conditions of time and of load: whether they hold, and why.
#include <algorithm>
#include <cstdio>

#include "routing/rules.hpp"

namespace parley::routing {
namespace {

void append_clock(std::string& out, int minute) {
  char text[8];
  const int size = std::snprintf(text, sizeof text, "%02d:%02d", minute / 60 % 100, minute % 60);
  out.append(text, static_cast<std::size_t>(size));
}

void append_date(std::string& out, int yyyymmdd) {
  char text[16];
  const int size = std::snprintf(text, sizeof text, "%04d-%02d-%02d", yyyymmdd / 10'000 % 10'000,
                                 yyyymmdd / 100 % 100, yyyymmdd % 100);
  out.append(text, static_cast<std::size_t>(size));
}

bool within(const Hours& hours, int minute) {
  constexpr int kDay = 24 * 60;
  return (minute >= hours.from && minute < hours.to) || minute + kDay < hours.to;
}

bool open_at(const Calendar& calendar, TimePoint at, KnownTime& known) {
  const auto found =
      std::ranges::find(known.open, calendar.name, &std::pair<std::string_view, bool>::first);
  if (found != known.open.end()) return found->second;
  const bool open = is_open(calendar, at);
  known.open.emplace_back(calendar.name, open);
  return open;
}

// The first calendar that is as wanted, else the last one is why not.
bool calendar_holds(const Condition& c, bool open_wanted, TimePoint at, KnownTime& known,
                    std::string& why) {
  for (std::size_t i = 0; i < c.moment->calendars.size(); ++i) {
    const Calendar& calendar = *c.moment->calendars[i];
    const bool open = open_at(calendar, at, known);
    if (open != open_wanted && i + 1 < c.moment->calendars.size()) continue;
    why += "calendar ";
    why += calendar.name;
    why += open ? " is open" : " is closed";
    return open == open_wanted;
  }
  return false;
}

bool in_values(const Condition& c, bool held, std::string& why) {
  why += held ? ", in " : ", not in ";
  append_values(why, c.values);
  return held;
}

std::optional<double> measured(const QueueLoad& load, std::string_view measure) {
  const auto& names = load_measures();
  if (measure == names[0]) return load.waiting;
  if (measure == names[1]) return load.oldest_wait_s;
  if (measure == names[2]) return load.estimated_wait_s;
  if (measure == names[3]) return load.online;
  if (measure == names[4]) return load.free;
  return {};
}

bool compare(Op op, double actual, double limit) {
  switch (op) {
    case Op::eq:
      return actual == limit;
    case Op::ne:
      return actual != limit;
    case Op::lt:
      return actual < limit;
    case Op::le:
      return actual <= limit;
    case Op::gt:
      return actual > limit;
    case Op::ge:
      return actual >= limit;
    case Op::in:
    case Op::exists:
      break;
  }
  return false;
}

std::string_view spelling(Op op, bool held) {
  switch (op) {
    case Op::eq:
      return held ? " = " : " is not ";
    case Op::ne:
      return held ? " is not " : " = ";
    case Op::lt:
      return held ? " < " : " >= ";
    case Op::le:
      return held ? " <= " : " > ";
    case Op::gt:
      return held ? " > " : " <= ";
    case Op::ge:
      return held ? " >= " : " < ";
    case Op::in:
    case Op::exists:
      break;
  }
  return " ? ";
}

}  // namespace

const std::vector<std::string>& load_measures() {
  static const std::vector<std::string> kNames = {"waiting", "oldest_wait_s", "estimated_wait_s",
                                                  "online_agents", "free_agents"};
  return kNames;
}

bool moment_holds(const Condition& c, TimePoint at, KnownTime& known, std::string& why) {
  if (!c.moment) {
    why += "the time was not compiled";
    return false;
  }
  if (c.test == Test::calendar_open) return calendar_holds(c, true, at, known, why);
  if (c.test == Test::calendar_closed) return calendar_holds(c, false, at, known, why);
  if (!known.local) known.local = local_time(c.moment->zone.get(), at);
  const LocalTime& local = *known.local;
  if (c.test == Test::time_of_day) {
    why += "time ";
    append_clock(why, local.minute);
    return in_values(c,
                     std::ranges::any_of(c.moment->hours,
                                         [&](const Hours& h) { return within(h, local.minute); }),
                     why);
  }
  if (c.test == Test::date) {
    why += "date ";
    append_date(why, local.yyyymmdd);
    return in_values(
        c,
        std::ranges::any_of(c.moment->dates,
                            [&](const DateRange& range) { return range.covers(local.yyyymmdd); }),
        why);
  }
  const std::string_view day = weekday_name(local.weekday);
  why += "weekday is ";
  why += day;
  if (std::ranges::find(c.values, day) != c.values.end()) return true;
  why += ", not ";
  append_values(why, c.values);
  return false;
}

bool load_holds(const Condition& c, const std::vector<QueueLoad>& load, std::string& why) {
  const auto found = std::ranges::find(load, c.name, &QueueLoad::queue);
  const auto actual = found == load.end() || c.values.empty() ? std::optional<double>()
                                                              : measured(*found, c.values.front());
  if (!actual) {
    why += "the load of queue ";
    why += c.name;
    why += " is unknown";
    return false;
  }
  const bool held = compare(c.op, *actual, c.number);
  why += "queue ";
  why += c.name;
  why += ": ";
  why += c.values.front();
  why += ' ';
  append_number(why, *actual);
  why += spelling(c.op, held);
  append_number(why, c.number);
  return held;
}

}  // namespace parley::routing
