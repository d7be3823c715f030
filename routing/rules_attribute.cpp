// routing/rules_attribute.cpp
// Comparing a profile attribute. An absent one passes `ne` and nothing else; a text that is a
// number compares as one.
#include <algorithm>
#include <charconv>
#include <optional>

#include "base/json_writer.hpp"
#include "routing/rules.hpp"

namespace parley::routing {
namespace {

std::string text_of(const AttributeValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* on = std::get_if<bool>(&value)) return *on ? "true" : "false";
  JsonWriter number;
  number.value(std::get<double>(value));
  return number.take();
}

std::optional<double> number_of(const AttributeValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return {};
  double number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc{} || stop != end) return {};
  return number;
}

std::string_view spelling(Op op) {
  switch (op) {
    case Op::eq:
      return " = ";
    case Op::ne:
      return " != ";
    case Op::lt:
      return " < ";
    case Op::le:
      return " <= ";
    case Op::gt:
      return " > ";
    case Op::ge:
      return " >= ";
    case Op::in:
      return " in ";
    case Op::exists:
      return " exists";
  }
  return {};
}

bool compare(const Condition& c, const AttributeValue& value) {
  const auto equals = [&] {
    if (c.values.empty()) return number_of(value) == c.number;
    return std::ranges::find(c.values, text_of(value)) != c.values.end();
  };
  const auto number = number_of(value);
  switch (c.op) {
    case Op::exists:
      return true;
    case Op::eq:
    case Op::in:
      return equals();
    case Op::ne:
      return !equals();
    case Op::lt:
      return number && *number < c.number;
    case Op::le:
      return number && *number <= c.number;
    case Op::gt:
      return number && *number > c.number;
    case Op::ge:
      return number && *number >= c.number;
  }
  return false;
}

}  // namespace

bool attribute_holds(const Condition& c, const Attributes& attributes, std::string& why) {
  const auto at = attributes.find(c.name);
  why += "attribute ";
  why += c.name;
  if (at == attributes.end()) {
    why += " is absent";
    return c.op == Op::ne;
  }
  const bool held = compare(c, at->second);
  why += " is ";
  why += text_of(at->second);
  if (held || c.op == Op::exists) return held;
  why += ", not";
  why += spelling(c.op);
  if (!c.values.empty()) {
    why += c.values.front();
    if (c.values.size() > 1) why += ", ...";
  } else {
    why += text_of(c.number);
  }
  return held;
}

}  // namespace parley::routing
