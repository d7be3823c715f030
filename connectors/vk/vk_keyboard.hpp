// connectors/vk/vk_keyboard.hpp
// Suggested actions -> a keyboard that goes away when used. What it cannot hold is left out and
// reported.
#pragma once

#include <string>
#include <vector>

#include "conversation/part.hpp"

namespace parley::connectors::vk {

// JSON; "" if no button is left.
std::string keyboard_of(const std::vector<Action>& actions, std::vector<std::string>& degraded);

}  // namespace parley::connectors::vk
