// routing/decide.cpp
// One command to the function that decides it.
#include "routing/decide.hpp"

#include <variant>

#include "base/mutant.hpp"
#include "routing/commands.hpp"

namespace parley::routing {

State first_state(const TenantId& tenant, const PersonId& person) {
  State state;
  state.tenant = tenant;
  state.person = person;
  return state;
}

Result<Transition> decide(const State& state, const Command& command,
                          const DecideContext& context) {
  return std::visit(
      [&](const auto& what) -> Result<Transition> {
        using What = std::decay_t<decltype(what)>;
        if (!state.forward_to.empty() && !kSaidToMerged<What>) {
          return refused(Errc::conflict, "this person was merged into " + state.forward_to.value);
        }
        return decide_command(state, what, context);
      },
      command);
}

bool is_fenced_out(const Send& send, const State& state) noexcept {
  return !MUTANT("no_fence") && send.fenced && send.epoch != state.control.epoch;
}

Result<Command> command_of(const Relay& row) {
  if (row.verb == "merged_from") {
    return Command(MergedFrom{.other = row.from,
                              .actor = row.actor,
                              .reason = row.reason,
                              .relay = row.id,
                              .addresses = row.addresses,
                              .windows = row.windows});
  }
  if (row.verb == "unmerged_from") {
    return Command(UnmergedFrom{.other = row.from,
                                .actor = row.actor,
                                .reason = row.reason,
                                .relay = row.id,
                                .addresses = row.addresses});
  }
  if (row.verb == "unmerge_from") {
    return Command(UnmergeFrom{.actor = row.actor, .reason = row.reason, .relay = row.id});
  }
  return refused(Errc::malformed, "relay verb \"" + row.verb +
                                      "\" is not known; expected merged_from, unmerged_from or "
                                      "unmerge_from");
}

}  // namespace parley::routing
