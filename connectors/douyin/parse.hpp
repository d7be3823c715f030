// connectors/douyin/parse.hpp
// A pushed event as what it means for a conversation.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::douyin {

Parsed parse_event(const WebhookRequest& request, const Channel& channel);

}  // namespace parley::connectors::douyin
