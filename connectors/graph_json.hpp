// connectors/graph_json.hpp
// Reading JSON of the Graph API, whose fields come and go and change between text and number.
// For .cpp files: the parser's own header stays in them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace simdjson::dom {
class element;
class object;
class parser;
}  // namespace simdjson::dom

namespace parley::connectors::graph {

inline constexpr std::size_t kDepthMax = 64;

// False if the bytes are not one JSON object of at most kDepthMax levels. `root` lives as long as
// `parser`.
bool parse_object(std::string_view json, simdjson::dom::parser& parser,
                  simdjson::dom::object& root);

// False if absent or of another type.
bool read_object(const simdjson::dom::object& from, std::string_view key,
                 simdjson::dom::object& out);

std::string text_in(const simdjson::dom::object& from, std::string_view key);  // "" if no text
// Text, or a whole number written out: 64-bit ids come both ways. "" if neither.
std::string id_in(const simdjson::dom::object& from, std::string_view key);
bool flag_in(const simdjson::dom::object& from, std::string_view key);  // only true is true

// What the customer wrote. Absent is ""; another type or too long a text is malformed.
Result<std::string> words_in(const simdjson::dom::object& from, std::string_view key);

// Seconds or milliseconds since 1970, as number or text: the platform is known to mix them up.
Result<std::optional<TimePoint>> time_in(const simdjson::dom::object& from, std::string_view key);

// Raw JSON of a member, "" if absent or larger than `bytes_max`.
std::string raw_in(const simdjson::dom::object& from, std::string_view key,
                   std::size_t bytes_max = 8 * 1024);

Error malformed(std::string detail);

}  // namespace parley::connectors::graph
