// conversation/detail/json_out.hpp
// The archive that writes: walks a field list and leaves out what has its default value.
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/json_writer.hpp"
#include "conversation/detail/enum_names.hpp"
#include "conversation/detail/record_fields.hpp"

namespace parley::detail {

// What a value looks like before anything is set: such members need not be written.
template <class T>
inline const T kDefaults{};

template <class T>
void write_value(JsonWriter& out, const T& value);

template <class T>
class FieldWriter {
 public:
  FieldWriter(JsonWriter& out, const T& value) : out_(out), value_(value) {}

  template <class M>
  void field(std::string_view name, M T::* member) {
    if (value_.*member == kDefaults<T>.*member) return;
    shown(name, member);
  }
  template <class M>
  void shown(std::string_view name, M T::* member) {
    out_.key(name);
    write_value(out_, value_.*member);
  }
  template <class M>
  void required(std::string_view name, M T::* member) {
    shown(name, member);
  }
  void raw(std::string_view name, std::string T::* member) {
    if (!(value_.*member).empty()) out_.key(name).raw(value_.*member);
  }
  void constant(std::string_view name, std::string_view text) { out_.member(name, text); }
  template <class M>
  void derived(std::string_view name, M T::* member, std::string (*from)(const M&)) {
    const std::string text = from(value_.*member);
    if (!text.empty()) out_.member(name, text);
  }
  template <class M>
  void flat(M T::* member) {
    FieldWriter<M> nested(out_, value_.*member);
    list_fields(nested, static_cast<const M*>(nullptr));
  }

 private:
  JsonWriter& out_;
  const T& value_;
};

// The members of a struct without the braces, so that a part can put its "type" first.
template <class T>
void write_members(JsonWriter& out, const T& value) {
  FieldWriter<T> fields(out, value);
  list_fields(fields, static_cast<const T*>(nullptr));
  if constexpr (requires { value.unknown; }) {
    for (const auto& [name, json] : value.unknown) out.key(name).raw(json);
  }
}

void write_part(JsonWriter& out, const Part& part);

inline void write_scalar(JsonWriter& out, const std::string& text) { out.value(text); }
inline void write_scalar(JsonWriter& out, bool on) { out.value(on); }
inline void write_scalar(JsonWriter& out, double number) { out.value(number); }
template <std::unsigned_integral N>
void write_scalar(JsonWriter& out, N number) {
  out.value(static_cast<std::uint64_t>(number));
}
template <std::signed_integral N>
void write_scalar(JsonWriter& out, N number) {
  out.value(static_cast<std::int64_t>(number));
}
template <class Tag>
void write_scalar(JsonWriter& out, const Id<Tag>& id) {
  out.value(id.value);
}
inline void write_scalar(JsonWriter& out, TimePoint time) { out.value(format_time(time)); }
inline void write_scalar(JsonWriter& out, Milliseconds time) {
  out.value(static_cast<std::int64_t>(time.count()));
}
template <class E>
  requires std::is_enum_v<E>
void write_scalar(JsonWriter& out, E value) {
  out.value(enum_name(value));
}
inline void write_scalar(JsonWriter& out, const AttributeValue& value) {
  std::visit([&out](const auto& held) { write_scalar(out, held); }, value);
}
inline void write_scalar(JsonWriter& out, const Part& part) { write_part(out, part); }

template <class T>
void write_scalar(JsonWriter& out, const std::vector<T>& values) {
  out.begin_array();
  for (const auto& value : values) write_value(out, value);
  out.end_array();
}
template <class T>
void write_scalar(JsonWriter& out, const std::map<std::string, T>& values) {
  out.begin_object();
  for (const auto& [name, value] : values) {
    out.key(name);
    write_value(out, value);
  }
  out.end_object();
}
template <class T>
void write_scalar(JsonWriter& out, const std::optional<T>& value) {
  write_value(out, *value);  // an empty one equals its default and is not written
}

template <class T>
void write_value(JsonWriter& out, const T& value) {
  if constexpr (HasFields<T>) {
    out.begin_object();
    write_members(out, value);
    out.end_object();
  } else {
    write_scalar(out, value);
  }
}

template <class T>
std::string encode(const T& value) {
  JsonWriter out;
  write_value(out, value);
  return out.take();
}

}  // namespace parley::detail
