// connectors/viber/viber_plan.hpp
// What a message of ours becomes on Viber: a row of messages, the last with a keyboard.
#pragma once

#include <string>
#include <vector>

#include "connectors/connector.hpp"

namespace parley::connectors::viber {

inline constexpr std::size_t kTextMax = 7000;  // characters

struct Item {
  std::string type;     // "text", "picture", "video", ...
  std::string members;  // JSON members of that type, without braces; never empty
  std::string size_of;  // an address whose size Viber wants to know and we do not, or ""
  std::string instead;  // the members of a text that says the same, where no size can be had
};

struct Plan {
  std::vector<Item> items;
  std::string keyboard;  // JSON, or ""
  std::vector<std::string> degraded;
};

Plan plan_send(const Send& send, const Channel& channel);

}  // namespace parley::connectors::viber
