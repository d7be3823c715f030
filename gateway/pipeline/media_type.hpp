// gateway/pipeline/media_type.hpp
// What a file really is, by its first bytes; a sender's word is not trusted. Pure.
#pragma once

#include <string>
#include <string_view>

namespace parley::gateway {

// The sniffed type; else the declared one when it is harmless to show; else
// "application/octet-stream". Never a type a browser would run (html, svg, scripts).
std::string media_type(std::string_view bytes, std::string_view declared);
// No path, no controls, UTF-8, at most 120 bytes; "file" when nothing is left.
std::string safe_file_name(std::string_view name);

}  // namespace parley::gateway
