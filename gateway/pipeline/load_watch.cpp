#include "gateway/pipeline/load_watch.hpp"

#include <algorithm>

#include "gateway/runtime/timer.hpp"

namespace parley::gateway {
namespace {

constexpr Milliseconds kBetweenLooks{1'000};

double seconds(Milliseconds time) { return std::chrono::duration<double>(time).count(); }

void count_agents(const routing::Policy& policy, const std::vector<AgentView>& agents,
                  QueueLoad& load) {
  for (const AgentView& view : agents) {
    const auto agent = policy.agents.find(view.id);
    if (agent == policy.agents.end() || view.presence != "online") continue;
    const auto& serves = agent->second.queues;
    if (std::ranges::find(serves, QueueId{load.queue}) == serves.end()) continue;
    ++load.online;
    if (view.load < view.capacity) ++load.free;
  }
}

}  // namespace

routing::Load load_of(const routing::Policy& policy, const std::vector<AgentView>& agents,
                      const std::vector<QueueView>& queues, TimePoint now) {
  routing::Load out{.at = now, .queues = {}};
  for (const auto& name : policy.load_queues) {
    const auto found =
        std::ranges::find_if(queues, [&](const QueueView& view) { return view.id.value == name; });
    if (found == queues.end()) continue;
    QueueLoad load{.queue = name};
    count_agents(policy, agents, load);
    load.waiting = static_cast<std::uint32_t>(found->waiting.size());
    for (const QueueEntry& entry : found->waiting) {
      const auto waited = std::max(now - entry.since, Milliseconds{0});
      load.oldest_wait_s = std::max(load.oldest_wait_s, seconds(waited));
    }
    if (load.free == 0 && load.waiting > 0) {
      load.estimated_wait_s = load.oldest_wait_s * (load.waiting + 1) / load.waiting;
    }
    out.queues.push_back(std::move(load));
  }
  return out;
}

void LoadWatch::follow(const Tenants& tenants) {
  const bool asked = std::ranges::any_of(
      tenants, [](const auto& each) { return !each.second->policy->load_queues.empty(); });
  const std::lock_guard lock(mutex_);
  if (!asked || watching_) return;
  watching_ = tasks_.spawn(core_, "load watch", watch());
}

std::shared_ptr<const routing::Load> LoadWatch::now(const TenantId& tenant) const {
  const std::lock_guard lock(mutex_);
  const auto found = loads_.find(tenant);
  return found == loads_.end() ? nullptr : found->second;
}

net::awaitable<void> LoadWatch::watch() {
  Timer timer(core_, Timer::Duration{});
  while (co_await timer.wait()) {
    for (const auto& tenant : service_.tenants()) {
      if (!tenant->policy->load_queues.empty()) co_await look(tenant);
    }
    timer.expires_after(kBetweenLooks);
  }
}

net::awaitable<void> LoadWatch::look(std::shared_ptr<const Tenant> tenant) {
  const auto agents = co_await service_.agents(tenant->id);
  const auto queues = co_await service_.queues(tenant->id);
  if (!agents || !queues) co_return;  // the next look may see more
  auto load = std::make_shared<const routing::Load>(
      load_of(*tenant->policy, *agents, *queues, service_.clock().now()));
  const std::lock_guard lock(mutex_);
  loads_[tenant->id] = std::move(load);
}

}  // namespace parley::gateway
