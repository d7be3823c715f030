// connectors/viber/viber_parse.hpp
// A callback of Viber in, events out.
//
// Errors   malformed: not a JSON object, no event, or a message without what its type is about. A
//          message of a type new to us is an Unsupported part; a callback new to us that names a
//          user is a platform event.
#pragma once

#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::viber {

Parsed parse_callback(std::string_view body, const Channel& channel);

// Did somebody open the chat? Then the acknowledgement may carry a welcome.
bool opens_conversation(std::string_view body);

}  // namespace parley::connectors::viber
