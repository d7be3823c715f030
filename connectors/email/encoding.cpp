#include "connectors/email/encoding.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/charset.hpp"
#include "connectors/email/mime.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::email {
namespace {

std::string base64_decoded(std::string_view body) {
  std::string digits;
  digits.reserve(body.size());
  for (const char c : body) {
    const bool digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '+' || c == '/';
    if (digit) digits += c;
    if (c == '=') break;
  }
  if (digits.size() % 4 == 1) digits.pop_back();
  return from_base64(digits).value_or("");
}

// "Q" of RFC 2047: '_' is a space.
std::string q_decoded(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '_', ' ');
  return quoted_printable_decoded(spaced);
}

std::string in_utf8(std::string bytes, std::string_view charset) {
  auto text = to_utf8(bytes, charset);
  return text ? *std::move(text) : clean_utf8(bytes);
}

// The encoded word at the start of `rest`, and how long it is; 0 if there is none.
std::size_t encoded_word(std::string_view rest, std::string& out) {
  if (!rest.starts_with("=?")) return 0;
  const auto charset_end = rest.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 3 > rest.size()) return 0;
  const char kind = rest[charset_end + 1];
  if (rest[charset_end + 2] != '?') return 0;
  const auto end = rest.find("?=", charset_end + 3);
  if (end == std::string_view::npos) return 0;
  auto charset = rest.substr(2, charset_end - 2);
  charset = charset.substr(0, charset.find('*'));  // RFC 2231's language
  const auto text = rest.substr(charset_end + 3, end - charset_end - 3);
  if (text.find_first_of(" \t") != std::string_view::npos) return 0;
  if (kind == 'B' || kind == 'b') {
    out += in_utf8(base64_decoded(text), charset);
  } else if (kind == 'Q' || kind == 'q') {
    out += in_utf8(q_decoded(text), charset);
  } else {
    return 0;
  }
  return end + 2;
}

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string quoted_printable_decoded(std::string_view body) {
  std::string out;
  out.reserve(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '=') {
      out += body[i];
      continue;
    }
    // A '=' at the end of a line joins it to the next.
    const auto line_end = body.find_first_not_of(" \t", i + 1);
    if (line_end != std::string_view::npos && body.substr(line_end).starts_with("\r\n")) {
      i = line_end + 1;
    } else if (line_end != std::string_view::npos && body[line_end] == '\n') {
      i = line_end;
    } else if (const auto byte = i + 2 < body.size() ? from_hex(body.substr(i + 1, 2))
                                                     : std::optional<std::string>();
               byte && byte->size() == 1) {
      out += *byte;
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

std::string transfer_decoded(std::string_view body, std::string_view encoding) {
  const std::string name = lower_ascii(encoding.substr(0, encoding.find_first_of("; \t")));
  if (name == "base64") return base64_decoded(body);
  if (name == "quoted-printable") return quoted_printable_decoded(body);
  return std::string(body);
}

std::string extended_value(std::string_view value) {
  const auto charset = value.find('\'');
  const auto language = charset == std::string_view::npos ? charset : value.find('\'', charset + 1);
  if (language == std::string_view::npos) return clean_utf8(value);
  std::string escaped(value.substr(language + 1));
  for (std::size_t at = 0; (at = escaped.find('+', at)) != std::string::npos; at += 3) {
    escaped.replace(at, 1, "%2B");  // here a plus is a plus
  }
  return in_utf8(percent_decode(escaped), value.substr(0, charset));
}

std::string decode_words(std::string_view header) {
  std::string out, plain;
  bool after_word = false;
  const auto flush = [&] {
    // White space between two encoded words is not part of the text.
    if (!(after_word && plain.find_first_not_of(" \t") == std::string::npos)) {
      const std::string utf8 = clean_utf8(plain);
      out += utf8 == plain ? plain : in_utf8(plain, "windows-1252");
    }
    plain.clear();
  };
  for (std::size_t at = 0; at < header.size();) {
    std::string word;
    const std::size_t length = encoded_word(header.substr(at), word);
    if (length == 0) {
      plain += header[at++];
      continue;
    }
    flush();
    out += word;
    after_word = true;
    at += length;
    if (at < header.size() && header[at] != ' ' && header[at] != '\t') after_word = false;
  }
  if (plain.find_first_not_of(" \t") != std::string::npos) {
    after_word = false;
    flush();
  }
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

std::string base64_lines(std::string_view bytes) {
  const std::string text = to_base64(bytes);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 76) {
    out += text.substr(at, 76);
    out += "\r\n";
  }
  return out;
}

std::string encoded_words(std::string_view utf8) {
  std::string one_line(utf8);
  std::ranges::replace_if(
      one_line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  const bool ascii =
      std::ranges::all_of(one_line, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii && one_line.find("=?") == std::string::npos && one_line.size() <= 900) return one_line;
  std::string out;
  // 45 bytes make 60 base64 characters: with the frame a word of at most 75.
  std::string_view rest = one_line;
  while (!rest.empty()) {
    std::size_t size = std::min<std::size_t>(45, rest.size());
    while (size > 1 && size < rest.size() &&
           (static_cast<unsigned char>(rest[size]) & 0xc0) == 0x80) {
      --size;
    }
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + to_base64(rest.substr(0, size)) + "?=";
    rest.remove_prefix(size);
  }
  return out;
}

}  // namespace parley::connectors::email
