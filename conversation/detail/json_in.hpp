// conversation/detail/json_in.hpp
// The archive that reads: walks a field list over an object of a simdjson DOM. Included from .cpp
// files only.
//
// Errors   the first one ends reading; its text names the place and what would be right there,
//          and never quotes the document.
// Limits   kMembersMax members in an object of the model, kRawDepthMax levels in what is kept raw.
#pragma once

#include <simdjson.h>

#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "conversation/detail/enum_names.hpp"
#include "conversation/detail/record_fields.hpp"

namespace parley::detail {

using Element = simdjson::dom::element;

inline constexpr std::size_t kMembersMax = 256;
inline constexpr int kRawDepthMax = 16;
inline constexpr std::size_t kNoIndex = std::numeric_limits<std::size_t>::max();

// Where we are, as a chain of stack frames: a text is made only when there is an error.
struct Place {
  const Place* up = nullptr;
  std::string_view name = {};
  std::size_t index = kNoIndex;
};

class Reader {
 public:
  enum class Types : std::uint8_t { keep_unknown, only_known };  // of parts

  explicit Reader(Types types) : types_(types) {}
  Types types() const noexcept { return types_; }
  bool failed() const noexcept { return !error_.empty(); }
  void fail(const Place& place, std::string_view what);
  Error error() const { return {.code = Errc::malformed, .detail = error_}; }

 private:
  Types types_;
  std::string error_;
};

template <class T>
void read_value(Reader& reader, const Place& place, Element from, T& to);
void read_part(Reader& reader, const Place& place, Element from, Part& to);
// JSON text of an element, without spaces; fails past kRawDepthMax.
std::string read_raw(Reader& reader, const Place& place, Element from);
// The first unit of every read below; gives no text on a type error.
std::string_view read_text(Reader& reader, const Place& place, Element from);

// The members of one object, in order, and which of them have been read.
class Members {
 public:
  Members(Reader& reader, const Place& place, Element from);
  // nullopt if absent or null. Written documents have the order of the field list, so looking
  // from the last hit on finds the next one at once.
  std::optional<Element> take(std::string_view name);
  void take_unknown(Reader& reader, const Place& place, Unknown& unknown);

 private:
  struct Member {
    std::string_view name;
    Element value;
    bool taken = false;
  };
  std::vector<Member> members_;
  std::size_t next_ = 0;
};

template <class T>
class FieldReader {
 public:
  FieldReader(Reader& reader, const Place& place, Members& members, T& value)
      : reader_(reader), place_(place), members_(members), value_(value) {}

  template <class M>
  void field(std::string_view name, M T::* member) {
    if (const auto found = members_.take(name)) read(name, *found, value_.*member);
  }
  template <class M>
  void shown(std::string_view name, M T::* member) {
    field(name, member);
  }
  template <class M>
  void required(std::string_view name, M T::* member) {
    if (const auto found = members_.take(name)) {
      read(name, *found, value_.*member);
    } else {
      reader_.fail({.up = &place_, .name = name}, "is missing");
    }
  }
  void raw(std::string_view name, std::string T::* member) {
    const auto found = members_.take(name);
    if (!found) return;
    const Place here{.up = &place_, .name = name};
    if (!found->is_object()) return reader_.fail(here, "must be an object");
    value_.*member = read_raw(reader_, here, *found);
  }
  void constant(std::string_view name, std::string_view text) {
    const auto found = members_.take(name);
    const Place here{.up = &place_, .name = name};
    if (!found) return reader_.fail(here, "is missing");
    if (read_text(reader_, here, *found) != text) {
      reader_.fail(here, "must be " + std::string(text));
    }
  }
  template <class M>
  void derived(std::string_view name, M T::*, std::string (*)(const M&)) {
    (void)members_.take(name);
  }
  template <class M>
  void flat(M T::* member) {
    FieldReader<M> nested(reader_, place_, members_, value_.*member);
    list_fields(nested, static_cast<const M*>(nullptr));
  }

 private:
  template <class M>
  void read(std::string_view name, Element from, M& to) {
    if (!reader_.failed()) read_value(reader_, Place{.up = &place_, .name = name}, from, to);
  }

