// gateway/api/timeline.hpp
// One customer's life across merged persons: several logs, interleaved by the time of receipt.
//
// Limits   kTimelinePersonsMax persons; beyond, the youngest merges are left out.
// Threads  any; reads the disk.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store.hpp"

namespace parley::gateway::api {

inline constexpr std::size_t kTimelinePersonsMax = 32;

struct TimelinePage {
  std::vector<std::string> events;  // JSON documents
  std::string next;                 // how far each log was read; "" at the end
};

// nullopt: no such person. `cursor`: a former page's `next`.
Result<std::optional<TimelinePage>> read_timeline_blocking(storage::Store& store,
                                                           const TenantId& tenant,
                                                           const PersonId& person,
                                                           std::string_view cursor,
                                                           std::size_t limit);

}  // namespace parley::gateway::api
