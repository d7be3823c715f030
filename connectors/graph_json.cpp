#include "connectors/graph_json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "conversation/message.hpp"

namespace parley::connectors::graph {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::int64_t kSecondsMax = 100'000'000'000;     // as milliseconds that is 1973
constexpr std::int64_t kMillisMax = 253'402'300'799'999;  // the end of the year 9999

std::optional<std::int64_t> whole_number(const element& value) {
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || text.empty()) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

bool parse_object(std::string_view json, simdjson::dom::parser& parser, object& root) {
  return parser.allocate(std::max<std::size_t>(json.size(), 64), kDepthMax) == simdjson::SUCCESS &&
         parser.parse(json.data(), json.size()).get(root) == simdjson::SUCCESS;
}

bool read_object(const object& from, std::string_view key, object& out) {
  return from[key].get(out) == simdjson::SUCCESS;
}

std::string text_in(const object& from, std::string_view key) {
  std::string_view text;
  if (from[key].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

std::string id_in(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS) return {};
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return std::to_string(number);
  std::uint64_t large = 0;
  if (value.get(large) == simdjson::SUCCESS) return std::to_string(large);
  return {};
}

bool flag_in(const object& from, std::string_view key) {
  bool on = false;
  return from[key].get(on) == simdjson::SUCCESS && on;
}

Result<std::string> words_in(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::string();
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return malformed(std::string(key) + " is not a string");
  if (text.size() > kTextBytesMax) return malformed(std::string(key) + " is too long");
  return std::string(text);
}

Result<std::optional<TimePoint>> time_in(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null()) {
    return std::optional<TimePoint>();
  }
  const auto number = whole_number(value);
  if (!number || *number < 0 || *number > kMillisMax) {
    return malformed(std::string(key) + " is not a time");
  }
  const std::int64_t millis = *number < kSecondsMax ? *number * 1000 : *number;
  return std::optional<TimePoint>(TimePoint{Milliseconds(millis)});
}

std::string raw_in(const object& from, std::string_view key, std::size_t bytes_max) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS) return {};
  std::string raw = simdjson::minify(value);
  return raw.size() > bytes_max ? std::string() : raw;
}

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

}  // namespace parley::connectors::graph
