// gateway/api/reads.hpp
// Reads that routes share, off the I/O threads, and ids from paths.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "conversation/state.hpp"
#include "gateway/api/call.hpp"

namespace parley::gateway::api {

// nullopt: no id of that form, which answers as one that does not exist.
std::optional<PersonId> conversation_person(std::string_view conversation_id);
std::optional<PersonId> person_in_path(std::string_view person_id);

// The audit entry alone, to be committed with what a route changes: for what may be done again
// without harm, so that an Idempotency-Key needs no marker there, only the saved answer.
std::vector<Row> audit_rows(const Call& call, const PersonId& person);

// What judges this tenant's texts; null where nothing does. Lives as long as the call.
const routing::Analyzer* analyzer_of(const Call& call);

net::awaitable<Result<std::optional<State>>> read_state(Call& call, PersonId person);
net::awaitable<Result<std::optional<std::string>>> read_row(Call& call, RowKind kind,
                                                            std::string id);
// The person the tenant's own user id stands for.
net::awaitable<Result<std::optional<PersonId>>> read_external_user(Call& call, std::string user);

// {"<name>":[...],"next":"..."}
http::Response list_answer(std::string_view name, std::string_view items, const std::string& next);

// The agent a request acts as: the key's own, else `agent` of the body.
struct Acting {
  AgentId agent;
  std::optional<http::Response> refused = {};
};
Acting acting_agent(const Call& call, const std::optional<std::string>& named);

}  // namespace parley::gateway::api
