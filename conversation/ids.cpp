#include "conversation/ids.hpp"

#include <charconv>

#include "base/crypto.hpp"

namespace parley {
namespace {

constexpr std::size_t kHexDigits = 32;

bool is_hex(std::string_view text) noexcept {
  for (const char c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

// Lengths first, so ("ab","c") and ("a","bc") differ.
void append_field(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
}

}  // namespace

PersonId person_id_of(const TenantId& tenant, const IdentityKey& first_identity) {
  std::string name;
  append_field(name, tenant.value);
  append_field(name, first_identity.scope);
  append_field(name, first_identity.scheme);
  append_field(name, first_identity.value);
  // SHA-256 and not a fast hash: some platforms let the customer choose the value.
  return {"per_" + to_hex(sha256(name).substr(0, 16))};
}

unsigned partition_of(const TenantId& tenant, const PersonId& person) noexcept {
  std::string name;
  name.reserve(tenant.value.size() + person.value.size() + 1);
  name += tenant.value;
  name += '\0';
  name += person.value;
  return static_cast<unsigned>(xxh3_64(name) % kPartitionCount);
}

bool is_person_id(std::string_view text) noexcept {
  return text.size() == 4 + kHexDigits && text.starts_with("per_") && is_hex(text.substr(4));
}

ConversationId conversation_of(const PersonId& person) {
  return {person.value.size() > 4 ? "cnv_" + person.value.substr(4) : std::string()};
}

std::optional<PersonId> person_of(const ConversationId& conversation) {
  const std::string_view id = conversation.value;
  if (id.size() != 4 + kHexDigits || !id.starts_with("cnv_") || !is_hex(id.substr(4))) return {};
  return PersonId{"per_" + std::string(id.substr(4))};
}

std::string place_id(std::string_view prefix, const PersonId& person, std::uint64_t seq) {
  std::string out(prefix);
  out += '_';
  if (person.value.size() > 4) out.append(person.value, 4);
  out += '-';
  out += std::to_string(seq);
  return out;
}

std::optional<Place> parse_place(std::string_view prefix, std::string_view id) {
  if (!id.starts_with(prefix)) return {};
  id.remove_prefix(prefix.size());
  if (id.size() < kHexDigits + 3 || id[0] != '_' || id[1 + kHexDigits] != '-') return {};
  const auto hex = id.substr(1, kHexDigits);
  const auto digits = id.substr(2 + kHexDigits);
  if (!is_hex(hex) || digits.front() == '0') return {};
  Place place{.person = {"per_" + std::string(hex)}};
  const auto end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, place.seq);
  if (error != std::errc{} || stop != end) return {};
  return place;
}

}  // namespace parley
