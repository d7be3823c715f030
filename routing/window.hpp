// routing/window.hpp
// Reply windows: what a platform allows to be said, and for how long, after something the customer
// did. A channel without a reply policy is always open.
#pragma once

#include <string_view>

#include "routing/decide.hpp"

namespace parley::routing {

// The customer did `trigger`: its window begins anew. What came late begins no earlier one anew.
void open_window(State& state, const ChannelId& channel, std::string_view trigger, TimePoint at,
                 TimePoint now);
// A free-form message goes: it costs one of the window that ends first. No-op without a policy.
void charge_window(State& state, const ChannelPolicy& channel, TimePoint now);

}  // namespace parley::routing
