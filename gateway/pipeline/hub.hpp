// gateway/pipeline/hub.hpp
// Who wants to hear of committed events: API streams (a whole tenant) and chat sockets (one
// person).
//
// Order    a tenant's subscribers hear commits in position order, a person's in seq order.
// Limits   subscriptions_max; past it subscribe() gives null.
// Threads  any; callbacks run on the subscriber's executor.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/pipeline/service.hpp"

namespace parley::gateway {

class Hub {
 public:
  explicit Hub(std::size_t subscriptions_max) : subscriptions_max_(subscriptions_max) {}

  std::shared_ptr<Subscription> subscribe(const TenantId& tenant, std::optional<PersonId> person,
                                          net::any_io_executor executor, OnEvent on_event);

  // Called in commit order, on the committer's thread; encodes only when somebody listens.
  void publish_tenant(const TenantId& tenant, std::uint64_t position,
                      const std::vector<Event>& events);
  // Called on the conversation's own shard.
  void publish_person(const TenantId& tenant, const PersonId& person, std::uint64_t position,
                      const std::vector<Event>& events);
  // Something for a person's sockets that is no event of the log (typing).
  void push_person(const TenantId& tenant, const PersonId& person, EventFrame json);
  bool has_person(const TenantId& tenant, const PersonId& person) const;
  std::size_t size() const noexcept { return count_.load(); }

 private:
  struct Subscriber {
    net::any_io_executor executor;
    OnEvent on_event;
    std::atomic<bool> live{true};
  };
  class Handle;
  using List = std::vector<std::shared_ptr<Subscriber>>;

  List listeners(const std::string& key) const;
  static void deliver(const List& list, const StreamEvent& event);
  void remove(const std::string& key, const std::shared_ptr<Subscriber>& who);

  const std::size_t subscriptions_max_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, List> lists_;  // guarded by mutex_
  std::atomic<std::size_t> count_{0};
  // Looked at without the lock, so that publishing to nobody costs nothing.
  std::atomic<std::size_t> tenant_count_{0}, person_count_{0};
};

}  // namespace parley::gateway
