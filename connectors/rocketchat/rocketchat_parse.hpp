// connectors/rocketchat/rocketchat_parse.hpp
// What a user wrote, out of the app's webhook.
//
// Errors   malformed: no JSON object, no user, or neither text nor a usable attachment.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::rocketchat {

Parsed parse_message(const WebhookRequest& request, const Channel& channel);

}  // namespace parley::connectors::rocketchat
