// connectors/dingtalk/parse.hpp
// What a robot's message and an opened event mean for a conversation.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::dingtalk {

Parsed parse_robot(std::string_view body, const Channel& channel);
Parsed parse_event(std::string_view json, const Channel& channel);

}  // namespace parley::connectors::dingtalk
