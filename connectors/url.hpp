// connectors/url.hpp
// Percent coding and form fields, both ways.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::connectors {

// Decodes %XX and '+'; a bad escape stays as it is.
std::string percent_decode(std::string_view text);
std::string percent_encode(std::string_view text);  // RFC 3986 unreserved stay
// First value of `name` in "a=1&b=2"; "" if absent.
std::string form_value(std::string_view form, std::string_view name);
std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace parley::connectors
