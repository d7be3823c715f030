// connectors/telegram/telegram_markup.hpp
// Suggested actions -> reply_markup.
//
// Links, postbacks and copies need an inline keyboard; replies, location requests and forms need a
// reply keyboard; one message can carry only one kind. Where both are asked for, the reply keyboard
// wins: what it cannot hold is left out or turned into a text button, and reported.
#pragma once

#include <string>
#include <vector>

#include "conversation/part.hpp"

namespace parley::connectors::telegram {

// `what` names the list in reports ("action", "card action"); `degraded` is added to. With no
// action left the markup removes a keyboard shown earlier.
std::string reply_markup(const std::vector<Action>& actions, std::string_view what,
                         std::vector<std::string>& degraded);

// What Telegram accepts as a button's URL: http(s) with a dotted host or an address, or tg:.
bool valid_button_url(std::string_view url);

}  // namespace parley::connectors::telegram
