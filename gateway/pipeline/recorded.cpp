#include "gateway/pipeline/recorded.hpp"

#include "conversation/codec.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kPage = 500;

Error unreadable(const Error& why) {
  return {.code = Errc::unavailable, .detail = "a row cannot be read: " + why.detail};
}

// The decision an event names, into `out`; one that is erased is left out.
Result<void> read_decision(storage::Store& store, const TenantId& tenant, const Event& event,
                           std::map<std::string, Decision>& out) {
  if (event.type != EventType::routing_decided || !event.decision) return {};
  const auto& id = event.decision->id.value;
  auto row = store.row_blocking(tenant, RowKind::decision, id);
  if (!row) return row.error();
  if (!*row) return {};
  auto decision = from_stored<Decision>(**row);
  if (!decision) return unreadable(decision.error());
  out.emplace(id, std::move(*decision));
  return {};
}

}  // namespace

Result<routing::RecordedConversation> read_recorded_blocking(storage::Store& store,
                                                             const TenantId& tenant,
                                                             const PersonId& person) {
  std::vector<Event> events;
  std::map<std::string, Decision> decisions;
  std::uint64_t after = 0;
  while (events.size() < kRecordedEventsMax) {
    auto page = store.history_blocking(tenant, person, after, kPage);
    if (!page) return page.error();
    for (const auto& stored : *page) {
      auto event = from_stored<Event>(stored.body);
      if (!event) return unreadable(event.error());
      if (auto read = read_decision(store, tenant, *event, decisions); !read) return read.error();
      after = event->seq;
      events.push_back(std::move(*event));
    }
    if (page->size() < kPage) break;
  }
  return routing::recorded(person, events, decisions);
}

Result<bool> replay_all_blocking(storage::Store& store, const TenantId& tenant,
                                 std::size_t count_max, routing::Replay& replay,
                                 const std::function<void(std::size_t done)>& progress) {
  std::string cursor;
  std::size_t done = 0;
  do {
    auto page = store.conversations_blocking(tenant, cursor, kPage);
    if (!page) return page.error();
    for (const auto& item : page->items) {
      if (done == count_max) return true;
      auto conversation = read_recorded_blocking(store, tenant, item.person);
      if (!conversation) return conversation.error();
      replay.add(*conversation);
      ++done;
    }
    if (progress) progress(done);
    cursor = std::move(page->next);
  } while (!cursor.empty());
  return false;
}

}  // namespace parley::gateway
