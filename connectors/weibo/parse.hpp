// connectors/weibo/parse.hpp
// A pushed message or event as what it means for a conversation.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::weibo {

Parsed parse_push(std::string_view body, const Channel& channel);

// "Mon Jul 16 18:09:20 +0800 2012"
std::optional<TimePoint> time_of(std::string_view text);

}  // namespace parley::connectors::weibo
