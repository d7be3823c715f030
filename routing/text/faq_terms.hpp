// routing/text/faq_terms.hpp
// A question -> weighted terms: what two ways of asking the same thing have in common. Polite and
// empty words go, spellings of one function word become one (怎样, 如何 -> 怎么), and what is left
// gives character 1..3-grams for Chinese, words, word pairs and letter 4-grams for Latin.
//
// Threads  any, each with its own output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "routing/text/tokens.hpp"

namespace parley::routing {

struct FaqTerm {
  std::uint64_t hash = 0;
  float weight = 0;  // by what kind of term it is; its rarity comes from the index
};

// Sorted by hash, equal terms once (the weight of a repeated term stays that of one).
void faq_terms(const Tokens& tokens, std::vector<FaqTerm>& out);

// The question as it is compared for equality: folded, letters and digits only.
std::string faq_key(const Tokens& tokens);

}  // namespace parley::routing
