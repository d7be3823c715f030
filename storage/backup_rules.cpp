#include "storage/backup_rules.hpp"

#include <algorithm>
#include <utility>

#include "storage/keys.hpp"
#include "storage/media_files.hpp"

namespace parley::storage {
namespace {

using Owners = std::vector<std::string>;

std::string owner(char kind, const TenantId& tenant, std::string_view name) {
  std::string out(1, kind);
  append_field(out, tenant.value);
  out += name;
  return out;
}

Owners common() { return {std::string(kCommonOwner)}; }
Owners passing() { return {std::string(kPassingOwner)}; }

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Whoever is named by an id: "per_", "msg_", "snd_" and so on, then 32 digits.
void add_named(const TenantId& tenant, std::string_view text, Owners& out) {
  constexpr std::size_t kDigits = 32;
  for (auto at = text.find('_'); at != text.npos; at = text.find('_', at + 1)) {
    const auto digits = text.substr(at + 1, kDigits);
    if (digits.size() < kDigits || !std::ranges::all_of(digits, is_hex)) continue;
    if (at >= 3 && text.substr(at - 3, 3) == "med") continue;
    auto each = person_owner(tenant, {"per_" + std::string(digits)});
    if (std::ranges::find(out, each) == out.end()) out.push_back(std::move(each));
  }
}

Owners owners_of_row(const TenantId& tenant, RowKind kind, std::string_view id,
                     std::string_view body) {
  Owners out;
  switch (kind) {
    case RowKind::send:
    case RowKind::dead_letter:
    case RowKind::bot_call:
    case RowKind::decision:
    case RowKind::correction:
    case RowKind::queue_entry:
    case RowKind::assignment:
      add_named(tenant, id, out);
      break;
    case RowKind::identity:
    case RowKind::user_index:
      out.push_back(person_owner(tenant, {std::string(body)}));
      break;
    case RowKind::relay:
    case RowKind::bot_session:
    case RowKind::episode:
    case RowKind::trial:
    case RowKind::asked:
      add_named(tenant, id, out);
      add_named(tenant, body, out);
      break;
    case RowKind::idempotency:
    case RowKind::sent_index:
      return passing();
    case RowKind::profile:
      out.push_back(user_owner(tenant, id));
      break;
    case RowKind::media:
      out.push_back(media_owner(media_file_name(tenant, id)));
      break;
    case RowKind::audit:
    case RowKind::cursor:
    case RowKind::knowledge:
    case RowKind::agent_presence:
    case RowKind::agent_mark:
      break;
  }
  return out.empty() ? common() : out;
}

}  // namespace

std::string person_owner(const TenantId& tenant, const PersonId& person) {
  return owner('p', tenant, person.value);
}
std::string user_owner(const TenantId& tenant, std::string_view user) {
  return owner('u', tenant, user);
}
std::string media_owner(std::string_view file_name) { return "m" + std::string(file_name); }

std::vector<std::string> owners_of(std::string_view key, std::string_view value) {
  KeyReader in(key);
  const auto table = in.u8();
  if (table == std::to_underlying(Table::meta)) return common();
  if (table == std::to_underlying(Table::expiry)) return passing();
  const TenantId tenant{std::string(in.field())};
  switch (Table{table}) {
    case Table::dedup:
      return passing();
    case Table::conversation:
      return {person_owner(tenant, {std::string(in.rest())})};
    case Table::events:
      return {person_owner(tenant, {std::string(in.field())})};
    case Table::activity:
      in.time_latest_first();
      return {person_owner(tenant, {std::string(in.rest())})};
    case Table::stream: {
      const auto commit = decode_stream_value(value);
      return commit ? Owners{person_owner(tenant, commit->person)} : common();
    }
    case Table::meta:
    case Table::expiry:
    case Table::audit_chain:
    case Table::audit_head:
    case Table::audit_anchor:
    case Table::rows:
      break;
  }
  if (table <= std::to_underlying(Table::rows)) return common();
  KeyReader stored(value);
  stored.time();
  return owners_of_row(tenant, static_cast<RowKind>(table - std::to_underlying(Table::rows)),
                       in.rest(), stored.rest());
}

std::vector<std::string> owners_erased(const TenantId& tenant,
                                       const std::vector<Store::Erasure>& persons,
                                       const PersonalNames& names) {
  Owners out = passing();
  for (const auto& each : persons) out.push_back(person_owner(tenant, each.person));
  for (const auto& user : names.users) out.push_back(user_owner(tenant, user));
  for (const auto& media : names.media) out.push_back(media_owner(media_file_name(tenant, media)));
  return out;
}

}  // namespace parley::storage
