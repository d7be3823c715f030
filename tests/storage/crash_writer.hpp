// tests/storage/crash_writer.hpp
// The process that crashes: commits turns of a few conversations, many in flight, and prints one
// line to standard output for each that was acknowledged: "<person number> <seq>\n".
#pragma once

#include <string>
#include <string_view>

#include "conversation/ids.hpp"

namespace parley::storage {

inline constexpr int kCrashPersons = 8;
inline const TenantId kCrashTenant{"crash"};
PersonId crash_person(int number);
// The dedup key of a person's turn; each turn is committed with it.
std::string crash_key(int number, std::uint64_t seq);

// How it writes:
//   plain       as the gateway does
//   lying       over a disk whose syncs of the log do nothing: what a test of power cuts must catch
//   compacting  with memtables of 64 KiB, so that flushes and compactions never end
//   backing-up  plain, and all the while into <path>-backup-0, -1, ... a backup each
//
// Runs until it is killed; returns (70) only when the store failed.
int run_crash_writer(const std::string& path, std::string_view how);

}  // namespace parley::storage
