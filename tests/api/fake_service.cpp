#include "tests/api/fake_service.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <future>
#include <stdexcept>

#include "base/crypto.hpp"
#include "conversation/codec.hpp"

namespace parley::gateway {
namespace {

const TimePoint kStart{Milliseconds{1'760'000'000'000}};

}  // namespace

class FakeService::Listening final : public Subscription {
 public:
  Listening(std::list<Listener>& all, std::list<Listener>::iterator at) : all_(all), at_(at) {}
  ~Listening() override { all_.erase(at_); }

 private:
  std::list<Listener>& all_;
  std::list<Listener>::iterator at_;
};

FakeService::FakeService()
    : clock_(kStart),
      store_(storage::make_memory_store({.path = {}}, clock_)),
      analyzer_(routing::make_plain_analyzer()) {}

std::shared_ptr<const Tenant> FakeService::tenant(const TenantId& id) const {
  const auto at = tenants_.find(id);
  return at == tenants_.end() ? nullptr : at->second;
}

std::vector<std::shared_ptr<const Tenant>> FakeService::tenants() const {
  std::vector<std::shared_ptr<const Tenant>> out;
  for (const auto& [id, tenant] : tenants_) out.push_back(tenant);
  return out;
}

Result<storage::Committed> FakeService::commit(storage::Commit work) {
  std::promise<Result<storage::Committed>> done;
  store_->commit(std::move(work),
                 [&done](Result<storage::Committed> result) { done.set_value(std::move(result)); });
  return done.get_future().get();
}

Result<Outcome> FakeService::run_now(const TenantId& tenant_id, const PersonId& person,
                                     const routing::Command& command, std::vector<Row> rows,
                                     bool create) {
  const auto owner = tenant(tenant_id);
  auto row = store_->state_blocking(tenant_id, person);
  State state = *row ? *from_stored<State>(**row) : routing::first_state(tenant_id, person);
  const bool stays = std::holds_alternative<routing::UnmergeFrom>(command) ||
                     std::holds_alternative<routing::MergeInto>(command) ||
                     std::holds_alternative<routing::ErasePerson>(command);
  if (!state.forward_to.empty() && !stays) {
    return run_now(tenant_id, state.forward_to, command, std::move(rows), create);
  }
  if (!create && state.last_seq == 0) {
    return Error{.code = Errc::not_found, .detail = "no such person"};
  }
  auto transition = routing::decide(
      state, command, {.policy = *owner->policy, .analyzer = *analyzer_, .now = clock_.now()});
  if (!transition) return transition.error();
  storage::Commit work{.tenant = tenant_id,
                       .person = person,
                       .expected_seq = state.last_seq,
                       .last_seq = transition->state.last_seq,
                       .at = clock_.now(),
                       .dedup = transition->dedup,
                       .events = {},
                       .state = to_stored(transition->state),
                       .rows = transition_rows(*transition)};
  for (const auto& event : transition->events) work.events.push_back(to_stored(event));
  work.rows.insert(work.rows.end(), rows.begin(), rows.end());
  const auto committed = commit(std::move(work));
  if (!committed) return committed.error();
  for (const auto& relay : transition->relays) {
    auto told = routing::command_of(relay);
    if (told) ignore_error(run_now(tenant_id, relay.to, *told, {}, true), "as the shard does");
  }
  for (const auto& listener : listeners_) {
    if (listener.tenant != tenant_id) continue;
    for (const auto& event : transition->events) {
      net::post(listener.executor, [on_event = listener.on_event, position = committed->position,
                                    person = event.person, seq = event.seq] {
        on_event({.position = position, .person = person, .seq = seq, .json = {}, .event = {}});
      });
    }
  }
  Outcome outcome{.person = person,
                  .last_seq = transition->state.last_seq,
                  .state = std::make_shared<const State>(transition->state)};
  for (const auto& send : transition->sends) outcome.sends.push_back(send.id);
  outcome.events = std::move(transition->events);
  return outcome;
}

PersonId FakeService::person_of_customer(const TenantId& tenant_id, const std::string& who) const {
  return resolve(tenant_id, {.scope = "app", .scheme = "custom", .value = who});
}

Outcome FakeService::customer_says(const TenantId& tenant_id, const std::string& who,
                                   const std::string& text) {
  routing::CustomerSays says;
  says.channel = {.id = {"app"}, .platform = "custom", .account = ""};
  says.identity.key = {.scope = "app", .scheme = "custom", .value = who};
  says.recipient = who;
  says.message.content = {Text{.text = text}};
  says.message.fallback_text = text;
  says.message.author = {.type = AuthorType::customer, .id = {}, .display_name = {}};
  auto outcome = run_now(tenant_id, person_of_customer(tenant_id, who), says, {}, true);
  if (!outcome) throw std::runtime_error("customer_says: " + outcome.error().detail);
  return std::move(*outcome);
}

net::awaitable<Result<Outcome>> FakeService::execute(const TenantId& tenant_id,
                                                     const PersonId& person,
                                                     routing::Command command,
                                                     std::vector<Row> rows, bool create) {
  ++executed;
  if (hold) co_await hold->async_wait(net::as_tuple(net::use_awaitable));
  co_return run_now(tenant_id, person, command, std::move(rows), create);
}

net::awaitable<Result<void>> FakeService::put_rows(const TenantId& tenant_id,
                                                   std::vector<Row> rows) {
  if (lose_answers) co_return Error{.code = Errc::unavailable, .detail = "crashed"};
  storage::Commit work{.tenant = tenant_id, .person = {}, .at = clock_.now()};
  work.rows = std::move(rows);
  const auto committed = commit(std::move(work));
  if (!committed) co_return committed.error();
  co_return Result<void>();
}

void FakeService::run_on_read_pool(std::move_only_function<void(storage::Store&)> job) {
  job(*store_);
}

PersonId FakeService::resolve(const TenantId& tenant_id, const IdentityKey& identity) const {
  if (auto linked = store_->linked_person(tenant_id, identity_row_id(identity))) return *linked;
  return person_id_of(tenant_id, identity);
}

net::awaitable<http::Response> FakeService::webhook(const TenantId&, const ChannelId&,
                                                    http::Request) {
  co_return http::Response{.status = 500};
}

net::awaitable<Result<std::vector<Outcome>>> FakeService::accept(
    const TenantId&, const ChannelId&, std::vector<connectors::Incoming>) {
  co_return Error{.code = Errc::rejected, .detail = "not here"};
}

// ---- the human side

net::awaitable<Result<AgentView>> FakeService::set_presence(const TenantId& tenant_id,
                                                            const AgentId& agent,
                                                            std::string presence) {
  presence_[{tenant_id, agent}] = std::move(presence);
  auto all = co_await agents(tenant_id);
  for (auto& view : *all) {
    if (view.id == agent) co_return std::move(view);
  }
  co_return Error{.code = Errc::not_found, .detail = "no such agent"};
}

net::awaitable<Result<std::vector<AgentView>>> FakeService::agents(const TenantId& tenant_id) {
  std::vector<AgentView> out;
  for (const auto& [id, agent] : tenant(tenant_id)->policy->agents) {
    const auto at = presence_.find({tenant_id, id});
    out.push_back({.id = id,
                   .name = agent.name,
                   .presence = at == presence_.end() ? "offline" : at->second,
                   .capacity = agent.capacity,
                   .load = 0,
                   .assigned = {}});
  }
  co_return out;
}

net::awaitable<Result<std::vector<QueueView>>> FakeService::queues(const TenantId& tenant_id) {
  std::vector<QueueView> out;
  const auto page = store_->rows_blocking(tenant_id, RowKind::queue_entry, "", 1'000);
  for (const auto& [id, queue] : tenant(tenant_id)->policy->queues) {
    QueueView view{.id = id, .name = queue.name, .waiting = {}};
    for (const auto& row : page->rows) {
      auto entry = from_stored<QueueEntry>(row.body);
      if (entry && entry->queue == id) view.waiting.push_back(std::move(*entry));
    }
    out.push_back(std::move(view));
  }
  co_return out;
}

net::awaitable<Result<std::optional<Outcome>>> FakeService::claim(const TenantId& tenant_id,
                                                                  const AgentId& agent,
                                                                  std::vector<QueueId> from) {
  const auto all = co_await queues(tenant_id);
  for (const auto& queue : *all) {
    if (!from.empty() && std::ranges::find(from, queue.id) == from.end()) continue;
    if (queue.waiting.empty()) continue;
    auto outcome = co_await claim_person(tenant_id, agent, queue.waiting.front().person);
    if (!outcome) co_return outcome.error();
    co_return std::optional<Outcome>(std::move(*outcome));
  }
  co_return std::optional<Outcome>();
}

Result<QueueEntry> FakeService::waiting_entry(const TenantId& tenant_id,
                                              const PersonId& person) const {
  const auto row = store_->row_blocking(tenant_id, RowKind::queue_entry, person.value);
  if (!*row) return Error{.code = Errc::conflict, .detail = "this customer does not wait"};
  return from_stored<QueueEntry>(**row);
}

net::awaitable<Result<Outcome>> FakeService::claim_person(const TenantId& tenant_id,
                                                          const AgentId& agent,
                                                          const PersonId& person) {
  const auto entry = waiting_entry(tenant_id, person);
  if (!entry) co_return entry.error();
  co_return run_now(tenant_id, person,
                    routing::AssignToAgent{.agent = agent, .epoch = entry->epoch}, {}, false);
}

net::awaitable<Result<Outcome>> FakeService::offer(const TenantId& tenant_id, const AgentId& agent,
                                                   const PersonId& person) {
  const auto entry = waiting_entry(tenant_id, person);
  if (!entry) co_return entry.error();
  co_return run_now(tenant_id, person, routing::OfferToAgent{.agent = agent, .epoch = entry->epoch},
                    {}, false);
}

net::awaitable<Result<Outcome>> FakeService::answer_offer(const TenantId& tenant_id,
                                                          const AgentId& agent,
                                                          const PersonId& person, bool accept,
                                                          std::string reason) {
  const auto entry = waiting_entry(tenant_id, person);
  if (!entry) co_return entry.error();
  routing::Command command = routing::AcceptOffer{.agent = agent, .epoch = entry->epoch};
  if (!accept) {
    command = routing::RejectOffer{.agent = agent, .epoch = entry->epoch, .reason = reason};
  }
  co_return run_now(tenant_id, person, command, {}, false);
}

std::shared_ptr<Subscription> FakeService::subscribe(const TenantId& tenant_id,
                                                     std::optional<PersonId>,
                                                     net::any_io_executor executor,
                                                     OnEvent on_event) {
  listeners_.push_back({tenant_id, std::move(executor), std::move(on_event)});
  return std::make_shared<Listening>(listeners_, std::prev(listeners_.end()));
}

// ---- media

net::awaitable<Result<Media>> FakeService::store_media(const TenantId& tenant_id, std::string bytes,
                                                       std::string mime, std::string name) {
  Media media;
  media.media_id = "med_" + to_hex(sha256(bytes)).substr(0, 32);
  media.mime = std::move(mime);
  media.name = std::move(name);
  media.size_bytes = bytes.size();
  media_[{tenant_id, {media.media_id}}] = media;
  co_return media;
}

net::awaitable<Result<std::pair<Media, std::string>>> FakeService::load_media(
    const TenantId& tenant_id, const MediaId& id) {
  const auto at = media_.find({tenant_id, id});
  if (at == media_.end()) co_return Error{.code = Errc::not_found, .detail = "no such media"};
  co_return std::pair(at->second, std::string());
}

std::string FakeService::media_url(const Tenant& owner, const MediaId& id, Milliseconds) const {
  return "/media/" + owner.id.value + "/" + id.value + "?sig=x";
}

bool FakeService::check_media_url(const Tenant&, std::string_view, std::string_view) const {
  return false;
}

net::awaitable<Result<void>> FakeService::show_typing(const TenantId&, const PersonId& person,
                                                      bool on) {
  typed.push_back(person.value + (on ? ":on" : ":off"));
  co_return Result<void>();
}

// ---- a tenant

std::shared_ptr<const Tenant> make_tenant(const std::string& name) {
  auto out = std::make_shared<Tenant>();
  out->id = {name};
  out->name = name;
  out->media_key = Secret("media key of " + name);
  routing::Policy policy;
  policy.tenant = out->id;
  policy.version = "v1";
  // Names with the tenant's own in front exist nowhere else.
  for (const auto& id : {std::string("service"), std::string("vip"), name + "-desk"}) {
    routing::Queue queue;
    queue.id = {id};
    queue.name = id;
    policy.queues[queue.id] = queue;
  }
  policy.human_queue = {"service"};
  routing::Bot bot;
  bot.id = {"faq"};
  bot.fallback_queue = {"service"};
  policy.bots[bot.id] = bot;
  out->bots[bot.id].id = bot.id;
  policy.default_outcome = {.kind = HolderKind::queue, .id = "service"};
  for (const auto& id : {std::string("anna"), std::string("bo"), name + "-boss"}) {
    routing::Agent agent;
    agent.id = {id};
    agent.name = id;
    agent.queues = {{"service"}, {"vip"}, {name + "-desk"}};
    policy.agents[agent.id] = agent;
  }
  const auto* entry = connectors::builtin_registry().find("custom");
  for (const auto& id : {std::string("app"), name + "-app"}) {
    const ChannelId channel{id};
    policy.channels[channel] = {.id = channel,
                                .platform = "custom",
                                .account = "",
                                .capabilities = &entry->connector->capabilities()};
    out->channels[channel] = {.tenant = out->id,
                              .id = channel,
                              .platform = "custom",
                              .api_base = {},
                              .settings = {},
                              .secrets = {}};
    out->entries[channel] = entry;
  }
  auto compiled = routing::compile(std::move(policy));
  if (!compiled) throw std::runtime_error("make_tenant: " + compiled.error().detail);
  out->policy = std::move(*compiled);
  for (const auto* scope : {"messages", "read", "agent", "admin"}) {
    out->api_keys.push_back({.id = scope,
                             .token_sha256 = sha256(name + "-" + scope + "-key"),
                             .scopes = {scope},
                             .agent = {}});
  }
  out->api_keys.push_back({.id = "anna",
                           .token_sha256 = sha256(name + "-anna-key"),
                           .scopes = {"agent", "read"},
                           .agent = {"anna"}});
  return out;
}

}  // namespace parley::gateway