  Reader& reader_;
  const Place& place_;
  Members& members_;
  T& value_;
};

template <class T>
void read_members(Reader& reader, const Place& place, Members& members, T& to) {
  FieldReader<T> fields(reader, place, members, to);
  list_fields(fields, static_cast<const T*>(nullptr));
  if constexpr (requires { to.unknown; }) members.take_unknown(reader, place, to.unknown);
}

inline void read_scalar(Reader& reader, const Place& place, Element from, std::string& to) {
  to = read_text(reader, place, from);
}
inline void read_scalar(Reader& reader, const Place& place, Element from, bool& to) {
  if (from.get(to)) reader.fail(place, "must be true or false");
}
inline void read_scalar(Reader& reader, const Place& place, Element from, double& to) {
  if (from.get(to)) reader.fail(place, "must be a number");
}
template <std::integral N>
void read_scalar(Reader& reader, const Place& place, Element from, N& to) {
  std::conditional_t<std::is_signed_v<N>, std::int64_t, std::uint64_t> wide = 0;
  if (from.get(wide) || !std::in_range<N>(wide)) {
    return reader.fail(place, "must be a whole number from " +
                                  std::to_string(std::numeric_limits<N>::min()) + " to " +
                                  std::to_string(std::numeric_limits<N>::max()));
  }
  to = static_cast<N>(wide);
}
inline void read_scalar(Reader& reader, const Place& place, Element from, Milliseconds& to) {
  std::int64_t count = 0;
  read_scalar(reader, place, from, count);
  to = Milliseconds(count);
}
template <class Tag>
void read_scalar(Reader& reader, const Place& place, Element from, Id<Tag>& to) {
  to.value = read_text(reader, place, from);
}
inline void read_scalar(Reader& reader, const Place& place, Element from, TimePoint& to) {
  if (!parse_time(read_text(reader, place, from), to)) {
    reader.fail(place, "must be a time like 2026-08-20T10:15:00.000Z");
  }
}
template <class E>
  requires std::is_enum_v<E>
void read_scalar(Reader& reader, const Place& place, Element from, E& to) {
  const auto value = enum_from<E>(read_text(reader, place, from));
  if (value) {
    to = *value;
    return;
  }
  std::string what = "must be one of";
  char separator = ' ';
  for (const auto name : EnumNames<E>::names) {
    what += separator;
    what += name;
    separator = '|';
  }
  reader.fail(place, what);
}
void read_scalar(Reader& reader, const Place& place, Element from, AttributeValue& to);
inline void read_scalar(Reader& reader, const Place& place, Element from, Part& to) {
  read_part(reader, place, from, to);
}

template <class T>
void read_scalar(Reader& reader, const Place& place, Element from, std::vector<T>& to) {
  simdjson::dom::array array;
  if (from.get(array)) return reader.fail(place, "must be an array");
  to.clear();
  for (const Element element : array) {
    if (reader.failed()) return;
    const Place here{.up = &place, .index = to.size()};
    // A number that is not finite was written as null; losing the row for it would be worse.
    if (std::same_as<T, double> && element.is_null()) {
      to.emplace_back();
      continue;
    }
    read_value(reader, here, element, to.emplace_back());
  }
}
template <class T>
void read_scalar(Reader& reader, const Place& place, Element from, std::map<std::string, T>& to) {
  simdjson::dom::object object;
  if (from.get(object)) return reader.fail(place, "must be an object");
  for (const auto member : object) {
    if (reader.failed()) return;
    if (member.value.is_null()) continue;
    // Keys are the tenant's and may be about a customer: the place stops at the map.
    const auto [at, is_new] = to.try_emplace(std::string(member.key));
    if (is_new) read_value(reader, place, member.value, at->second);
  }
}
template <class T>
void read_scalar(Reader& reader, const Place& place, Element from, std::optional<T>& to) {
  read_value(reader, place, from, to.emplace());
}

template <class T>
void read_value(Reader& reader, const Place& place, Element from, T& to) {
  if constexpr (HasFields<T>) {
    Members members(reader, place, from);
    if (!reader.failed()) read_members(reader, place, members, to);
  } else {
    read_scalar(reader, place, from, to);
  }
}

}  // namespace parley::detail
