#include "config/table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace parley::config {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string number_text(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  return {digits, end.ptr};
}

}  // namespace

bool is_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > 64) return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known) {
  if (wrong.size() > 64) return {};
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const auto& name : known) {
    const auto far = distance(wrong, name);
    if (far < best_distance) {
      best_distance = far;
      best = &name;
    }
  }
  return best ? "; did you mean \"" + *best + "\"?" : std::string();
}

std::string list_of(const std::vector<std::string_view>& choices) {
  std::string out;
  for (const auto choice : choices) {
    if (!out.empty()) out += ", ";
    out.append("\"").append(choice).append("\"");
  }
  return out;
}

Table::Table(const Node& node, std::string section, Problems& problems)
    : node_(node), section_(std::move(section)), problems_(problems) {}

Table::~Table() {
  for (const auto& member : node_.members) {
    if (std::ranges::find(asked_, member.name) != asked_.end()) continue;
    auto hint = did_you_mean(member.name, asked_);
    if (hint.empty()) {
      std::vector<std::string_view> all(asked_.begin(), asked_.end());
      hint = "; expected one of " + list_of(all);
    }
    problems_.add(member.at, name(member.name), "unknown key" + hint);
  }
}

std::string Table::name(std::string_view key) const {
  return section_.empty() ? std::string(key) : section_ + "." + std::string(key);
}

Place Table::place(std::string_view key) const {
  const Node* node = node_.find(key);
  return node ? node->at : node_.at;
}

void Table::problem(std::string_view key, std::string_view what) {
  problems_.add(place(key), name(key), what);
}

void Table::warning(std::string_view key, std::string_view what) {
  problems_.warn(place(key), name(key), what);
}

const Node* Table::raw(std::string_view key, std::string_view fallback) {
  if (std::ranges::find(asked_, key) == asked_.end()) {
    asked_.emplace_back(key);
    problems_.knows(
        {.section = section_, .key = std::string(key), .fallback = std::string(fallback)});
  }
  return node_.find(key);
}

const Node* Table::take(std::string_view key, Kind kind, std::string_view fallback) {
  const Node* node = raw(key, fallback);
  if (!node) return nullptr;
  if (node->kind == kind || (kind == Kind::number && node->kind == Kind::integer)) return node;
  problem(key, "is " + std::string(to_string(node->kind)) + "; expected " +
                   std::string(to_string(kind)));
  return nullptr;
}

std::string Table::text(std::string_view key, std::string_view fallback) {
  const Node* node = take(key, Kind::text, "\"" + std::string(fallback) + "\"");
  return node ? node->text : std::string(fallback);
}

std::string Table::required_text(std::string_view key) {
  const Node* node = take(key, Kind::text, {});
  if (!node) {
    if (!has(key)) problem(key, "is missing; expected a text");
    return {};
  }
  if (node->text.empty()) problem(key, "is empty; expected a text");
  return node->text;
}

std::string Table::required_name(std::string_view key) {
  auto name_text = required_text(key);
  if (name_text.empty() || is_name(name_text)) return name_text;
  problem(key, "\"" + name_text + "\" cannot be a name; expected 1 to 64 of a-z, 0-9, - and _");
  return {};
}

std::string Table::optional_name(std::string_view key) {
  const Node* node = take(key, Kind::text, {});
  if (!node) return {};
  if (is_name(node->text)) return node->text;
  problem(key, "\"" + node->text + "\" cannot be a name; expected 1 to 64 of a-z, 0-9, - and _");
  return {};
}

std::string Table::one_of(std::string_view key, const std::vector<std::string_view>& choices,
                          std::string_view fallback) {
  const Node* node = take(key, Kind::text, "\"" + std::string(fallback) + "\"");
  if (!node) return std::string(fallback);
  if (std::ranges::find(choices, node->text) != choices.end()) return node->text;
  problem(key, "\"" + node->text + "\" is none of its values; expected one of " + list_of(choices));
  return std::string(fallback);
}

bool Table::flag(std::string_view key, bool fallback) {
  const Node* node = take(key, Kind::flag, fallback ? "true" : "false");
  return node ? node->flag : fallback;
}

double Table::number(std::string_view key, double fallback, double min, double max) {
  const Node* node = take(key, Kind::number, number_text(fallback));
  if (!node) return fallback;
  if (std::isfinite(node->number) && node->number >= min && node->number <= max) {
    return node->number;
  }
  problem(key, number_text(node->number) + " is out of range; expected " + number_text(min) +
                   " to " + number_text(max));
  return fallback;
}

std::int64_t Table::integer(std::string_view key, std::int64_t fallback, std::int64_t min,
                            std::int64_t max) {
  const Node* node = take(key, Kind::integer, std::to_string(fallback));
  if (!node) return fallback;
  if (node->integer >= min && node->integer <= max) return node->integer;
  problem(key, std::to_string(node->integer) + " is out of range; expected " + std::to_string(min) +
                   " to " + std::to_string(max));
  return fallback;
}

Milliseconds Table::ms(std::string_view key, Milliseconds fallback, Milliseconds min,
                       Milliseconds max) {
  return Milliseconds{integer(key, fallback.count(), min.count(), max.count())};
}

std::vector<std::string> Table::texts(std::string_view key) {
  const Node* node = raw(key, "[]");
  std::vector<std::string> out;
  if (!node) return out;
  if (node->kind == Kind::text) return {node->text};
  if (node->kind != Kind::list) {
    problem(key, "is " + std::string(to_string(node->kind)) + "; expected a list of texts");
    return out;
  }
  for (const auto& item : node->items) {
    if (item.kind == Kind::text) {
      out.push_back(item.text);
    } else {
      problems_.add(item.at, name(key),
                    "holds " + std::string(to_string(item.kind)) + "; expected only texts");
    }
  }
  return out;
}

const Node* Table::table(std::string_view key) { return take(key, Kind::table, {}); }

std::vector<const Node*> Table::tables(std::string_view key) {
  const Node* node = raw(key);
  std::vector<const Node*> out;
  if (!node) return out;
  if (node->kind == Kind::table) return {node};
  if (node->kind != Kind::list) {
    problem(key, "is " + std::string(to_string(node->kind)) + "; expected [[" + std::string(key) +
                     "]] tables");
    return out;
  }
  for (const auto& item : node->items) {
    if (item.kind == Kind::table) {
      out.push_back(&item);
    } else {
      problems_.add(item.at, name(key),
                    "holds " + std::string(to_string(item.kind)) + "; expected only tables");
    }
  }
  return out;
}

}  // namespace parley::config
