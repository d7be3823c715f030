// routing/text/fold.cpp
// Decoding and folding of text: the half of tokens.hpp that knows Unicode. ICU stays here.
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <array>
#include <memory>

#include "routing/text/tokens.hpp"

namespace parley::routing {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kIdeographFirst = 0x4E00, kIdeographLast = 0x9FFF;
constexpr std::size_t kFoldedMax = 2 * kCodePointsMax;  // NFKC may expand one sign to eighteen

bool is_ideograph(char32_t c) noexcept { return c >= kIdeographFirst && c <= kIdeographLast; }

bool is_fullwidth_ascii(char32_t c) noexcept { return c >= 0xFF01 && c <= 0xFF5E; }

// Code points whose NFKC case folding is known without asking ICU: nearly every message.
bool folds_simply(char32_t c) noexcept {
  if (c < 0x80 || is_ideograph(c) || is_fullwidth_ascii(c)) return true;
  if (c >= 0x3000 && c <= 0x3002) return true;
  if (c >= 0x3008 && c <= 0x3011) return true;
  if (c == 0x2014 || c == 0x2018 || c == 0x2019 || c == 0x201C || c == 0x201D) return true;
  return (c >= 0x1F300 && c <= 0x1F64F) || (c >= 0x1F680 && c <= 0x1F6FF) ||
         (c >= 0x1F900 && c <= 0x1F9FF) || c == kReplacement;
}

char32_t fold_simply(char32_t c) noexcept {
  if (is_fullwidth_ascii(c)) c -= 0xFEE0;
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c == 0x3000) return U' ';
  return c;
}

// Decodes one code point at `at` and moves past it; a bad byte becomes U+FFFD and costs one byte.
char32_t decode(std::string_view bytes, std::size_t& at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned b = byte(at);
  if (b < 0x80) {
    ++at;
    return b;
  }
  if (b >= 0xC2 && b <= 0xDF && follows(at + 1)) {
    const char32_t c = ((b & 0x1FU) << 6) | (byte(at + 1) & 0x3FU);
    at += 2;
    return c;
  }
  if (b >= 0xE0 && b <= 0xEF && follows(at + 1) && follows(at + 2)) {
    const char32_t c = ((b & 0x0FU) << 12) | ((byte(at + 1) & 0x3FU) << 6) | (byte(at + 2) & 0x3FU);
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) {
      at += 3;
      return c;
    }
  }
  if (b >= 0xF0 && b <= 0xF4 && follows(at + 1) && follows(at + 2) && follows(at + 3)) {
    const char32_t c = ((b & 0x07U) << 18) | ((byte(at + 1) & 0x3FU) << 12) |
                       ((byte(at + 2) & 0x3FU) << 6) | (byte(at + 3) & 0x3FU);
    if (c >= 0x10000 && c <= 0x10FFFF) {
      at += 4;
      return c;
    }
  }
  ++at;
  return kReplacement;
}

// Traditional -> simplified, character by character, from ICU's rules. Their rules for whole words
// are left out: a character that has two simplified forms keeps the usual one.
class SimplifiedTable {
 public:
  SimplifiedTable() {
    for (std::size_t i = 0; i < table_.size(); ++i) {
      table_[i] = static_cast<char16_t>(kIdeographFirst + i);
    }
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::Transliterator> rules(
        icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, status));
    if (U_FAILURE(status) || !rules) return;  // ICU without its data: traditional stays as it is
    for (auto& entry : table_) {
      icu::UnicodeString one(static_cast<char16_t>(entry));
      rules->transliterate(one);
      if (one.length() == 1 && is_ideograph(one.charAt(0))) entry = one.charAt(0);
    }
  }
  char32_t operator()(char32_t c) const noexcept {
    return is_ideograph(c) ? table_[c - kIdeographFirst] : c;
  }

 private:
  std::array<char16_t, kIdeographLast - kIdeographFirst + 1> table_{};
};

const SimplifiedTable& simplified() {
  static const SimplifiedTable table;
  return table;
}

void fold_by_icu(std::u32string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) {
    for (auto& c : text) c = fold_simply(c);
    return;
  }
  const auto in = icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()),
                                                static_cast<std::int32_t>(text.size()));
  const icu::UnicodeString folded = form->normalize(in, status);
  if (U_FAILURE(status)) {
    for (auto& c : text) c = fold_simply(c);
    return;
  }
  text.clear();
  for (std::int32_t i = 0; i < folded.length() && text.size() < kFoldedMax;) {
    const UChar32 c = folded.char32At(i);
    text.push_back(static_cast<char32_t>(c));
    i += c > 0xFFFF ? 2 : 1;
  }
}

bool is_space(char32_t c) noexcept {
  return c == U' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x2028 ||
         c == 0x2029;
}

}  // namespace

void warm_up_tokens() { simplified(); }

void fold(std::string_view utf8, std::u32string& out) {
  out.clear();
  bool simple = true;
  for (std::size_t at = 0; at < utf8.size() && out.size() < kCodePointsMax;) {
    const char32_t c = decode(utf8, at);
    simple = simple && folds_simply(c);
    out.push_back(c);
  }
  if (simple) {
    for (auto& c : out) c = fold_simply(c);
  } else {
    fold_by_icu(out);
  }

  const auto& table = simplified();
  std::size_t kept = 0;
  for (const char32_t c : out) {
    char32_t folded = table(c);
    if (folded == 0x2019 || folded == 0x2018) folded = U'\'';
    if (is_space(folded)) folded = U' ';
    if (folded < 0x20 || folded == 0x7F) folded = U' ';  // control characters separate words
    if (folded == U' ' && (kept == 0 || out[kept - 1] == U' ')) continue;
    out[kept++] = folded;
  }
  if (kept > 0 && out[kept - 1] == U' ') --kept;
  out.resize(kept);
}

void append_utf8(char32_t c, std::string& out) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

}  // namespace parley::routing
