// routing/decide_time.cpp
// What time brings by itself, and the end of a wrap-up.
#include "routing/commands.hpp"
#include "routing/control.hpp"
#include "routing/promises.hpp"
#include "routing/rating.hpp"

namespace parley::routing {
namespace {

// A customer who says nothing is warned first; nothing that is closed comes as a surprise.
void mind_silence(Draft& draft) {
  const Queue* queue = queue_of(draft.policy, draft.state);
  if (queue == nullptr) return;
  const TimePoint due = silence_due(draft.state, queue->desk);
  if (due == TimePoint{} || draft.now < due) return;
  if (draft.state.silence_warned_at < draft.state.agent_spoke_at) {
    draft.state.silence_warned_at = draft.now;
    say_words(draft, *queue, queue->desk.silence);
  } else {
    close_episode(draft, "the customer said nothing more", "system");
    ask_for_rating(draft);
  }
}

}  // namespace

Decided decide_command(const State& state, const TimePassed&, const DecideContext& context) {
  Draft draft(state, context);
  tell_due(draft);
  mind_silence(draft);
  if (state.lifecycle == Lifecycle::wrapping && draft.now >= state.wrap_until) {
    draft.state.lifecycle = Lifecycle::closed;
  }
  draft.recheck = true;
  return draft.take();
}

Decided decide_command(const State& state, const FinishWrapUp& finish,
                       const DecideContext& context) {
  if (state.lifecycle != Lifecycle::wrapping || state.wrapping != finish.agent) {
    return refused(Errc::conflict,
                   "agent " + finish.agent.value + " is not wrapping up this conversation");
  }
  Draft draft(state, context);
  draft.state.lifecycle = Lifecycle::closed;
  return draft.take();
}

}  // namespace parley::routing
