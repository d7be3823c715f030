#include "connectors/json_document.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace parley::connectors {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::object;

constexpr std::size_t kCapacityMin = 64;
constexpr std::int64_t kTimeMsMax = 253'402'300'799'999;

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

struct JsonDocument::Impl {
  simdjson::dom::parser parser;
  object root;
};

JsonDocument::JsonDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

const object& JsonDocument::root() const noexcept { return impl_->root; }

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::size_t depth_max) {
  auto impl = std::make_unique<Impl>();
  // A view of nothing may point nowhere, and the parser copies from there.
  if (text.empty() ||
      impl->parser.allocate(std::max(text.size(), kCapacityMin), depth_max) != SUCCESS ||
      impl->parser.parse(text.data(), text.size()).get(impl->root) != SUCCESS) {
    return Error{.code = Errc::malformed, .detail = "the body is not a JSON object"};
  }
  return JsonDocument(std::move(impl));
}

const object& json_empty() noexcept {
  static const JsonDocument kEmpty = *JsonDocument::parse("{}");
  return kEmpty.root();
}

bool json_has(const object& from, std::string_view key) {
  simdjson::dom::element value;
  return from[key].get(value) == SUCCESS && !value.is_null();
}

std::string json_text(const object& from, std::string_view key) {
  std::string_view text;
  if (from[key].get(text) != SUCCESS) return {};
  return std::string(text);
}

std::string json_id(const object& from, std::string_view key) {
  std::uint64_t number = 0;
  if (from[key].get(number) == SUCCESS) return std::to_string(number);
  std::int64_t negative = 0;
  if (from[key].get(negative) == SUCCESS) return std::to_string(negative);
  return json_text(from, key);
}

std::optional<std::int64_t> json_integer(const object& from, std::string_view key) {
  std::int64_t number = 0;
  if (from[key].get(number) == SUCCESS) return number;
  std::string_view text;
  if (from[key].get(text) != SUCCESS) return {};
  return whole<std::int64_t>(text);
}

std::optional<double> json_number(const object& from, std::string_view key) {
  double number = 0;
  if (from[key].get(number) == SUCCESS) return number;
  std::string_view text;
  if (from[key].get(text) != SUCCESS) return {};
  const auto value = whole<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

bool json_object(const object& from, std::string_view key, object& out) {
  object found;
  if (from[key].get(found) != SUCCESS) return false;
  out = found;
  return true;
}

std::uint32_t json_size(const object& from, std::string_view key) {
  const auto value = json_integer(from, key);
  if (!value || *value < 0 || *value > std::numeric_limits<std::uint32_t>::max()) return 0;
  return static_cast<std::uint32_t>(*value);
}

std::optional<TimePoint> json_time_ms(const object& from, std::string_view key) {
  const auto value = json_integer(from, key);
  if (!value || *value <= 0 || *value > kTimeMsMax) return {};
  return TimePoint{Milliseconds{*value}};
}

std::string json_minified(const object& from, std::size_t bytes_max) {
  std::string text = simdjson::minify(from);
  return text.size() > bytes_max ? std::string() : text;
}

}  // namespace parley::connectors
