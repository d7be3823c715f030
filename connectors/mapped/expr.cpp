#include "connectors/mapped/expr.hpp"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/crypto.hpp"
#include "connectors/charset.hpp"
#include "connectors/phone.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::mapped {
namespace {

constexpr std::array<std::pair<std::string_view, Filter>, 10> kFilters = {
    {{"digits", Filter::digits},
     {"msisdn", Filter::msisdn},
     {"lower", Filter::lower},
     {"upper", Filter::upper},
     {"trim", Filter::trim},
     {"url", Filter::url},
     {"xml", Filter::xml},
     {"base64", Filter::base64},
     {"hex", Filter::hex},
     {"utf16be", Filter::utf16be}}};

Error wrong(std::string detail) {
  return Error{.code = Errc::misconfigured, .detail = std::move(detail)};
}

std::string recased(std::string text, char from, char to, int shift) {
  std::ranges::transform(text, text.begin(), [&](char c) {
    return c >= from && c <= to ? static_cast<char>(c + shift) : c;
  });
  return text;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return std::string(text.substr(start, text.find_last_not_of(kSpace) - start + 1));
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') continue;
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string utf16be(std::string_view text) {
  std::string out;
  const auto unit = [&](std::uint32_t value) {
    out += static_cast<char>(value >> 8 & 0xff);
    out += static_cast<char>(value & 0xff);
  };
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::int32_t at = 0, size = static_cast<std::int32_t>(text.size()); at < size;) {
    std::int32_t code = 0;
    U8_NEXT(bytes, at, size, code);
    const auto c = static_cast<std::uint32_t>(code < 0 ? 0xfffd : code);
    if (c > 0xffff) {
      unit(0xd800 + ((c - 0x10000) >> 10));
      unit(0xdc00 + ((c - 0x10000) & 0x3ff));
    } else {
      unit(c);
    }
  }
  return out;
}

std::string filtered(std::string text, Filter filter) {
  switch (filter) {
    case Filter::digits:
      return phone_digits(text);
    case Filter::msisdn: {
      const bool number = text.find_first_not_of("+0123456789 -()") == std::string::npos;
      return number ? phone_digits(text) : text;
    }
    case Filter::lower:
      return recased(std::move(text), 'A', 'Z', 'a' - 'A');
    case Filter::upper:
      return recased(std::move(text), 'a', 'z', 'A' - 'a');
    case Filter::trim:
      return trimmed(text);
    case Filter::url:
      return percent_encode(text);
    case Filter::xml:
      return xml_escaped(text);
    case Filter::base64:
      return to_base64(text);
    case Filter::hex:
      return to_hex(text);
    case Filter::utf16be:
      return utf16be(text);
  }
  return text;
}

}  // namespace

std::string Template::Piece::text(const Scope& scope) const {
  if (!path) return literal;
  std::string out = path->text(scope);
  for (const Filter filter : filters) out = filtered(std::move(out), filter);
  return out;
}

std::string Template::text(const Scope& scope) const {
  std::string out;
  for (const auto& piece : pieces_) out += piece.text(scope);
  return out;
}

bool Template::complete(const Scope& scope) const {
  return std::ranges::all_of(pieces_, [&](const Piece& piece) {
    if (!piece.path) return true;
    const Value* found = piece.path->first(scope);
    return found != nullptr && !found->empty();
  });
}

Value Template::value(const Scope& scope) const {
  const bool many = pieces_.size() == 1 && pieces_[0].path && pieces_[0].path->many;
  if (!many) return Value::of(text(scope));
  Value out = Value::list();
  for (const Value* one : pieces_[0].path->select(scope)) {
    std::string words = one->text;
    for (const Filter filter : pieces_[0].filters) words = filtered(std::move(words), filter);
    out.items.push_back(Value::of(words));
  }
  return out;
}

std::vector<const Path*> Template::paths() const {
  std::vector<const Path*> out;
  for (const auto& piece : pieces_) {
    if (piece.path) out.push_back(&*piece.path);
  }
  return out;
}

std::string Template::glob() const {
  std::string out;
  for (const auto& piece : pieces_) out += piece.path ? "*" : piece.literal;
  return out;
}

Result<Template> compile_template(std::string_view text, std::span<const std::string_view> roots) {
  Template out;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) out.pieces_.push_back({.literal = std::move(literal)});
    literal.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = text.substr(at);
    if (rest.starts_with("{{") || rest.starts_with("}}")) {
      literal += rest.front();
      at += 2;
    } else if (rest.front() != '{') {
      literal += rest.front();
      ++at;
    } else {
      const auto end = rest.find('}');
      if (end == std::string_view::npos)
        return wrong("a '{' is not closed; write '{{' for a brace");
      auto inside = rest.substr(1, end - 1);
      at += end + 1;
      flush();
      Template::Piece piece;
      auto path = compile_path(inside.substr(0, inside.find('|')), roots);
      if (!path) return std::move(path.error());
      piece.path = *std::move(path);
      for (auto bar = inside.find('|'); bar != std::string_view::npos; bar = inside.find('|')) {
        inside.remove_prefix(bar + 1);
        const std::string name = trimmed(inside.substr(0, inside.find('|')));
        const auto known =
            std::ranges::find(kFilters, name, &decltype(kFilters)::value_type::first);
        if (known == kFilters.end()) return wrong("there is no filter \"" + name + "\"");
        piece.filters.push_back(known->second);
      }
      out.pieces_.push_back(std::move(piece));
    }
  }
  flush();
  return out;
}

std::string Expr::found(const Scope& scope) const {
  for (const auto& one : alternatives) {
    if (!one.complete(scope)) continue;
    std::string text = one.text(scope);
    if (after.empty()) return text;
    const auto start = text.find(after);
    if (start == std::string::npos) return {};
    text.erase(0, start + after.size());
    text.resize(std::min(before.empty() ? text.size() : text.find(before), text.size()));
    return text;
  }
  return {};
}

bool Expr::given(const Scope& scope) const { return !found(scope).empty(); }

std::optional<std::string> Expr::read(const Scope& scope) const {
  std::string text = found(scope);
  if (mapped && !text.empty()) {
    const auto known = map.find(text);
    if (known != map.end()) {
      text = known->second;
    } else if (!keep) {
      text.clear();
    }
  }
  if (text.empty()) return fallback;
  return text;
}

std::optional<std::string> Decode::run(std::string text) const {
  for (const auto& step : steps) {
    if (step == "percent") {
      text = percent_decode(text);
      continue;
    }
    auto next = step == "base64" ? from_base64(text)
                : step == "hex"  ? from_hex(text)
                                 : to_utf8(text, step);
    if (!next) return std::nullopt;
    text = *std::move(next);
  }
  return clean_utf8(text);
}

Result<Decode> compile_decode(std::string_view text) {
  Decode out;
  while (!text.empty()) {
    const auto end = text.find(' ');
    const std::string step(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (step.empty()) continue;
    if (step != "percent" && step != "base64" && step != "hex" && !is_charset(step)) {
      return wrong("\"" + step + "\" is neither percent, base64, hex nor a charset");
    }
    out.steps.push_back(step);
  }
  return out;
}

}  // namespace parley::connectors::mapped
