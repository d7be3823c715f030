// routing/text/tokens.hpp
// Raw customer text -> folded code points and tokens, the same way when training, when classifying
// and when searching: NFKC with case folding, traditional Chinese characters as simplified ones,
// one token per CJK character, Latin words whole, a run of digits as "0", links and @names masked,
// punctuation and emoji kept.
//
// Promise  never fails: invalid UTF-8 becomes U+FFFD. The same bytes give the same tokens.
// Limits   the first kCodePointsMax code points of a text; a word is cut after kWordBytesMax bytes;
//          at most kRepeatsMax equal tokens (or letters of a word) in a row are kept.
// Threads  tokenize() from any thread, each with its own Tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::routing {

inline constexpr std::size_t kCodePointsMax = 2'000;
inline constexpr std::size_t kWordBytesMax = 64;
inline constexpr std::size_t kRepeatsMax = 3;

inline constexpr std::string_view kUserMask = "<user>";  // the token of "@name"

enum class TokenKind : std::uint8_t { cjk, word, number, mask, mark };  // mark: punctuation, emoji

struct Token {
  std::uint32_t begin = 0;  // in Tokens::text
  std::uint32_t size = 0;   // bytes
  TokenKind kind = TokenKind::mark;
};

// Reused from text to text, so that a warm one allocates nothing.
class Tokens {
 public:
  std::u32string folded;  // what the cues are searched in; white space is one space
  std::string text;       // UTF-8 of all tokens, one after the other
  std::vector<Token> tokens;
  std::u32string scratch;

  std::string_view view(const Token& token) const {
    return std::string_view(text).substr(token.begin, token.size);
  }
  std::size_t count(TokenKind kind) const;
  void clear();
};

void tokenize(std::string_view utf8, Tokens& out);

// Only the folding: for cues, which are written in any form and compared in this one.
void fold(std::string_view utf8, std::u32string& out);

// Loads the character tables now instead of with the first text.
void warm_up_tokens();

void append_utf8(char32_t code_point, std::string& out);

// One character, one token: ideographs, kana, hangul.
bool is_cjk(char32_t c) noexcept;

// "zh", "en", "mixed" or "other".
std::string_view language_of(const Tokens& tokens);

}  // namespace parley::routing
