#include "routing/analyzer.hpp"

#include <algorithm>
#include <optional>

#include "routing/rounded.hpp"
#include "routing/text/intent.hpp"
#include "routing/text/load.hpp"
#include "routing/text/sentiment.hpp"

namespace parley::routing {
namespace {

constexpr std::size_t kTermsMax = 8;

// What weighed most: the cues first, then the model's n-grams.
std::vector<ScoredTerm> terms_of(const Sentiment& sentiment, const Sentiment::Scratch& scratch,
                                 std::string_view kind) {
  std::vector<ScoredTerm> terms;
  for (const auto& hit : scratch.hits) {
    if (terms.size() == kTermsMax / 2) break;
    std::string name = "cue:" + std::string(builtin_cues().pattern(hit));
    const double weight = hit.kind == CueKind::impatient ? 1.5 : hit.kind == CueKind::human ? 0 : 3;
    const bool known = std::any_of(terms.begin(), terms.end(),
                                   [&](const ScoredTerm& term) { return term.term == name; });
    if (!known) terms.push_back({.term = std::move(name), .weight = weight});
  }
  auto grams = sentiment.model().terms(scratch.tokens, usable_kind(kind), kNegative,
                                       kTermsMax - terms.size());
  for (ScoredTerm& gram : grams) {
    gram.weight = rounded(gram.weight);
    terms.push_back(std::move(gram));
  }
  return terms;
}

class ModelAnalyzer final : public Analyzer {
 public:
  ModelAnalyzer(Sentiment sentiment, std::optional<Intent> intent)
      : sentiment_(std::move(sentiment)),
        intent_(std::move(intent)),
        version_(sentiment_.model().version()) {
    if (intent_) version_ += " " + std::string(intent_->model().version());
  }

  TextAnalysis analyze(std::string_view text, std::string_view kind) const override {
    thread_local Sentiment::Scratch scratch;
    const Judgement judgement = sentiment_.judge(text, kind, scratch);
    const auto& p = judgement.probabilities;
    TextAnalysis result;
    result.analysis.sentiment = kSentiments[judgement.label];
    result.analysis.score = rounded(p[kPositive] - p[kNegative]);
    result.analysis.confidence = p[judgement.label];
    result.analysis.angry = judgement.angry;
    result.analysis.language = language_of(scratch.tokens);
    result.terms = terms_of(sentiment_, scratch, kind);
    result.asks_human = judgement.asks_human;
    if (intent_) {
      const IntentGuess guess = intent_->guess(scratch.tokens);
      result.analysis.intent = guess.label;
      result.analysis.intent_confidence = rounded(guess.confidence);
    }
    return result;
  }

  std::string_view version() const noexcept override { return version_; }

  std::vector<std::string> intents() const override {
    if (!intent_) return {};
    const auto labels = intent_->model().labels();
    std::vector<std::string> out(labels.begin(), labels.end());
    if (std::ranges::find(out, kOutOfScope) == out.end()) out.emplace_back(kOutOfScope);
    return out;
  }

 private:
  Sentiment sentiment_;
  std::optional<Intent> intent_;
  std::string version_;
};

class PlainAnalyzer final : public Analyzer {
 public:
  TextAnalysis analyze(std::string_view text, std::string_view) const override {
    thread_local Sentiment::Scratch scratch;
    tokenize(text, scratch.tokens);
    builtin_cues().find(scratch.tokens.folded, scratch.hits);
    TextAnalysis result;
    result.analysis.sentiment = kSentiments[kNeutral];
    result.analysis.language = language_of(scratch.tokens);
    result.asks_human = std::any_of(scratch.hits.begin(), scratch.hits.end(),
                                    [](const CueHit& hit) { return hit.kind == CueKind::human; });
    return result;
  }

  std::string_view version() const noexcept override { return "plain"; }
};

}  // namespace

std::unique_ptr<Analyzer> make_plain_analyzer() { return std::make_unique<PlainAnalyzer>(); }

Result<std::unique_ptr<Analyzer>> load_analyzer(const std::string& sentiment_model_path,
                                                const std::string& intent_model_path) {
  auto model = LinearModel::from_file(sentiment_model_path);
  if (!model) return std::move(model.error());
  auto sentiment = Sentiment::over(std::move(*model));
  if (!sentiment) {
    return Error{.code = sentiment.error().code,
                 .detail = sentiment_model_path + ": " + sentiment.error().detail};
  }
  std::optional<Intent> intent;
  if (!intent_model_path.empty()) {
    auto file = LinearModel::from_file(intent_model_path);
    if (!file) return std::move(file.error());
    auto over = Intent::over(std::move(*file));
    if (!over) {
      return Error{.code = over.error().code,
                   .detail = intent_model_path + ": " + over.error().detail};
    }
    intent = std::move(*over);
  }
  warm_up_tokens();
  builtin_cues();
  return std::make_unique<ModelAnalyzer>(std::move(*sentiment), std::move(intent));
}

}  // namespace parley::routing
