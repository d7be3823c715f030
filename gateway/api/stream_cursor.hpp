// gateway/api/stream_cursor.hpp
// A place in a tenant's stream, as text a client carries. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::gateway::api {

// "<position>-<count>": everything before that commit, and `count` events of it.
struct StreamCursor {
  std::uint64_t position = 0;
  std::uint64_t count = 0;
};
std::optional<StreamCursor> parse_stream_cursor(std::string_view text);
std::string to_text(const StreamCursor& cursor);

}  // namespace parley::gateway::api
