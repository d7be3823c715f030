#include "routing/rule_text.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

#include "routing/decide.hpp"

namespace parley::routing {
namespace {

UChar32 fold_one(UChar32 c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;  // full width forms of ASCII
  if (c == 0x3000) return ' ';
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  return u_foldCase(c, U_FOLD_CASE_DEFAULT);
}

void append_code_point(std::string& out, UChar32 c) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  out.append(bytes, static_cast<std::size_t>(size));
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const char* const bytes = text.data();
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0) {
      out.append(bytes + begin, static_cast<std::size_t>(at - begin));
    } else {
      append_code_point(out, fold_one(c));
    }
  }
  return out;
}

RuleText rule_text(std::string_view plain) {
  if (plain.size() > kRuleTextBytesMax) {
    std::size_t end = kRuleTextBytesMax;
    while (end > 0 && (static_cast<unsigned char>(plain[end]) & 0xC0U) == 0x80U) --end;
    plain = plain.substr(0, end);
  }
  return {.raw = std::string(plain), .folded = fold_case(plain)};
}

}  // namespace parley::routing
