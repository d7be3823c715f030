#include "routing/text/intent.hpp"

#include <algorithm>

namespace parley::routing {

Result<Intent> Intent::over(std::shared_ptr<const LinearModel> model) {
  if (model->parts().task != "intent") {
    return Error{.code = Errc::misconfigured,
                 .detail = "this model's task is \"" + model->parts().task +
                           "\"; an intent model is needed"};
  }
  return Intent(std::move(model));
}

IntentGuess Intent::guess(const Tokens& tokens) const {
  if (tokens.tokens.empty()) return {};
  thread_local std::vector<double> probabilities;
  probabilities.resize(model_->labels().size());
  model_->probabilities(tokens, "", probabilities);
  const auto best = std::ranges::max_element(probabilities);
  IntentGuess guess;
  guess.best = static_cast<std::size_t>(best - probabilities.begin());
  guess.confidence = *best;
  const Calibration& calibration = model_->calibration("");
  const bool sure =
      !calibration.thresholded || guess.confidence >= static_cast<double>(calibration.threshold);
  guess.label = sure ? std::string_view(model_->labels()[guess.best]) : kOutOfScope;
  return guess;
}

}  // namespace parley::routing
