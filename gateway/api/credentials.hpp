// gateway/api/credentials.hpp
// Bearer key -> tenant and key. Tokens are compared as hashes, in constant time; an address that
// shows wrong ones too often is refused for a while without being looked at.
//
// Threads  any.
// Limits   ApiLimits: failures a minute, addresses remembered.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "gateway/pipeline/service.hpp"

namespace parley::gateway::api {

struct Credential {
  std::shared_ptr<const Tenant> tenant;
  const ApiKey* key = nullptr;  // lives in `tenant`
};

// Follows the tenants the service has: a key removed by a reload is unknown from then on.
class KeyRing {
 public:
  explicit KeyRing(const Service& service) : service_(service) {}
  std::optional<Credential> find(std::string_view token);

 private:
  struct Entry {
    std::shared_ptr<const Tenant> tenant;
    std::size_t key = 0;
  };
  struct Index {
    std::vector<std::shared_ptr<const Tenant>> tenants;
    std::unordered_multimap<std::uint64_t, Entry> keys;  // by the hash's first bytes
  };
  std::shared_ptr<const Index> rebuild(std::vector<std::shared_ptr<const Tenant>> tenants);
  static std::optional<Credential> look_up(const Index& index, std::string_view hash);
  bool is_current(const Index& index, const std::optional<Credential>& found) const;

  const Service& service_;
  std::mutex mutex_;
  std::shared_ptr<const Index> index_;
};

// Wrong keys per address and minute.
class FailureLimit {
 public:
  FailureLimit(std::size_t failures_max, std::size_t addresses_max)
      : failures_max_(failures_max), addresses_max_(addresses_max) {}
  // How long the address must wait; nullopt: it may try.
  std::optional<Milliseconds> locked(const std::string& address, SteadyPoint now);
  void failed(const std::string& address, SteadyPoint now);

 private:
  static constexpr Milliseconds kWindow{60'000};
  struct Count {
    std::size_t failures = 0;
    SteadyPoint since{};
  };
  void make_room(SteadyPoint now);

  const std::size_t failures_max_, addresses_max_;
  std::mutex mutex_;
  std::unordered_map<std::string, Count> counts_;
};

// The token of "Authorization: Bearer <token>"; "" if there is none.
std::string_view bearer_token(const http::Request& request);

}  // namespace parley::gateway::api
