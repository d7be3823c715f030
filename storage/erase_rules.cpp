#include "storage/erase_rules.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "conversation/codec.hpp"

namespace parley::storage {
namespace {

constexpr std::size_t kBoundariesMax = 32;
constexpr std::string_view kSeparators(":/|-_+.,;# \0", 12);

// "per_<hex>" without the prefix: conversations, messages and sends carry it too.
std::string_view digits_of(const PersonId& person) {
  return std::string_view(person.value).substr(std::min<std::size_t>(4, person.value.size()));
}

bool is_from_before(const Store::Erasure& person, std::string_view prefix, std::string_view id) {
  const auto place = parse_place(prefix, id);
  return place && place->person == person.person && place->seq <= person.through;
}

bool holds_media(const PersonalNames& names, std::string_view text) {
  for (auto at = text.find("med_"); at != text.npos; at = text.find("med_", at + 1)) {
    if (names.media.contains(text.substr(at, 36))) return true;
  }
  return false;
}

}  // namespace

bool goes_with(const Store::Erasure& person, PersonalNames& names, RowKind kind,
               std::string_view id, std::string_view body) {
  switch (kind) {
    case RowKind::send:
    case RowKind::dead_letter:
      return is_from_before(person, "snd", id);
    case RowKind::bot_call:
      return is_from_before(person, "bot", id);
    case RowKind::decision:
    case RowKind::correction:  // named as the decision is
      return is_from_before(person, "dec", id);
    case RowKind::user_index:
      if (body != person.person.value) return false;
      names.users.emplace(id);
      return true;
    case RowKind::identity:
    case RowKind::sent_index:
      return body == person.person.value;
    case RowKind::relay:
      return id != person.relay && body.find(digits_of(person.person)) != body.npos;
    case RowKind::idempotency:
      return body.find(digits_of(person.person)) != body.npos || holds_media(names, body);
    case RowKind::bot_session:
      return id.find(digits_of(person.person)) != id.npos;
    case RowKind::episode:
    case RowKind::trial:
    case RowKind::asked:
      return body.find(digits_of(person.person)) != body.npos;
    case RowKind::profile:
      return names.users.contains(id);
    case RowKind::media:
      return names.media.contains(id);
    case RowKind::queue_entry:  // gone with the commit before
    case RowKind::assignment:
    case RowKind::audit:   // ids only
    case RowKind::cursor:  // about nobody
    case RowKind::knowledge:
    case RowKind::agent_presence:
    case RowKind::agent_mark:
      return false;
  }
  return false;
}

bool names_one_of(const PersonalNames& names, std::string_view dedup_key) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 0; i < dedup_key.size() && starts.size() < kBoundariesMax; ++i) {
    if (kSeparators.find(dedup_key[i]) != kSeparators.npos) starts.push_back(i + 1);
  }
  starts.push_back(dedup_key.size() + 1);
  for (std::size_t from = 0; from + 1 < starts.size(); ++from) {
    for (std::size_t to = from + 1; to < starts.size(); ++to) {
      const auto word = dedup_key.substr(starts[from], starts[to] - 1 - starts[from]);
      if (names.ids.contains(word)) return true;
    }
  }
  return false;
}

std::string erased_body(const TenantId& tenant, const PersonId& person, const StoredEvent& event,
                        PersonalNames& names) {
  const auto known = from_stored<Event>(event.body);
  if (!known) return to_stored(erased_event(tenant, person, event.seq));
  collect_names(*known, names);
  return to_stored(erased(*known));
}

void keep_shared(std::string_view other_event, PersonalNames& names) {
  for (auto at = other_event.find("med_"); at != other_event.npos;
       at = other_event.find("med_", at + 1)) {
    const auto found = names.media_said.find(other_event.substr(at, 36));
    if (found != names.media_said.end()) names.media_said.erase(found);
  }
}

}  // namespace parley::storage
