#include "routing/text/sentiment.hpp"

#include <algorithm>
#include <cmath>

namespace parley::routing {
namespace {

// What a cue adds to the logit. In posts and reviews the model has seen thousands of complaints and
// needs little help; in service turns complaints are rare and the words decide.
struct CueWeights {
  double strong, mild;
};
CueWeights cue_weights(std::string_view kind) noexcept {
  if (kind == "cs" || kind == "chat") return {.strong = 3.0, .mild = 1.0};
  return {.strong = 0.5, .mild = 0.0};
}

constexpr double kAngryScore = 6.0;  // a plain complaint this sure of itself counts as anger
constexpr double kTiny = 1e-9;

double logit(double p) {
  const double safe = std::clamp(p, kTiny, 1 - kTiny);
  return std::log(safe / (1 - safe));
}

std::size_t most_probable(const Judgement& judgement) {
  const auto& p = judgement.probabilities;
  return static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
}

}  // namespace

std::string_view usable_kind(std::string_view kind) noexcept {
  for (const std::string_view known : {"social", "review", "chat"}) {
    if (kind == known) return known;
  }
  return "cs";
}

bool is_english(const Tokens& tokens) { return language_of(tokens) == "en"; }

bool names_account(const Tokens& tokens) {
  return std::ranges::any_of(tokens.tokens,
                             [&](const Token& token) { return tokens.view(token) == kUserMask; });
}

Result<Sentiment> Sentiment::over(std::shared_ptr<const LinearModel> model) {
  const auto labels = model->labels();
  if (model->parts().task != "sentiment" || labels.size() != kSentiments.size() ||
      !std::equal(labels.begin(), labels.end(), kSentiments.begin())) {
    return Error{.code = Errc::misconfigured,
                 .detail = "this model's task is \"" + model->parts().task +
                           "\"; a sentiment model with the labels negative, neutral and positive "
                           "is needed"};
  }
  return Sentiment(std::move(model));
}

std::string_view Sentiment::calibration_kind(std::string_view kind, const Tokens& tokens) const {
  if (kind != kServiceKind || !is_english(tokens)) return kind;
  if (model_->has_calibration(kEnglishPost) && names_account(tokens)) return kEnglishPost;
  return model_->has_calibration(kEnglishService) ? kEnglishService : kind;
}

Judgement Sentiment::judge(std::string_view text, std::string_view kind, Scratch& scratch) const {
  const std::string_view known = usable_kind(kind);
  tokenize(text, scratch.tokens);
  builtin_cues().find(scratch.tokens.folded, scratch.hits);
  Judgement result;
  if (scratch.tokens.tokens.empty()) {  // a picture, a blank: nothing was said
    result.probabilities[kNeutral] = 1;
    result.score = logit(0);
    return result;
  }
  auto& p = result.probabilities;
  model_->probabilities(scratch.tokens, known, p);

  bool angry_cue = false, negative_cue = false, mild_cue = false;
  for (const auto& hit : scratch.hits) {
    angry_cue = angry_cue || hit.kind == CueKind::angry;
    negative_cue = negative_cue || hit.kind == CueKind::negative;
    mild_cue = mild_cue || hit.kind == CueKind::impatient;
    result.asks_human = result.asks_human || hit.kind == CueKind::human;
  }
  const CueWeights weights = cue_weights(known);
  const bool strong = angry_cue || negative_cue;
  result.score = logit(p[kNegative]) + (strong ? weights.strong : mild_cue ? weights.mild : 0.0);
  const double negative = 1 / (1 + std::exp(-result.score));
  const double others = std::max(kTiny, p[kNeutral] + p[kPositive]);
  p[kNeutral] *= (1 - negative) / others;
  p[kPositive] *= (1 - negative) / others;
  p[kNegative] = negative;

  const Calibration& calibration = model_->calibration(calibration_kind(known, scratch.tokens));
  if (!calibration.thresholded) {
    result.label = most_probable(result);
  } else if (result.score >= static_cast<double>(calibration.threshold)) {
    result.label = kNegative;
  } else {
    result.label = p[kPositive] > p[kNeutral] ? kPositive : kNeutral;
  }
  result.angry =
      result.label == kNegative && (angry_cue || (negative_cue && result.score >= kAngryScore));
  return result;
}

}  // namespace parley::routing
