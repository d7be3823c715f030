// connectors/dingtalk/trust.hpp
// Two kinds of request come to one URL: a robot's message, proven by a header that does not cover
// the body, and an event in an encrypted envelope. Each has its own secret.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::dingtalk {

// Events carry their signature in the query, robot messages in a header.
bool is_event(const WebhookRequest& request);

// base64(HMAC-SHA256(secret, timestamp + "\n" + secret))
std::string robot_sign(std::string_view app_secret, std::string_view timestamp);

std::string check_settings(const Channel& channel);

Result<void> authenticate(const WebhookRequest& request, const Channel& channel);

// The event inside the envelope, as JSON text. Call authenticate() first.
Result<std::string> open_event(const WebhookRequest& request, const Channel& channel);

// The encrypted answer every event wants: `words` sealed and signed as the event was.
Reply sealed_reply(std::string_view words, const WebhookRequest& request, const Channel& channel);

// The platform tries the URL: it wants its random word back, or "success".
std::optional<Result<Reply>> answer_check(const WebhookRequest& request, const Channel& channel);

}  // namespace parley::connectors::dingtalk
