// connectors/viber/viber_keyboard.hpp
// Suggested actions -> a keyboard. What it cannot hold is left out and reported.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conversation/part.hpp"

namespace parley::connectors::viber {

// "" if no button is left. `layout`: the JSON object of the channel's `button_layout`, or "".
std::string keyboard_of(const std::vector<Action>& actions, std::string_view layout,
                        std::vector<std::string>& degraded);

// Is this a layout that keyboard_of() can use? "" is.
bool usable_layout(std::string_view layout);

}  // namespace parley::connectors::viber
