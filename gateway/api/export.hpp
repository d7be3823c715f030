// gateway/api/export.hpp
// All that is known of a customer, for the customer: profile and addresses, the log of every merged
// person with the decisions made about each turn, what is on its way and what failed.
//
// Limits   a page of the log at a time; the profile, sends and dead letters come with the first.
// Threads  any; reads the disk.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace parley::gateway::api {

struct ExportPage {
  std::string members;  // of a JSON object, without its braces
  std::string next;     // "" at the end
};

// nullopt: no such person. `cursor`: a former page's `next`.
Result<std::optional<ExportPage>> read_export_blocking(storage::Store& store,
                                                       const TenantId& tenant,
                                                       const PersonId& person,
                                                       std::string_view cursor, std::size_t limit);

}  // namespace parley::gateway::api
