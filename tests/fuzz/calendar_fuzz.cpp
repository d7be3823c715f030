// Any bytes as opening hours, days and a time zone's name: not understood, or a calendar that can
// say at any moment whether it is open and when next.
#include "routing/calendar.hpp"

#include "tests/fuzz/target.hpp"

namespace parley::routing {

PARLEY_FUZZ_TARGET(calendar) {
  fuzz::Choices choices(bytes);
  Calendar calendar;
  calendar.name = "c";
  constexpr const char* kZones[] = {"UTC", "Asia/Shanghai", "Europe/Prague", "America/St_Johns"};
  calendar.zone = kZones[choices.below(std::size(kZones))];
  const std::int64_t ms = static_cast<std::int64_t>(choices.below(256)) << (8 * choices.below(6));
  for (int i = 0; i < 6; ++i) {
    const auto text = choices.line();
    if (const auto hours = parse_hours(text)) {
      fuzz::expect(hours->from >= 0 && hours->from < hours->to && hours->to <= 48 * 60,
                   "hours that cannot be", text);
      calendar.week[choices.below(7)].push_back(*hours);
    }
    if (const auto dates = parse_dates(text)) calendar.holidays.push_back(*dates);
  }
  if (!compile_calendar(calendar).empty()) return;
  const TimePoint at{Milliseconds{1'700'000'000'000 + ms}};
  const bool open = is_open(calendar, at);
  const auto next = next_opening(calendar, at);
  fuzz::expect(!open || (next && *next == at), "open, and opens later", bytes);
  fuzz::expect(!next || *next >= at, "opens in the past", bytes);
  if (next) fuzz::expect(is_open(calendar, *next), "closed when it opens", bytes);
}

}  // namespace parley::routing
