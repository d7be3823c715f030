// base/secret.hpp
// Printing a Secret prints nothing; only reveal() does, and reveal() is easy to grep.
#pragma once

#include <string>
#include <utility>

namespace parley {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = delete;  // use equal_constant_time

 private:
  std::string value_;
};

}  // namespace parley
