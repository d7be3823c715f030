#include "connectors/text_split.hpp"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace parley::connectors {
namespace {

struct Decoded {
  char32_t code = 0;
  std::size_t bytes = 1;
};

// Lenient: a byte that starts no sequence stands for itself.
Decoded decode(std::string_view text, std::size_t at) noexcept {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t bytes = lead < 0x80                   ? 1
                            : lead >= 0xc2 && lead < 0xe0 ? 2
                            : lead >= 0xe0 && lead < 0xf0 ? 3
                            : lead >= 0xf0 && lead < 0xf5 ? 4
                                                          : 1;
  if (bytes == 1 || at + bytes > text.size()) return {.code = lead, .bytes = 1};
  char32_t code = lead & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xc0) != 0x80) return {.code = lead, .bytes = 1};
    code = code << 6 | (next & 0x3f);
  }
  return {.code = code, .bytes = bytes};
}

std::size_t cost(Decoded c, TextUnit unit) noexcept {
  switch (unit) {
    case TextUnit::bytes:
      return c.bytes;
    case TextUnit::utf16:
      return c.code > 0xffff ? 2 : 1;
    case TextUnit::code_points:
      return 1;
  }
  return 1;
}

bool is_space(char32_t c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x3000 || (c >= 0x2000 && c <= 0x200a) ||
         c == 0x2028 || c == 0x2029 || c == 0x205f || c == 0x1680;
}

// One may break a line after these although no space follows...
bool is_cjk_stop(char32_t c) noexcept {
  constexpr std::u32string_view kStops = U"。，、；：？！…．｡､）】」』》〉”";
  return kStops.find(c) != std::u32string_view::npos;
}

// ...unless one of these does: it belongs to the line before.
bool is_closing(char32_t c) noexcept { return is_cjk_stop(c) || c == U'’'; }

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto first = decode(text, 0);
    if (!is_space(first.code)) break;
    text.remove_prefix(first.bytes);
  }
  while (!text.empty()) {
    std::size_t at = text.size() - 1;  // back to the start of the last character
    while (at > 0 && text.size() - at < 4 &&
           (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) {
      --at;
    }
    const auto last = decode(text, at);
    if (at + last.bytes != text.size() || !is_space(last.code)) break;
    text.remove_suffix(text.size() - at);
  }
  return text;
}

// Where the URL that holds `at` begins; `at` itself if it is in none.
std::size_t url_start(std::string_view text, std::size_t at) noexcept {
  std::size_t start = at;
  while (start > 0) {
    const auto c = static_cast<unsigned char>(text[start - 1]);
    if (c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"') break;
    --start;
  }
  const auto word = text.substr(start);
  for (std::size_t i = 0; i < at - start; ++i) {
    const auto rest = word.substr(i);
    if (rest.starts_with("http://") || rest.starts_with("https://")) return start + i;
  }
  return at;
}

struct BreakFree {
  void operator()(UBreakIterator* b) const { ubrk_close(b); }
};

// Boundaries between characters as a reader sees them (a flag or a family emoji is one).
class Clusters {
 public:
  explicit Clusters(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    utext_openUTF8(&text_, text.data(), static_cast<std::int64_t>(text.size()), &status);
    if (U_FAILURE(status)) return;
    iterator_.reset(ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status));
    if (iterator_) ubrk_setUText(iterator_.get(), &text_, &status);
    if (U_FAILURE(status)) iterator_.reset();
  }
  ~Clusters() { utext_close(&text_); }
  Clusters(const Clusters&) = delete;
  Clusters& operator=(const Clusters&) = delete;

  // The last boundary at or before `at`.
  std::size_t at_or_before(std::size_t at) const {
    if (!iterator_) return at;
    const auto offset = static_cast<std::int32_t>(at);
    if (ubrk_isBoundary(iterator_.get(), offset)) return at;
    const auto before = ubrk_preceding(iterator_.get(), offset);
    return before == UBRK_DONE ? 0 : static_cast<std::size_t>(before);
  }

 private:
  UText text_ = UTEXT_INITIALIZER;
  std::unique_ptr<UBreakIterator, BreakFree> iterator_;
};

bool ends_clause(char32_t c) noexcept {
  return is_cjk_stop(c) || std::u32string_view(U",.;:!?").contains(c);
}

// How far a piece that starts at `from` may reach, and the good places to end it. A place early
// in the piece is not good: on some platforms every message sent counts against a quota.
struct Reach {
  std::size_t end = 0;  // first byte that does not fit
  std::optional<std::size_t> line, clause, word;

  std::size_t best() const { return line ? *line : clause ? *clause : word.value_or(end); }
};

Reach reach(std::string_view text, std::size_t from, std::size_t max, TextUnit unit) {
  Reach found;
  std::size_t used = 0, at = from;
  char32_t previous = 0;
  while (at < text.size()) {
    const auto c = decode(text, at);
    const bool gap = is_space(c.code) || (is_cjk_stop(previous) && !is_closing(c.code));
    if (gap && used >= max / 2) found.word = at;
    if (gap && used >= max / 4 * 3) {
      if (ends_clause(previous)) found.clause = at;
      if (c.code == '\n') found.line = at;
    }
    if (used + cost(c, unit) > max) break;
    used += cost(c, unit);
    at += c.bytes;
    previous = c.code;
  }
  found.end = at;
  return found;
}

// Where to end the piece; always past `from`.
std::size_t cut_at(std::string_view text, std::size_t from, const Reach& can,
                   const Clusters& clusters) {
  if (can.end == text.size()) return can.end;
  const std::size_t whole = clusters.at_or_before(can.best());
  const std::size_t cut = whole > from ? whole : can.end;  // one cluster fills the piece
  if (can.line || can.clause || can.word) return cut;
  const std::size_t url = url_start(text, cut);
  return url > from ? url : cut;
}

}  // namespace

std::size_t text_length(std::string_view text, TextUnit unit) noexcept {
  if (unit == TextUnit::bytes) return text.size();
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = decode(text, at);
    length += cost(c, unit);
    at += c.bytes;
  }
  return length;
}

std::vector<std::string> split_text(std::string_view text, std::size_t max, TextUnit unit) {
  max = std::max<std::size_t>(max, 4);
  if (text.empty()) return {};
  if (text_length(text, unit) <= max) return {std::string(text)};

  const Clusters clusters(text);
  std::vector<std::string> pieces;
  std::size_t from = 0;
  while (from < text.size()) {
    if (const auto space = decode(text, from); is_space(space.code)) {
      from += space.bytes;
      continue;
    }
    const std::size_t cut = cut_at(text, from, reach(text, from, max, unit), clusters);
    const auto piece = trim(text.substr(from, cut - from));
    if (!piece.empty()) pieces.emplace_back(piece);
    from = cut;
  }
  return pieces;
}

}  // namespace parley::connectors
