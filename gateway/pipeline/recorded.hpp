// gateway/pipeline/recorded.hpp
// A tenant's history as a replay takes it, read page by page.
//
// Errors   those of the Store; unavailable when a row cannot be read.
// Limits   kRecordedEventsMax events of one conversation, the first ones.
// Threads  the functions block: on a reading thread, or where nothing is served.
#pragma once

#include <cstddef>
#include <functional>

#include "routing/replay.hpp"
#include "storage/store.hpp"

namespace parley::gateway {

inline constexpr std::size_t kRecordedEventsMax = 100'000;

Result<routing::RecordedConversation> read_recorded_blocking(storage::Store& store,
                                                             const TenantId& tenant,
                                                             const PersonId& person);

// Every conversation, at most `count_max`, into `replay`; `progress` (may be empty) hears of each
// page. True: there were more.
Result<bool> replay_all_blocking(storage::Store& store, const TenantId& tenant,
                                 std::size_t count_max, routing::Replay& replay,
                                 const std::function<void(std::size_t done)>& progress);

}  // namespace parley::gateway
