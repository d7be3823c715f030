#include "tests/simulation/machine.hpp"

#include <algorithm>

namespace parley::simulation {

bool Machine::advance(SteadyPoint limit) {
  Point next = Point::max();
  if (!agenda_.empty()) next = agenda_.begin()->first.first;
  for (const gateway::Timer* timer : waiting_) next = std::min(next, timer->expiry());
  if (next > Point(limit)) return false;
  // Up, never early: our clock counts milliseconds.
  const auto wait = std::chrono::ceil<Milliseconds>(next - now());
  if (wait > Milliseconds(0)) clock.advance(wait);
  wake_due_timers();
  while (!agenda_.empty() && agenda_.begin()->first.first <= clock.steady()) {
    auto what = std::move(agenda_.begin()->second);
    agenda_.erase(agenda_.begin());
    what();
    if (chance(0.5)) break;  // what follows from it may come before the rest
  }
  return true;
}

void Machine::wake_due_timers() {
  std::vector<gateway::Timer*> due;
  for (gateway::Timer* timer : waiting_) {
    if (timer->expiry() <= now()) due.push_back(timer);
  }
  for (gateway::Timer* timer : due) {
    remove(*timer);
    timer->cancel();
  }
}

}  // namespace parley::simulation
