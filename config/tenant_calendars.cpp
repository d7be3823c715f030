// [[calendar]]: when a business is open.
//
//   [[calendar]]
//   name = "shop"
//   zone = "Asia/Shanghai"
//   hours = ["09:00-12:00", "13:30-18:00"]       every day that is not named
//   sat = "10:00-16:00"
//   sun = []
//   holidays = ["2026-10-01..2026-10-07", "01-01"]
//   [[calendar.special]]
//   dates = "2026-10-10"
//   hours = "09:00-18:00"
#include "config/tenant_file.hpp"
#include "routing/calendar.hpp"

namespace parley::config {
namespace {

using routing::Calendar;
using routing::DateRange;
using routing::Hours;

std::vector<Hours> read_hours(Table& table, std::string_view key) {
  std::vector<Hours> out;
  for (const auto& text : table.texts(key)) {
    if (const auto hours = routing::parse_hours(text)) {
      out.push_back(*hours);
    } else {
      table.problem(key, "\"" + text + "\" cannot be read; expected like \"09:00-18:00\"");
    }
  }
  return out;
}

std::vector<DateRange> read_dates(Table& table, std::string_view key) {
  std::vector<DateRange> out;
  for (const auto& text : table.texts(key)) {
    if (const auto dates = routing::parse_dates(text)) {
      out.push_back(*dates);
    } else {
      table.problem(key, "\"" + text +
                             "\" cannot be read; expected like \"2026-10-01\", \"12-25\" for every "
                             "year, or \"2026-10-01..2026-10-07\"");
    }
  }
  return out;
}

void read_week(Table& table, Calendar& calendar) {
  const auto every_day = read_hours(table, "hours");
  for (int day = 0; day < 7; ++day) {
    const auto name = routing::weekday_name(day);
    auto own = read_hours(table, name);
    calendar.week[static_cast<std::size_t>(day)] = table.has(name) ? std::move(own) : every_day;
  }
}

void read_special(Table& table, TenantContext& context, Calendar& calendar) {
  for (const Node* node : table.tables("special")) {
    Table special(*node, "calendar.special", context.problems);
    const auto dates = read_dates(special, "dates");
    const auto hours = read_hours(special, "hours");
    if (!special.has("dates")) {
      special.problem("dates", "are missing; expected like \"2026-10-10\"");
    }
    for (const auto& range : dates) calendar.special.push_back({.dates = range, .hours = hours});
  }
}

}  // namespace

void read_calendars(Table& root, TenantContext& context, routing::Policy& policy) {
  std::map<std::string, unsigned> lines;
  for (const Node* node : root.tables("calendar")) {
    Table table(*node, "calendar", context.problems);
    Calendar calendar;
    calendar.name = table.required_name("name");
    calendar.line = static_cast<int>(node->at.line);
    calendar.zone = table.text("zone");
    if (calendar.zone.empty()) calendar.zone = policy.zone;
    if (const auto zone = routing::find_zone(calendar.zone); !zone) {
      table.problem("zone", zone.error().detail);
    }
    read_week(table, calendar);
    calendar.holidays = read_dates(table, "holidays");
    read_special(table, context, calendar);
    if (!first_of_its_name(table, "calendar", calendar.name, lines)) continue;
    policy.calendars[calendar.name] = std::move(calendar);
  }
}

}  // namespace parley::config
