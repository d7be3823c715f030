// routing/rating.hpp
// How a case went, in the customer's own words: a question when it is closed, and the next thing
// they say taken as the answer if it is one.
//
// Limits  only a short message can be an answer (kRatingBytesMax); anything longer is a new matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "routing/draft.hpp"

namespace parley::routing {

inline constexpr std::size_t kRatingBytesMax = 48;
inline constexpr std::uint32_t kRatingMax = 5;

// After close_episode(), whoever closed it: where the tenant has a question, somebody had answered
// the customer and they may be written to; once for a case. Not when a case ends because the
// customer begins another one or turns out to be somebody else: they would not know what is meant.
void ask_for_rating(Draft& draft, std::string reply_token = {});

// 1 to 5, or 0: this is no rating. "5", "４分", "四星", "非常满意", "not satisfied", "⭐⭐⭐", a
// button.
std::uint32_t rating_of(const Message& message);
// As an answer to the question that is open now; 0 if none is.
std::uint32_t expected_rating(const State& state, const Policy& policy, const Message& message,
                              TimePoint now);

// Into the record of the case, the log and, where the tenant wrote one, a word of thanks.
void take_rating(Draft& draft, std::uint32_t rating, std::string reply_token);

}  // namespace parley::routing
