// storage/commit_check.hpp
// What every Store asks of a commit before it queues it, and the ids a Store gives itself.
//
// Limits   the constants below; bytes of one commit: Options::group_bytes_max.
// Errors   malformed: a name out of bounds or numbers that do not fit; rejected: too large.
// Threads  pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "storage/store.hpp"

namespace parley::storage {

inline constexpr std::size_t kTenantBytesMax = 255;
inline constexpr std::size_t kPersonBytesMax = 255;
inline constexpr std::size_t kChannelBytesMax = 255;
inline constexpr std::size_t kDedupKeyBytesMax = 1024;
inline constexpr std::size_t kRowIdBytesMax = 1024;
inline constexpr std::size_t kCommitItemsMax = 10'000;  // events, rows and dedup keys together

Result<void> check_commit(const Commit& commit, std::size_t bytes_max);
// Its events, state, rows and keys, roughly as they will be written.
std::size_t bytes_of(const Commit& commit) noexcept;

// "00000000000000000042-0001": ids of audit rows sort as they were committed.
std::string audit_row_id(std::uint64_t position, std::size_t index);

bool is_media_id(const MediaId& id) noexcept;

// Where a page of conversations stopped, as text a client may carry.
std::string conversation_cursor(TimePoint active_at, const PersonId& person);
struct ConversationCursor {
  TimePoint active_at{};
  PersonId person;
};
Result<ConversationCursor> parse_conversation_cursor(std::string_view cursor);

}  // namespace parley::storage
