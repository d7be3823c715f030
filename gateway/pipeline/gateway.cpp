#include "gateway/pipeline/gateway.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "conversation/codec.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kSubscriptionsMax = 40'000;

Error no_tenant(const TenantId& id) {
  return {.code = Errc::not_found, .detail = "no tenant " + id.value};
}

}  // namespace

Gateway::Gateway(GatewayParts parts)
    : parts_(std::move(parts)),
      tenants_(std::make_shared<const Tenants>()),
      hub_(kSubscriptionsMax),
      read_pool_(parts_.options.shards.read_threads),
      tokens_(parts_.client, parts_.clock),
      puller_({.service = *this,
               .client = parts_.client,
               .tokens = tokens_,
               .tasks = parts_.tasks,
               .cores = parts_.cores,
               .options = parts_.options.pulls,
               .accept = [this](std::shared_ptr<const Tenant> tenant, ChannelId channel,
                                std::vector<connectors::Incoming> events) {
                 return accept_each(std::move(tenant), std::move(channel), std::move(events));
               }}),
      shares_(parts_.options.shards.queue_max * parts_.cores.size()),
      gates_(parts_.options.sends.in_flight_per_channel_max),
      knowledge_(*this),
      bots_(*this, parts_.client, parts_.tasks, parts_.options.bots),
      profile_lookup_(*this, parts_.client),
      classifier_(*this, parts_.client, parts_.tasks, parts_.options.bots),
      desk_(*this, parts_.cores.context(0).get_executor(), parts_.tasks),
      load_watch_(*this, parts_.cores.context(0).get_executor(), parts_.tasks),
      stale_(parts_.metrics.counter("parley_stale_events_total",
                                    "events older than the dedup horizon, dropped")),
      unknown_receipts_(parts_.metrics.counter("parley_unknown_receipts_total",
                                               "receipts for messages we know nothing of")),
      webhooks_ok_(parts_.metrics.counter("parley_webhooks_total", "webhook requests by outcome",
                                          {{"outcome", "accepted"}})),
      webhooks_refused_(parts_.metrics.counter("parley_webhooks_total",
                                               "webhook requests by outcome",
                                               {{"outcome", "refused"}})),
      over_share_(parts_.metrics.counter("parley_over_share_total",
                                         "requests turned away because their tenant has its "
                                         "share of what is under way")),
      ack_seconds_(parts_.metrics.histogram("parley_webhook_seconds",
                                            "webhook read to answer, synced")) {
  const std::size_t cores = parts_.cores.size();
  for (std::size_t core = 0; core < cores; ++core) {
    ShardContext context{
        .store = parts_.store,
        .clock = parts_.clock,
        .analyzer = parts_.analyzer,
        .hub = hub_,
        .metrics = parts_.metrics,
        .options = parts_.options,
        .route = [this](Job job) { shard_of(job.tenant->id, job.person).post(std::move(job)); },
        .run_effects = [this, core](const std::shared_ptr<const Tenant>& tenant,
                                    const std::shared_ptr<const State>& state,
                                    Transition& transition) {
          run_effects(core, tenant, state, transition);
        },
        .on_fatal = [this](std::string why) {
          if (!fatal_.exchange(true)) parts_.on_fatal(std::move(why));
        },
        .load = [this](const TenantId& tenant) { return load_watch_.now(tenant); }};
    shards_.push_back(std::make_unique<Shard>(std::move(context), parts_.cores.context(core),
                                              parts_.options.shards.state_cache_max / cores + 1));
    OutboundContext sends{.service = *this,
                          .client = parts_.client,
                          .tokens = tokens_,
                          .passive = passive_,
                          .gates = gates_,
                          .tasks = parts_.tasks,
                          .options = parts_.options.sends,
                          .circuits = parts_.options.bots,
                          .draw = parts_.draw};
    outbound_.push_back(std::make_unique<Outbound>(std::move(sends), parts_.cores.context(core)));
  }
}

Gateway::~Gateway() = default;

void Gateway::set_tenants(Tenants tenants) {
  const auto now = std::make_shared<const Tenants>(std::move(tenants));
  tenants_.store(now);
  load_watch_.follow(*now);
  if (!recovered_) return;
  puller_.follow(*now);
  knowledge_.follow();
  desk_.replan();
}

void Gateway::begin_drain() {
  draining_ = true;
  gates_.close();
  for (const auto& sends : outbound_) sends->drain();
  puller_.stop();
}

std::shared_ptr<const Tenant> Gateway::tenant(const TenantId& id) const {
  const auto all = tenants_.load();
  const auto found = all->find(id);
  return found == all->end() ? nullptr : found->second;
}

