#include "gateway/api/erase.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <set>
#include <utility>

#include "conversation/codec.hpp"
#include "gateway/pipeline/knowledge.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kPage = 500;
constexpr Milliseconds kMergeWait{1'000};

using storage::Store;

Error busy(std::string detail) {
  return {.code = Errc::conflict, .retry_after = kMergeWait, .detail = std::move(detail)};
}

// Relays carry one half of a merge to the other, with addresses: erased between the halves, the
// second would bring them back.
Result<void> check_no_merge_under_way(Store& store, const TenantId& tenant,
                                      const std::set<PersonId>& family) {
  std::string cursor;
  do {
    const auto page = store.rows_blocking(tenant, RowKind::relay, cursor, kPage);
    if (!page) return page.error();
    for (const auto& row : page->rows) {
      const auto relay = from_stored<Relay>(row.body);
      if (!relay || !routing::command_of(*relay)) continue;  // no half of a merge
      if (family.contains(relay->to) || family.contains(relay->from)) {
        return busy("a merge of this person is under way");
      }
    }
    cursor = page->next;
  } while (!cursor.empty());
  return {};
}

// Whoever is the same customer, by merges in either direction.
Result<std::vector<PersonId>> family_of(Store& store, const TenantId& tenant,
                                        const PersonId& person) {
  std::vector<PersonId> open = {person};
  std::set<PersonId> known = {person};
  for (std::size_t i = 0; i < open.size(); ++i) {
    const auto row = store.state_blocking(tenant, open[i]);
    if (!row) return row.error();
    if (!*row) {
      if (i == 0) return Error{.code = Errc::not_found, .detail = "no such person"};
      continue;
    }
    const auto state = from_stored<State>(**row);
    if (!state) return state.error();
    auto near = state->merged;
    if (!state->forward_to.empty()) near.push_back(state->forward_to);
    for (auto& other : near) {
      if (known.insert(other).second) open.push_back(std::move(other));
    }
    if (open.size() > kFamilyMax) return busy("too many persons are merged into this one");
  }
  if (auto calm = check_no_merge_under_way(store, tenant, known); !calm) return calm.error();
  return open;
}

}  // namespace

net::awaitable<Result<Store::Erased>> erase_person(Service& service, TenantId tenant,
                                                   PersonId person, std::string actor,
                                                   std::vector<Row> rows) {
  const auto family = co_await service.read<Result<std::vector<PersonId>>>(
      [tenant, person](Store& store) { return family_of(store, tenant, person); });
  if (!family) co_return family.error();
  std::vector<Store::Erasure> persons;
  // The one who was asked for last: until then their links lead to all the others, so whoever asks
  // again after a crash finds them.
  for (std::size_t left = family->size(); left > 0; --left) {
    const PersonId& each = (*family)[left - 1];
    routing::Command command = routing::ErasePerson{.actor = actor};
    auto own_rows = left == 1 ? std::move(rows) : std::vector<Row>();
    const auto done =
        co_await service.execute(tenant, each, std::move(command), std::move(own_rows));
    if (!done && done.error().code == Errc::not_found && left > 1) continue;
    if (!done) co_return done.error();
    persons.push_back({.person = each,
                       .through = done->last_seq,
                       .relay = place_id("era", each, done->last_seq)});
  }
  if (Knowledge* const knowledge = service.knowledge()) {
    for (const auto& each : persons) knowledge->asked().forget(tenant, each.person);
  }
  auto erased = co_await service.read<Result<Store::Erased>>(
      [tenant, persons](Store& store) { return store.erase_persons_blocking(tenant, persons); });
  if (!erased) {
    log(LogLevel::error, "erasure.unfinished",
        {{"tenant", tenant}, {"person", person}, {"why", erased.error().detail}});
  }
  co_return erased;
}

}  // namespace parley::gateway::api
