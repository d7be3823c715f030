// gateway/pipeline/service.hpp
// The gateway's core as the edges (webhooks, API, chat sockets, admin) see it.
//
// Promise  what execute() and accept() report as done is synced to disk.
// Order    commands of one conversation take effect one after the other, on its shard.
// Threads  every coroutine may be awaited on any core and resumes on the caller's executor.
// Errors   Errc as in base/result.hpp; overloaded past a shard's queue, shutting_down in a drain.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "connectors/connector.hpp"
#include "gateway/http/message.hpp"
#include "gateway/pipeline/tenant.hpp"
#include "gateway/runtime/metrics.hpp"
#include "routing/decide.hpp"
#include "storage/store.hpp"

namespace parley::gateway {

namespace net = boost::asio;

// What came of a command.
struct Outcome {
  bool duplicate = false;
  PersonId person;  // the one it happened to (after forwards)
  std::uint64_t last_seq = 0;
  std::shared_ptr<const State> state = {};  // after it; never null unless duplicate
  std::vector<Event> events = {};           // that it made
  std::vector<SendId> sends = {};
};

// Presence of an agent: "online" is given customers, "busy", "away" and "offline" are not; all keep
// their own and may claim.
struct AgentView {
  AgentId id;
  std::string name, presence;
  std::uint32_t capacity = 0, load = 0;
  std::vector<PersonId> assigned;
  std::uint32_t used = 0;                // of the capacity, in hundredths of a usual conversation
  TimePoint since{};                     // of the presence
  std::uint32_t missed = 0;              // offers in a row without an answer
  std::string reason = {};               // why the desk set the presence
  std::vector<PersonId> offered = {};    // not accepted yet
  std::vector<Assignment> serving = {};  // the rows of `assigned`
};

struct QueueView {
  QueueId id;
  std::string name;
  std::vector<QueueEntry> waiting;   // in the order they will be served
  std::vector<int> priorities = {};  // of these, with what the queue adds
  std::string mode = {};
  bool open = true;
  std::uint32_t online = 0, free = 0;  // agents who serve it; those with a place left
  Milliseconds pace{};                 // between two customers served, of late; zero: too few
};

// A tenant's committed events as they happen; delivered on the subscriber's executor.
using EventFrame = std::shared_ptr<const std::string>;  // the event's JSON
struct StreamEvent {
  std::uint64_t position = 0;
  PersonId person;
  std::uint64_t seq = 0;
  EventFrame json;                     // for a tenant's subscribers and for pushes
  std::shared_ptr<const Event> event;  // for a person's subscribers; null for a push
};
class Subscription {  // ends when destroyed
 public:
  virtual ~Subscription() = default;
};
using OnEvent = std::function<void(const StreamEvent&)>;

class Knowledge;  // knowledge.hpp

class Service {
 public:
  virtual ~Service() = default;

  virtual std::shared_ptr<const Tenant> tenant(const TenantId& id) const = 0;  // null: none such
  virtual std::vector<std::shared_ptr<const Tenant>> tenants() const = 0;      // all, now
  virtual const Clock& clock() const = 0;
  virtual Metrics& metrics() = 0;

  // One webhook request, handshake to acknowledgement, synced before it answers.
  virtual net::awaitable<http::Response> webhook(const TenantId& tenant, const ChannelId& channel,
                                                 http::Request request) = 0;

  // Events of a connector that came another way than by webhook (a chat socket). One outcome per
  // event, in order; the first error ends it.
  virtual net::awaitable<Result<std::vector<Outcome>>> accept(
      const TenantId& tenant, const ChannelId& channel,
      std::vector<connectors::Incoming> events) = 0;

  // One command on one conversation. `rows` are committed with it (idempotency, audit). `create`:
  // a person never heard of is made; else not_found.
  virtual net::awaitable<Result<Outcome>> execute(const TenantId& tenant, const PersonId& person,
                                                  routing::Command command,
                                                  std::vector<Row> rows = {},
                                                  bool create = false) = 0;

