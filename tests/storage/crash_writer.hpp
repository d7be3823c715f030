// tests/storage/crash_writer.hpp
// The process that kill -9 meets: commits turns of a few conversations, many in flight, and prints
// one line to standard output for each that was acknowledged: "<person number> <seq>\n".
#pragma once

#include <string>

#include "conversation/ids.hpp"

namespace parley::storage {

inline constexpr int kCrashPersons = 8;
inline const TenantId kCrashTenant{"crash"};
PersonId crash_person(int number);
// The dedup key of a person's turn; each turn is committed with it.
std::string crash_key(int number, std::uint64_t seq);

// Runs until it is killed; returns (70) only when the store failed.
int run_crash_writer(const std::string& path);

}  // namespace parley::storage
