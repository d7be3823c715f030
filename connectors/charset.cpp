#include "connectors/charset.hpp"

#include <simdjson.h>
#include <unicode/ucnv.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace parley::connectors {
namespace {

constexpr std::size_t kNameBytesMax = 60;
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct ConverterClose {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, ConverterClose>;

// Senders who write "gb2312" or "iso-8859-1" mean what browsers read: the larger set of the two.
std::string common_name(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (lower == "gb2312" || lower == "gbk") return "gb18030";
  if (lower == "iso-8859-1" || lower == "latin1" || lower == "us-ascii") return "windows-1252";
  return lower;
}

Converter open(std::string_view name) {
  const bool plain = !name.empty() && name.size() <= kNameBytesMax &&
                     std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
  if (!plain) return nullptr;
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(common_name(name).c_str(), &status));
  return U_SUCCESS(status) ? std::move(converter) : nullptr;
}

}  // namespace

bool is_charset(std::string_view name) { return open(name) != nullptr; }

std::optional<std::string> to_utf8(std::string_view bytes, std::string_view charset) {
  const Converter from = open(charset);
  if (!from) return {};
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(bytes.size(), INT32_MAX / 4));
  UErrorCode status = U_ZERO_ERROR;
  const auto units = ucnv_toUChars(from.get(), nullptr, 0, bytes.data(), size, &status);
  if (units == 0) return std::string();
  status = U_ZERO_ERROR;
  std::vector<UChar> text(static_cast<std::size_t>(units) + 1);
  ucnv_toUChars(from.get(), text.data(), static_cast<std::int32_t>(text.size()), bytes.data(), size,
                &status);
  if (U_FAILURE(status)) return {};
  std::string out(static_cast<std::size_t>(units) * 3, '\0');
  std::int32_t length = 0;
  u_strToUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &length, text.data(), units,
                     0xfffd, nullptr, &status);
  if (U_FAILURE(status)) return {};
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string clean_utf8(std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) return std::string(text);
  std::string out;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(text.size(), INT32_MAX));
  for (std::int32_t at = 0; at < size;) {
    const auto start = at;
    std::int32_t code = 0;
    U8_NEXT(bytes, at, size, code);
    if (code < 0) {
      out += kReplacement;
    } else {
      out += text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(at - start));
    }
  }
  return out;
}

}  // namespace parley::connectors
