#include "base/clock.hpp"

#include <cstddef>

namespace parley {
namespace {

// Reads exactly `digits` digits at `at`; moves `at` past them.
bool read_number(std::string_view text, std::size_t& at, std::size_t digits, int& out) {
  if (text.size() - at < digits || at > text.size()) return false;
  out = 0;
  for (std::size_t i = 0; i < digits; ++i, ++at) {
    if (text[at] < '0' || text[at] > '9') return false;
    out = out * 10 + (text[at] - '0');
  }
  return true;
}

// `digits` digits from `at` on; what is too large for them loses its front.
void write_number(std::string& out, std::size_t at, std::size_t digits, int number) {
  for (std::size_t i = at + digits; i > at; --i, number /= 10) {
    out[i - 1] = static_cast<char>('0' + number % 10);
  }
}

bool read_char(std::string_view text, std::size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

}  // namespace

std::string format_time(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Milliseconds> clock(time - day);
  // By hand: a turn writes a score of times, and printf() was a tenth of writing it.
  std::string out = "0000-00-00T00:00:00.000Z";
  write_number(out, 0, 4, static_cast<int>(date.year()));
  write_number(out, 5, 2, static_cast<int>(static_cast<unsigned>(date.month())));
  write_number(out, 8, 2, static_cast<int>(static_cast<unsigned>(date.day())));
  write_number(out, 11, 2, static_cast<int>(clock.hours().count()));
  write_number(out, 14, 2, static_cast<int>(clock.minutes().count()));
  write_number(out, 17, 2, static_cast<int>(clock.seconds().count()));
  write_number(out, 20, 3, static_cast<int>(clock.subseconds().count()));
  return out;
}

bool parse_time(std::string_view text, TimePoint& out) {
  std::size_t at = 0;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!read_number(text, at, 4, year) || !read_char(text, at, '-') ||
      !read_number(text, at, 2, month) || !read_char(text, at, '-') ||
      !read_number(text, at, 2, day) || at >= text.size() || (text[at] != 'T' && text[at] != ' ')) {
    return false;
  }
  ++at;
  if (!read_number(text, at, 2, hour) || !read_char(text, at, ':') ||
      !read_number(text, at, 2, minute) || !read_char(text, at, ':') ||
      !read_number(text, at, 2, second)) {
    return false;
  }
  int ms = 0;
  if (read_char(text, at, '.')) {
    int scale = 100, digits = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
      ms += (text[at] - '0') * scale;
      scale /= 10;
    }
    if (digits == 0 || digits > 9) return false;
  }
  int offset_minutes = 0;
  if (at >= text.size()) return false;
  if (text[at] == '+' || text[at] == '-') {
    const int sign = text[at++] == '-' ? -1 : 1;
    int hours = 0, minutes = 0;
    if (!read_number(text, at, 2, hours) || !read_char(text, at, ':') ||
        !read_number(text, at, 2, minutes) || hours > 23 || minutes > 59) {
      return false;
    }
    offset_minutes = sign * (hours * 60 + minutes);
  } else if (!read_char(text, at, 'Z')) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (at != text.size() || !date.ok() || hour > 23 || minute > 59 || second > 60) return false;
  const TimePoint time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                         std::chrono::minutes(minute - offset_minutes) +
                         std::chrono::seconds(second) + Milliseconds(ms);
  // An offset or a leap second may leave the years that format_time() can write.
  if (time < std::chrono::sys_days(std::chrono::year{0} / 1 / 1) ||
      time >= std::chrono::sys_days(std::chrono::year{10000} / 1 / 1)) {
    return false;
  }
  out = time;
  return true;
}

}  // namespace parley
