#include "routing/judge.hpp"

#include <algorithm>
#include <cmath>

#include "conversation/state.hpp"
#include "routing/rounded.hpp"
#include "routing/rule_text.hpp"

namespace parley::routing {
namespace {

// Against the episode's earlier turns: -1 is a customer who was content and no longer is.
double trend_of(const std::vector<double>& earlier, double score) {
  if (earlier.empty()) return 0;
  double sum = 0;
  for (const double each : earlier) sum += each;
  return score - sum / static_cast<double>(earlier.size());
}

// The tenant may want to be surer than the model before calling a customer unhappy.
void apply_threshold(double threshold, Analysis& analysis) {
  if (threshold <= 0 || analysis.sentiment != "negative") return;
  if (std::log(analysis.confidence / (1 - analysis.confidence)) >= threshold) return;
  analysis.sentiment = "neutral";
  analysis.angry = false;
}

}  // namespace

TextAnalysis judge(const Policy& policy, const Analyzer& analyzer, const std::string& text,
                   const std::string& kind, const std::vector<double>& earlier) {
  TextAnalysis out = analyzer.analyze(text, kind);
  apply_threshold(policy.negative_threshold, out.analysis);
  out.analysis.trend = rounded(trend_of(earlier, out.analysis.score));
  return out;
}

void judge_again(const Policy& policy, const Analyzer& analyzer, const std::string& text,
                 std::vector<double>& scores, DecisionInputs& inputs) {
  const RuleText plain = rule_text(text);
  if (inputs.episode_turns <= 1) scores.clear();
  // Turns without a text, or from before the replay, are known by their recorded scores only.
  if (scores.empty() && inputs.scores.size() > 1) {
    scores.assign(inputs.scores.begin(), inputs.scores.end() - 1);
  }
  TextAnalysis anew = judge(policy, analyzer, plain.raw, inputs.text_kind, scores);
  scores.push_back(anew.analysis.score);
  if (scores.size() > kRecentScores) scores.erase(scores.begin());
  inputs.analysis = std::move(anew.analysis);
  inputs.terms = std::move(anew.terms);
  inputs.scores = scores;
  const bool asked = std::ranges::find(inputs.facts, "asks_human") != inputs.facts.end();
  if (anew.asks_human && !asked) inputs.facts.emplace_back("asks_human");
}

}  // namespace parley::routing
