// base/id.hpp
// A string that says which string it is. Two Ids of different tags do not convert.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>

namespace parley {

template <class Tag>
struct Id {
  std::string value;

  bool empty() const noexcept { return value.empty(); }
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace parley

template <class Tag>
struct std::hash<parley::Id<Tag>> {
  std::size_t operator()(const parley::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
