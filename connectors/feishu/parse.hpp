// connectors/feishu/parse.hpp
// An opened event as what it means for a conversation.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::feishu {

Parsed parse_event(std::string_view json, const Channel& channel);

}  // namespace parley::connectors::feishu
