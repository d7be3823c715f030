// routing/text/sentiment.hpp
// The model's opinion and the cues', put together: score = logit(p negative) + the weightiest cue.
//
// Threads  const, any thread; each with its own Scratch.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "routing/text/cues.hpp"
#include "routing/text/linear_model.hpp"

namespace parley::routing {

inline constexpr std::size_t kNegative = 0, kNeutral = 1, kPositive = 2;
inline constexpr std::array<std::string_view, 3> kSentiments = {"negative", "neutral", "positive"};

struct Judgement {
  std::array<double, 3> probabilities{};  // in the order of kSentiments; the cues are in them
  double score = 0;                       // logit of negative, cues included
  std::size_t label = kNeutral;
  bool angry = false;
  bool asks_human = false;
};

class Sentiment {
 public:
  struct Scratch {
    Tokens tokens;
    std::vector<CueHit> hits;
  };

  // misconfigured when the model is of another task or has other labels.
  static Result<Sentiment> over(std::shared_ptr<const LinearModel> model);

  // An unknown kind, and "", counts as "cs". The scratch keeps the tokens and hits of the text.
  Judgement judge(std::string_view text, std::string_view kind, Scratch& scratch) const;

  const LinearModel& model() const noexcept { return *model_; }

 private:
  explicit Sentiment(std::shared_ptr<const LinearModel> model) : model_(std::move(model)) {}
  std::string_view calibration_kind(std::string_view kind, const Tokens& tokens) const;
  std::shared_ptr<const LinearModel> model_;
};

// The kind a text is judged as: "cs", "social", "review" or "chat".
std::string_view usable_kind(std::string_view kind) noexcept;

// The calibration a service turn is labelled by. A calm question scores differently in the two
// languages, so English has a threshold of its own where the model knows one.
inline constexpr std::string_view kServiceKind = "cs", kEnglishService = "cs/en";
bool is_english(const Tokens& tokens);
// A service turn that names an account ("@shop where is my order") is a public post: there people
// complain more than they ask, and a person reads along.
inline constexpr std::string_view kEnglishPost = "cs/en/post";
bool names_account(const Tokens& tokens);

}  // namespace parley::routing
