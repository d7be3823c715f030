// connectors/mapped/expr.hpp
// Texts made of values: templates, their alternatives, and what is done to what they give.
//
// "{body.id}" is replaced by the value at that path; "{setting.from|digits}" passes it through a
// filter; "{{" is a brace. Filters: digits, msisdn (the digits of a number, a name as it is),
// lower, upper, trim, url, xml, base64, hex, utf16be.
//
// Errors   compile: misconfigured with the reason. What has no value is an empty text.
// Threads  compiled ones are plain values, any.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mapped/path.hpp"

namespace parley::connectors::mapped {

enum class Filter : std::uint8_t {
  digits,
  msisdn,
  lower,
  upper,
  trim,
  url,
  xml,
  base64,
  hex,
  utf16be
};

class Template {
 public:
  std::string text(const Scope& scope) const;
  // Does every path in it have a value?
  bool complete(const Scope& scope) const;
  // The value itself, where the template is one path that chooses many; else its text.
  Value value(const Scope& scope) const;
  std::vector<const Path*> paths() const;
  std::string glob() const;  // its text with '*' for each path

 private:
  friend Result<Template> compile_template(std::string_view, std::span<const std::string_view>);
  struct Piece {
    std::string literal = {};
    std::optional<Path> path = {};
    std::vector<Filter> filters = {};
    std::string text(const Scope& scope) const;
  };
  std::vector<Piece> pieces_;
};

Result<Template> compile_template(std::string_view text, std::span<const std::string_view> roots);

// The first alternative whose every path has a value, then cut out, then looked up.
struct Expr {
  std::vector<Template> alternatives;
  std::string after = {}, before = {};  // only what stands between these two
  std::map<std::string, std::string> map = {};
  bool mapped = false;                       // a value not in `map` is none,
  bool keep = false;                         // or stays as it is
  std::optional<std::string> fallback = {};  // instead of none

  // nullopt: no value.
  std::optional<std::string> read(const Scope& scope) const;
  std::string text(const Scope& scope) const { return read(scope).value_or(""); }
  // Is there something to read, whether the map knows it or not?
  bool given(const Scope& scope) const;
  bool absent() const noexcept { return alternatives.empty() && !fallback; }

 private:
  std::string found(const Scope& scope) const;
};

// "percent utf-16be", "base64", "hex windows-1251": how to get from a field's text to words.
struct Decode {
  std::vector<std::string> steps;
  // nullopt: not such text.
  std::optional<std::string> run(std::string text) const;
};
Result<Decode> compile_decode(std::string_view text);

}  // namespace parley::connectors::mapped
