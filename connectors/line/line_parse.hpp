// connectors/line/line_parse.hpp
// A webhook of the Messaging API in, events out.
//
// Errors   malformed: not a JSON object with `events`, or one entry that is none; the good entries
//          around it stand. A message of a type new to us is an Unsupported part, an event of a
//          type new to us a platform event.
// Limits   kEventsMax entries.
#pragma once

#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::line {

inline constexpr std::size_t kEventsMax = 100;

Parsed parse_events(std::string_view body, const Channel& channel);

}  // namespace parley::connectors::line
