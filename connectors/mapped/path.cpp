#include "connectors/mapped/path.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace parley::connectors::mapped {
namespace {

constexpr std::size_t kStepsMax = 16;
constexpr std::size_t kSelectedMax = 1000;

Error wrong(std::string detail) {
  return Error{.code = Errc::misconfigured, .detail = std::move(detail)};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

class PathReader {
 public:
  explicit PathReader(std::string_view text) : whole_(text), rest_(text) {}

  Result<Path> read(std::span<const std::string_view> roots) {
    Path path;
    path.root = name();
    if (std::ranges::find(roots, path.root) == roots.end()) {
      std::string known;
      for (const auto root : roots) known += (known.empty() ? "" : ", ") + std::string(root);
      return wrong("the path \"" + std::string(whole_) + "\" begins with none of " + known);
    }
    while (!rest_.empty()) {
      auto step = next();
      if (!step) return wrong("the path \"" + std::string(whole_) + "\" cannot be read");
      if (step->kind == PathStep::Kind::all || step->kind == PathStep::Kind::filter) {
        path.many = true;
      }
      path.steps.push_back(*std::move(step));
      if (path.steps.size() > kStepsMax) {
        return wrong("the path \"" + std::string(whole_) + "\" has more than 16 steps");
      }
    }
    return path;
  }

 private:
  std::string name() {
    const auto end = std::min(rest_.find_first_of(".[]"), rest_.size());
    std::string out(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return out;
  }

  std::optional<PathStep> next() {
    if (rest_.starts_with('.')) {
      rest_.remove_prefix(1);
      PathStep step{.kind = PathStep::Kind::member, .name = name()};
      if (step.name.empty()) return std::nullopt;
      return step;
    }
    if (!rest_.starts_with('[')) return std::nullopt;
    const bool quoted = rest_.starts_with("[\"");
    const auto end = quoted ? rest_.find("\"]") : rest_.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto inside = quoted ? rest_.substr(2, end - 2) : rest_.substr(1, end - 1);
    rest_.remove_prefix(end + (quoted ? 2 : 1));
    if (quoted) return PathStep{.kind = PathStep::Kind::member, .name = std::string(inside)};
    return bracket(inside);
  }

  static std::optional<PathStep> bracket(std::string_view inside) {
    if (inside == "*") return PathStep{.kind = PathStep::Kind::all};
    if (const auto equals = inside.find('='); equals != std::string_view::npos) {
      PathStep step{.kind = PathStep::Kind::filter};
      auto key = inside.substr(0, equals);
      step.equal = !key.ends_with('!');
      if (!step.equal) key.remove_suffix(1);
      step.name = key;
      step.value = inside.substr(equals + 1);
      return step.name.empty() ? std::nullopt : std::optional(std::move(step));
    }
    PathStep step{.kind = PathStep::Kind::entry};
    const auto [end, error] =
        std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
    if (error != std::errc() || end != inside.data() + inside.size()) return std::nullopt;
    return step;
  }

  std::string_view whole_, rest_;
};

bool passes(const Value& item, const PathStep& step) {
  const Value* member = item.find(step.name);
  const bool same = member != nullptr && member->text == step.value;
  return same == step.equal;
}

void follow(const PathStep& step, const Value& from, std::vector<const Value*>& out) {
  if (out.size() >= kSelectedMax) return;
  switch (step.kind) {
    case PathStep::Kind::member:
      if (const Value* found = from.find(step.name)) out.push_back(found);
      return;
    case PathStep::Kind::entry:
      // One thing where a list may stand is a list of one.
      if (from.kind != Value::Kind::list && step.index == 0) out.push_back(&from);
      if (step.index < from.items.size()) out.push_back(&from.items[step.index]);
      return;
    case PathStep::Kind::all:
    case PathStep::Kind::filter: {
      const bool filter = step.kind == PathStep::Kind::filter;
      if (from.kind == Value::Kind::list) {
        for (const auto& item : from.items) {
          if (out.size() < kSelectedMax && (!filter || passes(item, step))) out.push_back(&item);
        }
      } else if (!from.empty() && (!filter || passes(from, step))) {
        out.push_back(&from);
      }
    }
  }
}

}  // namespace

void Scope::set(std::string_view root, const Value* value) {
  for (auto& [name, have] : roots_) {
    if (name == root) {
      have = value;
      return;
    }
  }
  roots_.emplace_back(root, value);
}

const Value* Scope::find(std::string_view root) const noexcept {
  for (const auto& [name, value] : roots_) {
    if (name == root) return value;
  }
  return nullptr;
}

std::vector<const Value*> Path::select(const Scope& scope) const {
  std::vector<const Value*> found;
  if (const Value* start = scope.find(root)) found.push_back(start);
  for (const auto& step : steps) {
    std::vector<const Value*> next;
    for (const Value* from : found) follow(step, *from, next);
    found = std::move(next);
  }
  return found;
}

const Value* Path::first(const Scope& scope) const {
  const auto found = select(scope);
  return found.empty() ? nullptr : found.front();
}

std::string Path::text(const Scope& scope) const {
  const auto found = select(scope);
  if (found.empty()) return {};
  if (!many) return found.front()->text;
  std::string out;
  for (const Value* one : found) {
    if (one->text.empty()) continue;
    if (!out.empty()) out += '\n';
    out += one->text;
  }
  return out;
}

Result<Path> compile_path(std::string_view text, std::span<const std::string_view> roots) {
  return PathReader(trimmed(text)).read(roots);
}

Result<Condition> compile_condition(std::string_view text,
                                    std::span<const std::string_view> roots) {
  text = trimmed(text);
  Condition out;
  std::string_view path = text, value;
  const auto cut = [&](std::string_view sign, Condition::Op op) {
    const auto at = text.find(sign);
    if (at == std::string_view::npos) return false;
    path = text.substr(0, at);
    value = trimmed(text.substr(at + sign.size()));
    out.op = op;
    return true;
  };
  if (text.starts_with('!')) {
    path = text.substr(1);
    out.op = Condition::Op::absent;
  } else if (!cut(" != ", Condition::Op::unequal) && !cut(" = ", Condition::Op::equal) &&
             !cut(" ~ ", Condition::Op::glob)) {
    cut(" in ", Condition::Op::one_of);
  }
  auto compiled = compile_path(path, roots);
  if (!compiled) return std::move(compiled.error());
  out.path = *std::move(compiled);
  if (out.op == Condition::Op::one_of) {
    while (!value.empty()) {
      const auto end = value.find('|');
      out.values.emplace_back(trimmed(value.substr(0, end)));
      value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
    }
  } else {
    out.values.emplace_back(value);
  }
  return out;
}

bool Condition::holds(const Scope& scope) const {
  const Value* found = path.first(scope);
  const bool there = found != nullptr && !found->empty();
  const std::string_view text = there ? std::string_view(found->text) : std::string_view();
  switch (op) {
    case Op::present:
      return there;
    case Op::absent:
      return !there;
    case Op::equal:
      return there && text == values.front();
    case Op::unequal:
      return text != values.front();
    case Op::one_of:
      return there && std::ranges::find(values, text) != values.end();
    case Op::glob:
      return there && glob_matches(values.front(), text);
  }
  return false;
}

bool all_hold(const std::vector<Condition>& conditions, const Scope& scope) {
  return std::ranges::all_of(conditions, [&](const Condition& one) { return one.holds(scope); });
}

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace parley::connectors::mapped
