// tests/simulation/crash_points.hpp
// The steps of a turn between which a process can die with a difference, by name. All of them can
// be seen from outside the gateway: what it asks of the store and hands to it, what is synced, what
// leaves for the network and comes back. Between two of them it only thinks.
#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "storage/store.hpp"

namespace parley::simulation {

inline constexpr std::array<std::string_view, 19> kCrashPoints{
    // The webhook, from its bytes to its answer.
    "webhook handed in", "looked up", "turn handed to the store", "turn synced",
    "turn acknowledged",
    // The bot.
    "bot asked", "bot answer heard", "bot answer handed to the store", "bot answer synced",
    // The send.
    "submitting handed to the store", "submitting synced", "call leaves", "call took effect",
    "call answered", "outcome handed to the store", "outcome synced",
    // What people, systems and receipts do.
    "command handed to the store", "command synced",
    // The start itself.
    "started"};

// Told each time one of them is reached.
using Reached = std::function<void(std::string_view point)>;

// "turn", "bot answer", "submitting", "outcome" or "command".
std::string_view kind_of(const storage::Commit& commit);

}  // namespace parley::simulation
