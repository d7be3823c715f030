#include "storage/keys.hpp"

#include <utility>

#include "base/mutant.hpp"

namespace parley::storage {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

void append_number(std::string& out, std::uint64_t number, unsigned width) {
  for (unsigned shift = width * 8; shift > 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> (shift - 8) & 0xff));
  }
}

std::string tenant_key(char table, const TenantId& tenant, std::size_t more) {
  std::string key;
  key.reserve(3 + tenant.value.size() + more);
  key.push_back(table);
  append_field(key, MUTANT("tenant_not_in_key") ? std::string_view("t") : tenant.value);
  return key;
}

char byte_of(Table table) noexcept { return static_cast<char>(table); }

char byte_of(RowKind kind) noexcept {
  return static_cast<char>(std::to_underlying(Table::rows) + std::to_underlying(kind));
}

// Signed milliseconds with the sign bit turned: unsigned order is time order.
std::uint64_t order_of(TimePoint at) noexcept {
  return static_cast<std::uint64_t>(at.time_since_epoch().count()) ^ kSignBit;
}

TimePoint time_of(std::uint64_t order) noexcept {
  return TimePoint{Milliseconds{static_cast<std::int64_t>(order ^ kSignBit)}};
}

}  // namespace

void append_u16(std::string& out, std::uint16_t number) { append_number(out, number, 2); }
void append_u32(std::string& out, std::uint32_t number) { append_number(out, number, 4); }
void append_u64(std::string& out, std::uint64_t number) { append_number(out, number, 8); }
void append_time(std::string& out, TimePoint at) { append_u64(out, order_of(at)); }

void append_field(std::string& out, std::string_view field) {
  append_u16(out, static_cast<std::uint16_t>(field.size()));
  out += field;
}

std::string table_prefix(Table table) { return std::string(1, byte_of(table)); }
std::string row_table(RowKind kind) { return std::string(1, byte_of(kind)); }

std::string meta_key(std::string_view name) {
  auto key = table_prefix(Table::meta);
  key += name;
  return key;
}

std::string dedup_key(const TenantId& tenant, const DedupKey& dedup) {
  auto key =
      tenant_key(byte_of(Table::dedup), tenant, 2 + dedup.channel.value.size() + dedup.key.size());
  append_field(key, dedup.channel.value);
  key += dedup.key;
  return key;
}

std::string conversation_key(const TenantId& tenant, const PersonId& person) {
  auto key = tenant_key(byte_of(Table::conversation), tenant, person.value.size());
  key += person.value;
  return key;
}

std::string events_prefix(const TenantId& tenant, const PersonId& person) {
  auto key = tenant_key(byte_of(Table::events), tenant, person.value.size() + 10);
  append_field(key, person.value);
  return key;
}

std::string event_key(const TenantId& tenant, const PersonId& person, std::uint64_t seq) {
  auto key = events_prefix(tenant, person);
  append_u64(key, seq);
  return key;
}

std::string activity_prefix(const TenantId& tenant) {
  return tenant_key(byte_of(Table::activity), tenant, 48);
}

std::string activity_key(const TenantId& tenant, TimePoint at, const PersonId& person) {
  auto key = activity_prefix(tenant);
  append_u64(key, ~order_of(at));  // the latest first
  key += person.value;
  return key;
}

std::string stream_prefix(const TenantId& tenant) {
  return tenant_key(byte_of(Table::stream), tenant, 8);
}

std::string stream_key(const TenantId& tenant, std::uint64_t position) {
  auto key = stream_prefix(tenant);
  append_u64(key, position);
  return key;
}

std::string audit_chain_key(const TenantId& tenant, std::string_view id) {
  auto key = tenant_key(byte_of(Table::audit_chain), tenant, id.size());
  key += id;
  return key;
}

std::string audit_head_key(const TenantId& tenant) {
  return tenant_key(byte_of(Table::audit_head), tenant, 0);
}

std::string audit_anchor_key(const TenantId& tenant) {
  return tenant_key(byte_of(Table::audit_anchor), tenant, 0);
}

std::string expiry_prefix(ExpiryClass what) {
  auto key = table_prefix(Table::expiry);
  key.push_back(static_cast<char>(what));
  return key;
}

std::string expiry_key(ExpiryClass what, TimePoint at, std::uint64_t position) {
  auto key = expiry_prefix(what);
  append_time(key, at);
  append_u64(key, position);
  return key;
}

std::string row_prefix(const TenantId& tenant, RowKind kind) {
  return tenant_key(byte_of(kind), tenant, 48);
}

std::string row_key(const TenantId& tenant, RowKind kind, std::string_view id) {
  auto key = tenant_key(byte_of(kind), tenant, id.size());
  key += id;
  return key;
}

std::string prefix_end(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) {
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  }
  return prefix;
}

std::uint64_t KeyReader::number(std::size_t width) noexcept {
  if (bytes_.size() < width) {
    ok_ = false;
    bytes_ = {};
    return 0;
  }
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < width; ++i) {
    out = out << 8 | static_cast<unsigned char>(bytes_[i]);
  }
  bytes_.remove_prefix(width);
  return out;
}

TimePoint KeyReader::time() noexcept { return time_of(u64()); }
TimePoint KeyReader::time_latest_first() noexcept { return time_of(~u64()); }

std::string_view KeyReader::field() noexcept {
  const std::size_t size = u16();
  if (bytes_.size() < size) {
    ok_ = false;
    bytes_ = {};
    return {};
  }
  const auto out = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return out;
}

std::string_view KeyReader::rest() noexcept { return std::exchange(bytes_, {}); }

std::string encode(const Head& head, std::string_view state) {
  std::string out;
  out.reserve(24 + state.size());
  append_u64(out, head.last_seq);
  append_time(out, head.active_at);
  append_time(out, head.listed_at);
  out += state;
  return out;
}

std::optional<ConversationValue> decode_conversation(std::string_view bytes) {
  KeyReader in(bytes);
  ConversationValue value;
  value.head.last_seq = in.u64();
  value.head.active_at = in.time();
  value.head.listed_at = in.time();
  value.state = in.rest();
  if (!in.ok()) return {};
  return value;
}

std::string encode(const StreamValue& value) {
  std::string out;
  out.reserve(20 + value.person.value.size());
  append_time(out, value.at);
  append_u64(out, value.first_seq);
  append_u32(out, value.count);
  out += value.person.value;
  return out;
}

std::optional<StreamValue> decode_stream_value(std::string_view bytes) {
  KeyReader in(bytes);
  StreamValue value;
  value.at = in.time();
  value.first_seq = in.u64();
  value.count = in.u32();
  value.person.value = in.rest();
  if (!in.ok()) return {};
  return value;
}

}  // namespace parley::storage
