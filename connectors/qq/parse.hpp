// connectors/qq/parse.hpp
// A dispatched event as what it means for a conversation.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::qq {

Parsed parse_payload(std::string_view body, const Channel& channel);

}  // namespace parley::connectors::qq
