#include "connectors/slack/slack_markup.hpp"

namespace parley::connectors::slack {
namespace {

constexpr std::string_view kMailto = "mailto:";

struct Escape {
  std::string_view code;
  char meant;
};
constexpr Escape kEscapes[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};

std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    bool found = false;
    for (const auto& escape : kEscapes) {
      if (!text.starts_with(escape.code)) continue;
      out += escape.meant;
      text.remove_prefix(escape.code.size());
      found = true;
      break;
    }
    if (found) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

// The inside of <...>: "@U1", "#C1|general", "!here", "https://x.example|words".
std::string mark(std::string_view inside, std::string_view own_user) {
  const auto bar = inside.find('|');
  const auto target = inside.substr(0, bar);
  const auto label = bar == std::string_view::npos ? std::string_view{} : inside.substr(bar + 1);
  if (target.empty()) return unescaped(label);
  const char kind = target.front();
  if (kind == '@' || kind == '#') {
    if (kind == '@' && !own_user.empty() && target.substr(1) == own_user) return {};
    std::string out(1, kind);
    return out + unescaped(label.empty() ? target.substr(1) : label);
  }
  if (kind == '!') {
    if (!label.empty()) return unescaped(label);
    return "@" + unescaped(target.substr(1));
  }
  const auto address = target.starts_with(kMailto) ? target.substr(kMailto.size()) : target;
  const bool said_already = label.empty() || address == label || address.ends_with(label);
  if (said_already) return unescaped(address);
  return unescaped(label) + " (" + unescaped(address) + ")";
}

}  // namespace

std::string to_plain(std::string_view text, std::string_view own_user) {
  std::string out;
  bool after_own_mention = false;
  while (!text.empty()) {
    const auto open = text.find('<');
    auto words = text.substr(0, open);
    if (after_own_mention && words.starts_with(' ')) words.remove_prefix(1);
    out += unescaped(words);
    if (open == std::string_view::npos) return out;
    const auto close = text.find('>', open);
    if (close == std::string_view::npos) return out + unescaped(text.substr(open));
    const auto seen = mark(text.substr(open + 1, close - open - 1), own_user);
    after_own_mention = seen.empty();
    out += seen;
    text.remove_prefix(close + 1);
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool looks_formatted(std::string_view text) {
  return text.find_first_of("*_~`") != std::string_view::npos || text.starts_with('>') ||
         text.find("\n>") != std::string_view::npos;
}

}  // namespace parley::connectors::slack
