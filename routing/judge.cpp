#include "routing/judge.hpp"

#include <algorithm>
#include <cmath>

#include "routing/mood.hpp"
#include "routing/rule_text.hpp"

namespace parley::routing {
namespace {

// The tenant may want to be surer than the model before calling a customer unhappy.
void apply_threshold(double threshold, Analysis& analysis) {
  if (threshold <= 0 || analysis.sentiment != "negative") return;
  if (std::log(analysis.confidence / (1 - analysis.confidence)) >= threshold) return;
  analysis.sentiment = "neutral";
  analysis.angry = false;
}

}  // namespace

TextAnalysis judge(const Policy& policy, const Analyzer& analyzer, const std::string& text,
                   const std::string& kind) {
  TextAnalysis out = analyzer.analyze(text, kind);
  apply_threshold(policy.negative_threshold, out.analysis);
  return out;
}

void judge_again(const Policy& policy, const Analyzer& analyzer, const std::string& text,
                 State& heard, DecisionInputs& inputs) {
  const RuleText plain = rule_text(text);
  if (inputs.episode_turns <= 1) {
    heard.scores.clear();
    forget_mood(heard);
  }
  // Turns without a text, or from before the replay, are known by their recorded scores only.
  if (heard.scores.empty() && inputs.scores.size() > 1) {
    heard.scores.assign(inputs.scores.begin(), inputs.scores.end() - 1);
  }
  TextAnalysis anew = judge(policy, analyzer, plain.raw, inputs.text_kind);
  hear_turn(heard, {.seq = inputs.episode_turns, .text = plain.folded, .terms = anew.terms},
            anew.analysis);
  inputs.analysis = std::move(anew.analysis);
  inputs.terms = std::move(anew.terms);
  inputs.scores = heard.scores;
  const bool asked = std::ranges::find(inputs.facts, "asks_human") != inputs.facts.end();
  if (anew.asks_human && !asked) inputs.facts.emplace_back("asks_human");
}

}  // namespace parley::routing
