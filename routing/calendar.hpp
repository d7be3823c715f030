// routing/calendar.hpp
// When a business is open: weekly hours, closed days and days with hours of their own, by the
// clock on its wall. Hours belong to the day they begin on, so a night shift that begins on the eve
// of a closed day is worked to its end.
//
// Promise  where a clock change repeats an hour, an hour of opening or closing is its first one;
//          where it skips one, the moment of the change.
// Errors   misconfigured: no such time zone, hours or dates that cannot be.
// Limits   kDayHoursMax intervals a day, kCalendarDatesMax dates; next_opening() looks
//          kOpeningDaysMax days ahead.
// Threads  any, after compile_calendar(). Finding a zone reads the system's time zone files, once
//          for each zone; nothing else does any I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace parley::routing {

inline constexpr std::size_t kDayHoursMax = 8;
inline constexpr std::size_t kCalendarDatesMax = 400;
inline constexpr int kOpeningDaysMax = 400;

struct Zone;  // of the time zone database; calendar.cpp
Result<std::shared_ptr<const Zone>> find_zone(const std::string& name);

// Minutes since midnight; `to` is behind `from` and may lie on the next day (past 24 * 60).
struct Hours {
  int from = 0, to = 0;
  friend bool operator==(const Hours&, const Hours&) = default;
};
// "09:00-18:00", "22:00-06:00", "00:00-24:00".
std::optional<Hours> parse_hours(std::string_view text);

// Days from `from` to `to`, both included: yyyymmdd, or mmdd for every year.
struct DateRange {
  int from = 0, to = 0;
  bool covers(int yyyymmdd) const noexcept;
  friend bool operator==(const DateRange&, const DateRange&) = default;
};
// "2026-10-01", "12-25", "2026-10-01..2026-10-07", "12-24..01-02".
std::optional<DateRange> parse_dates(std::string_view text);

struct SpecialDays {
  DateRange dates;
  std::vector<Hours> hours;
  friend bool operator==(const SpecialDays&, const SpecialDays&) = default;
};

struct Calendar {
  std::string name;
  std::string zone = "UTC";                     // "Asia/Shanghai"
  std::array<std::vector<Hours>, 7> week = {};  // Monday first
  std::vector<DateRange> holidays = {};         // closed
  std::vector<SpecialDays> special = {};        // their own hours, holiday or not; the first counts
  int line = 0;                                 // in the tenant file, for messages
  std::shared_ptr<const Zone> zone_data = {};   // filled by compile_calendar(); UTC before
};

// Finds the zone, sorts the hours. Empty, or what is wrong and what would be right.
std::string compile_calendar(Calendar& calendar);

bool is_open(const Calendar& calendar, TimePoint at);
// `at` itself while it is open; nullopt when it stays closed for kOpeningDaysMax days.
std::optional<TimePoint> next_opening(const Calendar& calendar, TimePoint at);
// For clocks that run only while it is open. 0 when `to` is not behind `from`.
Milliseconds open_time_between(const Calendar& calendar, TimePoint from, TimePoint to);
// When `open_time` from `at` will have passed; nullopt past kOpeningDaysMax days.
std::optional<TimePoint> after_open_time(const Calendar& calendar, TimePoint at,
                                         Milliseconds open_time);

// What a clock on the wall of that zone says; null is UTC.
struct LocalTime {
  int yyyymmdd = 0;
  int weekday = 0;  // 0 is Monday
  int minute = 0;   // of the day
};
LocalTime local_time(const Zone* zone, TimePoint at);
// "mon" ... "sun".
std::string_view weekday_name(int weekday) noexcept;

}  // namespace parley::routing
