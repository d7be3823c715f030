// gateway/cli/simulate/simulate.hpp
// `parley simulate`: acts as the platforms, offline, on loopback only.
//
//   say TEXT     a customer writes; prints what the gateway answers
//   serve        the platforms' APIs: takes sends, prints them as JSON lines, fails as told
//   push         many messages, with the platform's own redelivery
//
// Limits   never talks to an address that is not this machine's.
#pragma once

#include <string>
#include <vector>

namespace parley::gateway {

// The words after `simulate`; gives the exit status: 0 done, 1 no answer or not all taken, 2 wrong
// use or configuration.
int run_simulate(std::vector<std::string> args);

}  // namespace parley::gateway
