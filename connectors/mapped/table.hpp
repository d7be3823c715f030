// connectors/mapped/table.hpp
// Reads one table of a mapping file: every key it is not asked for is an error, and the first error
// of a file is the one told.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/mapped/mapping.hpp"
#include "connectors/mapped/toml_node.hpp"

namespace parley::connectors::mapped {

// What compiling needs to know everywhere.
struct Compilation {
  std::optional<Error> first;
  std::set<std::string, std::less<>> texts, secrets;  // the settings there are
  std::set<std::string, std::less<>> vars;

  void wrong(unsigned line, std::string_view what) {
    if (!first) first = at_line(line, what);
  }
  // Is what the path asks of settings, secrets and vars declared?
  void check(unsigned line, const Path& path);
};

using Roots = std::span<const std::string_view>;

class Table {
 public:
  Table(const Node& node, std::string what, Compilation& all);
  ~Table();  // complains of keys nobody asked for
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  const Node* node(std::string_view key);  // null if absent
  bool has(std::string_view key) const { return node_.find(key) != nullptr; }
  unsigned line() const noexcept { return node_.line; }
  unsigned line_of(std::string_view key) const;
  void wrong(std::string_view key, std::string_view what);

  std::string text(std::string_view key, std::string_view otherwise = {});
  bool flag(std::string_view key, bool otherwise = false);
  std::size_t count(std::string_view key, std::size_t otherwise, std::size_t max);
  // The place of the text in `choices`; 0 if absent.
  std::size_t choice(std::string_view key, std::span<const std::string_view> choices);
  std::vector<std::string> texts(std::string_view key);  // a list, or one text alone
  std::vector<const Node*> tables(std::string_view key);

  std::optional<Path> path(std::string_view key, Roots roots);
  Template templated(std::string_view key, Roots roots, std::string_view otherwise = {});
  std::vector<Condition> conditions(std::string_view key, Roots roots);
  Expr expr(std::string_view key, Roots roots);    // texts are templates
  Field field(std::string_view key, Roots roots);  // texts without '{' are paths
  std::vector<std::pair<std::string, Expr>> exprs(std::string_view key, Roots roots);

  Compilation& all() noexcept { return all_; }

 private:
  const Node& node_;
  std::string what_;
  Compilation& all_;
  std::set<std::string, std::less<>> asked_;
};

Template template_of(std::string_view text, unsigned line, Roots roots, Compilation& all);
Path path_of(std::string_view text, unsigned line, Roots roots, Compilation& all);
Condition condition_of(std::string_view text, unsigned line, Roots roots, Compilation& all);
Expr expr_of(const Node& node, Roots roots, Compilation& all, bool plain_is_path = false);

}  // namespace parley::connectors::mapped
