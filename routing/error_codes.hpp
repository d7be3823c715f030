// routing/error_codes.hpp
// Codes of our own in a delivery's `error_code`, beside those of Errc and the platforms'.
#pragma once

#include <string_view>

namespace parley::routing {

// The channel answered nobody since before this attempt: it is no fault of this message and uses up
// none of its attempts.
inline constexpr std::string_view kChannelAway = "channel_away";

}  // namespace parley::routing
