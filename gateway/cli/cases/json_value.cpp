#include "gateway/cli/cases/json_value.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"

namespace parley::gateway::cli {
namespace {

constexpr std::size_t kDepthMax = 64;

Json convert(const simdjson::dom::element& from) {
  Json out;
  using Type = simdjson::dom::element_type;
  switch (from.type()) {
    case Type::NULL_VALUE:
      break;
    case Type::BOOL:
      out.kind = Json::Kind::boolean;
      out.boolean = bool(from);
      break;
    case Type::INT64:
      out.kind = Json::Kind::integer;
      out.integer = std::int64_t(from);
      out.real = static_cast<double>(out.integer);
      break;
    case Type::UINT64:  // beyond int64: as text it keeps every digit
    case Type::DOUBLE:
      out.kind = Json::Kind::real;
      out.real = double(from);
      break;
    case Type::STRING:
      out.kind = Json::Kind::text;
      out.text = std::string_view(from);
      break;
    case Type::ARRAY:
      out.kind = Json::Kind::array;
      for (const auto item : simdjson::dom::array(from)) out.items.push_back(convert(item));
      break;
    case Type::OBJECT:
      out.kind = Json::Kind::object;
      for (const auto& [key, value] : simdjson::dom::object(from)) {
        out.members.push_back({std::string(key), convert(value)});
      }
      break;
  }
  return out;
}

void write(const Json& value, JsonWriter& json) {
  switch (value.kind) {
    case Json::Kind::null:
      json.null();
      break;
    case Json::Kind::boolean:
      json.value(value.boolean);
      break;
    case Json::Kind::integer:
      json.value(value.integer);
      break;
    case Json::Kind::real:
      json.value(value.real);
      break;
    case Json::Kind::text:
      json.value(value.text);
      break;
    case Json::Kind::array:
      json.begin_array();
      for (const auto& item : value.items) write(item, json);
      json.end_array();
      break;
    case Json::Kind::object:
      json.begin_object();
      for (const auto& [key, member] : value.members) {
        json.key(key);
        write(member, json);
      }
      json.end_object();
      break;
  }
}

bool is_number(const Json& value) {
  return value.kind == Json::Kind::integer || value.kind == Json::Kind::real;
}

}  // namespace

Result<Json> Json::parse(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  auto error = parser.allocate(std::max<std::size_t>(text.size(), 64), kDepthMax);
  if (!error) error = parser.parse(text.data(), text.size()).get(root);
  if (error) {
    return Error{.code = Errc::malformed,
                 .detail = std::string("not JSON: ") + simdjson::error_message(error)};
  }
  return convert(root);
}

const Json& Json::operator[](std::string_view key) const noexcept {
  static const Json kNull;
  for (const auto& [name, value] : members) {
    if (name == key) return value;
  }
  return kNull;
}

bool Json::has(std::string_view key) const noexcept {
  return std::ranges::any_of(members, [&](const auto& member) { return member.name == key; });
}

std::string Json::text_or(std::string_view key, std::string_view otherwise) const {
  const Json& value = (*this)[key];
  return value.is_text() ? value.text : std::string(otherwise);
}

bool operator==(const Json& a, const Json& b) {
  if (is_number(a) && is_number(b)) {
    if (a.kind == b.kind && a.kind == Json::Kind::integer) return a.integer == b.integer;
    return a.real == b.real;
  }
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Json::Kind::boolean:
      return a.boolean == b.boolean;
    case Json::Kind::text:
      return a.text == b.text;
    case Json::Kind::array:
      return a.items == b.items;
    case Json::Kind::object:
      return a.members.size() == b.members.size() &&
             std::ranges::all_of(a.members, [&](const auto& member) {
               return b.has(member.name) && b[member.name] == member.value;
             });
    default:
      return true;
  }
}

std::string Json::dump() const {
  JsonWriter json;
  write(*this, json);
  return json.take();
}

}  // namespace parley::gateway::cli
