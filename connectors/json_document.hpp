// connectors/json_document.hpp
// Reads the JSON of strangers into simdjson's DOM, and its members leniently: a member that is
// absent, null or of another type reads as empty, so a caller refuses only what it cannot do
// without. simdjson itself stays in the .cpp files that look inside.
//
// Limits   depth_max levels; the caller has limited the bytes.
// Errors   malformed: not one JSON value, or past the depth.
// Threads  plain values; elements live as long as their document.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace simdjson::dom {
class element;
class object;
}  // namespace simdjson::dom

namespace parley::connectors {

class JsonDocument {
 public:
  static constexpr std::size_t kDepthMax = 32;

  // The text must be one JSON object.
  static Result<JsonDocument> parse(std::string_view text, std::size_t depth_max = kDepthMax);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  const simdjson::dom::object& root() const noexcept;

 private:
  struct Impl;
  explicit JsonDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// {}: what a reader starts from, since a default-made object may not be looked into.
const simdjson::dom::object& json_empty() noexcept;

bool json_has(const simdjson::dom::object& from, std::string_view key);

// The member's text; "" if it is no text.
std::string json_text(const simdjson::dom::object& from, std::string_view key);

// Text or a whole number of 64 bits, as text: ids that may come either way.
std::string json_id(const simdjson::dom::object& from, std::string_view key);

// A whole number, or text that is one.
std::optional<std::int64_t> json_integer(const simdjson::dom::object& from, std::string_view key);

// A finite number, or text that is one.
std::optional<double> json_number(const simdjson::dom::object& from, std::string_view key);

// False, and `out` as it was, if the member is no object.
bool json_object(const simdjson::dom::object& from, std::string_view key,
                 simdjson::dom::object& out);

// A size, a length in pixels, a duration: 0 if absent, negative or too large for the field.
std::uint32_t json_size(const simdjson::dom::object& from, std::string_view key);

// Milliseconds since 1970, as number or text, within the years 1970 to 9999.
std::optional<TimePoint> json_time_ms(const simdjson::dom::object& from, std::string_view key);

// The object as JSON text without white space; "" past `bytes_max`.
std::string json_minified(const simdjson::dom::object& from, std::size_t bytes_max);

}  // namespace parley::connectors
