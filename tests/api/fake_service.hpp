// A Service without sockets, shards or timers: the real decide() over the real memory store, one
// command after the other on the test's own thread.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gateway/pipeline/knowledge.hpp"
#include "gateway/pipeline/service.hpp"
#include "routing/analyzer.hpp"

namespace parley::gateway {

class FakeService final : public Service {
 public:
  FakeService();

  void set_tenant(std::shared_ptr<const Tenant> tenant) { tenants_[tenant->id] = tenant; }
  void remove_tenant(const TenantId& id) { tenants_.erase(id); }
  ManualClock& manual_clock() { return clock_; }
  storage::Store& store() { return *store_; }
  // What a customer says, as a webhook would bring it; makes the person.
  Outcome customer_says(const TenantId& tenant, const std::string& who, const std::string& text);
  PersonId person_of_customer(const TenantId& tenant, const std::string& who) const;
  // Carries out a command at once, on this thread.
  Result<Outcome> run_now(const TenantId& tenant, const PersonId& person,
                          const routing::Command& command, std::vector<Row> rows, bool create);

  std::size_t executed = 0;           // commands that came through execute()
  net::steady_timer* hold = nullptr;  // execute() waits for it, when set
  bool lose_answers = false;          // put_rows() fails: a crash right after the command
  std::vector<std::string> typed;     // "per_...:on"
  storage::Health health_now{};

  std::shared_ptr<const Tenant> tenant(const TenantId& id) const override;
  std::vector<std::shared_ptr<const Tenant>> tenants() const override;
  const Clock& clock() const override { return clock_; }
  Metrics& metrics() override { return metrics_; }
  net::awaitable<http::Response> webhook(const TenantId&, const ChannelId&, http::Request) override;
  net::awaitable<Result<std::vector<Outcome>>> accept(const TenantId&, const ChannelId&,
                                                      std::vector<connectors::Incoming>) override;
  net::awaitable<Result<Outcome>> execute(const TenantId& tenant, const PersonId& person,
                                          routing::Command command, std::vector<Row> rows,
                                          bool create) override;
  net::awaitable<Result<void>> put_rows(const TenantId& tenant, std::vector<Row> rows) override;
  void run_on_read_pool(std::move_only_function<void(storage::Store&)> job) override;
  PersonId resolve(const TenantId& tenant, const IdentityKey& identity) const override;
  net::awaitable<Result<AgentView>> set_presence(const TenantId&, const AgentId&,
                                                 std::string) override;
  net::awaitable<Result<std::vector<AgentView>>> agents(const TenantId&) override;
  net::awaitable<Result<std::vector<QueueView>>> queues(const TenantId&) override;
  net::awaitable<Result<std::optional<Outcome>>> claim(const TenantId&, const AgentId&,
                                                       std::vector<QueueId>) override;
  net::awaitable<Result<Outcome>> claim_person(const TenantId&, const AgentId&,
                                               const PersonId&) override;
  net::awaitable<Result<Outcome>> offer(const TenantId&, const AgentId&, const PersonId&) override;
  net::awaitable<Result<Outcome>> answer_offer(const TenantId&, const AgentId&, const PersonId&,
                                               bool accept, std::string reason) override;
  std::shared_ptr<Subscription> subscribe(const TenantId&, std::optional<PersonId>,
                                          net::any_io_executor, OnEvent) override;
  net::awaitable<Result<Media>> store_media(const TenantId&, std::string bytes, std::string mime,
                                            std::string name) override;
  net::awaitable<Result<std::pair<Media, std::string>>> load_media(const TenantId&,
                                                                   const MediaId&) override;
  std::string media_url(const Tenant&, const MediaId&, Milliseconds) const override;
  bool check_media_url(const Tenant&, std::string_view, std::string_view) const override;
  net::awaitable<Result<void>> show_typing(const TenantId&, const PersonId&, bool on) override;
  void push_to_person(const TenantId&, const PersonId&, std::string) override {}
  Ready ready() const override { return {.ready = true, .reason = {}}; }
  storage::Health store_health() const override { return store_->health(); }
  Knowledge* knowledge() override { return &knowledge_; }

 private:
  struct Listener {
    TenantId tenant;
    net::any_io_executor executor;
    OnEvent on_event;
  };
  class Listening;

  Result<storage::Committed> commit(storage::Commit commit);
  Result<QueueEntry> waiting_entry(const TenantId&, const PersonId&) const;

  ManualClock clock_;
  Metrics metrics_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<routing::Analyzer> analyzer_;
  std::map<TenantId, std::shared_ptr<const Tenant>> tenants_;
  std::map<std::pair<TenantId, AgentId>, std::string> presence_;
  std::map<std::pair<TenantId, MediaId>, Media> media_;
  std::list<Listener> listeners_;
  Knowledge knowledge_{*this};
};

// A tenant "name" with keys "<name>-<scope>-key" and "<name>-anna-key"; queues service, vip and
// <name>-desk, agents anna, bo and <name>-boss, channels app and <name>-app, a bot faq.
std::shared_ptr<const Tenant> make_tenant(const std::string& name);

}  // namespace parley::gateway
