// gateway/pipeline/rate.hpp
// When a channel's next call may go: its rate, and a pause after the platform said "too many".
// GCRA on one atomic: no lock between cores.
//
// Threads  any.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.hpp"

namespace parley::gateway {

class RateGate {
 public:
  // rate_per_s 0: no limit of its own.
  RateGate(double rate_per_s, double burst);
  // When the next call may go; `now`: at once.
  SteadyPoint next(SteadyPoint now) const;
  // Reserves a place; the caller waits until the time given (now: go at once).
  SteadyPoint reserve(SteadyPoint now);
  void pause_until(SteadyPoint until);
  bool paused(SteadyPoint now) const { return now.time_since_epoch().count() < paused_ms_.load(); }

 private:
  const double interval_ms_;
  const double tolerance_ms_;
  std::atomic<std::int64_t> next_us_{0};  // theoretical arrival time
  std::atomic<std::int64_t> paused_ms_{0};
};

}  // namespace parley::gateway
