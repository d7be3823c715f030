// routing/judge.hpp
// What a turn's text says, as the policy wants it judged: the model's word, the tenant's threshold,
// the change over the episode. The one place for it, for turns that happen and for replays.
#pragma once

#include <string>
#include <vector>

#include "routing/analyzer.hpp"
#include "routing/policy.hpp"

namespace parley::routing {

// `earlier`: the scores of the episode's turns before this one.
TextAnalysis judge(const Policy& policy, const Analyzer& analyzer, const std::string& text,
                   const std::string& kind, const std::vector<double>& earlier);

// A recorded turn judged anew: analysis, terms, scores and the wish for a human. `scores` are those
// of the episode so far, as judged here, and grow.
void judge_again(const Policy& policy, const Analyzer& analyzer, const std::string& text,
                 std::vector<double>& scores, DecisionInputs& inputs);

}  // namespace parley::routing
