// config/problems.hpp
// The mistakes of a file, collected: an operator fixes them in one go, not one a restart.
//
// Limits   kProblemsMax are kept, the rest is counted.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/document.hpp"

namespace parley::config {

// A key that reading asked for, whether the file had it or not: what docs/config.md must list.
struct KnownKey {
  std::string section, key, fallback;  // fallback: the default as written in the file, "" if none
  friend auto operator<=>(const KnownKey&, const KnownKey&) = default;
};

class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(Place at, std::string_view key, std::string_view what);
  void warn(Place at, std::string_view key, std::string_view what);
  // Lines that carry their own file: of the parser, of another file.
  void add_line(std::string line);
  void absorb(const Problems& other);

  bool empty() const noexcept { return count_ == 0; }
  std::size_t count() const noexcept { return count_; }
  const std::vector<std::string>& lines() const noexcept { return lines_; }
  const std::vector<std::string>& warnings() const noexcept { return warnings_; }
  Error error() const;
  const std::string& file() const noexcept { return file_; }

  void knows(KnownKey key) { known_.insert(std::move(key)); }
  const std::set<KnownKey>& known() const noexcept { return known_; }

 private:
  std::string line(Place at, std::string_view key, std::string_view what) const;

  std::string file_;
  std::vector<std::string> lines_, warnings_;
  std::size_t count_ = 0;
  std::set<KnownKey> known_;
};

}  // namespace parley::config
