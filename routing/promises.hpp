// routing/promises.hpp
// What time brings to a conversation that people have: the promises of its queue (SLA), a customer
// who says nothing, the end of a wrap-up. All of it stands in the state; the row of the wait or the
// assignment carries the moment to look again, so a start knows it too.
//
// Promise  a warning and a breach are told at most once for each clock, and a breach exactly once
// if
//          the clock ended or was looked at after its time, however late.
// Threads  pure functions.
#pragma once

#include "routing/draft.hpp"

namespace parley::routing {

// Of the queue the customer waits in or was served from; null: none, or it is gone.
const Queue* queue_of(const Policy& policy, const State& state);

// Starts, ends and tells clocks by what the draft has come to. Once, when it is taken.
void settle_promises(Draft& draft);
// Tells what is due now.
void tell_due(Draft& draft);
// The next moment that matters; zero: none.
TimePoint next_check(const State& state, const Policy& policy);
// When the customer's silence matters next (warned, then closed); zero: it does not.
TimePoint silence_due(const State& state, const DeskRules& rules);

}  // namespace parley::routing
