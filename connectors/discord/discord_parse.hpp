// connectors/discord/discord_parse.hpp
// An interaction or a webhook event in, events out; and what Discord wants to read in answer.
//
// Errors   malformed: not a JSON object, or without the id, the user or the channel. A type new to
//          us is no event.
#pragma once

#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::discord {

// What a request is, by its first look.
enum class Kind : std::uint8_t {
  interaction_ping,
  command,
  component,
  autocomplete,
  modal,
  event_ping,
  event,
  unknown,
};
Kind kind_of(std::string_view body);

Parsed parse_request(std::string_view body, const Channel& channel);

}  // namespace parley::connectors::discord
