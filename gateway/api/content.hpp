// gateway/api/content.hpp
// The members of a request that become a message, and the answer about it.
#pragma once

#include <optional>

#include "gateway/api/body.hpp"
#include "gateway/api/call.hpp"

namespace parley::gateway::api {

// content, suggested_actions, reply_to, expires_at; mistakes go to the body.
Message read_message(Body& body, const Call& call);
std::optional<ChannelId> read_channel(Body& body, const Call& call);
http::Response said_answer(const Result<Outcome>& outcome);

}  // namespace parley::gateway::api
