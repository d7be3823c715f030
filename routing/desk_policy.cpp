#include "routing/desk_policy.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace parley::routing {

std::string_view to_string(AssignMode mode) noexcept {
  constexpr std::array<std::string_view, 5> kNames = {"manual", "least_loaded", "round_robin",
                                                      "longest_idle", "broadcast"};
  return kNames.at(std::to_underlying(mode));
}

Skill skill_from(std::string_view text, int otherwise) noexcept {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return {.name = text, .level = otherwise};
  const auto digits = text.substr(colon + 1);
  int level = -1;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), level);
  const bool whole = wrong == std::errc() && end == digits.data() + digits.size();
  if (!whole || level < 1 || level > kSkillLevelMax) level = -1;
  return {.name = text.substr(0, colon), .level = level};
}

}  // namespace parley::routing
