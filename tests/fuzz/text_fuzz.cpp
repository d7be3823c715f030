// Any bytes as what a customer wrote: tokens, languages, cues, charsets, and pieces for platforms
// that take less at once.
#include <array>

#include "connectors/charset.hpp"
#include "connectors/sms_text.hpp"
#include "connectors/text_split.hpp"
#include "routing/text/cues.hpp"
#include "routing/text/tokens.hpp"
#include "tests/fuzz/target.hpp"

namespace parley {
namespace {

constexpr std::array<std::string_view, 8> kCharsets = {"iso-8859-1", "gb18030",    "utf-16be",
                                                       "utf-7",      "shift_jis",  "windows-1252",
                                                       "big5",       "iso-2022-jp"};

void check_tokens(std::string_view text) {
  routing::Tokens tokens;
  routing::tokenize(text, tokens);
  fuzz::expect_utf8(tokens.text, "tokens that are no UTF-8");
  for (const auto& token : tokens.tokens) {
    fuzz::expect(token.begin + token.size <= tokens.text.size(), "a token past the end", text);
  }
  fuzz::expect(!routing::language_of(tokens).empty(), "no language", text);
  std::vector<routing::CueHit> hits;
  routing::builtin_cues().find(tokens.folded, hits);
  for (const auto& hit : hits) {
    fuzz::expect(hit.begin < hit.end && hit.end <= tokens.folded.size(), "a cue past the end",
                 text);
  }
}

void check_pieces(const std::string& text, std::size_t max) {
  for (const auto unit : {TextUnit::bytes, TextUnit::utf16, TextUnit::code_points}) {
    for (const auto& piece : connectors::split_text(text, max, unit)) {
      fuzz::expect(connectors::text_length(piece, unit) <= std::max<std::size_t>(max, 4),
                   "a piece too long", text);
      fuzz::expect_utf8(piece, "a piece that is no UTF-8");
    }
  }
  for (const auto& piece : connectors::split_sms(text, 1 + max % 4)) {
    fuzz::expect(connectors::sms_segments(piece) <= 1 + max % 4, "more segments than allowed",
                 text);
  }
}

}  // namespace

PARLEY_FUZZ_TARGET(text) {
  fuzz::Choices choices(bytes);
  const auto charset = kCharsets[choices.below(kCharsets.size())];
  const std::size_t max = choices.below(200);
  const auto text = choices.rest();
  check_tokens(text);
  const auto decoded = connectors::to_utf8(text, charset);
  if (decoded) fuzz::expect_utf8(*decoded, "a charset's text that is no UTF-8");
  const auto clean = connectors::clean_utf8(text);
  fuzz::expect_utf8(clean, "cleaned text that is no UTF-8");
  check_pieces(clean, max);
}

}  // namespace parley
