#include "connectors/sms_text.hpp"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "connectors/text_split.hpp"

namespace parley::connectors {
namespace {

constexpr std::u32string_view kBasic =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    U"ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
constexpr std::u32string_view kExtension = U"^{}\\[~]|€\f";

struct Unit {
  std::size_t single, part;  // what one message holds, and a part of several
};
constexpr Unit kGsm{160, 153}, kUcs2{70, 67};

// The next character; bytes that are no UTF-8 count as one character each, outside the alphabet.
char32_t next(std::string_view text, std::size_t& at) {
  auto i = static_cast<std::int32_t>(at);
  std::int32_t code = 0;
  U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), i,
          static_cast<std::int32_t>(text.size()), code);
  at = static_cast<std::size_t>(i);
  return code < 0 ? U'\xfffd' : static_cast<char32_t>(code);
}

std::size_t cost(char32_t c, bool gsm) {
  if (gsm) return kExtension.contains(c) ? 2 : 1;
  return c > 0xffff ? 2 : 1;
}

}  // namespace

bool is_gsm7(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next(text, at);
    if (!kBasic.contains(c) && !kExtension.contains(c)) return false;
  }
  return true;
}

std::size_t sms_units(std::string_view text) {
  const bool gsm = is_gsm7(text);
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) units += cost(next(text, at), gsm);
  return units;
}

std::size_t sms_segments(std::string_view text) {
  if (text.empty()) return 0;
  const bool gsm = is_gsm7(text);
  const Unit unit = gsm ? kGsm : kUcs2;
  if (sms_units(text) <= unit.single) return 1;
  std::size_t segments = 1, used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t units = cost(next(text, at), gsm);
    if (used + units > unit.part) {
      ++segments;
      used = 0;
    }
    used += units;
  }
  return segments;
}

std::vector<std::string> split_sms(std::string_view text, std::size_t segments_max) {
  segments_max = std::max<std::size_t>(segments_max, 1);
  if (sms_segments(text) <= segments_max) {
    return text.empty() ? std::vector<std::string>() : std::vector<std::string>{std::string(text)};
  }
  // A piece may go the cheaper way although the whole text does not: cut it as the whole would be,
  // and shrink what still does not fit (extension characters at a seam).
  const Unit unit = is_gsm7(text) ? kGsm : kUcs2;
  const std::size_t room = segments_max == 1 ? unit.single : segments_max * unit.part;
  for (std::size_t max = room; max > 4; max -= std::max<std::size_t>(max / 16, 1)) {
    auto pieces = split_text(text, max, TextUnit::utf16);
    const bool fit = std::ranges::all_of(
        pieces, [&](const std::string& piece) { return sms_segments(piece) <= segments_max; });
    if (fit) return pieces;
  }
  return split_text(text, 4, TextUnit::utf16);
}

}  // namespace parley::connectors
