// gateway/pipeline/tokens.hpp
// The one owner of every platform access token: one renewal at a time per channel, everybody else
// waits for it; renewed early, the old one used while it is valid and a renewal fails.
//
// Errors   what the platform said; a failed renewal is remembered for kFailureRest.
// Threads  any core; resumes on the caller's executor.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/http/client.hpp"
#include "gateway/pipeline/tenant.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::gateway {

class Tokens {
 public:
  Tokens(http::Transport& client, const Clock& clock) : client_(client), clock_(clock) {}

  // "" for a platform without tokens. `refused`: a token the platform just turned down, or "".
  net::awaitable<Result<std::string>> get(std::shared_ptr<const Tenant> tenant, ChannelId channel,
                                          std::string refused);

 private:
  struct Credential {
    std::string token;
    SteadyPoint expires{}, renew_at{};
    bool renewing = false;
    SteadyPoint failed_at{};
    std::optional<Error> failure;
    std::vector<std::shared_ptr<Timer>> waiters;
  };
  class Renewal;

  net::awaitable<Result<std::string>> renew(std::shared_ptr<const Tenant> tenant,
                                            ChannelId channel, std::string key, bool force);
  void settle(const std::string& key, const Result<connectors::TokenSource::Token>& result);

  http::Transport& client_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Credential> credentials_;  // guarded by mutex_
};

}  // namespace parley::gateway
