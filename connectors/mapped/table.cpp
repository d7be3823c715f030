#include "connectors/mapped/table.hpp"

#include <algorithm>
#include <charconv>

namespace parley::connectors::mapped {
namespace {

std::string listed(std::span<const std::string_view> names) {
  std::string out;
  for (const auto name : names) {
    if (!name.empty()) out += (out.empty() ? "" : ", ") + std::string(name);
  }
  return out;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

void Compilation::check(unsigned line, const Path& path) {
  const std::set<std::string, std::less<>>* declared = path.root == "setting"  ? &texts
                                                       : path.root == "secret" ? &secrets
                                                       : path.root == "vars"   ? &vars
                                                                               : nullptr;
  if (declared == nullptr) return;
  const bool named = path.steps.size() == 1 && path.steps[0].kind == PathStep::Kind::member;
  if (named && declared->contains(path.steps[0].name)) return;
  std::string known;
  for (const auto& name : *declared) known += (known.empty() ? "" : ", ") + name;
  wrong(line, path.root + " has no " + (named ? quoted(path.steps[0].name) : "such name") +
                  "; expected one of " + (known.empty() ? "none, none is declared" : known));
}

Path path_of(std::string_view text, unsigned line, Roots roots, Compilation& all) {
  auto path = compile_path(text, roots);
  if (!path) {
    all.wrong(line, path.error().detail);
    return {};
  }
  all.check(line, *path);
  return *std::move(path);
}

Template template_of(std::string_view text, unsigned line, Roots roots, Compilation& all) {
  auto made = compile_template(text, roots);
  if (!made) {
    all.wrong(line, made.error().detail);
    return {};
  }
  for (const Path* path : made->paths()) all.check(line, *path);
  return *std::move(made);
}

Condition condition_of(std::string_view text, unsigned line, Roots roots, Compilation& all) {
  auto made = compile_condition(text, roots);
  if (!made) {
    all.wrong(line, made.error().detail);
    return {};
  }
  all.check(line, made->path);
  return *std::move(made);
}

Expr expr_of(const Node& node, Roots roots, Compilation& all, bool plain_is_path) {
  Expr out;
  const auto add = [&](const Node& one) {
    if (one.kind == Node::Kind::text || one.kind == Node::Kind::number) {
      const bool path = plain_is_path && one.text.find('{') == std::string::npos;
      out.alternatives.push_back(
          template_of(path ? "{" + one.text + "}" : one.text, one.line, roots, all));
    } else {
      all.wrong(one.line, "expected a text");
    }
  };
  if (node.kind == Node::Kind::list) {
    for (const auto& item : node.items) add(item);
    if (node.items.empty()) all.wrong(node.line, "expected at least one text in the list");
  } else if (node.kind == Node::Kind::table) {
    Table table(node, node.name, all);
    if (const Node* of = table.node("of")) {
      out = expr_of(*of, roots, all, plain_is_path);
    } else {
      all.wrong(node.line, quoted(node.name) + " needs \"of\", the path or text it comes from");
    }
    if (const Node* map = table.node("map")) {
      out.mapped = true;
      for (const auto& member : map->members) out.map[member.name] = member.text;
      if (map->members.empty())
        all.wrong(map->line, "\"map\" must be a table with a value for each");
    }
    out.keep = table.flag("keep");
    if (table.has("default")) out.fallback = table.text("default");
    const auto between = table.texts("between");
    if (!between.empty()) out.after = between[0];
    if (between.size() > 1) out.before = between[1];
    // What a field has beside these is read by Table::field().
    for (const char* key : {"as", "decode", "required", "format"}) table.node(key);
  } else {
    add(node);
  }
  return out;
}

Table::Table(const Node& node, std::string what, Compilation& all)
    : node_(node), what_(std::move(what)), all_(all) {
  if (node.kind != Node::Kind::table) all.wrong(node.line, quoted(what_) + " must be a table");
}

Table::~Table() {
  for (const auto& member : node_.members) {
    if (asked_.contains(member.name)) continue;
    std::string known;
    for (const auto& name : asked_) known += (known.empty() ? "" : ", ") + name;
    all_.wrong(member.line, (what_.empty() ? "the file" : quoted(what_)) + " has no " +
                                quoted(member.name) + "; expected one of " + known);
  }
}

const Node* Table::node(std::string_view key) {
  asked_.emplace(key);
  return node_.find(key);
}

unsigned Table::line_of(std::string_view key) const {
  const Node* found = node_.find(key);
  return found == nullptr ? node_.line : found->line;
}

void Table::wrong(std::string_view key, std::string_view what) {
  all_.wrong(line_of(key), quoted(key) + " " + std::string(what));
}

std::string Table::text(std::string_view key, std::string_view otherwise) {
  const Node* found = node(key);
  if (found == nullptr) return std::string(otherwise);
  if (found->kind != Node::Kind::text) wrong(key, "must be a text");
  return found->text;
}

bool Table::flag(std::string_view key, bool otherwise) {
  const Node* found = node(key);
  if (found == nullptr) return otherwise;
  if (found->kind != Node::Kind::flag) wrong(key, "must be true or false");
  return found->text == "true";
}

std::size_t Table::count(std::string_view key, std::size_t otherwise, std::size_t max) {
  const Node* found = node(key);
  if (found == nullptr) return otherwise;
  std::size_t out = 0;
  const auto& text = found->text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  const bool whole = found->kind == Node::Kind::number && error == std::errc() &&
                     end == text.data() + text.size() && out <= max;
  if (!whole) wrong(key, "must be a whole number, 0 to " + std::to_string(max));
  return out;
}

std::size_t Table::choice(std::string_view key, std::span<const std::string_view> choices) {
  const Node* found = node(key);
  if (found == nullptr) return 0;
  const auto known = std::ranges::find(choices, found->text);
  if (found->kind == Node::Kind::text && known != choices.end()) {
    return static_cast<std::size_t>(known - choices.begin());
  }
  wrong(key, "must be one of " + listed(choices));
  return 0;
}

std::vector<std::string> Table::texts(std::string_view key) {
  const Node* found = node(key);
  std::vector<std::string> out;
  if (found == nullptr) return out;
  if (found->kind == Node::Kind::text) return {found->text};
  if (found->kind != Node::Kind::list) wrong(key, "must be a text or a list of texts");
  for (const auto& item : found->items) {
    if (item.kind != Node::Kind::text) wrong(key, "must be a list of texts");
    out.push_back(item.text);
  }
  return out;
}

std::vector<const Node*> Table::tables(std::string_view key) {
  const Node* found = node(key);
  std::vector<const Node*> out;
  if (found == nullptr) return out;
  if (found->kind != Node::Kind::list) {
    wrong(key, "must be written as [[" + std::string(key) + "]]");
    return out;
  }
  if (found->items.size() > kRulesMax) wrong(key, "may stand 64 times at most");
  for (const auto& item : found->items) out.push_back(&item);
  return out;
}

std::optional<Path> Table::path(std::string_view key, Roots roots) {
  if (!has(key)) {
    node(key);
    return std::nullopt;
  }
  return path_of(text(key), line_of(key), roots, all_);
}

Template Table::templated(std::string_view key, Roots roots, std::string_view otherwise) {
  return template_of(text(key, otherwise), line_of(key), roots, all_);
}

std::vector<Condition> Table::conditions(std::string_view key, Roots roots) {
  std::vector<Condition> out;
  for (const auto& one : texts(key)) {
    out.push_back(condition_of(one, line_of(key), roots, all_));
  }
  return out;
}

Expr Table::expr(std::string_view key, Roots roots) {
  const Node* found = node(key);
  return found == nullptr ? Expr() : expr_of(*found, roots, all_);
}

Field Table::field(std::string_view key, Roots roots) {
  constexpr std::string_view kAs[] = {"text", "phone"};
  const Node* found = node(key);
  Field out;
  if (found == nullptr) return out;
  out.of = expr_of(*found, roots, all_, true);
  if (found->kind != Node::Kind::table) return out;
  Table more(*found, std::string(key), all_);
  for (const char* read : {"of", "map", "keep", "default", "between", "format"}) more.node(read);
  out.as = more.choice("as", kAs) == 1 ? Field::As::phone : Field::As::text;
  out.required = more.flag("required");
  const Node* decode = more.node("decode");
  if (decode == nullptr) return out;
  const auto compiled = [&](const Node& one) {
    auto steps = compile_decode(one.text);
    if (!steps) all_.wrong(one.line, steps.error().detail);
    return steps ? *std::move(steps) : Decode();
  };
  if (decode->kind != Node::Kind::table) {
    out.decode = compiled(*decode);
    return out;
  }
  for (const auto& member : decode->members) {
    if (member.name == "of") {
      out.decode_by = expr_of(member, roots, all_, true);
    } else {
      out.decodes.emplace_back(member.name, compiled(member));
    }
  }
  if (out.decode_by.absent()) all_.wrong(decode->line, "\"decode\" needs \"of\"");
  return out;
}

std::vector<std::pair<std::string, Expr>> Table::exprs(std::string_view key, Roots roots) {
  std::vector<std::pair<std::string, Expr>> out;
  const Node* found = node(key);
  if (found == nullptr) return out;
  if (found->kind != Node::Kind::table) wrong(key, "must be a table");
  for (const auto& member : found->members) {
    out.emplace_back(member.name, expr_of(member, roots, all_));
  }
  return out;
}

}  // namespace parley::connectors::mapped
