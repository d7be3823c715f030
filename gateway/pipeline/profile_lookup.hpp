// gateway/pipeline/profile_lookup.hpp
// What the tenant's systems know of a customer, found before their turn is decided, so that the
// very first one already sees the segment: a profile pushed before they ever came, and the answer
// of the tenant's profile endpoint.
//
// Promise  a turn is never lost or refused for it, and waits no longer than the endpoint's
//          deadline: without an answer the profile of before is used. Turns of one customer keep
//          their order: a later one waits while one looks.
// Limits   kKnownMax customers remembered as fresh, kLookupsMax calls at once (past it: no
// look-up);
//          an endpoint that fails is left alone for kRest.
// Threads  any core; resumes on the caller's executor.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/http/client.hpp"
#include "gateway/pipeline/service.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::gateway {

class ProfileLookup {
 public:
  static constexpr std::size_t kKnownMax = 100'000;
  static constexpr std::size_t kLookupsMax = 256;
  static constexpr Milliseconds kRest{10'000};

  ProfileLookup(Service& service, http::Transport& client);

  // Later turns of the customer wait while one of these lives: keep it until the turn is stored.
  class Hold;

  // Fills says.profile, if there is anything to look at and it is not fresh.
  net::awaitable<std::shared_ptr<Hold>> before_turn(std::shared_ptr<const Tenant> tenant,
                                                    PersonId person, routing::CustomerSays& says);

 private:
  using Key = std::string;  // tenant, person
  struct Known {
    SteadyPoint fresh_until{};
    std::list<Key>::iterator place;
  };

  bool is_needed(const Tenant& tenant, const routing::CustomerSays& says) const;
  // Ours to look up, or somebody else's: then wait.
  net::awaitable<std::shared_ptr<Hold>> take_hold(Key key, Milliseconds wait_max);
  net::awaitable<std::optional<Profile>> read_kept(const Tenant& tenant, std::string user);
  net::awaitable<std::optional<Profile>> ask(const Tenant& tenant, PersonId person,
                                             const routing::CustomerSays& says);
  void release(const Key& key);
  void note_fresh(const Key& key, SteadyPoint until);
  bool is_fresh(const Key& key);
  bool endpoint_rests(const TenantId& tenant);
  void note_endpoint(const TenantId& tenant, bool well);

  Service& service_;
  http::Transport& client_;
  Counter answered_, failed_, skipped_;
  std::mutex mutex_;
  std::unordered_map<Key, Known> known_;  // guarded by mutex_
  std::list<Key> by_age_;                 // likewise
  std::unordered_map<Key, std::vector<std::shared_ptr<Timer>>> being_looked_up_;  // likewise
  std::map<TenantId, SteadyPoint> resting_until_;                                 // likewise
  std::atomic<std::size_t> in_flight_{0};
};

}  // namespace parley::gateway
