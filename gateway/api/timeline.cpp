#include "gateway/api/timeline.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "conversation/codec.hpp"

namespace parley::gateway::api {
namespace {

struct Item {
  TimePoint at{};
  PersonId person;
  std::uint64_t seq = 0;
  std::string json;
};

bool before(const Item& a, const Item& b) {
  if (a.at != b.at) return a.at < b.at;
  if (a.person != b.person) return a.person < b.person;
  return a.seq < b.seq;
}

// The person and everybody merged into them, directly or not.
Result<std::vector<PersonId>> family(storage::Store& store, const TenantId& tenant,
                                     const PersonId& person) {
  std::vector<PersonId> out;
  std::vector<PersonId> open = {person};
  for (std::size_t i = 0; i < open.size() && out.size() < kTimelinePersonsMax; ++i) {
    auto row = store.state_blocking(tenant, open[i]);
    if (!row) return row.error();
    if (!*row) continue;
    auto state = from_stored<State>(**row);
    if (!state) return state.error();
    out.push_back(open[i]);
    for (const auto& merged : state->merged) {
      const bool known = std::ranges::find(open, merged) != open.end();
      if (!known && open.size() < kTimelinePersonsMax) open.push_back(merged);
    }
  }
  return out;
}

// "per_..:12 per_..:7"; a person that is not in it is read from the beginning.
std::map<PersonId, std::uint64_t> read_cursor(std::string_view cursor) {
  std::map<PersonId, std::uint64_t> out;
  while (!cursor.empty()) {
    const auto end = cursor.find(' ');
    const auto item = cursor.substr(0, end);
    cursor.remove_prefix(end == cursor.npos ? cursor.size() : end + 1);
    const auto colon = item.find(':');
    if (colon == item.npos) continue;
    std::uint64_t seq = 0;
    std::from_chars(item.data() + colon + 1, item.data() + item.size(), seq);
    out[{std::string(item.substr(0, colon))}] = seq;
  }
  return out;
}

std::string write_cursor(const std::map<PersonId, std::uint64_t>& read) {
  std::string out;
  for (const auto& [person, seq] : read) {
    if (!out.empty()) out += ' ';
    out += person.value + ":" + std::to_string(seq);
  }
  return out;
}

}  // namespace

Result<std::optional<TimelinePage>> read_timeline_blocking(storage::Store& store,
                                                           const TenantId& tenant,
                                                           const PersonId& person,
                                                           std::string_view cursor,
                                                           std::size_t limit) {
  const auto persons = family(store, tenant, person);
  if (!persons) return persons.error();
  if (persons->empty()) return std::optional<TimelinePage>();
  auto read = read_cursor(cursor);
  std::vector<Item> items;
  bool more = false;
  for (const auto& each : *persons) {
    auto events = store.history_blocking(tenant, each, read[each], limit);
    if (!events) return events.error();
    more = more || events->size() == limit;
    TimePoint latest{};
    for (auto& stored : *events) {
      const auto event = from_stored<Event>(stored.body);
      if (!event) return event.error();
      // Within one log the sequence is the order, even where the clock went back.
      latest = std::max(latest, event->received_at);
      items.push_back({latest, each, stored.seq, std::string(stored_json(stored.body))});
    }
  }
  std::ranges::sort(items, before);
  if (items.size() > limit) {
    items.resize(limit);
    more = true;
  }
  TimelinePage page;
  for (auto& item : items) {
    read[item.person] = item.seq;
    page.events.push_back(std::move(item.json));
  }
  if (more) page.next = write_cursor(read);
  return std::optional<TimelinePage>(std::move(page));
}

}  // namespace parley::gateway::api
