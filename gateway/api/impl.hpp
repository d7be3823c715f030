// gateway/api/impl.hpp
// What the API keeps between requests.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "gateway/api/answers.hpp"
#include "gateway/api/api.hpp"
#include "gateway/api/credentials.hpp"
#include "gateway/api/idempotency.hpp"

namespace parley::gateway {
namespace api {

// Who stands at the door: keys, and the addresses that showed too many wrong ones.
class Door {
 public:
  Door(Service& service, const ApiLimits& limits)
      : service_(service),
        keys_(service),
        failures_(limits.failures_per_minute_max, limits.addresses_max) {}
  // The key's owner, or the answer to give.
  std::variant<Credential, http::Response> let_in(std::string_view token,
                                                  const std::string& remote);

 private:
  Service& service_;
  KeyRing keys_;
  FailureLimit failures_;
};

}  // namespace api

struct Api::Impl {
  Impl(Service& the_service, ApiLimits the_limits);
  net::awaitable<http::Response> answer(http::Request request);

  Service& service;
  const ApiLimits limits;
  api::Door door;
  api::Idempotency idempotency;
};

}  // namespace parley::gateway
