// connectors/json_in.hpp
// Reads members of a platform's JSON that nobody has vouched for: a wrong type reads as absent,
// and the caller says which absence is an error. For .cpp files that include the parser themselves.
//
// Limits   ids kIdBytesMax; numbers of any width up to 64 bits keep every digit.
// Threads  any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace simdjson::dom {
class element;
class object;
class parser;
}  // namespace simdjson::dom

namespace parley::connectors {

inline constexpr std::size_t kIdBytesMax = 256;

// False unless the text is one JSON object nested no deeper than `depth`. The object lives as long
// as the parser.
bool parse_object(simdjson::dom::parser& parser, std::string_view text, std::size_t depth,
                  simdjson::dom::object& out);

std::string text_in(const simdjson::dom::object& from, std::string_view key);  // "" if absent
// A string or a whole number, as text; "" if absent, longer than an id may be, or with control
// characters inside.
std::string id_in(const simdjson::dom::object& from, std::string_view key);
std::string id_text(const simdjson::dom::element& value);
std::uint64_t count_in(const simdjson::dom::object& from, std::string_view key);  // 0 if absent
std::uint32_t small_count_in(const simdjson::dom::object& from, std::string_view key);
std::optional<double> number_in(const simdjson::dom::object& from, std::string_view key);
bool flag_in(const simdjson::dom::object& from, std::string_view key);  // false if absent
bool has_in(const simdjson::dom::object& from, std::string_view key);   // and not null
bool object_in(const simdjson::dom::object& from, std::string_view key, simdjson::dom::object& out);
// Times from 1970 to 9999; nullopt otherwise.
std::optional<TimePoint> milliseconds_in(const simdjson::dom::object& from, std::string_view key);
std::optional<TimePoint> seconds_in(const simdjson::dom::object& from, std::string_view key);
// The named members as one JSON object, without those that would make it longer than `bytes_max`;
// "" if none is there.
std::string extras_in(const simdjson::dom::object& from,
                      std::initializer_list<std::string_view> keys, std::size_t bytes_max);

}  // namespace parley::connectors
