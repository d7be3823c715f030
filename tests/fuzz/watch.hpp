// tests/fuzz/watch.hpp
// Keeps the input under way, so that the one a process dies of, or hangs on, can be run again: it
// is written to fuzz-failure-TARGET in the working directory, and how to run it is printed.
//
// Limits   one thread; kHangSeconds for the executions between two calls of still_alive().
#pragma once

#include <string_view>

namespace parley::fuzz {

inline constexpr unsigned kHangSeconds = 60;

// `target` and `input` stay where they are until the next call.
void watch(std::string_view target, std::string_view input) noexcept;
void still_alive() noexcept;

}  // namespace parley::fuzz
