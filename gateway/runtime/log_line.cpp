#include "gateway/runtime/log_line.hpp"

#include <cstdint>
#include <variant>

#include "base/json_writer.hpp"

namespace parley::gateway {
namespace {

constexpr char32_t kInvalid = 0xFFFFFFFF;

struct Decoded {
  char32_t code = kInvalid;
  std::size_t bytes = 1;
};

Decoded decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {.code = first, .bytes = 1};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return {};
  char32_t code = first & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3F);
  }
  static constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {.code = code, .bytes = bytes};
}

bool must_escape(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x200E && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

void append_escape(std::string& out, char32_t code) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(code >> shift) & 15];
}

}  // namespace

std::string_view to_string(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

std::string quote_for_log(std::string_view text) {
  const bool cut = text.size() > kLogFieldBytesMax;
  if (cut) text = text.substr(0, kLogFieldBytesMax);
  std::string out = "\"";
  out.reserve(text.size() + 8);
  while (!text.empty()) {
    const auto [code, bytes] = decode_utf8(text);
    if (code == kInvalid) {
      out += "\\ufffd";
    } else if (code == '"' || code == '\\') {
      out += '\\';
      out += static_cast<char>(code);
    } else if (must_escape(code)) {
      append_escape(out, code);
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  if (cut) out += "...";
  out += '"';
  return out;
}

std::string log_line(TimePoint time, LogLevel level, std::string_view event,
                     std::span<const LogField> fields) {
  JsonWriter json;
  json.begin_object();
  json.member("time", format_time(time));
  json.member("level", to_string(level));
  json.key("event").raw(quote_for_log(event));
  for (const auto& field : fields) {
    json.key(field.name);
    if (const auto* text = std::get_if<std::string>(&field.value)) {
      json.raw(quote_for_log(*text));
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      json.value(*number);
    } else if (const auto* real = std::get_if<double>(&field.value)) {
      json.value(*real);
    } else {
      json.value(std::get<bool>(field.value));
    }
  }
  json.end_object();
  return json.take();
}

}  // namespace parley::gateway
