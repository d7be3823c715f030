// storage/erase_rules.hpp
// Which rows go when a person is erased, for every Store alike.
//
// Threads  pure functions.
#pragma once

#include <string_view>

#include "conversation/erasure.hpp"
#include "storage/store.hpp"

namespace parley::storage {

// Queue entries and assignments went with the commit before; audit rows hold ids only.
// `names` learns the tenant's own id of the customer from its row: a profile goes by it.
bool goes_with(const Store::Erasure& person, PersonalNames& names, RowKind kind,
               std::string_view id, std::string_view body);
// A dedup key holds one of these names, whole or between two separators.
bool names_one_of(const PersonalNames& names, std::string_view dedup_key);
// What an event's bytes are once it is erased; `names` learns what they were. Nothing of a row
// that cannot be read is kept.
std::string erased_body(const TenantId& tenant, const PersonId& person, const StoredEvent& event,
                        PersonalNames& names);
// Media that were said to the person and also to others (a picture of a campaign): they stay.
void keep_shared(std::string_view other_event, PersonalNames& names);

}  // namespace parley::storage
