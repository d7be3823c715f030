// connectors/alipay/parse.hpp
// A gateway's message or event as what it means for a conversation.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::alipay {

Parsed parse_content(std::string_view xml, const Channel& channel);

// Whom the content is from; "" if that cannot be read.
std::string sender_of(std::string_view xml);

}  // namespace parley::connectors::alipay
