// gateway/pipeline/load_watch.hpp
// How busy the queues are, for rules that ask: looked at once a second, of the tenants whose rules
// do ask, and of the queues they name. Deciding gets the last look and records what it used.
//
// Estimate  of the wait of whoever comes now: nothing while an agent is free, else as much longer
//           than the oldest one waits as there are more in front.
// Threads   follow() and now() from any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "gateway/pipeline/service.hpp"
#include "gateway/runtime/task_group.hpp"
#include "routing/decide.hpp"

namespace parley::gateway {

routing::Load load_of(const routing::Policy& policy, const std::vector<AgentView>& agents,
                      const std::vector<QueueView>& queues, TimePoint now);

class LoadWatch {
 public:
  LoadWatch(Service& service, net::any_io_executor core, TaskGroup& tasks)
      : service_(service), core_(std::move(core)), tasks_(tasks) {}

  // Begins to look, if any tenant's rules ask; goes on until the task group ends.
  void follow(const Tenants& tenants);
  // Null: nobody has looked yet.
  std::shared_ptr<const routing::Load> now(const TenantId& tenant) const;

 private:
  net::awaitable<void> watch();
  net::awaitable<void> look(std::shared_ptr<const Tenant> tenant);

  Service& service_;
  const net::any_io_executor core_;
  TaskGroup& tasks_;
  mutable std::mutex mutex_;
  bool watching_ = false;  // guarded by mutex_, like loads_
  std::map<TenantId, std::shared_ptr<const routing::Load>> loads_;
};

}  // namespace parley::gateway
