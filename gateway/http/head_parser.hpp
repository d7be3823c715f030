// gateway/http/head_parser.hpp
// A request head's bytes as fields, by Beast's parser. It is lenient: framing_guard.hpp looks at
// the bytes before and at the fields after.
//
// Threads  any; pure.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/http/framing_guard.hpp"

namespace parley::gateway::http {

// `head` ends with its empty line. Empty: not a request, or it contradicts itself.
std::optional<ParsedHead> parse_head(std::string_view head);

}  // namespace parley::gateway::http
