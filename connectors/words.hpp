// connectors/words.hpp
// What parts read like in a channel that can only show text, and texts made to fit.
//
// Threads  any.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/capabilities.hpp"
#include "conversation/message.hpp"

namespace parley::connectors {

// The part in words: a link's title and address, a place with a map link, a file's name and
// address, a card with its options numbered. "" for what has none (reactions, edits, templates).
std::string words_of(const Part& part);

// "1. Yes\n2. No", with addresses behind links; "" for no actions.
std::string numbered(const std::vector<Action>& actions);

std::string joined(std::initializer_list<std::string_view> words, std::string_view between);

// The beginning of a text, cut between characters as the reader sees them.
std::string cut_text(std::string_view text, std::size_t max, TextUnit unit);

// A tenant's own limit of a text's length: a number from 1 to `most`, which "" means too; nullopt
// for anything else.
std::optional<std::size_t> length_setting(std::string_view text, std::size_t most);

// A platform's own words about an error, for the operator: one line of printable text.
std::string short_line(std::string_view words);

// "reply", "link": an action's type for reports of what was left out.
std::string_view name_of(ActionType type) noexcept;

// http:// or https:// with a host and without white space.
bool is_web_url(std::string_view url) noexcept;

// The last step of a path, without query: "a.jpg" of "https://x.example/d/a.jpg?w=1"; "" if none.
std::string file_name_of(std::string_view url);

// One text before nothing but media: their caption, which a reader expects below them. Then the
// text comes last; any other order stays as it is.
std::vector<Part> captions_last(std::vector<Part> content);

}  // namespace parley::connectors
