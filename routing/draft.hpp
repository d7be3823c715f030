// routing/draft.hpp
// A transition being written: events get the next sequence number and ids that carry it, and the
// rows follow from comparing the state before with the state after, so that a queue entry exists
// exactly while a customer waits, an assignment while an agent holds, a bot call while one is
// awaited.
//
// Threads  one draft, one thread.
#pragma once

#include <string>
#include <string_view>

#include "routing/decide.hpp"

namespace parley::routing {

class Draft {
 public:
  Draft(const State& before, const DecideContext& context);

  // The reference lives until the next append().
  Event& append(EventType type, std::string actor = {});
  std::uint64_t next_seq() const noexcept { return state.last_seq + 1; }
  std::string place(std::string_view prefix, std::uint64_t seq) const;

  // The last case's record is stored again: something of it is known only now.
  void put_record();

  Transition take();

  bool recheck = false;  // all that is due has been looked at: check_at is set anew

  const State& before;
  const Policy& policy;
  const Analyzer& analyzer;
  const TimePoint now;
  const Load* const load;  // null: unknown
  Transition out;
  State& state;  // out.state

 private:
  void settle_place();
  void settle_check();
  void settle_queue_entry();
  void settle_assignment();
  void settle_bot_call();
  void settle_join();
  void settle_record();
  void settle_trials();
};

// Nobody is in the middle of anything with them: no bot asked, nothing on its way, no queue and no
// agent. Only then may a merge that nobody asked for end their case.
bool is_idle(const State& state) noexcept;

// Nothing to commit: the old state, no event.
Transition unchanged(const State& state);

Error refused(Errc code, std::string detail);

}  // namespace parley::routing
