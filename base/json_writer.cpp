#include "base/json_writer.hpp"

#include <charconv>
#include <cmath>

namespace parley {
namespace {

constexpr std::size_t kFirstBytes = 512;  // most documents fit: no growing by doubling

bool needs_escape(unsigned char c) noexcept { return c < 0x20 || c == '"' || c == '\\'; }

// How many bytes from the front need no escape, or somewhat fewer: eight at a time, in a form that
// becomes vector instructions.
std::size_t plain_bytes(std::string_view text) noexcept {
  constexpr std::size_t kStep = 8;
  std::size_t at = 0;
  for (; at + kStep <= text.size(); at += kStep) {
    bool escapes = false;
    for (std::size_t i = 0; i < kStep; ++i) {
      escapes |= needs_escape(static_cast<unsigned char>(text[at + i]));
    }
    if (escapes) break;
  }
  return at;
}

}  // namespace

void JsonWriter::quote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (out_.capacity() < kFirstBytes) out_.reserve(kFirstBytes);
  out_ += '"';
  std::size_t from = 0;
  for (std::size_t i = plain_bytes(text); i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (!needs_escape(c)) continue;
    out_.append(text, from, i - from);
    from = i + 1;
    switch (c) {
      case '"':
        out_ += "\\\"";
        break;
      case '\\':
        out_ += "\\\\";
        break;
      case '\n':
        out_ += "\\n";
        break;
      case '\r':
        out_ += "\\r";
        break;
      case '\t':
        out_ += "\\t";
        break;
      default:
        out_ += "\\u00";
        out_ += kHex[c >> 4];
        out_ += kHex[c & 15];
    }
  }
  out_.append(text, from, text.size() - from);
  out_ += '"';
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  char digits[32];
  // From 1e15 up with an exponent: a reader that keeps integers exact would refuse 2^64 and more
  // written as digits only. Minus zero needs its fraction, or it reads as the integer 0.
  if (number == 0 && std::signbit(number)) return raw("-0.0");
  const auto end = std::abs(number) < 1e15 ? std::to_chars(digits, digits + sizeof digits, number)
                                           : std::to_chars(digits, digits + sizeof digits, number,
                                                           std::chars_format::scientific);
  return raw(std::string_view(digits, static_cast<std::size_t>(end.ptr - digits)));
}

std::string json_quote(std::string_view text) {
  JsonWriter writer;
  writer.value(text);
  return writer.take();
}

}  // namespace parley
