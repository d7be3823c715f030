// After a start: every unfinished effect goes on from its row.
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <tuple>

#include "base/mutant.hpp"
#include "conversation/codec.hpp"
#include "gateway/pipeline/gateway.hpp"
#include "gateway/pipeline/insist.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kPage = 500;

Error unreadable(RowKind kind, const storage::RowItem& item, const Error& why) {
  return {.code = Errc::unavailable,
          .detail = "row kind " + std::to_string(static_cast<int>(kind)) + " " + item.id +
                    " of tenant " + item.tenant.value + ": " + why.detail};
}

// The store gives rows in the order of their bytes, where "...-10" comes before "...-9"; a
// conversation's rows go on in the order of their sequence numbers.
bool came_before(const storage::RowItem& a, const storage::RowItem& b) {
  const auto place = [](const storage::RowItem& item) {
    const std::string_view id = item.id;
    const auto dash = std::min(id.rfind('-'), id.size());
    return std::tuple(std::string_view(item.tenant.value), id.substr(0, dash), id.size());
  };
  const auto first = place(a), second = place(b);
  return first != second ? first < second : a.id < b.id;
}

// The rest of an erasure that a crash cut short.
net::awaitable<void> finish_erasure(Service& service, Relay row) {
  storage::Store::Erasure person{.person = row.to, .through = 0, .relay = row.id};
  std::from_chars(row.reason.data(), row.reason.data() + row.reason.size(), person.through);
  if (Knowledge* const knowledge = service.knowledge()) {
    knowledge->asked().forget(row.tenant, row.to);
  }
  const auto erased = co_await service.read<Result<storage::Store::Erased>>(
      [tenant = row.tenant, person](storage::Store& store) {
        return store.erase_persons_blocking(tenant, {person});
      });
  if (!erased) {  // its row is there for the next start
    log(LogLevel::error, "erasure.unfinished",
        {{"tenant", row.tenant}, {"person", row.to}, {"why", erased.error().detail}});
  }
}

}  // namespace

Result<void> Gateway::recover_blocking() {
  for (const RowKind kind :
       {RowKind::agent_presence, RowKind::agent_mark, RowKind::queue_entry, RowKind::assignment,
        RowKind::send, RowKind::bot_call, RowKind::relay, RowKind::cursor}) {
    if (auto done = recover_kind(kind); !done) return done;
  }
  if (auto loaded = knowledge_.load_blocking(parts_.store); !loaded) return loaded;
  desk_.open();
  recovered_ = true;
  puller_.follow(*tenants_.load());
  return {};
}

Result<void> Gateway::recover_kind(RowKind kind) {
  std::string cursor;
  std::vector<storage::RowItem> rows;
  do {
    auto page = parts_.store.recover_rows_blocking(kind, cursor, kPage);
    if (!page) return page.error();
    std::move(page->rows.begin(), page->rows.end(), std::back_inserter(rows));
    cursor = std::move(page->next);
  } while (!cursor.empty());
  std::sort(rows.begin(), rows.end(), came_before);
  for (const auto& item : rows) {
    if (auto done = recover_row(kind, item); !done) return done;
  }
  if (!rows.empty()) {
    log(LogLevel::info, "recovered", {{"kind", static_cast<int>(kind)}, {"rows", rows.size()}});
  }
  return {};
}

Result<void> Gateway::recover_row(RowKind kind, const storage::RowItem& item) {
  if (kind == RowKind::cursor) {
    puller_.remember(item);  // also of a tenant that is not there now
    return {};
  }
  const auto owner = tenant(item.tenant);
  if (!owner) return {};  // its file is gone: the rows wait until it comes back
  switch (kind) {
    case RowKind::agent_presence: {
      auto presence = from_stored<AgentPresence>(item.body);
      if (!presence) return unreadable(kind, item, presence.error());
      desk_.remember(std::move(*presence));
      return {};
    }
    case RowKind::agent_mark:
      desk_.remember_mark(item.tenant, item.id, item.body);
      return {};
    case RowKind::queue_entry: {
      auto entry = from_stored<QueueEntry>(item.body);
      if (!entry) return unreadable(kind, item, entry.error());
      if (MUTANT("forgotten_offer") && !entry->offered_to.empty()) return {};
      desk_.entered(std::move(*entry));
      return {};
    }
    case RowKind::assignment: {
      auto assignment = from_stored<Assignment>(item.body);
      if (!assignment) return unreadable(kind, item, assignment.error());
      desk_.assigned(std::move(*assignment));
      return {};
    }
    case RowKind::send: {
      auto send = from_stored<Send>(item.body);
      if (!send) return unreadable(kind, item, send.error());
      const std::size_t core = core_of(send->tenant, send->person);
      net::post(parts_.cores.context(core),
                [this, core, row = std::move(*send)] { outbound_[core]->put(row); });
      return {};
    }
    case RowKind::bot_call: {
      if (MUTANT("forgotten_bot_call")) return {};
      auto call = from_stored<BotCall>(item.body);
      if (!call) return unreadable(kind, item, call.error());
      call->passive_token.clear();  // that webhook is gone
      const std::size_t core = core_of(call->tenant, call->person);
      bots_.start(parts_.cores.context(core).get_executor(), owner, std::move(*call), nullptr);
      return {};
    }
    case RowKind::relay: {
      auto row = from_stored<Relay>(item.body);
      if (!row) return unreadable(kind, item, row.error());
      if (row->verb == routing::kEraseVerb) {
        const auto executor = parts_.cores.context(core_of(owner->id, row->to)).get_executor();
        parts_.tasks.spawn(executor, "erasure", finish_erasure(*this, std::move(*row)));
        return {};
      }
      relay(owner, *row);
      return {};
    }
    default:
      return {};
  }
}

// The second half of what two conversations must both know; from its row, so a crash between the
// halves is made good at the next start.
void Gateway::relay(const std::shared_ptr<const Tenant>& owner, const Relay& row) {
  const auto executor = parts_.cores.context(core_of(owner->id, row.to)).get_executor();
  if (row.verb == "fetch_media") {
    parts_.tasks.spawn(executor, "media fetch", run_fetch(owner, row));
    return;
  }
  if (row.verb == "fetch_profile") {
    parts_.tasks.spawn(executor, "profile", run_profile(owner, row));
    return;
  }
  if (row.verb == "join_union") {
    parts_.tasks.spawn(executor, "join", run_join(owner->id, row));
    return;
  }
  if (row.verb == routing::kEraseVerb) return;  // whoever asked for it sees to it
  auto command = routing::command_of(row);
  if (!command) {
    log(LogLevel::error, "relay.unknown", {{"id", row.id}, {"why", command.error().detail}});
    return;
  }
  parts_.tasks.spawn(executor, "relay", run_relay(row, std::move(*command)));
}

net::awaitable<void> Gateway::run_relay(Relay row, routing::Command command) {
  constexpr bool kCreate = true;
  const auto outcome = co_await insist(*this, row.tenant, row.to, std::move(command), kCreate);
  if (!outcome) {
    log(LogLevel::warn, "relay.refused", {{"id", row.id}, {"why", outcome.error().detail}});
  }
}

}  // namespace parley::gateway
