// gateway/api/idempotency.hpp
// One Idempotency-Key, one effect: the first answer is saved and given again.
//
//   same key, same request      the saved answer, with Idempotent-Replayed: true
//   same key, other request     422
//   same key, still under way   409
//
// The marker "it took effect" is committed with the command itself, the answer right after. A crash
// between the two leaves a marker without an answer: then the answer is made anew from what the
// command left in the conversation. An error means nothing happened, so errors are not saved.
// Claims and uploads are no command of a known conversation: only their answer is saved.
//
// Limits   kIdempotencyKeyCharsMax; ApiLimits::keys_in_flight_max; the store's horizon.
// Threads  any.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "gateway/api/call.hpp"

namespace parley::gateway::api {

inline constexpr std::size_t kIdempotencyKeyCharsMax = 255;

class Idempotency {
 public:
  explicit Idempotency(std::size_t in_flight_max) : in_flight_max_(in_flight_max) {}
  // Runs the call's action, at most once for its key when it has one.
  net::awaitable<http::Response> run(Call& call);

 private:
  class Flight;  // this key is under way
  enum class Start : std::uint8_t { started, under_way, full };
  Start start(const std::string& id);

  const std::size_t in_flight_max_;
  std::mutex mutex_;
  std::unordered_set<std::string> in_flight_;
};

Row marker_row(const Call& call, const PersonId& person);

}  // namespace parley::gateway::api
