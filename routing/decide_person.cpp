// routing/decide_person.cpp
// Who the customer is: the profile their company keeps, and the identities that are theirs.
#include <algorithm>
#include <utility>

#include "conversation/codec.hpp"
#include "routing/commands.hpp"
#include "routing/turn.hpp"

namespace parley::routing {
namespace {

Result<void> check_attributes(const State& state, const UpdateProfile& update) {
  std::size_t count = state.attributes.size();
  for (const auto& name : update.erase) count -= state.attributes.count(name);
  for (const auto& [name, value] : update.attributes) {
    const auto* text = std::get_if<std::string>(&value);
    if (name.empty() || name.size() > kAttributeBytesMax ||
        (text && text->size() > kAttributeBytesMax)) {
      return refused(Errc::malformed, "an attribute's name or value is too long; expected 1 to " +
                                          std::to_string(kAttributeBytesMax) + " bytes");
    }
    const bool kept = state.attributes.contains(name) &&
                      std::ranges::find(update.erase, name) == update.erase.end();
    if (!kept) ++count;
  }
  if (count > kAttributesMax) {
    return refused(Errc::overloaded, std::to_string(count) + " attributes; expected at most " +
                                         std::to_string(kAttributesMax));
  }
  for (const auto* text : {&update.display_name, &update.language, &update.external_user}) {
    if (*text && (*text)->size() > kAttributeBytesMax) {
      return refused(Errc::malformed,
                     "a name of more than " + std::to_string(kAttributeBytesMax) + " bytes");
    }
  }
  return {};
}

// The segment may follow from the profile; who waits is seen with the new one.
void update_segment(Draft& draft) {
  State& state = draft.state;
  const ChannelRef channel =
      state.addresses.empty() ? ChannelRef{} : state.addresses.front().channel;
  Turn turn{.seq = draft.next_seq(), .channel = channel};
  state.segment = inputs_of(draft, turn).segment;
  if (state.waiting) {
    state.waiting->segment = state.segment;
    state.waiting->language = state.language;
  }
}

void put_changes(Draft& draft, const UpdateProfile& update) {
  Event& event = draft.append(EventType::platform_event, update.actor);
  PlatformEvent& what = event.platform_event.emplace();
  what.type = "profile.updated";
  what.attributes = update.attributes;
  for (const auto& name : update.erase) {
    if (!event.note.empty()) event.note += ", ";
    event.note += "erased " + name;
  }
}

}  // namespace

void note_profile(Draft& draft, const KnownProfile& profile) {
  if (!profile.kept_for.empty()) {
    draft.out.extra_rows.push_back(
        {.kind = RowKind::profile, .id = profile.kept_for, .body = {}, .erase = true});
  }
  UpdateProfile update{.actor = profile.source, .attributes = {}};
  State& state = draft.state;
  for (const auto& [name, value] : profile.what.attributes) {
    const auto had = state.attributes.find(name);
    if (had == state.attributes.end() || had->second != value) update.attributes[name] = value;
  }
  if (!profile.what.display_name.empty()) update.display_name = profile.what.display_name;
  if (!profile.what.language.empty()) update.language = profile.what.language;
  if (!check_attributes(state, update)) return;
  const bool renamed = update.display_name && *update.display_name != state.display_name;
  const bool speaks = update.language && state.language.empty();
  if (renamed) state.display_name = *update.display_name;
  if (speaks) state.language = *update.language;
  if (update.attributes.empty() && !renamed && !speaks) return;
  for (const auto& [name, value] : update.attributes) state.attributes[name] = value;
  put_changes(draft, update);
}

Decided decide_command(const State& state, const UpdateProfile& update,
                       const DecideContext& context) {
  if (auto fine = check_attributes(state, update); !fine) return std::move(fine.error());
  Draft draft(state, context);
  State& next = draft.state;
  for (const auto& name : update.erase) next.attributes.erase(name);
  for (const auto& [name, value] : update.attributes) next.attributes[name] = value;
  if (update.display_name) next.display_name = *update.display_name;
  if (update.language) next.language = *update.language;
  if (update.external_user) note_external_user(draft, *update.external_user);
  if (next.episodes > 0) update_segment(draft);
  if (next == state) return unchanged(state);
  put_changes(draft, update);
  return draft.take();
}

Decided decide_command(const State& state, const LinkIdentity& link, const DecideContext& context) {
  const IdentityKey& key = link.identity.key;
  if (key.scope.empty() || key.scheme.empty() || key.value.empty()) {
    return refused(Errc::malformed, "the identity needs scope, scheme and value");
  }
  const bool known = std::ranges::any_of(state.addresses, [&](const Address& address) {
    return address.identity == key && address.channel.id == link.channel.id;
  });
  if (known) return unchanged(state);
  Draft draft(state, context);
  if (!link.channel.id.empty()) {
    if (draft.state.addresses.size() >= kAddressesMax) draft.state.addresses.pop_back();
    draft.state.addresses.push_back({.channel = link.channel,
                                     .identity = key,
                                     .recipient = link.recipient,
                                     .opted_out = false,
                                     .unreachable = false});
  }
  Event& event = draft.append(EventType::identity_linked, link.actor);
  if (!link.channel.id.empty()) event.channel = link.channel;
  event.identity = link.identity;
  event.note = link.reason;
  draft.out.extra_rows.push_back(
      {.kind = RowKind::identity, .id = identity_row_id(key), .body = state.person.value});
  return draft.take();
}

}  // namespace parley::routing
