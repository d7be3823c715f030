// config/document.hpp
// A parsed TOML file as plain values that know their place; the file's name goes into each mistake.
//
// Limits   kFileBytesMax, kTomlDepthMax levels.
// Errors   misconfigured, "file:line:column: what".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/toml.hpp"

namespace parley::config {

using Place = TomlPlace;
using Kind = TomlKind;
using Node = TomlNode;

std::string_view to_string(Kind kind) noexcept;

Result<Node> parse_document(std::string_view bytes, const std::string& file);

// The bytes of a file no larger than `bytes_max`.
Result<std::string> read_file_blocking(const std::string& path, std::size_t bytes_max);

}  // namespace parley::config
