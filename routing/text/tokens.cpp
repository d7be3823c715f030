#include "routing/text/tokens.hpp"

#include <unicode/uchar.h>

#include <algorithm>

namespace parley::routing {
namespace {

constexpr std::string_view kUrlMask = "<url>", kNumber = "0";
constexpr std::size_t kChineseNameMax = 20;  // "//@name:" of a forwarded post

bool is_digit(char32_t c) noexcept { return c >= U'0' && c <= U'9'; }
bool is_ascii_letter(char32_t c) noexcept { return c >= U'a' && c <= U'z'; }
bool is_letter(char32_t c) noexcept {
  if (c < 0x80) return is_ascii_letter(c);
  if (is_cjk(c)) return false;
  return u_isalpha(static_cast<UChar32>(c)) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}
bool is_name_char(char32_t c) noexcept { return is_ascii_letter(c) || is_digit(c) || c == U'_'; }

// Walks the folded text once and appends a token at each step.
class Scanner {
 public:
  Scanner(const std::u32string& in, Tokens& out) : in_(in), out_(out) {}

  void run() {
    while (at_ < in_.size()) step();
  }

 private:
  char32_t peek(std::size_t ahead) const noexcept {
    return at_ + ahead < in_.size() ? in_[at_ + ahead] : U'\0';
  }
  bool starts_with(std::u32string_view prefix) const noexcept {
    return std::u32string_view(in_).substr(at_).starts_with(prefix);
  }

  void step() {
    const char32_t c = in_[at_];
    if (c == U' ') {
      ++at_;
    } else if (is_cjk(c)) {
      add_code_point(c, TokenKind::cjk);
      ++at_;
    } else if ((c == U'h' || c == U'w') &&
               (starts_with(U"http://") || starts_with(U"https://") || starts_with(U"www."))) {
      while (at_ < in_.size() && in_[at_] > U' ' && in_[at_] < 0x7F) ++at_;
      add(kUrlMask, TokenKind::mask);
    } else if (is_digit(c)) {
      number();
    } else if (is_letter(c)) {
      word();
    } else if (c != U'@' || !user_name()) {
      add_code_point(c, TokenKind::mark);
      ++at_;
    }
  }

  void number() {  // "1,299.00" is one number
    while (is_digit(peek(0)) || ((peek(0) == U'.' || peek(0) == U',') && is_digit(peek(1)))) ++at_;
    add(kNumber, TokenKind::number);
  }

  void word() {
    word_.clear();
    char32_t last = 0;
    std::size_t repeats = 0;
    while (is_letter(peek(0)) || (peek(0) == U'\'' && is_letter(peek(1)))) {
      const char32_t c = in_[at_++];
      repeats = c == last ? repeats + 1 : 1;
      last = c;
      if (repeats <= kRepeatsMax && word_.size() + 4 <= kWordBytesMax) append_utf8(c, word_);
    }
    add(word_, TokenKind::word);
  }

  bool user_name() {
    const bool after_word = at_ > 0 && is_name_char(in_[at_ - 1]);
    if (after_word) return false;  // a@b is an address, not a mention
    std::size_t end = at_ + 1;
    while (end < in_.size() && is_name_char(in_[end])) ++end;
    const bool latin = end > at_ + 1;
    if (!latin || (end < in_.size() && is_cjk(in_[end]))) {
      // A Chinese name has no visible end, except before the colon of a forwarded post.
      const std::size_t last = std::min(in_.size(), at_ + 1 + kChineseNameMax);
      std::size_t colon = end;
      while (colon < last &&
             (is_cjk(in_[colon]) || is_name_char(in_[colon]) || in_[colon] == U'-')) {
        ++colon;
      }
      if (colon < in_.size() && colon > at_ + 1 && in_[colon] == U':') {
        end = colon;
      } else if (!latin) {
        return false;
      }
    }
    at_ = end;
    add(kUserMask, TokenKind::mask);
    return true;
  }

  void add_code_point(char32_t c, TokenKind kind) {
    word_.clear();
    append_utf8(c, word_);
    add(word_, kind);
  }

  void add(std::string_view token, TokenKind kind) {
    if (!out_.tokens.empty() && out_.view(out_.tokens.back()) == token) {
      if (++equal_ > kRepeatsMax) return;
    } else {
      equal_ = 1;
    }
    out_.tokens.push_back({.begin = static_cast<std::uint32_t>(out_.text.size()),
                           .size = static_cast<std::uint32_t>(token.size()),
                           .kind = kind});
    out_.text += token;
  }

  const std::u32string& in_;
  Tokens& out_;
  std::string word_;
  std::size_t at_ = 0;
  std::size_t equal_ = 0;
};

}  // namespace

bool is_cjk(char32_t c) noexcept {
  return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0x3041 && c <= 0x30FF) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF);
}

std::size_t Tokens::count(TokenKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(tokens.begin(), tokens.end(), [&](const Token& t) { return t.kind == kind; }));
}

void Tokens::clear() {
  folded.clear();
  text.clear();
  tokens.clear();
}

void tokenize(std::string_view utf8, Tokens& out) {
  out.clear();
  fold(utf8, out.folded);
  Scanner(out.folded, out).run();
}

std::string_view language_of(const Tokens& tokens) {
  std::size_t ideographs = 0, ascii_words = 0, other = 0;
  for (const char32_t c : tokens.folded) {
    if ((c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF)) {
      ++ideographs;
    } else if (c >= 0x80 && is_letter(c)) {
      ++other;
    } else if (is_cjk(c)) {
      other += 2;  // kana, hangul: a language of its own even among ideographs
    }
  }
  for (const auto& token : tokens.tokens) {
    if (token.kind != TokenKind::word) continue;
    const auto word = tokens.view(token);
    if (std::ranges::all_of(word, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
      ++ascii_words;
    }
  }
  if (other > ideographs + ascii_words) return "other";
  if (ideographs > 0) {
    // One foreign word in a Chinese sentence (a brand, "ok") does not make it two languages.
    return ascii_words >= 2 && 2 * ascii_words >= ideographs ? "mixed" : "zh";
  }
  return ascii_words > 0 ? "en" : "other";
}

}  // namespace parley::routing
