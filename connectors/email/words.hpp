// connectors/email/words.hpp
// What a person wrote in a mail: HTML as text, without what they only quote.
//
// Threads  pure functions.
#pragma once

#include <string>
#include <string_view>

namespace parley::connectors::email {

// Text of an HTML mail up to where a quoted mail begins; links keep their address.
std::string text_of_html(std::string_view html);

// Without the quoted mail and the signature below. What is quoted between two answers stays, and a
// mail that only quotes is left whole.
std::string without_quotes(std::string_view text);

}  // namespace parley::connectors::email
