// connectors/webchat/frame.hpp
// What a visitor's client says, one JSON object at a time.
#pragma once

#include <string_view>

#include "connectors/connector.hpp"
#include "connectors/webchat/session.hpp"

namespace parley::connectors::webchat {

// `display_name` and `language` are what the session was opened with, or "".
struct Speaker {
  Visitor visitor;
  std::string_view display_name, language;
};

Parsed parse_frame(std::string_view body, const Channel& channel, const Speaker& speaker,
                   TimePoint received_at);

}  // namespace parley::connectors::webchat
