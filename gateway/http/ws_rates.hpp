// gateway/http/ws_rates.hpp
// How fast one WebSocket may talk: a bucket for messages, a window for control frames.
//
// Threads  plain values.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace parley::gateway::http {

class MessageBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;
  MessageBucket(std::uint32_t per_minute_max, std::uint32_t burst_max, Time now)
      : per_second_(per_minute_max / 60.0), burst_(burst_max), level_(burst_max), at_(now) {}
  bool take(Time now) {
    const double passed_s = std::chrono::duration<double>(now - at_).count();
    at_ = now;
    level_ = std::min(burst_, level_ + passed_s * per_second_);
    if (level_ < 1) return false;
    level_ -= 1;
    return true;
  }

 private:
  double per_second_, burst_, level_;
  Time at_;
};

class ControlWindow {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit ControlWindow(std::uint32_t max) : max_(max) {}
  // True while no more than `max` fell into the current ten seconds.
  bool take(Time now) {
    if (now - start_ >= std::chrono::seconds(10)) {
      start_ = now;
      count_ = 0;
    }
    return ++count_ <= max_;
  }

 private:
  std::uint32_t max_;
  std::uint32_t count_ = 0;
  Time start_{};
};

}  // namespace parley::gateway::http
