#include "connectors/mapped/toml_node.hpp"

#include "base/json_writer.hpp"
#include "base/toml.hpp"

namespace parley::connectors::mapped {
namespace {

std::string in_json(double number) {
  JsonWriter json;
  json.value(number);
  return json.take();
}

Node node_of(TomlNode from) {
  Node to;
  to.line = from.at.line;
  to.name = std::move(from.name);
  switch (from.kind) {
    case TomlKind::text:
      to.kind = Node::Kind::text;
      to.text = std::move(from.text);
      break;
    case TomlKind::flag:
      to.kind = Node::Kind::flag;
      to.text = from.flag ? "true" : "false";
      break;
    case TomlKind::integer:
      to.kind = Node::Kind::number;
      to.text = std::to_string(from.integer);
      break;
    case TomlKind::number:
      to.kind = Node::Kind::number;
      to.text = in_json(from.number);
      break;
    case TomlKind::list:
      to.kind = Node::Kind::list;
      for (auto& item : from.items) to.items.push_back(node_of(std::move(item)));
      break;
    case TomlKind::table:
      to.kind = Node::Kind::table;
      for (auto& member : from.members) to.members.push_back(node_of(std::move(member)));
      break;
    case TomlKind::date:
      to.kind = Node::Kind::other;
  }
  return to;
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
  auto root = read_toml(text);
  if (!root) {
    const auto& [at, what] = root.error();
    return at_line(at.line, "column " + std::to_string(at.column) + ": " + what);
  }
  return node_of(*std::move(root));
}

}  // namespace parley::connectors::mapped