Result<std::shared_ptr<const routing::Policy>> Gateway::what_if(const TenantId& id,
                                                                std::string_view toml) const {
  const auto owner = tenant(id);
  if (!owner) return Error{.code = Errc::not_found, .detail = "no tenant " + id.value};
  if (!parts_.read_rules) return Service::what_if(id, toml);
  return parts_.read_rules(*owner->policy, toml);
}

std::vector<std::shared_ptr<const Tenant>> Gateway::tenants() const {
  std::vector<std::shared_ptr<const Tenant>> out;
  for (const auto& [id, tenant] : *tenants_.load()) out.push_back(tenant);
  return out;
}

std::size_t Gateway::core_of(const TenantId& tenant, const PersonId& person) const {
  return partition_of(tenant, person) % shards_.size();
}

Shard& Gateway::shard_of(const TenantId& tenant, const PersonId& person) {
  return *shards_[core_of(tenant, person)];
}

PersonId Gateway::resolve(const TenantId& tenant, const IdentityKey& identity) const {
  if (auto linked = parts_.store.linked_person(tenant, identity_row_id(identity))) return *linked;
  return person_id_of(tenant, identity);
}

net::awaitable<Result<Outcome>> Gateway::execute(const TenantId& tenant_id,
                                                 const PersonId& person, routing::Command command,
                                                 std::vector<Row> rows, bool create) {
  auto owner = tenant(tenant_id);
  if (!owner) co_return no_tenant(tenant_id);
  Job job{.tenant = std::move(owner),
          .person = person,
          .command = std::move(command),
          .rows = std::move(rows),
          .create = create,
          .done = {}};
  auto start = [this](auto handler, Job work) {
    const auto executor = net::get_associated_executor(handler);
    auto tracked = net::prefer(executor, net::execution::outstanding_work.tracked);
    work.done = [handler = std::move(handler), tracked](Result<Outcome> outcome) mutable {
      net::post(tracked, [handler = std::move(handler), outcome = std::move(outcome)]() mutable {
        std::move(handler)(std::move(outcome));
      });
    };
    shard_of(work.tenant->id, work.person).post(std::move(work));
  };
  co_return co_await net::async_initiate<const net::use_awaitable_t<>, void(Result<Outcome>)>(
      start, net::use_awaitable, std::move(job));
}

net::awaitable<std::vector<Result<Outcome>>> Gateway::execute_all(
    std::shared_ptr<const Tenant> owner, std::vector<Addressed> commands) {
  using Results = std::vector<Result<Outcome>>;
  if (commands.empty()) co_return Results();
  auto start = [this, owner](auto handler, std::vector<Addressed> work) {
    const auto executor = net::get_associated_executor(handler);
    auto tracked = net::prefer(executor, net::execution::outstanding_work.tracked);
    using Handler = decltype(handler);
    using Tracked = decltype(tracked);
    struct Gather {
      Results results;
      std::atomic<std::size_t> left;
      Handler handler;
      Tracked tracked;
    };
    auto gather = std::shared_ptr<Gather>(new Gather{
        Results(work.size(), Result<Outcome>(Outcome{})), work.size(), std::move(handler),
        std::move(tracked)});
    for (std::size_t i = 0; i < work.size(); ++i) {
      Job job{.tenant = owner,
              .person = work[i].person,
              .command = std::move(work[i].command),
              .rows = {},
              .create = true,
              .done = [gather, i](Result<Outcome> outcome) {
                gather->results[i] = std::move(outcome);
                if (--gather->left > 0) return;
                net::post(gather->tracked, [gather]() mutable {
                  std::move(gather->handler)(std::move(gather->results));
                });
              }};
      shard_of(owner->id, job.person).post(std::move(job));
    }
  };
  co_return co_await net::async_initiate<const net::use_awaitable_t<>, void(Results)>(
      start, net::use_awaitable, std::move(commands));
}

net::awaitable<Result<void>> Gateway::put_rows(const TenantId& tenant_id, std::vector<Row> rows) {
  storage::Commit commit{.tenant = tenant_id,
                         .person = {},
                         .at = parts_.clock.now(),
                         .dedup = {},
                         .events = {},
                         .state = {},
                         .rows = std::move(rows)};
  auto start = [this](auto handler, storage::Commit work) {
    const auto executor = net::get_associated_executor(handler);
    auto tracked = net::prefer(executor, net::execution::outstanding_work.tracked);
    parts_.store.commit(std::move(work), [handler = std::move(handler),
                                          tracked](Result<storage::Committed> result) mutable {
      net::post(tracked, [handler = std::move(handler), result = std::move(result)]() mutable {
        std::move(handler)(result ? Result<void>() : Result<void>(result.error()));
      });
    });
  };
  co_return co_await net::async_initiate<const net::use_awaitable_t<>, void(Result<void>)>(
      start, net::use_awaitable, std::move(commit));
}

