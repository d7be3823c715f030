// conversation/profile.hpp
// What a tenant's systems tell of a customer, as JSON: {"attributes":{"tier":"gold","orders":3},
// "display_name":"...","language":"zh"}. The answer of a profile endpoint and the body of a
// profile row.
//
// Errors   malformed: no object, a nested or null attribute, a text of the wrong type. Members
//          beside these three are the other side's own and left alone.
// Threads  any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "conversation/part.hpp"

namespace parley {

inline constexpr std::size_t kProfileAttributesMax = 64;
inline constexpr std::size_t kProfileTextBytesMax = 1'024;  // a name or a value

struct Profile {
  Attributes attributes;
  std::string display_name, language;
  friend bool operator==(const Profile&, const Profile&) = default;
};

Result<Profile> parse_profile(std::string_view json);
std::string profile_json(const Profile& profile);

}  // namespace parley
