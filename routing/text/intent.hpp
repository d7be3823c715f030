// routing/text/intent.hpp
// What a customer wants, in one word: "order_status", "human_request", ... models/intent.md lists
// the labels of the model that ships; a tenant's own model brings its own.
//
// Threads  const, any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "routing/text/linear_model.hpp"

namespace parley::routing {

inline constexpr std::string_view kOutOfScope = "out_of_scope";

struct IntentGuess {
  std::string_view label;  // lives as long as the model
  double confidence = 0;   // of `best`
  std::size_t best = 0;    // the most probable label, sure enough or not
};

class Intent {
 public:
  // misconfigured when the model is of another task.
  static Result<Intent> over(std::shared_ptr<const LinearModel> model);

  // The label is out_of_scope when the best one is less sure than the model's threshold, and ""
  // for a text without a word.
  IntentGuess guess(const Tokens& tokens) const;

  const LinearModel& model() const noexcept { return *model_; }

 private:
  explicit Intent(std::shared_ptr<const LinearModel> model) : model_(std::move(model)) {}
  std::shared_ptr<const LinearModel> model_;
};

}  // namespace parley::routing
