// storage/backup_rules.hpp
// Whose key a row of the database is sealed with in a backup. Destroying the keys an erasure names
// makes all of the person unreadable in every backup taken before; the two rules must agree, and
// tests/storage/erase_test.cpp holds them against each other.
//
// Threads  pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conversation/erasure.hpp"
#include "storage/store.hpp"

namespace parley::storage {

// Owners are names of keys in the ring. A row with several can be read only while all have theirs.
std::string person_owner(const TenantId& tenant, const PersonId& person);
std::string user_owner(const TenantId& tenant, std::string_view user);  // the tenant's own id
std::string media_owner(std::string_view file_name);                    // media_file_name()
// What is about nobody, or holds ids only.
inline constexpr std::string_view kCommonOwner = "common";
// What names persons in ways only the platforms know, and is soon forgotten anyway: dedup keys,
// saved answers, the index of sent messages. The first erasure takes it from all older backups.
inline constexpr std::string_view kPassingOwner = "passing";

// A key and value of the database; never empty.
std::vector<std::string> owners_of(std::string_view key, std::string_view value);
// Whose keys go when these persons are erased.
std::vector<std::string> owners_erased(const TenantId& tenant,
                                       const std::vector<Store::Erasure>& persons,
                                       const PersonalNames& names);

}  // namespace parley::storage
