#include "storage/commit_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace parley::storage {
namespace {

constexpr std::size_t kRowOverheadBytes = 64;  // key, sequence number and checksums of one row

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

Result<void> check_sequence(const Commit& commit) {
  if (commit.last_seq < commit.expected_seq ||
      commit.last_seq - commit.expected_seq != commit.events.size()) {
    return malformed(fmt::format("commit: {} events do not lead from seq {} to {}",
                                 commit.events.size(), commit.expected_seq, commit.last_seq));
  }
  if (commit.person.empty() && (commit.last_seq != 0 || !commit.state.empty())) {
    return malformed("commit: events or state without a person");
  }
  return {};
}

Result<void> check_row(const Row& row) {
  if (row.kind < RowKind::send || row.kind > kLastRowKind) {
    return malformed("commit: a row of unknown kind");
  }
  if (row.kind == RowKind::audit) {
    if (row.erase) return malformed("commit: audit rows are never erased");
  } else if (row.id.empty() || row.id.size() > kRowIdBytesMax) {
    return malformed(fmt::format("commit: a row id has 1 to {} bytes, this one {}", kRowIdBytesMax,
                                 row.id.size()));
  }
  return {};
}

Result<void> check_dedup(const DedupKey& key) {
  if (key.key.empty() || key.key.size() > kDedupKeyBytesMax ||
      key.channel.value.size() > kChannelBytesMax) {
    return malformed(fmt::format("commit: a dedup key has 1 to {} bytes, this one {}",
                                 kDedupKeyBytesMax, key.key.size()));
  }
  return {};
}

}  // namespace

std::size_t bytes_of(const Commit& commit) noexcept {
  std::size_t bytes = kRowOverheadBytes + commit.state.size();
  for (const auto& event : commit.events) bytes += event.size() + kRowOverheadBytes;
  for (const auto& row : commit.rows) bytes += row.id.size() + row.body.size() + kRowOverheadBytes;
  for (const auto& key : commit.dedup) bytes += 2 * key.key.size() + kRowOverheadBytes;
  return bytes;
}

Result<void> check_commit(const Commit& commit, std::size_t bytes_max) {
  if (commit.tenant.empty() || commit.tenant.value.size() > kTenantBytesMax) {
    return malformed(fmt::format("commit: a tenant id has 1 to {} bytes", kTenantBytesMax));
  }
  if (commit.person.value.size() > kPersonBytesMax) {
    return malformed(fmt::format("commit: a person id has at most {} bytes", kPersonBytesMax));
  }
  if (auto fits = check_sequence(commit); !fits) return fits;
  for (const auto& row : commit.rows) {
    if (auto fits = check_row(row); !fits) return fits;
  }
  for (const auto& key : commit.dedup) {
    if (auto fits = check_dedup(key); !fits) return fits;
  }
  const auto items = commit.events.size() + commit.rows.size() + commit.dedup.size();
  const auto bytes = bytes_of(commit);
  if (items > kCommitItemsMax || bytes > bytes_max) {
    return Error{.code = Errc::rejected,
                 .detail = fmt::format("commit: {} items of {} bytes, at most {} and {}", items,
                                       bytes, kCommitItemsMax, bytes_max)};
  }
  return {};
}

std::string audit_row_id(std::uint64_t position, std::size_t index) {
  return fmt::format("{:020}-{:04}", position, index);
}

bool is_media_id(const MediaId& id) noexcept {
  const std::string_view text = id.value;
  if (text.empty() || text.size() > 128) return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string conversation_cursor(TimePoint active_at, const PersonId& person) {
  return fmt::format("{}.{}", active_at.time_since_epoch().count(), person.value);
}

Result<ConversationCursor> parse_conversation_cursor(std::string_view cursor) {
  const auto dot = cursor.find('.');
  std::int64_t ms = 0;
  const auto [stop, error] =
      std::from_chars(cursor.data(), cursor.data() + std::min(dot, cursor.size()), ms);
  if (dot == cursor.npos || error != std::errc{} || stop != cursor.data() + dot) {
    return malformed("not a cursor of a conversation list");
  }
  return ConversationCursor{.active_at = TimePoint{Milliseconds{ms}},
                            .person = {std::string(cursor.substr(dot + 1))}};
}

}  // namespace parley::storage
