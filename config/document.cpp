#include "config/document.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
// The parser asserts that a key begins as keys do, before it reports one that does not ("[,"): an
// abort where assertions are on and undefined where they are off. Here they are neither.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
// clang-format keeps this order: the macros configure the header.
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

namespace parley::config {
namespace {

Place place_of(const toml::node& node) {
  const auto& begin = node.source().begin;
  return begin.line == 0 ? Place{} : Place{.line = begin.line, .column = begin.column};
}

bool convert(const toml::node& from, Node& to, std::size_t depth) {
  if (depth > kDepthMax) return false;
  to.at = place_of(from);
  if (const auto* table = from.as_table()) {
    to.kind = Kind::table;
    for (const auto& [key, value] : *table) {
      Node child;
      if (!convert(value, child, depth + 1)) return false;
      // A dotted or plain key stands before its value: its own place reads better in a message.
      const auto& begin = key.source().begin;
      if (begin.line != 0 && !value.is_array_of_tables()) {
        child.at = {.line = begin.line, .column = begin.column};
      }
      child.name = std::string(key.str());
      to.members.push_back(std::move(child));
    }
  } else if (const auto* list = from.as_array()) {
    to.kind = Kind::list;
    for (const auto& item : *list) {
      Node child;
      if (!convert(item, child, depth + 1)) return false;
      to.items.push_back(std::move(child));
    }
  } else if (const auto text = from.value_exact<std::string>()) {
    to.kind = Kind::text;
    to.text = *text;
  } else if (const auto flag = from.value_exact<bool>()) {
    to.kind = Kind::flag;
    to.flag = *flag;
  } else if (const auto integer = from.value_exact<std::int64_t>()) {
    to.kind = Kind::integer;
    to.integer = *integer;
    to.number = static_cast<double>(*integer);
  } else if (const auto number = from.value_exact<double>()) {
    to.kind = Kind::number;
    to.number = *number;
  } else {
    to.kind = Kind::date;
  }
  return true;
}

Error at(const std::string& file, Place place, std::string_view what) {
  return Error{.code = Errc::misconfigured,
               .detail = file + ":" + std::to_string(place.line) + ":" +
                         std::to_string(place.column) + ": " + std::string(what)};
}

}  // namespace

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::text:
      return "a text";
    case Kind::integer:
      return "a whole number";
    case Kind::number:
      return "a number";
    case Kind::flag:
      return "true or false";
    case Kind::list:
      return "a list";
    case Kind::table:
      return "a table";
    case Kind::date:
      return "a date";
  }
  return "?";
}

const Node* Node::find(std::string_view key) const noexcept {
  for (const auto& member : members) {
    if (member.name == key) return &member;
  }
  return nullptr;
}

Result<Node> parse_document(std::string_view bytes, const std::string& file) {
  const auto parsed = toml::parse(bytes, file);
  if (!parsed) {
    const auto& begin = parsed.error().source().begin;
    return at(file, {.line = begin.line, .column = begin.column},
              "not valid TOML: " + std::string(parsed.error().description()));
  }
  Node root;
  if (!convert(parsed.table(), root, 0)) {
    return at(file, {}, "nested deeper than " + std::to_string(kDepthMax) + " levels");
  }
  root.at = {};
  return root;
}

Result<std::string> read_file_blocking(const std::string& path, std::size_t bytes_max) {
  const auto fail = [&](const std::string& what) {
    return Error{.code = Errc::misconfigured, .detail = path + ": " + what};
  };
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(std::string("cannot be opened: ") + std::strerror(errno ? errno : EIO));
  std::string bytes(bytes_max + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad() || (in.fail() && !in.eof())) return fail("cannot be read; expected a file");
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > bytes_max) {
    return fail("is larger than " + std::to_string(bytes_max) + " bytes");
  }
  return bytes;
}

}  // namespace parley::config
