// routing/decide_union.cpp
// What a platform tells of a customer when asked, and the id that is theirs in all accounts of one
// owner.
//
// Joining two persons by it is a merge like an agent's: an event in both logs, to be taken back,
// and done once. A merge ends the newcomer's case, so it waits until nobody is in the middle of
// something with them: no bot asked, nothing on its way, no queue and no agent.
#include <utility>

#include "conversation/codec.hpp"
#include "conversation/erasure.hpp"
#include "routing/commands.hpp"
#include "routing/turn.hpp"

namespace parley::routing {
namespace {

constexpr std::string_view kSameUnion = "same union id";

std::string bounded(const std::string& text) {
  return text.size() > kAttributeBytesMax ? std::string() : text;
}

// For the operator; nothing changes by it.
void note_not_joined(Draft& draft, std::string why) {
  Event& event = draft.append(EventType::platform_event, "system");
  event.platform_event.emplace().type = "identity.not_joined";
  event.note = std::move(why);
}

}  // namespace

IdentityKey union_key(std::string_view union_id) {
  return {.scope = "union", .scheme = "union", .value = std::string(union_id)};
}

bool note_union(Draft& draft, const std::string& union_id) {
  State& state = draft.state;
  if (union_id.empty() || union_id.size() > kAttributeBytesMax || state.union_id == union_id) {
    return true;
  }
  if (!state.union_id.empty()) return false;
  state.union_id = union_id;
  state.join_pending = true;
  return true;
}

Decided decide_command(const State& state, const ProfileRead& read, const DecideContext& context) {
  Draft draft(state, context);
  if (!read.relay.empty()) draft.out.finished_relays.push_back(read.relay);
  if (is_erased_place(state, read.relay)) return draft.take();
  Identity known = read.identity;
  known.display_name = bounded(known.display_name);
  known.language = bounded(known.language);
  known.avatar_url = bounded(known.avatar_url);
  known.union_id = bounded(known.union_id);
  if (known.display_name.empty() && known.language.empty() && known.avatar_url.empty() &&
      known.union_id.empty()) {
    return draft.take();
  }
  State& next = draft.state;
  if (next.display_name.empty()) next.display_name = known.display_name;
  if (next.language.empty()) next.language = known.language;
  const bool agrees = note_union(draft, known.union_id);
  Event& event = draft.append(EventType::platform_event, "system");
  if (!read.channel.id.empty()) event.channel = read.channel;
  event.platform_event.emplace().type = "identity.profile";
  event.identity = std::move(known);
  if (!agrees) note_not_joined(draft, "this person holds another union id already");
  return draft.take();
}

Decided decide_command(const State& state, const JoinUnion& join, const DecideContext& context) {
  Draft draft(state, context);
  if (!join.relay.empty()) draft.out.finished_relays.push_back(join.relay);
  if (is_erased_place(state, join.relay)) return draft.take();
  if (join.union_id.empty() || join.owner == state.person) return draft.take();
  if (!state.union_id.empty() && state.union_id != join.union_id) {
    note_not_joined(draft, "this person holds another union id already");
    return draft.take();
  }
  if (join.owner.empty()) {
    const IdentityKey key = union_key(join.union_id);
    draft.state.union_id = join.union_id;
    Event& event = draft.append(EventType::identity_linked, "system");
    event.identity = Identity{.key = key, .union_id = join.union_id};
    event.note = "union id";
    draft.out.extra_rows.push_back(
        {.kind = RowKind::identity, .id = identity_row_id(key), .body = state.person.value});
    draft.out.dedup = join.dedup;
    return draft.take();
  }
  if (!is_idle(state)) {  // since it was asked for; again when they are through
    draft.state.union_id = join.union_id;
    draft.state.join_pending = true;
    return draft.take();
  }
  auto merged = decide_command(
      state,
      MergeInto{.survivor = join.owner, .actor = "system", .reason = std::string(kSameUnion)},
      context);
  if (!merged) {
    note_not_joined(draft, merged.error().detail);
    return draft.take();
  }
  if (!join.relay.empty()) merged->finished_relays.push_back(join.relay);
  return merged;
}

}  // namespace parley::routing
