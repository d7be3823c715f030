// connectors/freshchat/freshchat_parse.hpp
// One webhook of Freshchat in, events out: what users wrote. What agents and the system did is no
// event, or a bot would answer itself.
//
// Errors   malformed: no JSON object, or a message of a user without id, channel or content.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::freshchat {

Parsed parse_webhook(const WebhookRequest& request, const Channel& channel);

}  // namespace parley::connectors::freshchat
