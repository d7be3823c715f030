// gateway/api/erase.hpp
// Everything known of a person goes: the customer, whoever was merged into them, and whoever they
// were merged into, for it is one customer's data.
//
// Promise  when it reports success, no content is left in the store's own files; a crash on the way
//          is made good at the next start. The logs keep their numbers, the audit log its chain.
// Limits   kFamilyMax persons. Backups taken before keep what they hold (docs/security.md).
// Errors   not_found; conflict with retry_after while a merge of theirs is under way.
// Threads  any core; the store's part runs on the read pool.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

#include "gateway/pipeline/service.hpp"

namespace parley::gateway::api {

inline constexpr std::size_t kFamilyMax = 64;

// `rows` (the audit entry) are committed with the erasure of `person` itself, the last one.
net::awaitable<Result<storage::Store::Erased>> erase_person(Service& service, TenantId tenant,
                                                            PersonId person, std::string actor,
                                                            std::vector<Row> rows);

}  // namespace parley::gateway::api
