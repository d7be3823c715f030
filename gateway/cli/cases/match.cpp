#include "gateway/cli/cases/match.hpp"

#include <algorithm>

namespace parley::gateway::cli {
namespace {

constexpr std::string_view kAnyOf = "_any_of";

bool fits(const Json& want, const Json& actual) {
  Verdict probe;
  match(want, actual, "", probe);
  return probe.differences.empty();
}

// Field X of `want`, with its alternatives.
void match_field(const Json& want, const Json& actual, const std::string& name,
                 std::string_view where, Verdict& verdict) {
  const std::string path = where.empty() ? name : std::string(where) + "." + name;
  if (!actual.has(name)) {
    verdict.not_compared.insert(name);
    return;
  }
  const Json& any_of = want[name + std::string(kAnyOf)];
  if (any_of.is_array()) {
    const bool good =
        std::ranges::any_of(any_of.items, [&](const Json& one) { return fits(one, actual[name]); });
    const bool exact = want.has(name) && fits(want[name], actual[name]);
    if (!good && !exact) verdict.differ(path, any_of.dump(), actual[name].dump());
    return;
  }
  match(want[name], actual[name], path, verdict);
}

}  // namespace

void match(const Json& want, const Json& actual, std::string_view where, Verdict& verdict) {
  if (want.is_object() && actual.is_object()) {
    for (const auto& member : want.members) {
      std::string name = member.name;
      if (name.ends_with(kAnyOf)) {
        name.resize(name.size() - kAnyOf.size());
        if (want.has(name)) continue;  // done with X itself
      }
      match_field(want, actual, name, where, verdict);
    }
    return;
  }
  if (want.is_array() && actual.is_array()) {
    if (want.items.size() != actual.items.size()) {
      verdict.differ(where, std::to_string(want.items.size()) + " entries",
                     std::to_string(actual.items.size()) + ": " + actual.dump());
      return;
    }
    for (std::size_t i = 0; i < want.items.size(); ++i) {
      match(want.items[i], actual.items[i], std::string(where) + "[" + std::to_string(i) + "]",
            verdict);
    }
    return;
  }
  if (!(want == actual)) verdict.differ(where, want.dump(), actual.dump());
}

Json json_text(std::string_view text) {
  Json out;
  out.kind = Json::Kind::text;
  out.text = text;
  return out;
}

Json json_number(std::int64_t number) {
  Json out;
  out.kind = Json::Kind::integer;
  out.integer = number;
  out.real = static_cast<double>(number);
  return out;
}

Json json_number(double number) {
  Json out;
  out.kind = Json::Kind::real;
  out.real = number;
  return out;
}

Json json_bool(bool on) {
  Json out;
  out.kind = Json::Kind::boolean;
  out.boolean = on;
  return out;
}

Json json_object() {
  Json out;
  out.kind = Json::Kind::object;
  return out;
}

Json json_array() {
  Json out;
  out.kind = Json::Kind::array;
  return out;
}

void set(Json& object, std::string_view name, Json value) {
  object.members.push_back({std::string(name), std::move(value)});
}

}  // namespace parley::gateway::cli
