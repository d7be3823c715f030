// tests/simulation/machine.hpp
// Time and chance of one simulated run. The clock stands still while anything is left to do and
// then jumps to whatever comes next; all chance comes from one seed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::simulation {

namespace net = boost::asio;

class Machine final : public gateway::VirtualTime {
 public:
  using What = std::move_only_function<void()>;

  explicit Machine(std::uint64_t seed) : random_(seed) { install(this); }
  ~Machine() override { install(nullptr); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  ManualClock clock;

  // ---- chance
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool chance(double odds) { return draw() < odds; }
  double draw() { return static_cast<double>(random_() >> 11) * 0x1.0p-53; }
  Milliseconds between(std::int64_t low, std::int64_t high) {
    return Milliseconds(
        low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1))));
  }
  template <class List>
  auto& any_of(List& list) {
    return list[below(list.size())];
  }

  // ---- time
  void after(Milliseconds delay, What what) {
    agenda_.emplace(std::pair(clock.steady() + delay, order_++), std::move(what));
  }
  // A number for this very moment; no two are the same.
  std::uint64_t moment() { return ++moments_; }
  // Jumps to what comes next and does it; false: nothing comes before `limit`.
  bool advance(SteadyPoint limit);

  Point now() const override { return clock.steady(); }
  void add(gateway::Timer& timer) override { waiting_.push_back(&timer); }
  void remove(gateway::Timer& timer) noexcept override { std::erase(waiting_, &timer); }

 private:
  void wake_due_timers();

  std::mt19937_64 random_;
  std::uint64_t order_ = 0, moments_ = 0;
  std::map<std::pair<SteadyPoint, std::uint64_t>, What> agenda_;
  std::vector<gateway::Timer*> waiting_;  // in the order they began to wait
};

}  // namespace parley::simulation
