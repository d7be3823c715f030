#include "routing/calendar.hpp"

#include <date/tz.h>

#include <algorithm>
#include <charconv>
#include <exception>

namespace parley::routing {

struct Zone {
  const date::time_zone* zone = nullptr;  // lives as long as the process
};

namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kDayMinutes = 24 * 60;

date::local_seconds to_local(const Zone* zone, TimePoint at) {
  const auto utc = std::chrono::floor<seconds>(at);
  if (!zone) return date::local_seconds{utc.time_since_epoch()};
  return zone->zone->to_local(utc);
}

TimePoint to_utc(const Zone* zone, date::local_seconds local) {
  if (!zone) return TimePoint{local.time_since_epoch()};
  return TimePoint{zone->zone->to_sys(local, date::choose::earliest).time_since_epoch()};
}

int number_of(date::local_days day) {
  const date::year_month_day ymd{day};
  return static_cast<int>(ymd.year()) * 10'000 +
         static_cast<int>(static_cast<unsigned>(ymd.month())) * 100 +
         static_cast<int>(static_cast<unsigned>(ymd.day()));
}

int weekday_of(date::local_days day) {
  return static_cast<int>(date::weekday{day}.iso_encoding()) - 1;
}

const std::vector<Hours>& hours_of(const Calendar& calendar, date::local_days day) {
  static const std::vector<Hours> kClosed;
  const int date = number_of(day);
  for (const SpecialDays& special : calendar.special) {
    if (special.dates.covers(date)) return special.hours;
  }
  const bool holiday = std::ranges::any_of(
      calendar.holidays, [&](const DateRange& range) { return range.covers(date); });
  return holiday ? kClosed : calendar.week[static_cast<std::size_t>(weekday_of(day))];
}

struct Span {
  TimePoint from, to;
};

// The open times of a calendar one after the other, none of them empty, none over another; those
// of the day before the first one too, for its night shift.
class Spans {
 public:
  Spans(const Calendar& calendar, TimePoint around)
      : calendar_(calendar),
        day_(std::chrono::floor<days>(to_local(calendar.zone_data.get(), around)) - days{1}) {}

  // Nullopt at the end of a day: ask again for the next one, as long as it matters.
  std::optional<Span> next() {
    const auto& hours = hours_of(calendar_, day_);
    while (place_ < hours.size()) {
      const Hours& each = hours[place_++];
      const Zone* zone = calendar_.zone_data.get();
      const TimePoint from = std::max(last_, to_utc(zone, day_ + minutes{each.from}));
      const TimePoint to = to_utc(zone, day_ + minutes{each.to});
      if (to <= from) continue;  // the clocks went over it, or a night shift lasted longer
      last_ = to;
      return Span{from, to};
    }
    day_ += days{1};
    place_ = 0;
    return {};
  }
  // No later span begins before this.
  TimePoint horizon() const {
    return to_utc(calendar_.zone_data.get(), date::local_seconds{day_}) - std::chrono::hours{1};
  }

 private:
  const Calendar& calendar_;
  date::local_days day_;
  std::size_t place_ = 0;
  TimePoint last_ = TimePoint::min();
};

// Calls `take` with every span that ends behind `from`, until it says stop or the days are over.
template <class Take>
void each_span(const Calendar& calendar, TimePoint from, TimePoint until, Take take) {
  Spans spans(calendar, from);
  while (spans.horizon() <= until) {
    const auto span = spans.next();
    if (span && span->to > from && !take(*span)) return;
  }
}

TimePoint horizon_of(TimePoint at) { return at + days{kOpeningDaysMax}; }

bool read_digits(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count) return false;
  const auto digits = text.substr(0, count);
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return false;
  std::from_chars(digits.data(), digits.data() + count, out);
  text.remove_prefix(count);
  return true;
}

bool read_sign(std::string_view& text, std::string_view sign) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(sign.size());
  return true;
}

std::optional<int> read_clock(std::string_view& text) {
  int hour = 0, minute = 0;
  if (!read_digits(text, 2, hour) || !read_sign(text, ":") || !read_digits(text, 2, minute)) {
    return {};
  }
  const int out = hour * 60 + minute;
  if (minute > 59 || out > kDayMinutes) return {};
  return out;
}

std::optional<int> read_date(std::string_view& text) {
  int year = 0, month = 0, day = 0;
  const bool with_year = text.size() >= 5 && text[4] == '-' && text[2] != '-';
  if (with_year && (!read_digits(text, 4, year) || !read_sign(text, "-"))) return {};
  if (!read_digits(text, 2, month) || !read_sign(text, "-") || !read_digits(text, 2, day)) {
    return {};
  }
  const date::year_month_day ymd{date::year{with_year ? year : 2000},  // which has a 29 February
                                 date::month{static_cast<unsigned>(month)},
                                 date::day{static_cast<unsigned>(day)}};
  if (!ymd.ok() || (with_year && year < 1970)) return {};
  return year * 10'000 + month * 100 + day;
}

