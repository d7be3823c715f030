// routing/opening.hpp
// When a queue is open, and time as its promises count it: only while it is open.
//
// Threads  pure functions.
#pragma once

#include <optional>

#include "routing/policy.hpp"

namespace parley::routing {

struct Opening {
  bool open = true;
  std::optional<TimePoint> changes_at = {};  // opens or closes; none: never, as far as we look
};
Opening opening_of(const Policy& policy, const Queue& queue, TimePoint now);

// When `worth` of open time has passed since `start`.
TimePoint after_open_time(const Policy& policy, const Queue& queue, TimePoint start,
                          Milliseconds worth);

}  // namespace parley::routing
