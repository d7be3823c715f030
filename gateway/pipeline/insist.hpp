// gateway/pipeline/insist.hpp
// The end of an effect (a bot's answer, a relay, fetched media) must reach its conversation: a
// crowded moment must not leave a customer waiting for the next start.
//
// Promise  the command is tried again while it meets a limit of ours, a conflict or a store that is
//          unavailable, until it is taken, refused for good, or the process ends; its row is there
//          for the next start.
// Threads  any core; resumes on the caller's executor.
#pragma once

#include "gateway/pipeline/service.hpp"

namespace parley::gateway {

net::awaitable<Result<Outcome>> insist(Service& service, TenantId tenant, PersonId person,
                                       routing::Command command, bool create = false);

// Worth the same command again, later.
bool is_passing(Errc code) noexcept;

}  // namespace parley::gateway
