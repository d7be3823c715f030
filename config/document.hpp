// config/document.hpp
// A parsed TOML file as plain values that know their place; toml++ stays in document.cpp.
//
// Limits   kFileBytesMax, kDepthMax levels.
// Errors   misconfigured, "file:line:column: what".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::config {

inline constexpr std::size_t kDepthMax = 16;

struct Place {
  unsigned line = 1, column = 1;
};

enum class Kind : std::uint8_t { text, integer, number, flag, list, table, date };
std::string_view to_string(Kind kind) noexcept;

struct Node {
  Kind kind = Kind::table;
  Place at;
  std::string name = {};  // its key in the table around it
  std::string text = {};
  std::int64_t integer = 0;
  double number = 0;  // of integers too
  bool flag = false;
  std::vector<Node> items = {};    // of a list
  std::vector<Node> members = {};  // of a table, in the order of their names

  const Node* find(std::string_view key) const noexcept;
};

Result<Node> parse_document(std::string_view bytes, const std::string& file);

// The bytes of a file no larger than `bytes_max`.
Result<std::string> read_file_blocking(const std::string& path, std::size_t bytes_max);

}  // namespace parley::config