std::string compile_day(std::vector<Hours>& hours, std::string_view day) {
  if (hours.size() > kDayHoursMax) {
    return std::string(day) + " has " + std::to_string(hours.size()) +
           " opening hours; expected at most " + std::to_string(kDayHoursMax);
  }
  std::ranges::sort(hours, {}, &Hours::from);
  for (std::size_t i = 0; i < hours.size(); ++i) {
    const Hours& each = hours[i];
    if (each.from < 0 || each.from >= kDayMinutes || each.to <= each.from ||
        each.to > each.from + kDayMinutes) {
      return std::string(day) + " has hours that cannot be; expected like \"09:00-18:00\"";
    }
    if (i > 0 && each.from < hours[i - 1].to) {
      return std::string(day) + " has hours that overlap; expected one behind the other";
    }
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Zone>> find_zone(const std::string& name) {
  const auto wrong = [&](const std::string& why) {
    return Error{.code = Errc::misconfigured,
                 .detail = "there is no time zone \"" + name + "\"" + why +
                           "; expected a name of the time zone database, like \"Asia/Shanghai\""};
  };
  // The library looks where the system keeps its zones; a name is no path out of there.
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
  if (name.empty() || !plain || name.starts_with('/')) return wrong("");
  try {
    const date::time_zone* const zone = date::locate_zone(name);
    static_cast<void>(zone->get_info(date::sys_seconds{}));  // read its file now, not when deciding
    return std::make_shared<const Zone>(Zone{zone});
  } catch (const std::exception&) {
    try {
      static_cast<void>(date::locate_zone("Europe/London"));
    } catch (const std::exception&) {
      return wrong(" (nor any other: is the package tzdata installed?)");
    }
    return wrong("");
  }
}

std::optional<Hours> parse_hours(std::string_view text) {
  const auto from = read_clock(text);
  if (!from || !read_sign(text, "-")) return {};
  auto to = read_clock(text);
  if (!to || !text.empty() || *from == kDayMinutes || *from == *to) return {};
  if (*to < *from) *to += kDayMinutes;
  return Hours{*from, *to};
}

bool DateRange::covers(int yyyymmdd) const noexcept {
  const int day = from < 10'000 ? yyyymmdd % 10'000 : yyyymmdd;
  if (from <= to) return day >= from && day <= to;
  return day >= from || day <= to;  // over the turn of the year
}

std::optional<DateRange> parse_dates(std::string_view text) {
  const auto from = read_date(text);
  if (!from) return {};
  if (text.empty()) return DateRange{*from, *from};
  if (!read_sign(text, "..")) return {};
  const auto to = read_date(text);
  if (!to || !text.empty() || (*from < 10'000) != (*to < 10'000)) return {};
  if (*from >= 10'000 && *to < *from) return {};
  return DateRange{*from, *to};
}

std::string compile_calendar(Calendar& calendar) {
  auto zone = find_zone(calendar.zone);
  if (!zone) return zone.error().detail;
  calendar.zone_data = std::move(*zone);
  if (calendar.holidays.size() + calendar.special.size() > kCalendarDatesMax) {
    return "has more than " + std::to_string(kCalendarDatesMax) +
           " holidays and special days; expected fewer, as ranges";
  }
  bool opens = false;
  for (int day = 0; day < 7; ++day) {
    auto& hours = calendar.week[static_cast<std::size_t>(day)];
    if (auto wrong = compile_day(hours, weekday_name(day)); !wrong.empty()) return wrong;
    opens = opens || !hours.empty();
  }
  for (SpecialDays& special : calendar.special) {
    if (auto wrong = compile_day(special.hours, "a special day"); !wrong.empty()) return wrong;
    opens = opens || !special.hours.empty();
  }
  if (!opens) return "is never open; expected the hours of at least one day";
  return {};
}

bool is_open(const Calendar& calendar, TimePoint at) {
  bool open = false;
  each_span(calendar, at, at, [&](const Span& span) {
    open = open || span.from <= at;
    return span.from < at;
  });
  return open;
}

std::optional<TimePoint> next_opening(const Calendar& calendar, TimePoint at) {
  std::optional<TimePoint> opening;
  each_span(calendar, at, horizon_of(at), [&](const Span& span) {
    opening = std::max(span.from, at);
    return false;
  });
  return opening;
}

Milliseconds open_time_between(const Calendar& calendar, TimePoint from, TimePoint to) {
  Milliseconds sum{0};
  if (to <= from) return sum;
  each_span(calendar, from, to, [&](const Span& span) {
    const TimePoint begin = std::max(span.from, from), end = std::min(span.to, to);
    if (end > begin) sum += end - begin;
    return span.to < to;
  });
  return sum;
}

std::optional<TimePoint> after_open_time(const Calendar& calendar, TimePoint at,
                                         Milliseconds open_time) {
  std::optional<TimePoint> end;
  each_span(calendar, at, horizon_of(at), [&](const Span& span) {
    const TimePoint begin = std::max(span.from, at);
    if (span.to - begin >= open_time) {
      end = begin + open_time;
      return false;
    }
    open_time -= span.to - begin;
    return true;
  });
  return end;
}

LocalTime local_time(const Zone* zone, TimePoint at) {
  const auto local = to_local(zone, at);
  const auto day = std::chrono::floor<days>(local);
  return {.yyyymmdd = number_of(day),
          .weekday = weekday_of(day),
          .minute = static_cast<int>(std::chrono::floor<minutes>(local - day).count())};
}

std::string_view weekday_name(int weekday) noexcept {
  static constexpr std::array<std::string_view, 7> kNames = {"mon", "tue", "wed", "thu",
                                                             "fri", "sat", "sun"};
  return kNames[static_cast<std::size_t>(weekday) % 7];
}

}  // namespace parley::routing
