#include "gateway/pipeline/rate.hpp"

#include <algorithm>

namespace parley::gateway {

RateGate::RateGate(double rate_per_s, double burst)
    : interval_ms_(rate_per_s > 0 ? 1'000.0 / rate_per_s : 0),
      tolerance_ms_(interval_ms_ * std::max(burst - 1.0, 0.0)) {}

SteadyPoint RateGate::next(SteadyPoint now) const {
  const std::int64_t earliest_ms = std::max(now.time_since_epoch().count(), paused_ms_.load());
  const auto tolerance_us = static_cast<std::int64_t>(tolerance_ms_ * 1'000);
  const auto base = std::max(next_us_.load(), earliest_ms * 1'000);
  const auto go_us = std::max(base - tolerance_us, earliest_ms * 1'000);
  return SteadyPoint{Milliseconds{(go_us + 999) / 1'000}};
}

SteadyPoint RateGate::reserve(SteadyPoint now) {
  const std::int64_t earliest_ms = std::max(now.time_since_epoch().count(), paused_ms_.load());
  if (interval_ms_ == 0) return SteadyPoint{Milliseconds{earliest_ms}};
  const auto interval_us = static_cast<std::int64_t>(interval_ms_ * 1'000);
  const auto tolerance_us = static_cast<std::int64_t>(tolerance_ms_ * 1'000);
  std::int64_t next = next_us_.load();
  std::int64_t base = 0;
  do {
    base = std::max(next, earliest_ms * 1'000);
  } while (!next_us_.compare_exchange_weak(next, base + interval_us));
  const std::int64_t go_us = std::max(base - tolerance_us, earliest_ms * 1'000);
  return SteadyPoint{Milliseconds{(go_us + 999) / 1'000}};
}

void RateGate::pause_until(SteadyPoint until) {
  const std::int64_t wanted = until.time_since_epoch().count();
  std::int64_t current = paused_ms_.load();
  while (current < wanted && !paused_ms_.compare_exchange_weak(current, wanted)) {
  }
}

}  // namespace parley::gateway
