// gateway/api/body.hpp
// A JSON request body being read: members by name and type, the first mistake kept, and in the end
// every member nobody asked for, by name. simdjson stays in body.cpp.
//
// Limits   kJsonDepthMax levels; a member twice in one object is a mistake, since two readers would
//          understand it differently.
// Errors   wrong(): what is wrong and what would be right; never a value from the body.
// Threads  one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/part.hpp"

namespace parley::gateway {

inline constexpr std::size_t kJsonDepthMax = 32;

class Body {
 public:
  explicit Body(std::string_view bytes);  // empty bytes are an empty object
  ~Body();
  Body(Body&&) noexcept;

  bool has(std::string_view name) const;
  std::optional<std::string> text(std::string_view name, std::size_t bytes_max);
  std::string required_text(std::string_view name, std::size_t bytes_max);  // not empty
  std::optional<bool> flag(std::string_view name);
  std::optional<std::int64_t> whole(std::string_view name, std::int64_t min, std::int64_t max);
  std::vector<std::string> texts(std::string_view name, std::size_t count_max);
  // The JSON text of an array or object; "" if absent.
  std::string raw_array(std::string_view name);
  // The JSON texts of an array's elements, each to be read as a Body of its own, so that one bad
  // entry does not spoil the others.
  std::vector<std::string> raw_elements(std::string_view name, std::size_t count_max);
  std::optional<Body> object(std::string_view name);
  // {"tier": "gold", "orders": 3, "old": null}: the nulls go to `erased`.
  Attributes attributes(std::string_view name, std::vector<std::string>& erased);
  void mistake(std::string_view name, std::string_view what);

  // After everything was asked for: the first mistake, or the first unknown member; "" if none.
  std::string wrong();

 private:
  struct Impl;
  explicit Body(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::gateway
