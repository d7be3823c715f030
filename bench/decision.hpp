// bench/decision.hpp
// What one decision costs: 200 rules, 500 agents, sentiment and intent included.
#pragma once

#include <string>

#include "bench/load.hpp"

namespace parley::bench {

// Latencies in milliseconds, as everywhere here.
Percentiles decision_cost(const std::string& sentiment_path, const std::string& intent_path);

}  // namespace parley::bench
