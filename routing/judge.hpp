// routing/judge.hpp
// What a turn's text says, as the policy wants it judged: the model's word and the tenant's
// threshold. The one place for it, for turns that happen and for replays.
#pragma once

#include <string>

#include "conversation/state.hpp"
#include "routing/analyzer.hpp"
#include "routing/policy.hpp"

namespace parley::routing {

// For itself; beside the episode's earlier turns it is seen by hear_turn() (routing/mood.hpp).
TextAnalysis judge(const Policy& policy, const Analyzer& analyzer, const std::string& text,
                   const std::string& kind);

// A recorded turn judged anew: analysis, terms, scores and the wish for a human. `heard` is the
// episode so far, as judged here, and grows.
void judge_again(const Policy& policy, const Analyzer& analyzer, const std::string& text,
                 State& heard, DecisionInputs& inputs);

}  // namespace parley::routing
