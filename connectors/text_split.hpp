// connectors/text_split.hpp
// Cuts a text that is too long for one message into pieces that fit.
//
// Promise  the pieces, in order, hold every character of the text except white space at the cuts.
//          A cut prefers the end of a line late in the piece, then white space or the place after
//          CJK punctuation, then any place between two characters as the reader sees them; it
//          avoids the inside of a URL. Only a URL or a character cluster larger than a whole
//          piece is cut inside; a code point never is.
// Threads  any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/capabilities.hpp"

namespace parley::connectors {

// Length as the platform counts it. A byte that is no UTF-8 counts as one character.
std::size_t text_length(std::string_view text, TextUnit unit) noexcept;

// `max` is raised to 4 if smaller, so that any character fits. An empty text gives no piece.
std::vector<std::string> split_text(std::string_view text, std::size_t max, TextUnit unit);

}  // namespace parley::connectors
