#include "conversation/detail/json_in.hpp"

#include <algorithm>

namespace parley::detail {
namespace {

void append_place(std::string& out, const Place& place) {
  if (place.up != nullptr) append_place(out, *place.up);
  if (place.index != kNoIndex) {
    out += '[';
    out += std::to_string(place.index);
    out += ']';
  } else if (!place.name.empty()) {
    if (!out.empty()) out += '.';
    out += place.name;
  }
}

bool deeper_than(Element element, int levels) {
  simdjson::dom::array array;
  simdjson::dom::object object;
  if (!element.get(array)) {
    if (levels == 0) return true;
    for (const Element inner : array) {
      if (deeper_than(inner, levels - 1)) return true;
    }
  } else if (!element.get(object)) {
    if (levels == 0) return true;
    for (const auto member : object) {
      if (deeper_than(member.value, levels - 1)) return true;
    }
  }
  return false;
}

}  // namespace

void Reader::fail(const Place& place, std::string_view what) {
  if (failed()) return;
  append_place(error_, place);
  if (!error_.empty()) error_ += ' ';
  error_ += what;
}

std::string read_raw(Reader& reader, const Place& place, Element from) {
  if (deeper_than(from, kRawDepthMax)) {
    reader.fail(place, "is nested too deep");
    return {};
  }
  return simdjson::minify(from);
}

std::string_view read_text(Reader& reader, const Place& place, Element from) {
  std::string_view text;
  if (from.get(text)) reader.fail(place, "must be a text");
  return text;
}

void read_scalar(Reader& reader, const Place& place, Element from, AttributeValue& to) {
  std::string_view text;
  double number = 0;
  bool on = false;
  if (!from.get(text)) {
    to = std::string(text);
  } else if (!from.get(on)) {
    to = on;
  } else if (!from.get(number)) {
    to = number;
  } else {
    reader.fail(place, "must hold texts, numbers, true and false only");
  }
}

Members::Members(Reader& reader, const Place& place, Element from) {
  simdjson::dom::object object;
  if (from.get(object)) {
    reader.fail(place, "must be an object");
    return;
  }
  if (object.size() > kMembersMax) {
    reader.fail(place, "has too many members");
    return;
  }
  members_.reserve(object.size());
  for (const auto member : object) members_.push_back({.name = member.key, .value = member.value});
}

std::optional<Element> Members::take(std::string_view name) {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const std::size_t at = (next_ + i) % members_.size();
    if (members_[at].name != name) continue;
    // The hit may be a repeated member: the first one counts.
    const auto first = std::ranges::find(members_, name, &Member::name);
    first->taken = true;
    next_ = at + 1;
    if (first->value.is_null()) return {};
    return first->value;
  }
  return {};
}

void Members::take_unknown(Reader& reader, const Place& place, Unknown& unknown) {
  for (const Member& member : members_) {
    const auto first = std::ranges::find(members_, member.name, &Member::name);
    if (member.taken || &*first != &member) continue;
    unknown.emplace_back(member.name, read_raw(reader, place, member.value));
  }
}

}  // namespace parley::detail
