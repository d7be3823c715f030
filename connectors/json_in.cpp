#include "connectors/json_in.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"

namespace parley::connectors {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::int64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999

std::optional<std::int64_t> whole_in(const object& from, std::string_view key) {
  std::int64_t number = 0;
  if (from[key].get(number) != SUCCESS) return std::nullopt;
  return number;
}

}  // namespace

bool parse_object(simdjson::dom::parser& parser, std::string_view text, std::size_t depth,
                  object& out) {
  return parser.allocate(std::max<std::size_t>(text.size(), 64), depth) == SUCCESS &&
         parser.parse(text.data(), text.size()).get(out) == SUCCESS;
}

std::string text_in(const object& from, std::string_view key) {
  std::string_view text;
  if (from[key].get(text) != SUCCESS) return {};
  return std::string(text);
}

std::string id_text(const element& value) {
  if (std::int64_t number = 0; value.get(number) == SUCCESS) return std::to_string(number);
  if (std::uint64_t number = 0; value.get(number) == SUCCESS) return std::to_string(number);
  std::string_view text;
  if (value.get(text) != SUCCESS || text.size() > kIdBytesMax) return {};
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(text, control)) return {};
  return std::string(text);
}

std::string id_in(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) != SUCCESS) return {};
  return id_text(value);
}

std::uint64_t count_in(const object& from, std::string_view key) {
  std::uint64_t number = 0;
  if (from[key].get(number) != SUCCESS) return 0;
  return number;
}

std::uint32_t small_count_in(const object& from, std::string_view key) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(count_in(from, key), 0xFFFF'FFFFull));
}

std::optional<double> number_in(const object& from, std::string_view key) {
  double number = 0;
  if (from[key].get(number) != SUCCESS) return std::nullopt;
  return number;
}

bool flag_in(const object& from, std::string_view key) {
  bool flag = false;
  return from[key].get(flag) == SUCCESS && flag;
}

bool has_in(const object& from, std::string_view key) {
  element value;
  return from[key].get(value) == SUCCESS && !value.is_null();
}

bool object_in(const object& from, std::string_view key, object& out) {
  return from[key].get(out) == SUCCESS;
}

std::optional<TimePoint> milliseconds_in(const object& from, std::string_view key) {
  const auto number = whole_in(from, key);
  if (!number || *number < 0 || *number > kSecondsMax * 1000) return std::nullopt;
  return TimePoint{Milliseconds{*number}};
}

std::optional<TimePoint> seconds_in(const object& from, std::string_view key) {
  const auto number = whole_in(from, key);
  if (!number || *number < 0 || *number > kSecondsMax) return std::nullopt;
  return TimePoint{std::chrono::seconds(*number)};
}

std::string extras_in(const object& from, std::initializer_list<std::string_view> keys,
                      std::size_t bytes_max) {
  JsonWriter json;
  json.begin_object();
  for (const auto key : keys) {
    element value;
    if (from[key].get(value) != SUCCESS || value.is_null()) continue;
    const std::string raw = simdjson::minify(value);
    if (json.text().size() + key.size() + raw.size() + 5 > bytes_max) continue;
    json.key(key).raw(raw);
  }
  json.end_object();
  return json.text() == "{}" ? std::string() : json.take();
}

}  // namespace parley::connectors
