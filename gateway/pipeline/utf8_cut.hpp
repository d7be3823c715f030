// gateway/pipeline/utf8_cut.hpp
// A text shortened without cutting a character in two: half of one is no text, cannot be stored as
// JSON and read back, and ends a WebSocket. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace parley::gateway {

// At most `bytes_max` bytes from the front of `text`, which must be UTF-8.
constexpr std::string_view utf8_cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace parley::gateway
