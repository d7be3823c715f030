// conversation/correction.hpp
// What people say a turn meant, against what was decided on: the body of a correction row, whose id
// is the decision's. The customer's words are not in it; they stand in the log and go with it.
//
// Errors   malformed for what is no such row; no text of it is quoted.
// Threads  pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "conversation/decision.hpp"

namespace parley {

inline constexpr std::size_t kLabelBytesMax = 64;

struct Correction {
  DecisionId decision;
  TimePoint at{};
  std::string actor;              // "agent:anna", "api:crm"
  std::string sentiment, intent;  // as they should have been; "" is not said
  std::string was_sentiment, was_intent;
  std::string text_kind, model_version;  // of the turn
  friend bool operator==(const Correction&, const Correction&) = default;
};

// "negative", "neutral" or "positive".
bool is_sentiment_label(std::string_view label) noexcept;
// 1 to kLabelBytesMax of a-z 0-9 _ - ., beginning with a letter.
bool is_intent_label(std::string_view label) noexcept;

std::string correction_json(const Correction& correction);
// Stored form: version byte + JSON.
std::string stored_correction(const Correction& correction);
Result<Correction> parse_stored_correction(std::string_view row);

}  // namespace parley
