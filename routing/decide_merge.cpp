// routing/decide_merge.cpp
// Two persons turn out to be one, or not. A merge moves no history: the one that ends forwards to
// the survivor, which learns its addresses; taking it back restores both. Each half is decided in
// its own conversation; a relay row carries the first half to the second, whatever crashes.
//
// Of two merges that cross (each into the other, or into one that is merged itself), the second
// half finds a forward where a survivor should be and takes the merge back.
#include <algorithm>
#include <utility>

#include "routing/commands.hpp"
#include "routing/control.hpp"

namespace parley::routing {
namespace {

Relay relay_to(const Draft& draft, const PersonId& to, std::string_view verb, std::string actor,
               std::string reason) {
  Relay relay;
  relay.id = draft.place("rel", draft.state.last_seq);
  relay.tenant = draft.state.tenant;
  relay.to = to;
  relay.from = draft.state.person;
  relay.verb = verb;
  relay.actor = std::move(actor);
  relay.reason = std::move(reason);
  return relay;
}

void put_link(Draft& draft, EventType type, const PersonId& other, const std::string& actor,
              const std::string& reason) {
  Event& event = draft.append(type, actor);
  event.link =
      PersonLink{.person = draft.state.person, .other = other, .reason = reason, .actor = actor};
}

bool same_place(const Address& a, const Address& b) {
  return a.channel.id == b.channel.id && a.identity == b.identity;
}

void take_addresses(State& state, const MergedFrom& merged) {
  for (const Address& address : merged.addresses) {
    if (state.addresses.size() >= kAddressesMax) break;
    const bool known = std::ranges::any_of(
        state.addresses, [&](const Address& own) { return same_place(own, address); });
    if (!known) state.addresses.push_back(address);
  }
  for (const ReplyWindow& window : merged.windows) {
    if (state.windows.size() >= kWindowsMax) break;
    const bool known = std::ranges::any_of(state.windows, [&](const ReplyWindow& own) {
      return own.channel == window.channel && own.trigger == window.trigger;
    });
    if (!known) state.windows.push_back(window);
  }
}

void give_addresses_back(State& state, const UnmergedFrom& unmerged) {
  std::erase_if(state.addresses, [&](const Address& own) {
    return std::ranges::any_of(unmerged.addresses,
                               [&](const Address& theirs) { return same_place(own, theirs); });
  });
  std::erase_if(state.windows, [&](const ReplyWindow& window) {
    return std::ranges::none_of(state.addresses, [&](const Address& address) {
      return address.channel.id == window.channel;
    });
  });
}

}  // namespace

Decided decide_command(const State& state, const MergeInto& merge, const DecideContext& context) {
  if (merge.survivor == state.person) {
    return refused(Errc::rejected, "a person cannot be merged into itself; expected another");
  }
  if (!is_person_id(merge.survivor.value)) {
    return refused(Errc::malformed, "\"" + merge.survivor.value + "\" is no person id");
  }
  if (!state.forward_to.empty()) {
    return refused(Errc::conflict, "already merged into " + state.forward_to.value +
                                       "; expected to unmerge it first");
  }
  if (!state.merged.empty()) {
    return refused(Errc::rejected, std::to_string(state.merged.size()) +
                                       " others are merged into this person; expected to unmerge "
                                       "them first, or to merge the other way round");
  }
  Draft draft(state, context);
  if (!state.episode.empty()) {
    close_episode(draft, "merged into " + merge.survivor.value, merge.actor);
  }
  draft.state.forward_to = merge.survivor;
  put_link(draft, EventType::person_merged, merge.survivor, merge.actor, merge.reason);
  Relay relay = relay_to(draft, merge.survivor, "merged_from", merge.actor, merge.reason);
  relay.addresses = draft.state.addresses;
  relay.windows = draft.state.windows;
  draft.out.relays.push_back(std::move(relay));
  return draft.take();
}

Decided decide_command(const State& state, const MergedFrom& merged, const DecideContext& context) {
  Draft draft(state, context);
  if (!merged.relay.empty()) draft.out.finished_relays.push_back(merged.relay);
  if (!state.forward_to.empty()) {
    if (merged.relay.empty()) {
      return refused(Errc::conflict, "this person was merged into " + state.forward_to.value);
    }
    Relay back = relay_to(draft, merged.other, "unmerge_from", "system",
                          "its survivor is merged into " + state.forward_to.value);
    back.id = merged.relay + "-back";
    draft.out.relays.push_back(std::move(back));
    return draft.take();
  }
  if (merged.other == state.person ||
      std::ranges::find(state.merged, merged.other) != state.merged.end()) {
    return draft.take();
  }
  draft.state.merged.push_back(merged.other);
  take_addresses(draft.state, merged);
  put_link(draft, EventType::person_merged, merged.other, merged.actor, merged.reason);
  return draft.take();
}

Decided decide_command(const State& state, const UnmergeFrom& unmerge,
                       const DecideContext& context) {
  Draft draft(state, context);
  if (!unmerge.relay.empty()) draft.out.finished_relays.push_back(unmerge.relay);
  if (state.forward_to.empty()) {
    if (!unmerge.relay.empty()) return draft.take();
    return refused(Errc::rejected, "this person is not merged into another");
  }
  const PersonId survivor = std::exchange(draft.state.forward_to, {});
  put_link(draft, EventType::person_unmerged, survivor, unmerge.actor, unmerge.reason);
  Relay relay = relay_to(draft, survivor, "unmerged_from", unmerge.actor, unmerge.reason);
  relay.addresses = draft.state.addresses;
  draft.out.relays.push_back(std::move(relay));
  return draft.take();
}

Decided decide_command(const State& state, const UnmergedFrom& unmerged,
                       const DecideContext& context) {
  Draft draft(state, context);
  if (!unmerged.relay.empty()) draft.out.finished_relays.push_back(unmerged.relay);
  if (std::erase(draft.state.merged, unmerged.other) == 0) return draft.take();
  give_addresses_back(draft.state, unmerged);
  put_link(draft, EventType::person_unmerged, unmerged.other, unmerged.actor, unmerged.reason);
  return draft.take();
}

}  // namespace parley::routing
