// connectors/vk/vk_parse.hpp
// A call of the Callback API in, events out.
//
// Errors   malformed: not a JSON object, no type, or a message without who and what. Types nobody
//          needs to know of (posts, likes, what we wrote ourselves) are no event.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::vk {

Parsed parse_callback(std::string_view body);

struct Head {
  std::string type, secret;
};
// nullopt: not a JSON object.
std::optional<Head> head_of(std::string_view body);

}  // namespace parley::connectors::vk
