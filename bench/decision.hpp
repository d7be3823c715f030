// bench/decision.hpp
// What one decision costs: 200 rules, 500 agents, sentiment and intent included.
#pragma once

#include <string>

#include "bench/load.hpp"

namespace parley::bench {

// By the clock, and in the thread's own time: on a busy machine only that says what deciding costs.
struct DecisionCost {
  Percentiles clock, processor;  // in milliseconds, as everywhere here
};
DecisionCost decision_cost(const std::string& sentiment_path, const std::string& intent_path);

}  // namespace parley::bench
