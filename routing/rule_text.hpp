// routing/rule_text.hpp
// A turn's text as rules look at it: as written for patterns, folded for words.
//
// Promise  folding is per code point: letter case and full width ("ＡＢＣ" is "abc"); invalid UTF-8
//          is kept as it is.
// Limits   kRuleTextBytesMax bytes, cut between two characters.
// Threads  any.
#pragma once

#include <string>
#include <string_view>

namespace parley::routing {

std::string fold_case(std::string_view text);

struct RuleText {
  std::string raw, folded;
};
RuleText rule_text(std::string_view plain);

}  // namespace parley::routing
