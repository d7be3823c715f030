// storage/keys.hpp
// How the Store's rows are named in an ordered key space, and how their small fixed values look.
// These bytes are on disk: tests/storage/keys_test.cpp holds them still.
//
// Layout   table byte, then the tenant (2-byte length, bytes), then the rest. Numbers are fixed
//          width and big-endian, so byte order is number order. A field that something follows
//          carries its length; the last one does not. So no name, however hostile, can end early
//          and reach into another tenant's keys.
// Limits   a field is at most 65,535 bytes (commit_check.hpp keeps names far below).
// Threads  pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "conversation/transition.hpp"

namespace parley::storage {

enum class Table : unsigned char {
  meta = 0x01,          // name -> bytes
  dedup = 0x10,         // tenant, channel, key -> time
  conversation = 0x20,  // tenant, person -> Head, then the stored form of the state
  events = 0x22,        // tenant, person, seq -> stored form
  activity = 0x23,      // tenant, latest time first, person -> ""
  stream = 0x24,        // tenant, position -> StreamValue
  audit_chain = 0x25,   // tenant, id of an audit row -> hash (audit_chain.hpp)
  audit_head = 0x26,    // tenant -> ChainEnd: the newest
  audit_anchor = 0x27,  // tenant -> ChainEnd: the newest that has expired
  expiry = 0x30,        // class, time, position -> the keys that expire then
  rows = 0x40,          // + RowKind: tenant, id -> time, stored form
};

// What expires by the time it was written. One entry of the expiry table per group of commits lists
// the keys, so expiring reads what is due and never the rest (a dedup table holds a month of
// traffic), and remembering costs next to nothing.
enum class ExpiryClass : unsigned char { dedup = 1, idempotency = 2 };

std::string meta_key(std::string_view name);
std::string dedup_key(const TenantId& tenant, const DedupKey& key);
std::string conversation_key(const TenantId& tenant, const PersonId& person);
std::string event_key(const TenantId& tenant, const PersonId& person, std::uint64_t seq);
std::string events_prefix(const TenantId& tenant, const PersonId& person);
std::string activity_key(const TenantId& tenant, TimePoint at, const PersonId& person);
std::string activity_prefix(const TenantId& tenant);
std::string stream_key(const TenantId& tenant, std::uint64_t position);
std::string stream_prefix(const TenantId& tenant);
std::string audit_chain_key(const TenantId& tenant, std::string_view id);
std::string audit_head_key(const TenantId& tenant);
std::string audit_anchor_key(const TenantId& tenant);
std::string expiry_key(ExpiryClass what, TimePoint at, std::uint64_t position);
std::string expiry_prefix(ExpiryClass what);
std::string row_key(const TenantId& tenant, RowKind kind, std::string_view id);
std::string row_prefix(const TenantId& tenant, RowKind kind);
std::string row_table(RowKind kind);
std::string table_prefix(Table table);
// The first key after all that begin with `prefix`; "" if there is none.
std::string prefix_end(std::string prefix);

void append_u16(std::string& out, std::uint16_t number);
void append_u32(std::string& out, std::uint32_t number);
void append_u64(std::string& out, std::uint64_t number);
void append_time(std::string& out, TimePoint at);  // orders times before 1970 too
void append_field(std::string& out, std::string_view field);

// Takes a key or a small value apart. A read past the end gives zeros and ok() turns false for
// good.
class KeyReader {
 public:
  explicit KeyReader(std::string_view bytes) noexcept : bytes_(bytes) {}
  std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() noexcept { return number(8); }
  TimePoint time() noexcept;
  TimePoint time_latest_first() noexcept;
  std::string_view field() noexcept;
  std::string_view rest() noexcept;
  bool ok() const noexcept { return ok_; }
  bool done() const noexcept { return ok_ && bytes_.empty(); }

 private:
  std::uint64_t number(std::size_t width) noexcept;
  std::string_view bytes_;
  bool ok_ = true;
};

// What the next commit of a conversation must know. It stands before the state in one row, for each
// key of a commit costs about as much as all the bytes in it.
struct Head {
  std::uint64_t last_seq = 0;
  TimePoint active_at{};
  TimePoint listed_at{};  // its place in the activity table; may trail active_at by kListGrain
};
// A conversation that was listed less than this ago stays where it is listed.
inline constexpr Milliseconds kListGrain{1000};

struct ConversationValue {
  Head head;
  std::string_view state;  // "" if none was ever given
};
std::string encode(const Head& head, std::string_view state);
std::optional<ConversationValue> decode_conversation(std::string_view bytes);

// The events of one commit.
struct StreamValue {
  TimePoint at{};
  std::uint64_t first_seq = 0;
  std::uint32_t count = 0;
  PersonId person;
};
std::string encode(const StreamValue& value);
std::optional<StreamValue> decode_stream_value(std::string_view bytes);

}  // namespace parley::storage
