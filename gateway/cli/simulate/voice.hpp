// gateway/cli/simulate/voice.hpp
// A platform's side of a channel: what it would send us when a customer writes, signed as it signs,
// and how to read an answer that rides in the acknowledgement.
//
// Threads  pure functions; time and numbers are arguments.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "connectors/connector.hpp"
#include "gateway/cli/simulate/http_line.hpp"

namespace parley::gateway::simulate {

struct Utterance {
  std::string user;  // as the platform names the customer
  std::string text;
  std::uint64_t number = 0;  // the platform's message id; the same one when it redelivers
  TimePoint said_at{};
  TimePoint sent_at{};  // of this delivery: signatures are new each time
};

// Errors: misconfigured (no such platform here, a user id the platform would never give).
Result<Ask> deliver(const connectors::Channel& channel, const Utterance& utterance);

// The customer the simulator is when nobody says otherwise.
std::string default_user(std::string_view platform);

// The text in a passive reply; "" if the acknowledgement carries none.
std::string passive_text(const connectors::Channel& channel, std::string_view body);

// How often, and how long apart, the platform sends again what was not acknowledged.
struct Redelivery {
  int attempts_max;
  Milliseconds timeout;  // of one attempt
  Milliseconds pause;    // before the next
};
Redelivery redelivery_of(std::string_view platform);

}  // namespace parley::gateway::simulate
