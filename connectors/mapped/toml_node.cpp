#include "connectors/mapped/toml_node.hpp"

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

#include "base/json_writer.hpp"

namespace parley::connectors::mapped {
namespace {

bool convert(const toml::node& from, Node& to, std::size_t depth) {
  if (depth > kNodeDepthMax) return false;
  if (from.source().begin.line != 0) to.line = from.source().begin.line;
  if (const auto* table = from.as_table()) {
    to.kind = Node::Kind::table;
    for (const auto& [key, value] : *table) {
      Node child;
      child.line = key.source().begin.line != 0 ? key.source().begin.line : to.line;
      if (!convert(value, child, depth + 1)) return false;
      child.name = std::string(key.str());
      to.members.push_back(std::move(child));
    }
  } else if (const auto* list = from.as_array()) {
    to.kind = Node::Kind::list;
    for (const auto& item : *list) {
      Node child;
      child.line = to.line;
      if (!convert(item, child, depth + 1)) return false;
      to.items.push_back(std::move(child));
    }
  } else if (const auto text = from.value_exact<std::string>()) {
    to.kind = Node::Kind::text;
    to.text = *text;
  } else if (const auto flag = from.value_exact<bool>()) {
    to.kind = Node::Kind::flag;
    to.text = *flag ? "true" : "false";
  } else if (const auto integer = from.value_exact<std::int64_t>()) {
    to.kind = Node::Kind::number;
    to.text = std::to_string(*integer);
  } else if (const auto number = from.value_exact<double>()) {
    JsonWriter json;
    json.value(*number);
    to.kind = Node::Kind::number;
    to.text = json.take();
  } else {
    to.kind = Node::Kind::other;
  }
  return true;
}

}  // namespace

const Node* Node::find(std::string_view key) const noexcept {
  for (const auto& member : members) {
    if (member.name == key) return &member;
  }
  return nullptr;
}

Error at_line(unsigned line, std::string_view what) {
  return Error{.code = Errc::misconfigured,
               .detail = "line " + std::to_string(line) + ": " + std::string(what)};
}

Result<Node> parse_toml(std::string_view text) {
  if (text.size() > kMappingBytesMax) return at_line(1, "the file is larger than 256 KiB");
  const auto parsed = toml::parse(text);
  if (!parsed) {
    return at_line(parsed.error().source().begin.line,
                   "not valid TOML: " + std::string(parsed.error().description()));
  }
  Node root;
  if (!convert(parsed.table(), root, 0)) return at_line(1, "nested deeper than 16 levels");
  root.line = 1;
  return root;
}

}  // namespace parley::connectors::mapped
