// base/toml.hpp
// TOML text as plain values that know their place: the one door to the TOML library, which stays
// in toml.cpp.
//
// Limits   kTomlDepthMax levels; the caller bounds the bytes.
// Errors   where and what, in words for whoever wrote the file.
// Threads  a function and plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

inline constexpr std::size_t kTomlDepthMax = 16;

// Both count from 1; a column is a character, however many bytes it has.
struct TomlPlace {
  unsigned line = 1, column = 1;
};

enum class TomlKind : std::uint8_t { text, integer, number, flag, list, table, date };

struct TomlNode {
  TomlKind kind = TomlKind::table;
  TomlPlace at;           // of its key, where it has one
  std::string name = {};  // its key in the table around it
  std::string text = {};
  std::int64_t integer = 0;
  double number = 0;  // of integers too
  bool flag = false;
  std::vector<TomlNode> items = {};    // of a list
  std::vector<TomlNode> members = {};  // of a table, in the order of their names

  const TomlNode* find(std::string_view key) const noexcept;
};

struct TomlError {
  TomlPlace at;
  std::string what;
};

std::expected<TomlNode, TomlError> read_toml(std::string_view text);

}  // namespace parley
