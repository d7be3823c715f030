// conversation/erasure.hpp
// What is left of an event once the person it is about was erased, and by which names other rows
// may know them.
//
// Promise  of a text, name, address, file or reason nothing is left; place, time, kind, who may
//          answer (control) and the state of a delivery are, so that a log keeps its order and its
//          gapless numbers, and what was counted can be counted again.
// Threads  pure functions.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "conversation/event.hpp"
#include "conversation/state.hpp"

namespace parley {

inline constexpr std::string_view kErasedMember = "erased";  // "erased":true in what is left

Event erased(const Event& event);
// For a row that cannot be read.
Event erased_event(const TenantId& tenant, const PersonId& person, std::uint64_t seq);

struct PersonalNames {
  using Set = std::set<std::string, std::less<>>;
  Set ids;                // identities, and messages as platforms name them
  Set users;              // the tenant's own ids of the customer
  Set media, media_said;  // of the customer; what others said to them
};
void collect_names(const Event& event, PersonalNames& names);

// The last number of the log whose content was erased; 0: none was. Kept as a member of the stored
// state that a version without erasure carries along unread.
std::uint64_t erased_through(const State& state);
void set_erased_through(State& state, std::uint64_t seq);
// A row that carries its place in its id ("rel_<32 hex>-<seq>") is from before the erasure.
bool is_erased_place(const State& state, std::string_view id);

}  // namespace parley
