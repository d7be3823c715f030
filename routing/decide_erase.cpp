// A person is erased: whatever was begun with them ends here, and the state is as that of somebody
// nothing was ever heard of, but for the log's next number and the control epoch, so that order
// holds and nothing begun before can be finished after. What the store still has of them is taken
// away after this is committed (Store::erase_persons_blocking); a relay row remembers it.
#include <string>
#include <utility>

#include "conversation/erasure.hpp"
#include "routing/commands.hpp"

namespace parley::routing {

Decided decide_command(const State& state, const ErasePerson& erase, const DecideContext& context) {
  Draft draft(state, context);
  draft.out.finished_sends = state.open_sends;
  State& next = draft.state;
  next = first_state(state.tenant, state.person);
  next.last_seq = state.last_seq;
  next.control.epoch = state.control.epoch + 1;
  next.control.since = draft.now;
  Event& event = draft.append(EventType::person_erased, erase.actor);
  event.control =
      ControlChange{.from = {}, .to = {}, .epoch = next.control.epoch, .reason = "erased"};
  set_erased_through(next, next.last_seq);
  Relay rest;  // what the store still has to take away; its row goes when that is done
  rest.id = draft.place("era", next.last_seq);
  rest.tenant = next.tenant;
  rest.to = next.person;
  rest.from = next.person;
  rest.verb = kEraseVerb;
  rest.reason = std::to_string(next.last_seq);
  draft.out.relays.push_back(std::move(rest));
  return draft.take();
}

}  // namespace parley::routing
