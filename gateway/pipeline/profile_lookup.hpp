// gateway/pipeline/profile_lookup.hpp
// What the tenant's systems know of a customer, found before their turn is decided, so that the
// very first one already sees the segment: a profile pushed before they ever came, and the answer
// of the tenant's profile endpoint.
//
// Promise  a turn is never lost or refused for it. It waits for the endpoint no longer than its
//          deadline, and for the customer's earlier turns no longer than that and kWaitMax; then
//          the profile of before is used. Turns of one customer keep their order: first come, first
//          served.
// Limits   kKnownMax customers remembered as fresh, kLookupsMax calls at once (past it no look-up),
//          kWaitersMax turns in line for one customer (past it a turn goes on at once); an endpoint
//          that fails is left alone for kRest.
// Threads  any core; resumes on the caller's executor.
#pragma once

#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "gateway/http/client.hpp"
#include "gateway/pipeline/service.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::gateway {

class ProfileLookup {
 public:
  static constexpr std::size_t kKnownMax = 100'000;
  static constexpr std::size_t kLookupsMax = 256;
  static constexpr std::size_t kWaitersMax = 32;
  static constexpr Milliseconds kRest{10'000};
  static constexpr Milliseconds kWaitMax{2'000};

  ProfileLookup(Service& service, http::Transport& client, Milliseconds wait_max = kWaitMax);

  // Later turns of the customer wait while one of these lives: keep it until the turn is stored.
  class Hold;

  // Fills says.profile, if there is anything to look at and it is not fresh.
  net::awaitable<std::shared_ptr<Hold>> before_turn(std::shared_ptr<const Tenant> tenant,
                                                    PersonId person, routing::CustomerSays& says);

 private:
  using Key = std::string;  // tenant, person
  struct Waiter {
    Waiter(net::any_io_executor executor, Milliseconds time) : timer(std::move(executor), time) {}
    Timer timer;
    bool granted = false;  // guarded by mutex_
  };
  class Ticket;
  struct Known {
    SteadyPoint fresh_until{};
    std::list<Key>::iterator place;
  };

  bool is_needed(const Tenant& tenant, const routing::CustomerSays& says) const;
  // Ours at once, or when those before us are done; null when that takes too long.
  net::awaitable<std::shared_ptr<Hold>> take_hold(Key key, Milliseconds wait_max);
  net::awaitable<std::optional<Profile>> read_kept(const Tenant& tenant, std::string user);
  net::awaitable<std::optional<Profile>> ask(const Tenant& tenant, PersonId person,
                                             const routing::CustomerSays& says);
  void release(const Key& key);
  void note_fresh(const Key& key, SteadyPoint until);
  bool is_fresh(const Key& key);
  bool is_held(const Key& key);
  bool endpoint_rests(const TenantId& tenant);
  void note_endpoint(const TenantId& tenant, bool well);

  Service& service_;
  http::Transport& client_;
  const Milliseconds wait_max_;
  Counter answered_, failed_, skipped_;
  std::mutex mutex_;
  std::unordered_map<Key, Known> known_;  // guarded by mutex_
  std::list<Key> by_age_;                 // likewise
  // Who waits for the hold of a customer; there while one is held. Likewise.
  std::unordered_map<Key, std::deque<std::shared_ptr<Waiter>>> lines_;
  std::map<TenantId, SteadyPoint> resting_until_;  // likewise
  std::atomic<std::size_t> in_flight_{0};
};

}  // namespace parley::gateway
