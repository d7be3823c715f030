// connectors/mapped/value.hpp
// A body of any kind as one tree: JSON, a form, XML. Numbers and flags are their text, so that an
// id of 64 bits is not harmed.
//
// Limits   kValueDepthMax levels, kValuesMax values.
// Errors   malformed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace parley::connectors::mapped {

inline constexpr std::size_t kValueDepthMax = 32;
inline constexpr std::size_t kValuesMax = 50'000;

struct Value {
  enum class Kind : std::uint8_t { none, text, list, object };
  Kind kind = Kind::none;
  std::string text = {};
  std::vector<Value> items = {};
  std::vector<std::pair<std::string, Value>> members = {};

  static Value of(std::string_view text);
  static Value object() { return {.kind = Kind::object}; }
  static Value list() { return {.kind = Kind::list}; }

  void set(std::string_view name, Value value);
  const Value* find(std::string_view name) const noexcept;  // the first; null if none
  bool empty() const noexcept;                              // none, "", [] or {}
};

// `mend`: what was read before a damaged end counts. Only for answers to our own calls, where the
// part that can be read may be the only word on whether a message went out.
Result<Value> read_json(std::string_view text, bool mend = false);
// The root element's content; an element that repeats is a list.
Result<Value> read_xml(std::string_view text);
// A field that repeats is a list. `charset` as in charset.hpp.
Result<Value> read_form(std::string_view form, std::string_view charset);

}  // namespace parley::connectors::mapped
