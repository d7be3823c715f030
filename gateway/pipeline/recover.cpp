// After a start: every unfinished effect goes on from its row.
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "conversation/codec.hpp"
#include "gateway/pipeline/gateway.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kPage = 500;

Error unreadable(RowKind kind, const storage::RowItem& item, const Error& why) {
  return {.code = Errc::unavailable,
          .detail = "row kind " + std::to_string(static_cast<int>(kind)) + " " + item.id +
                    " of tenant " + item.tenant.value + ": " + why.detail};
}

}  // namespace

Result<void> Gateway::recover_blocking() {
  for (const RowKind kind : {RowKind::queue_entry, RowKind::assignment, RowKind::send,
                             RowKind::bot_call, RowKind::relay}) {
    if (auto done = recover_kind(kind); !done) return done;
  }
  recovered_ = true;
  return {};
}

Result<void> Gateway::recover_kind(RowKind kind) {
  std::string cursor;
  std::size_t rows = 0;
  do {
    auto page = parts_.store.recover_rows_blocking(kind, cursor, kPage);
    if (!page) return page.error();
    for (const auto& item : page->rows) {
      if (auto done = recover_row(kind, item); !done) return done;
    }
    rows += page->rows.size();
    cursor = std::move(page->next);
  } while (!cursor.empty());
  if (rows > 0) {
    log(LogLevel::info, "recovered", {{"kind", static_cast<int>(kind)}, {"rows", rows}});
  }
  return {};
}

Result<void> Gateway::recover_row(RowKind kind, const storage::RowItem& item) {
  const auto owner = tenant(item.tenant);
  if (!owner) return {};  // its file is gone: the rows wait until it comes back
  switch (kind) {
    case RowKind::queue_entry: {
      auto entry = from_stored<QueueEntry>(item.body);
      if (!entry) return unreadable(kind, item, entry.error());
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
  if (row.verb == "fetch_media") {
    const std::size_t core = core_of(owner->id, row.to);
    parts_.tasks.spawn(parts_.cores.context(core).get_executor(), "media fetch",
                       run_fetch(owner, row));
    return;
  }
  auto command = routing::command_of(row);
  if (!command) {
    log(LogLevel::error, "relay.unknown", {{"id", row.id}, {"why", command.error().detail}});
    return;
  }
  Job job{.tenant = owner,
          .person = row.to,
          .command = std::move(*command),
          .rows = {},
          .create = true,
          .done = [id = row.id](Result<Outcome> outcome) {
            if (outcome) return;
            log(LogLevel::warn, "relay.refused", {{"id", id}, {"why", outcome.error().detail}});
          }};
  shard_of(owner->id, row.to).post(std::move(job));
}

}  // namespace parley::gateway
