// tests/fuzz/platforms.hpp
// Every platform in each mode its stand-in knows, for targets that play one of them.
#pragma once

#include "connectors/registry.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::fuzz {

inline constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};

struct Played {
  const connectors::Entry* entry = nullptr;
  connectors::Channel channel;
  connectors::Webhook hook;  // a good one of a customer's message; header names in lower case
  std::string recipient;     // where an answer to it goes
};
const std::vector<Played>& platforms();
// Which one the first byte says.
const Played& choose_platform(Choices& choices);

connectors::WebhookRequest view_of(const connectors::Webhook& hook);

// Whatever a platform says can be stored.
void expect_storable(const std::vector<connectors::Incoming>& events);

}  // namespace parley::fuzz
