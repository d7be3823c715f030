// connectors/mapped/path.hpp
// Where a value stands, and what must hold of it.
//
// A path begins with a root ("body", "query", "header", "item", ...) and goes on by members and
// entries: body.results[0].id, item.message[*].url, item.parts[type=text/plain].value,
// body["a.b"]. [*] and a [name=value] or [name!=value] choose any number of values.
//
// A condition is a path that must have a value ("body.id"), or none ("!body.id"), or be compared:
// "a = x", "a != x", "a in x|y|z", "a ~ glob*".
//
// Errors   compile: misconfigured with the reason; evaluating never fails, what is not there is
//          no value.
// Threads  compiled ones are plain values, any.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mapped/value.hpp"

namespace parley::connectors::mapped {

// The roots a path can begin with, by name.
class Scope {
 public:
  void set(std::string_view root, const Value* value);
  const Value* find(std::string_view root) const noexcept;

 private:
  std::vector<std::pair<std::string_view, const Value*>> roots_;
};

struct PathStep {
  enum class Kind : std::uint8_t { member, entry, all, filter };
  Kind kind = Kind::member;
  std::string name = {};
  std::size_t index = 0;
  bool equal = true;  // of a filter
  std::string value = {};
};

struct Path {
  std::string root;
  std::vector<PathStep> steps = {};
  bool many = false;

  std::vector<const Value*> select(const Scope& scope) const;
  const Value* first(const Scope& scope) const;
  // The first value's text; of many, all of them, a line each.
  std::string text(const Scope& scope) const;
};

// `roots`: those that exist where the path is used.
Result<Path> compile_path(std::string_view text, std::span<const std::string_view> roots);

struct Condition {
  enum class Op : std::uint8_t { present, absent, equal, unequal, one_of, glob };
  Path path;
  Op op = Op::present;
  std::vector<std::string> values = {};

  bool holds(const Scope& scope) const;
};

Result<Condition> compile_condition(std::string_view text, std::span<const std::string_view> roots);

bool all_hold(const std::vector<Condition>& conditions, const Scope& scope);

// '*' stands for any text.
bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace parley::connectors::mapped
