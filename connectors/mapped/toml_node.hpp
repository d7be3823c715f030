// connectors/mapped/toml_node.hpp
// A mapping file as plain values that know their line.
//
// Limits   kMappingBytesMax bytes, kTomlDepthMax levels.
// Errors   misconfigured, "line N: what".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::connectors::mapped {

inline constexpr std::size_t kMappingBytesMax = 256 * 1024;

struct Node {
  enum class Kind : std::uint8_t { text, number, flag, list, table, other };
  Kind kind = Kind::table;
  unsigned line = 1;
  std::string name = {};  // its key in the table around it
  std::string text = {};  // of a text; a number or flag as it is written in JSON
  std::vector<Node> items = {};
  std::vector<Node> members = {};  // in the order of their names

  const Node* find(std::string_view key) const noexcept;
};

Result<Node> parse_toml(std::string_view text);

Error at_line(unsigned line, std::string_view what);

}  // namespace parley::connectors::mapped