void Gateway::run_on_read_pool(std::move_only_function<void(storage::Store&)> job) {
  read_pool_.post([this, job = std::move(job)]() mutable { job(parts_.store); });
}

void Gateway::run_effects(std::size_t core, const std::shared_ptr<const Tenant>& tenant,
                          const std::shared_ptr<const State>& state, Transition& transition) {
  Outbound& out = *outbound_[core];
  for (const SendId& id : transition.finished_sends) out.erase(tenant->id, state->person, id);
  for (const Send& send : transition.sends) out.put(send);
  for (Row& row : transition.extra_rows) {
    if (row.kind != RowKind::agent_mark) continue;
    desk_.remember_mark(tenant->id, std::move(row.id), std::move(row.body));
  }
  if (transition.leave_queue) desk_.left(tenant->id, state->person, state->control.epoch);
  for (QueueEntry& entry : transition.queue_entries) desk_.entered(entry);
  if (transition.end_assignment) {
    desk_.unassigned(tenant->id, state->person, state->control.epoch);
  }
  for (const Assignment& assignment : transition.assignments) desk_.assigned(assignment);
  for (const BotCall& call : transition.bot_calls) {
    std::shared_ptr<const Event> turn;
    for (const Event& event : transition.events) {
      if (event.seq == call.turn_seq) turn = std::make_shared<const Event>(event);
    }
    bots_.start(parts_.cores.context(core).get_executor(), tenant, call, std::move(turn));
  }
  for (const Relay& row : transition.relays) relay(tenant, row);
}

std::shared_ptr<Subscription> Gateway::subscribe(const TenantId& tenant_id,
                                                 std::optional<PersonId> person,
                                                 net::any_io_executor executor,
                                                 OnEvent on_event) {
  return hub_.subscribe(tenant_id, std::move(person), std::move(executor), std::move(on_event));
}

void Gateway::push_to_person(const TenantId& tenant_id, const PersonId& person, std::string json) {
  hub_.push_person(tenant_id, person, std::make_shared<const std::string>(std::move(json)));
}

Service::Ready Gateway::ready() const {
  if (fatal_) return {.ready = false, .reason = "the store failed; restarting"};
  if (draining_) return {.ready = false, .reason = "draining"};
  if (!recovered_) return {.ready = false, .reason = "recovering"};
  const auto health = parts_.store.health();
  if (!health.writable) return {.ready = false, .reason = health.reason};
  return {.ready = true, .reason = {}};
}

Gateway::Backlog Gateway::backlog() const {
  Backlog out{.events = shares_.in_use(),
              .events_max = shares_.places(),
              .subscriptions = hub_.size(),
              .channels_resting = gates_.resting()};
  for (const auto& shard : shards_) out.commands += shard->waiting();
  for (const auto& sends : outbound_) out.sends += sends->waiting();
  return out;
}

// ---- the desk, behind Service

net::awaitable<Result<AgentView>> Gateway::set_presence(const TenantId& t, const AgentId& agent,
                                                        std::string presence) {
  return desk_.set_presence(t, agent, std::move(presence));
}
net::awaitable<Result<std::vector<AgentView>>> Gateway::agents(const TenantId& t) {
  return desk_.agents(t);
}
net::awaitable<Result<std::vector<QueueView>>> Gateway::queues(const TenantId& t) {
  return desk_.queues(t);
}
net::awaitable<Result<std::optional<Outcome>>> Gateway::claim(const TenantId& t,
                                                              const AgentId& agent,
                                                              std::vector<QueueId> from) {
  return desk_.claim(t, agent, std::move(from));
}
net::awaitable<Result<Outcome>> Gateway::claim_person(const TenantId& t, const AgentId& agent,
                                                      const PersonId& person) {
  return desk_.claim_person(t, agent, person);
}
net::awaitable<Result<Outcome>> Gateway::offer(const TenantId& t, const AgentId& agent,
                                               const PersonId& person) {
  return desk_.offer(t, agent, person);
}
net::awaitable<Result<Outcome>> Gateway::answer_offer(const TenantId& t, const AgentId& agent,
                                                      const PersonId& person, bool accept,
                                                      std::string reason) {
  return desk_.answer_offer(t, agent, person, accept, std::move(reason));
}

}  // namespace parley::gateway
