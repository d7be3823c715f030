#include "connectors/json_tree.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

namespace parley::connectors {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

Error refused(std::string_view why) {
  return Error{.code = Errc::malformed, .detail = "JSON: " + std::string(why)};
}

std::string digits_of(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  return {digits, end.ptr};
}

class Reader {
 public:
  explicit Reader(const XmlLimits& limits) : limits_(limits) {}

  // False: past a limit.
  bool members(const simdjson::dom::object& object, XmlElement& into, std::size_t depth) {
    for (const auto& member : object) {
      if (!add(member.key, member.value, into, depth)) return false;
    }
    return true;
  }

 private:
  bool add(std::string_view name, const element& value, XmlElement& into, std::size_t depth) {
    if (depth > limits_.depth || ++elements_ > limits_.elements) return false;
    if (simdjson::dom::array list; value.get(list) == simdjson::SUCCESS) {
      for (const element entry : list) {
        if (!add(name, entry, into, depth + 1)) return false;
      }
      return true;
    }
    XmlElement& child = into.children.emplace_back();
    child.name = name;
    if (simdjson::dom::object object; value.get(object) == simdjson::SUCCESS) {
      return members(object, child, depth + 1);
    }
    child.text = text_of(value);
    return true;
  }

  static std::string text_of(const element& value) {
    switch (value.type()) {
      case element_type::STRING:
        return std::string(value.get_string().value_unsafe());
      case element_type::INT64:
        return std::to_string(value.get_int64().value_unsafe());
      case element_type::UINT64:
        return std::to_string(value.get_uint64().value_unsafe());
      case element_type::DOUBLE:
        return digits_of(value.get_double().value_unsafe());
      case element_type::BOOL:
        return value.get_bool().value_unsafe() ? "true" : "false";
      case element_type::ARRAY:
      case element_type::OBJECT:
      case element_type::NULL_VALUE:
        break;
    }
    return {};
  }

  const XmlLimits& limits_;
  std::size_t elements_ = 1;
};

}  // namespace

Result<XmlElement> parse_json_tree(std::string_view document, const XmlLimits& limits) {
  if (document.size() > limits.bytes) return refused("too large");
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  // Arrays nest too without naming anything.
  if (parser.allocate(std::max<std::size_t>(document.size(), 64), 4 * limits.depth) !=
          simdjson::SUCCESS ||
      parser.parse(document.data(), document.size()).get(object) != simdjson::SUCCESS) {
    return refused("not an object");
  }
  XmlElement root;
  root.name = "json";
  if (!Reader(limits).members(object, root, 2)) return refused("too deep or too many members");
  return root;
}

}  // namespace parley::connectors
