// config/table.hpp
// One TOML table being read: asks for keys by name, type and range, reports what is wrong with
// them, and in the end every key nobody asked for, with the nearest one that exists.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "config/problems.hpp"

namespace parley::config {

class Table {
 public:
  // `section` is the name for messages and documentation: "http.limits", "channel", "" at the top.
  Table(const Node& node, std::string section, Problems& problems);
  ~Table();  // reports unknown keys
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  bool has(std::string_view key) const { return node_.find(key) != nullptr; }
  Place at() const noexcept { return node_.at; }
  Place place(std::string_view key) const;  // of the key, or of the table when it is not there
  void problem(std::string_view key, std::string_view what);
  void warning(std::string_view key, std::string_view what);
  std::string name(std::string_view key) const;

  std::string text(std::string_view key, std::string_view fallback = {});
  std::string required_text(std::string_view key);
  // [a-z0-9_-]{1,64}; reported and "" otherwise.
  std::string required_name(std::string_view key);
  std::string optional_name(std::string_view key);
  std::string one_of(std::string_view key, const std::vector<std::string_view>& choices,
                     std::string_view fallback);
  bool flag(std::string_view key, bool fallback);
  double number(std::string_view key, double fallback, double min, double max);
  // A list of texts; one text is a list of one.
  std::vector<std::string> texts(std::string_view key);
  template <class N>
  N whole(std::string_view key, std::type_identity_t<N> fallback, std::type_identity_t<N> min,
          std::type_identity_t<N> max) {
    return static_cast<N>(integer(key, static_cast<std::int64_t>(fallback),
                                  static_cast<std::int64_t>(min), static_cast<std::int64_t>(max)));
  }
  // The key ends in _ms.
  Milliseconds ms(std::string_view key, Milliseconds fallback, Milliseconds min, Milliseconds max);

  const Node* table(std::string_view key);                // null: absent, or reported
  std::vector<const Node*> tables(std::string_view key);  // of [[key]]; one [key] is a list of one
  const Node* raw(std::string_view key, std::string_view fallback = {});  // of any kind

 private:
  const Node* take(std::string_view key, Kind kind, std::string_view fallback);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t min,
                       std::int64_t max);

  const Node& node_;
  std::string section_;
  Problems& problems_;
  std::vector<std::string> asked_;
};

bool is_name(std::string_view text) noexcept;
// "; did you mean \"x\"?" or "" when nothing is near.
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known);
std::string list_of(const std::vector<std::string_view>& choices);

// Where the secrets of a file may come from.
struct SecretSource {
  std::string directory;  // of the file, for file:PATH
  bool literals_allowed = false;
  mutable bool warned = false;  // of a literal one: once a file is enough
};
// env:NAME or file:PATH; nullopt when absent or reported. The text itself is never reported.
std::optional<Secret> read_secret(Table& table, std::string_view key, const SecretSource& source);

std::string directory_of(const std::string& path);
std::string resolve_path(const std::string& directory, const std::string& path);

}  // namespace parley::config
