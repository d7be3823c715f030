// bench/parse.hpp
// What a webhook costs before anything is decided: proving and translating what each platform that
// can be simulated sends when a customer writes a sentence.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/load.hpp"

namespace parley::bench {

struct ParseCost {
  std::string platform;
  std::size_t bytes = 0;  // of the request's body
  Percentiles proving;    // authenticate(), in milliseconds, as everywhere here
  Percentiles parsing;    // parse(), with taking the body out of its envelope where it has one
};

// In the registry's order, each in the platform's usual mode.
std::vector<ParseCost> parse_costs();

}  // namespace parley::bench
