// connectors/charset.hpp
// Bytes of other charsets -> UTF-8. ICU stays in charset.cpp.
//
// Promise  what comes out is UTF-8; bytes that mean nothing in the charset become U+FFFD.
// Threads  any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::connectors {

// By any name the charset goes by in mail and on the web ("iso-8859-1", "GB2312", "UTF-16BE").
bool is_charset(std::string_view name);
// nullopt: no such charset.
std::optional<std::string> to_utf8(std::string_view bytes, std::string_view charset);
// The same text, with U+FFFD for every byte that is no UTF-8.
std::string clean_utf8(std::string_view text);

}  // namespace parley::connectors
