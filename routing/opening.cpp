#include "routing/opening.hpp"

namespace parley::routing {

Opening opening_of(const Policy&, const Queue&, TimePoint) { return {}; }

TimePoint after_open_time(const Policy&, const Queue&, TimePoint start, Milliseconds worth) {
  return start + worth;
}

}  // namespace parley::routing
