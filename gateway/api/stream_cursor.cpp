#include "gateway/api/stream_cursor.hpp"

#include <charconv>

namespace parley::gateway::api {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t out = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return out;
}

}  // namespace

std::optional<StreamCursor> parse_stream_cursor(std::string_view text) {
  const auto dash = text.find('-');
  const auto position = number(text.substr(0, dash));
  const auto count =
      dash == text.npos ? std::optional<std::uint64_t>(0) : number(text.substr(dash + 1));
  if (!position || !count || (*position == 0 && *count > 0)) return std::nullopt;
  return StreamCursor{.position = *position, .count = *count};
}

std::string to_text(const StreamCursor& cursor) {
  return std::to_string(cursor.position) + "-" + std::to_string(cursor.count);
}

}  // namespace parley::gateway::api
