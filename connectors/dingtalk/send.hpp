// connectors/dingtalk/send.hpp
// Our message as DingTalk messages. While the session of the message answered lasts they go to its
// webhook, which needs no token; else, and when the session is refused, through the robot API.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::dingtalk {

inline constexpr std::size_t kTextBytesMax = 10'000;

// A send without a token is one that goes to the webhook.
bool needs_token(const SendContext& context);

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::dingtalk
