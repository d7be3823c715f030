// connectors/discord/discord_plan.hpp
// What a message of ours becomes on Discord: a row of messages with embeds, files and buttons.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::discord {

inline constexpr std::size_t kContentMax = 2000;  // UTF-16 units, which are never fewer than
                                                  // characters

struct Item {
  std::string members;  // JSON members of the message, without braces
  std::optional<Upload> upload;
};

struct Plan {
  std::vector<Item> items;
  std::vector<std::string> degraded;
};

Plan plan_send(const Send& send);

}  // namespace parley::connectors::discord
