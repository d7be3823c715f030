// connectors/line/line_actions.hpp
// Actions -> LINE's action objects. What cannot be shown is left out, what is too long is cut; both
// are reported in `degraded`, without the words themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conversation/part.hpp"

namespace parley::connectors::line {

// JSON objects for buttons. `what` names the list in reports.
std::vector<std::string> action_objects(const std::vector<Action>& actions, std::string_view what,
                                        std::vector<std::string>& degraded);

// The array of quick reply items, at most 13; "" if none is left.
std::string quick_reply_items(const std::vector<Action>& actions,
                              std::vector<std::string>& degraded);

}  // namespace parley::connectors::line
