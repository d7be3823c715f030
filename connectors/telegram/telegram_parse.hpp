// connectors/telegram/telegram_parse.hpp
// One update of the Bot API in, events out.
//
// Errors   malformed: not a JSON object, or a field the meaning hangs on has a wrong type. What is
//          new to us is an Unsupported part; what nobody needs to know is no event.
#pragma once

#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::telegram {

Parsed parse_update(std::string_view body, const Channel& channel);

// The bot's own id, the part of its token before ':'; "" if the token has none.
std::string bot_id(const Channel& channel);

}  // namespace parley::connectors::telegram
