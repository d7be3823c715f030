// gateway/cli/cases/json_value.hpp
// A JSON document as a plain value, for comparing what is with what should be. The parser stays in
// json_value.cpp.
//
// Limits   64 levels.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::gateway::cli {

struct JsonMember;

class Json {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, real, text, array, object };

  static Result<Json> parse(std::string_view text);

  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;  // of integers too
  std::string text;
  std::vector<Json> items;
  std::vector<JsonMember> members;

  bool is_null() const noexcept { return kind == Kind::null; }
  bool is_text() const noexcept { return kind == Kind::text; }
  bool is_array() const noexcept { return kind == Kind::array; }
  bool is_object() const noexcept { return kind == Kind::object; }

  // The member, or a null value. has() tells an absent member from one that is null.
  const Json& operator[](std::string_view key) const noexcept;
  bool has(std::string_view key) const noexcept;
  std::string text_or(std::string_view key, std::string_view otherwise) const;

  // Order of members does not matter; 1 equals 1.0.
  friend bool operator==(const Json& a, const Json& b);

  std::string dump() const;
};

struct JsonMember {
  std::string name;
  Json value;
};

}  // namespace parley::gateway::cli
