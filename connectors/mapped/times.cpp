#include "connectors/mapped/times.hpp"

#include <charconv>
#include <cstdint>

namespace parley::connectors::mapped {
namespace {

constexpr std::int64_t kYear10000Ms = 253'402'300'800'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Two or four digits and the like; moves past them.
std::optional<int> number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int out = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return out;
}

std::optional<int> milliseconds(std::string_view& text) {
  int out = 0, scale = 100;
  std::size_t count = 0;
  for (; count < text.size() && is_digit(text[count]); ++count) {
    out += (text[count] - '0') * scale;
    scale /= 10;
  }
  if (count == 0 || count > 9) return std::nullopt;
  text.remove_prefix(count);
  return out;
}

// Minutes east of Greenwich.
std::optional<int> zone(std::string_view& text) {
  if (text.starts_with('Z') || text.starts_with('z')) {
    text.remove_prefix(1);
    return 0;
  }
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = number(text, 2);
  if (!hours || *hours > 14) return std::nullopt;
  if (text.starts_with(':')) text.remove_prefix(1);
  const auto minutes = text.empty() ? std::optional(0) : number(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

struct Parts {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0, zone_min = 0;
};

bool read_part(char what, std::string_view& text, Parts& parts) {
  const auto into = [](std::optional<int> value, int& part) {
    if (value) part = *value;
    return value.has_value();
  };
  switch (what) {
    case 'Y':
      return into(number(text, 4), parts.year);
    case 'm':
      return into(number(text, 2), parts.month);
    case 'd':
      return into(number(text, 2), parts.day);
    case 'H':
      return into(number(text, 2), parts.hour);
    case 'M':
      return into(number(text, 2), parts.minute);
    case 'S':
      return into(number(text, 2), parts.second);
    case 'f':
      return into(milliseconds(text), parts.ms);
    case 'z':
      return into(zone(text), parts.zone_min);
    default:
      return false;
  }
}

std::optional<TimePoint> time_of(const Parts& p) {
  using namespace std::chrono;
  const year_month_day date{year(p.year), month(static_cast<unsigned>(p.month)),
                            day(static_cast<unsigned>(p.day))};
  if (!date.ok() || p.hour > 23 || p.minute > 59 || p.second > 60) return std::nullopt;
  return TimePoint{sys_days(date) + hours(p.hour) + minutes(p.minute - p.zone_min) +
                   seconds(p.second) + Milliseconds(p.ms)};
}

std::optional<TimePoint> by_pattern(std::string_view text, std::string_view format) {
  Parts parts;
  while (!format.empty()) {
    if (format.front() == '%' && format.size() > 1) {
      if (!read_part(format[1], text, parts)) return std::nullopt;
      format.remove_prefix(2);
    } else {
      if (!text.starts_with(format.front())) return std::nullopt;
      text.remove_prefix(1);
      format.remove_prefix(1);
    }
  }
  if (!text.empty()) return std::nullopt;
  return time_of(parts);
}

}  // namespace

bool is_time_format(std::string_view format) noexcept {
  if (format == "unix" || format == "unix_ms" || format == "rfc3339") return true;
  bool dated = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (i + 1 == format.size()) return false;
    const char what = format[++i];
    if (std::string_view("YmdHMSfz").find(what) == std::string_view::npos) return false;
    dated = dated || what == 'Y';
  }
  return dated;
}

std::string write_time(TimePoint time, std::string_view format) {
  const auto ms = time.time_since_epoch().count();
  if (format == "unix_ms") return std::to_string(ms);
  if (format == "unix") return std::to_string(ms / 1000);
  const std::string full = format_time(time);  // 2026-08-20T10:15:00.000Z
  if (format == "rfc3339") return full;
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    const char what = format[++i];
    constexpr std::string_view kParts = "YmdHMSf";
    constexpr std::size_t kStart[] = {0, 5, 8, 11, 14, 17, 20};
    const auto part = kParts.find(what);
    if (part == std::string_view::npos) {
      out += "+0000";
    } else {
      out += full.substr(kStart[part], what == 'Y' ? 4 : what == 'f' ? 3 : 2);
    }
  }
  return out;
}

std::optional<TimePoint> read_time(std::string_view text, std::string_view format) {
  if (format == "rfc3339") {
    TimePoint out;
    return parse_time(text, out) ? std::optional(out) : std::nullopt;
  }
  if (format != "unix" && format != "unix_ms") return by_pattern(text, format);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const double ms = format == "unix" ? value * 1000 : value;
  if (error != std::errc() || end != text.data() + text.size() || !(ms >= 0) ||
      ms >= static_cast<double>(kYear10000Ms)) {
    return std::nullopt;
  }
  return TimePoint{Milliseconds{static_cast<std::int64_t>(ms)}};
}

}  // namespace parley::connectors::mapped
