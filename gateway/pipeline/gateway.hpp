// gateway/pipeline/gateway.hpp
// The running core: shards, outbound lines, bots and the desk, wired together behind Service.
//
// Promise  recover_blocking() rebuilds every unfinished effect from its row before ready() says so.
// Threads  construct and destroy on main, with the cores stopped or drained; Service from any core.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/pipeline/bots.hpp"
#include "gateway/pipeline/classifier.hpp"
#include "gateway/pipeline/desk.hpp"
#include "gateway/pipeline/hub.hpp"
#include "gateway/pipeline/knowledge.hpp"
#include "gateway/pipeline/load_watch.hpp"
#include "gateway/pipeline/outbound.hpp"
#include "gateway/pipeline/passive.hpp"
#include "gateway/pipeline/profile_lookup.hpp"
#include "gateway/pipeline/puller.hpp"
#include "gateway/pipeline/read_pool.hpp"
#include "gateway/pipeline/service.hpp"
#include "gateway/pipeline/shard.hpp"
#include "gateway/pipeline/tokens.hpp"
#include "gateway/pipeline/tenant_shares.hpp"
#include "gateway/runtime/cores.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {

// What the core is built from; all of it outlives the Gateway.
struct GatewayParts {
  storage::Store& store;
  const Clock& clock;
  const routing::Analyzer& analyzer;
  Cores& cores;
  TaskGroup& tasks;
  http::Transport& client;
  Metrics& metrics;
  PipelineOptions options;
  std::chrono::hours dedup_horizon{24 * 30};
  // A failed sync or the like: stop acking, exit, be restarted. Called once, from any thread.
  std::function<void(std::string)> on_fatal;
  std::function<double()> draw = random_draw;  // for jitter
  // Reads rules for a what-if; may be empty.
  std::function<Result<std::shared_ptr<const routing::Policy>>(const routing::Policy&,
                                                               std::string_view)>
      read_rules = {};
};

class Gateway final : public Service {
 public:
  explicit Gateway(GatewayParts parts);
  ~Gateway() override;

  // Atomic swap; work in hand keeps the tenants it began with.
  void set_tenants(Tenants tenants);
  // Reads every unfinished effect and starts it. Before the cores run or from main.
  Result<void> recover_blocking();
  void begin_drain();

  std::shared_ptr<const Tenant> tenant(const TenantId& id) const override;
  std::vector<std::shared_ptr<const Tenant>> tenants() const override;
  const Clock& clock() const override { return parts_.clock; }
  Metrics& metrics() override { return parts_.metrics; }
  Result<std::shared_ptr<const routing::Policy>> what_if(const TenantId& tenant,
                                                         std::string_view toml) const override;
  const routing::Analyzer* analyzer() const override { return &parts_.analyzer; }
  Knowledge* knowledge() override { return &knowledge_; }

  net::awaitable<http::Response> webhook(const TenantId& tenant, const ChannelId& channel,
                                         http::Request request) override;
  net::awaitable<Result<std::vector<Outcome>>> accept(
      const TenantId& tenant, const ChannelId& channel,
      std::vector<connectors::Incoming> events) override;
  net::awaitable<Result<Outcome>> execute(const TenantId& tenant, const PersonId& person,
                                          routing::Command command, std::vector<Row> rows,
                                          bool create) override;
  net::awaitable<Result<void>> put_rows(const TenantId& tenant, std::vector<Row> rows) override;
  void run_on_read_pool(std::move_only_function<void(storage::Store&)> job) override;
  PersonId resolve(const TenantId& tenant, const IdentityKey& identity) const override;

  net::awaitable<Result<AgentView>> set_presence(const TenantId& tenant, const AgentId& agent,
                                                 std::string presence) override;
  net::awaitable<Result<std::vector<AgentView>>> agents(const TenantId& tenant) override;
  net::awaitable<Result<std::vector<QueueView>>> queues(const TenantId& tenant) override;
  net::awaitable<Result<std::optional<Outcome>>> claim(const TenantId& tenant, const AgentId& agent,
                                                       std::vector<QueueId> queues) override;
  net::awaitable<Result<Outcome>> claim_person(const TenantId& tenant, const AgentId& agent,
                                               const PersonId& person) override;
  net::awaitable<Result<Outcome>> offer(const TenantId& tenant, const AgentId& agent,
                                        const PersonId& person) override;
  net::awaitable<Result<Outcome>> answer_offer(const TenantId& tenant, const AgentId& agent,
                                               const PersonId& person, bool accept,
                                               std::string reason) override;

  std::shared_ptr<Subscription> subscribe(const TenantId& tenant, std::optional<PersonId> person,
                                          net::any_io_executor executor, OnEvent on_event) override;

