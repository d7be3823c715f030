#include "routing/opening.hpp"

#include "routing/calendar.hpp"

namespace parley::routing {
namespace {

constexpr Milliseconds kLookAgain{60'000};  // while open: it closes within this of its time

const Calendar* calendar_of(const Policy& policy, const Queue& queue) {
  if (queue.desk.calendar.empty()) return nullptr;
  const auto found = policy.calendars.find(queue.desk.calendar);
  return found == policy.calendars.end() ? nullptr : &found->second;
}

}  // namespace

Opening opening_of(const Policy& policy, const Queue& queue, TimePoint now) {
  const Calendar* calendar = calendar_of(policy, queue);
  if (calendar == nullptr) return {};
  if (is_open(*calendar, now)) return {.open = true, .changes_at = now + kLookAgain};
  return {.open = false, .changes_at = next_opening(*calendar, now)};
}

TimePoint after_open_time(const Policy& policy, const Queue& queue, TimePoint start,
                          Milliseconds worth) {
  const Calendar* calendar = calendar_of(policy, queue);
  if (calendar == nullptr) return start + worth;
  // Closed for more than a year: then by the clock on the wall.
  return after_open_time(*calendar, start, worth).value_or(start + worth);
}

}  // namespace parley::routing
