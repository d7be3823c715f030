// gateway/http/syntax.hpp
// The characters RFC 9110 and 9112 allow where: the one place that answers "may this byte stand
// here", for what comes in and for what goes out.
//
// Threads  any; pure.
#pragma once

#include <string>
#include <string_view>

namespace parley::gateway::http {

bool is_token(std::string_view text);          // a method or a field name
bool is_field_value(std::string_view text);    // no control characters but HTAB; may be empty
bool is_origin_target(std::string_view text);  // "/path?query", printable ASCII, no '#' or '\'
bool is_host(std::string_view text);           // reg-name, IPv4 or [IPv6], with an optional port
// A comma-separated list holds `token`, whatever its case.
bool list_has(std::string_view list, std::string_view token);
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string to_lower(std::string_view text);
std::string_view trim(std::string_view text);  // spaces and tabs

}  // namespace parley::gateway::http
