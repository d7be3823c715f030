// bots/circuit.hpp
// Whether a bot may be asked: not while it rests after failures in a row, then by one probe at a
// time until one goes well, and never by more calls at once than it was given.
//
// Threads  a plain value; whoever shares it locks it. Steady time is an argument.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"

namespace parley::bots {

struct CircuitOptions {
  std::uint32_t failures = 5;  // in a row, then it rests
  Milliseconds rest{30'000};
  Milliseconds rest_max{300'000};  // however long a bot asks to be left alone
};

class Circuit {
 public:
  // "" and the call counts as running until heard(); else why it may not be made.
  std::string_view enter(SteadyPoint now, std::size_t calls_max) {
    if (now < rests_until_) return "circuit open after repeated failures";
    const bool probing = failures_ > 0 && rested_;
    if (probing && running_ > 0) return "circuit half open, one call is trying";
    if (running_ >= calls_max) return "too many calls to this bot at once";
    ++running_;
    return {};
  }

  void leave_well() {
    --running_;
    failures_ = 0;
    rested_ = false;
  }
  void leave_badly(SteadyPoint now, const CircuitOptions& options) {
    --running_;
    if (++failures_ < options.failures && !rested_) return;
    rest(now, options.rest, options);
  }
  // Neither: our own limits, a call given up.
  void leave() { --running_; }

  // The bot said how long it wants to be left alone.
  void rest(SteadyPoint now, Milliseconds time, const CircuitOptions& options) {
    rested_ = true;
    failures_ = std::max<std::uint32_t>(failures_, 1);
    rests_until_ = std::max(rests_until_, now + std::min(time, options.rest_max));
  }

 private:
  std::uint32_t failures_ = 0;
  std::size_t running_ = 0;
  bool rested_ = false;  // it has rested and not answered well since
  SteadyPoint rests_until_{};
};

}  // namespace parley::bots