  net::awaitable<Result<Media>> store_media(const TenantId& tenant, std::string bytes,
                                            std::string declared_mime, std::string name) override;
  net::awaitable<Result<std::pair<Media, std::string>>> load_media(const TenantId& tenant,
                                                                   const MediaId& id) override;
  std::string media_url(const Tenant& tenant, const MediaId& id,
                        Milliseconds lifetime) const override;
  bool check_media_url(const Tenant& tenant, std::string_view id,
                       std::string_view query) const override;
  net::awaitable<Result<void>> show_typing(const TenantId& tenant, const PersonId& person,
                                           bool on) override;
  void push_to_person(const TenantId& tenant, const PersonId& person, std::string json) override;

  Ready ready() const override;
  bool draining() const override { return draining_; }
  // What waits inside, for the operator. From any thread.
  struct Backlog {
    std::size_t commands = 0;          // over all cores; each may hold shards.queue_max
    std::size_t events = 0, events_max = 0;  // of webhooks and chats, on their way in
    std::size_t sends = 0;             // not settled, over all channels
    std::size_t subscriptions = 0;     // streams and chat sockets
    std::size_t channels_resting = 0;  // whose platform is away or asked for a pause
  };
  Backlog backlog() const;
  storage::Health store_health() const override { return parts_.store.health(); }

 private:
  // One incoming event as the command it is, with its person ("" for a receipt that names none);
  // nullopt: of no effect (stale).
  struct Addressed {
    PersonId person;
    routing::Command command;
  };
  std::optional<Addressed> address(const Tenant& tenant, const connectors::Channel& channel,
                                   connectors::Incoming incoming) const;
  // Gives commands without a person theirs; leaves out those nobody is known for.
  net::awaitable<Result<void>> find_persons(const TenantId& tenant,
                                            std::vector<Addressed>& commands);
  // Asks the tenant's classifier, if there is one, what the messages among them mean.
  net::awaitable<void> classify(std::shared_ptr<const Tenant> tenant,
                                std::vector<Addressed>& commands);
  // One outcome per event that has an effect, in order.
  net::awaitable<std::vector<Result<Outcome>>> accept_each(
      std::shared_ptr<const Tenant> tenant, ChannelId channel,
      std::vector<connectors::Incoming> events);
  // What the tenant's systems know of each who speaks; keep the answer until all is stored.
  using Holds = std::vector<std::shared_ptr<ProfileLookup::Hold>>;
  net::awaitable<Holds> look_up_profiles(std::shared_ptr<const Tenant> tenant,
                                         std::vector<Addressed>& commands);
  // Posts all at once, so that one synced batch can hold them, and waits for all.
  net::awaitable<std::vector<Result<Outcome>>> execute_all(std::shared_ptr<const Tenant> tenant,
                                                           std::vector<Addressed> commands);
  net::awaitable<http::Response> accept_webhook(std::shared_ptr<const Tenant> tenant,
                                                ChannelId channel, http::Request request);
  Shard& shard_of(const TenantId& tenant, const PersonId& person);
  std::size_t core_of(const TenantId& tenant, const PersonId& person) const;
  void run_effects(std::size_t core, const std::shared_ptr<const Tenant>& tenant,
                   const std::shared_ptr<const State>& state, Transition& transition);
  void relay(const std::shared_ptr<const Tenant>& tenant, const Relay& row);
  net::awaitable<void> run_relay(Relay row, routing::Command command);
  net::awaitable<void> run_fetch(std::shared_ptr<const Tenant> tenant, Relay row);
  net::awaitable<void> run_profile(std::shared_ptr<const Tenant> tenant, Relay row);
  net::awaitable<connectors::ProfileSource::Read> ask_profile(std::shared_ptr<const Tenant> tenant,
                                                              Address where);
  net::awaitable<void> run_join(TenantId tenant, Relay row);
  net::awaitable<PersonId> holder_of(TenantId tenant, std::string union_id);
  net::awaitable<Result<std::string>> fetch_bytes(std::shared_ptr<const Tenant> tenant,
                                                  ChannelId channel, Media media);
  net::awaitable<void> drop_media(TenantId tenant, std::vector<MediaId> media);
  Result<void> recover_kind(RowKind kind);
  Result<void> recover_row(RowKind kind, const storage::RowItem& item);

  GatewayParts parts_;
  std::atomic<std::shared_ptr<const Tenants>> tenants_;
  Hub hub_;
  ReadPool read_pool_;
  Tokens tokens_;
  Puller puller_;
  Passive passive_;
  TenantShares shares_;
  ChannelGates gates_;
  Knowledge knowledge_;
  Bots bots_;
  ProfileLookup profile_lookup_;
  Classifier classifier_;
  Desk desk_;
  LoadWatch load_watch_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::unique_ptr<Outbound>> outbound_;
  std::atomic<bool> recovered_{false}, draining_{false}, fatal_{false};
  std::atomic<std::size_t> profiles_in_flight_{0};
  mutable Counter stale_;
  Counter unknown_receipts_, webhooks_ok_, webhooks_refused_, over_share_;
  Histogram ack_seconds_;
};

}  // namespace parley::gateway
