// connectors/url.hpp
// Percent coding and form fields, both ways.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::connectors {

// Decodes %XX and '+'; a bad escape stays as it is.
std::string percent_decode(std::string_view text);
std::string percent_encode(std::string_view text);  // RFC 3986 unreserved stay
// "a=1&b=2" as pairs in the order they came, decoded, at most `fields_max`. A field without a name
// is none; what is no UTF-8 becomes U+FFFD.
std::vector<std::pair<std::string, std::string>> form_decode(std::string_view form,
                                                             std::size_t fields_max = 1000);
// First value of `name` in "a=1&b=2"; "" if absent.
std::string form_value(std::string_view form, std::string_view name);
std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace parley::connectors
