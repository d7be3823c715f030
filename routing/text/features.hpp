// routing/text/features.hpp
// Tokens -> the set of 64-bit n-gram hashes a linear model is made of. Part of the model format: a
// change here makes every stored model a different model, so it comes with a new kFeatureVersion.
//
// Limits   4 features a CJK character, 3 a Latin word plus its letter 3..5-grams; twice that with a
//          text kind, which gives every n-gram a second weight of its own.
// Threads  any, each with its own output.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "routing/text/tokens.hpp"

namespace parley::routing {

inline constexpr std::uint32_t kFeatureVersion = 1;

// `kind`: "cs", "social", "review", "chat" or any other name; "" gives general features only.
// Sorted, without repeats.
void extract_features(const Tokens& tokens, std::string_view kind, std::vector<std::uint64_t>& out);

// The same n-grams of tokens (without letters and text edges) with their place: for showing an
// operator what weighed most.
struct Gram {
  std::uint64_t general = 0, of_kind = 0;  // of_kind is 0 without a kind
  std::uint32_t first = 0, count = 0;      // tokens
};
void extract_grams(const Tokens& tokens, std::string_view kind, std::vector<Gram>& out);

}  // namespace parley::routing
