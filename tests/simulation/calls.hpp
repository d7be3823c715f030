// Calls of the human side as coroutines that own their arguments: the gateway's take references.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "gateway/pipeline/gateway.hpp"

namespace parley::simulation {

namespace net = boost::asio;

inline net::awaitable<Result<gateway::Outcome>> execute(gateway::Gateway& gateway, TenantId tenant,
                                                        PersonId person, routing::Command command) {
  co_return co_await gateway.execute(tenant, person, std::move(command), {}, false);
}
inline net::awaitable<Result<std::optional<gateway::Outcome>>> claim(gateway::Gateway& gateway,
                                                                     TenantId tenant,
                                                                     AgentId agent) {
  co_return co_await gateway.claim(tenant, agent, {});
}
inline net::awaitable<Result<gateway::Outcome>> claim_person(gateway::Gateway& gateway,
                                                             TenantId tenant, AgentId agent,
                                                             PersonId person) {
  co_return co_await gateway.claim_person(tenant, agent, person);
}
inline net::awaitable<Result<gateway::Outcome>> offer(gateway::Gateway& gateway, TenantId tenant,
                                                      AgentId agent, PersonId person) {
  co_return co_await gateway.offer(tenant, agent, person);
}
inline net::awaitable<Result<gateway::Outcome>> answer_offer(gateway::Gateway& gateway,
                                                             TenantId tenant, AgentId agent,
                                                             PersonId person, bool yes) {
  co_return co_await gateway.answer_offer(tenant, agent, person, yes, "busy");
}
inline net::awaitable<Result<gateway::AgentView>> set_presence(gateway::Gateway& gateway,
                                                               TenantId tenant, AgentId agent,
                                                               std::string presence) {
  co_return co_await gateway.set_presence(tenant, agent, presence);
}

}  // namespace parley::simulation
