// connectors/custom/custom_parse.hpp
// A custom channel's events in. A bad event of a batch is left out and reported in `stopped`; its
// neighbours stand, as the sender will not send them again on their own.
#pragma once

#include <cstddef>
#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::custom {

inline constexpr std::size_t kEventsMax = 100;

Parsed parse_events(std::string_view body, const Channel& channel);

}  // namespace parley::connectors::custom
