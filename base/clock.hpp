// base/clock.hpp
// Where time comes from. Wall time is for stamps and signature windows, steady time for
// deadlines and leases: a jump of the wall clock must move no deadline.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley {

using Milliseconds = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<Milliseconds>;  // wall time, UTC
using SteadyPoint = std::chrono::time_point<std::chrono::steady_clock, Milliseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual SteadyPoint steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint now() const override {
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  }
  SteadyPoint steady() const override {
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::steady_clock::now());
  }
};

// For tests, the case runner and replay: stands still until it is turned. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start = TimePoint{Milliseconds{1'760'000'000'000}})
      : now_ms_(start.time_since_epoch().count()) {}
  TimePoint now() const override { return TimePoint{Milliseconds{now_ms_.load()}}; }
  SteadyPoint steady() const override { return SteadyPoint{Milliseconds{steady_ms_.load()}}; }
  void advance(Milliseconds by) {
    now_ms_ += by.count();
    steady_ms_ += by.count();
  }
  void jump_wall(TimePoint to) { now_ms_ = to.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> now_ms_;
  std::atomic<std::int64_t> steady_ms_{1'000'000};
};

// RFC 3339 UTC with milliseconds: "2026-08-20T10:15:00.000Z".
std::string format_time(TimePoint time);
// Empty on anything else; accepts 0 to 9 fraction digits and an offset.
bool parse_time(std::string_view text, TimePoint& out);

}  // namespace parley