  // Rows that belong to no conversation: media, audit, cursors. Synced.
  virtual net::awaitable<Result<void>> put_rows(const TenantId& tenant, std::vector<Row> rows) = 0;

  // Runs `what` on the storage_read pool and resumes with its result.
  template <class T>
  net::awaitable<T> read(std::function<T(storage::Store&)> what);
  virtual void run_on_read_pool(std::move_only_function<void(storage::Store&)> job) = 0;

  // The person a person's commands go to now (merged ones forward).
  virtual PersonId resolve(const TenantId& tenant, const IdentityKey& identity) const = 0;

  // ---- the human side. Assignment is atomic: one customer goes to one agent, whoever asks first.
  virtual net::awaitable<Result<AgentView>> set_presence(const TenantId&, const AgentId&,
                                                         std::string presence) = 0;
  virtual net::awaitable<Result<std::vector<AgentView>>> agents(const TenantId&) = 0;
  virtual net::awaitable<Result<std::vector<QueueView>>> queues(const TenantId&) = 0;
  // The next customer of these queues (all the agent's when empty) becomes the agent's; nullopt:
  // nobody waits. overloaded: the agent is at capacity.
  virtual net::awaitable<Result<std::optional<Outcome>>> claim(const TenantId&, const AgentId&,
                                                               std::vector<QueueId> queues) = 0;
  // A certain waiting customer; conflict when somebody else was faster.
  virtual net::awaitable<Result<Outcome>> claim_person(const TenantId&, const AgentId&,
                                                       const PersonId&) = 0;
  virtual net::awaitable<Result<Outcome>> offer(const TenantId&, const AgentId&,
                                                const PersonId&) = 0;
  virtual net::awaitable<Result<Outcome>> answer_offer(const TenantId&, const AgentId&,
                                                       const PersonId&, bool accept,
                                                       std::string reason) = 0;

  // The tenant's policy with these tables of a tenant file in place of its own, checked, and used
  // by nobody: for a what-if. misconfigured with every mistake by line; rejected where none is
  // read.
  virtual Result<std::shared_ptr<const routing::Policy>> what_if(const TenantId&,
                                                                 std::string_view) const {
    return Error{.code = Errc::rejected, .detail = "this gateway reads no rules but its own"};
  }
  // Judges texts; null where nothing does.
  virtual const routing::Analyzer* analyzer() const { return nullptr; }

  // Live events of a tenant, or of one person when given. The callback runs on the caller's
  // executor; it must not block.
  virtual std::shared_ptr<Subscription> subscribe(const TenantId&, std::optional<PersonId>,
                                                  net::any_io_executor, OnEvent) = 0;

  // Fetches, checks and stores media bytes; the description row is synced.
  virtual net::awaitable<Result<Media>> store_media(const TenantId&, std::string bytes,
                                                    std::string declared_mime,
                                                    std::string name) = 0;
  virtual net::awaitable<Result<std::pair<Media, std::string>>> load_media(const TenantId&,
                                                                           const MediaId&) = 0;
  // "/media/{tenant}/{id}?exp=...&sig=..."; checked by check_media_url.
  virtual std::string media_url(const Tenant&, const MediaId&, Milliseconds lifetime) const = 0;
  virtual bool check_media_url(const Tenant&, std::string_view id,
                               std::string_view query) const = 0;

  // Shows an agent's typing to the customer, where the channel can.
  virtual net::awaitable<Result<void>> show_typing(const TenantId&, const PersonId&, bool on) = 0;

  // What the embedded bots of the tenants know, and were asked in vain; null: nobody keeps it.
  virtual Knowledge* knowledge() { return nullptr; }

  // To a person's open chat sockets only; no event of the log ({"type":"typing.started"}).
  virtual void push_to_person(const TenantId&, const PersonId&, std::string json) = 0;

  struct Ready {
    bool ready = false;
    std::string reason;
  };
  virtual Ready ready() const = 0;
  // True from the begin of a graceful end: what only waits should stop waiting.
  virtual bool draining() const { return false; }
  virtual storage::Health store_health() const = 0;
};

}  // namespace parley::gateway

#include "gateway/pipeline/service_read.hpp"
