// connectors/email/encoding.hpp
// The encodings of mail, both ways. Private to this folder.
#pragma once

#include <string>
#include <string_view>

namespace parley::connectors::email {

std::string lower_ascii(std::string_view text);

// By Content-Transfer-Encoding; of an unknown one the bytes as they are. Damage in base64 ends it.
std::string transfer_decoded(std::string_view body, std::string_view encoding);
std::string quoted_printable_decoded(std::string_view body);
// "utf-8''na%C3%AFve" as UTF-8.
std::string extended_value(std::string_view value);

// Lines of at most 76 characters, CRLF.
std::string base64_lines(std::string_view bytes);
// A header's words: as they are if ASCII, else in encoded words; never a line break.
std::string encoded_words(std::string_view utf8);

}  // namespace parley::connectors::email
