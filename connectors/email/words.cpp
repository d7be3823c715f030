#include "connectors/email/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "connectors/email/encoding.hpp"

namespace parley::connectors::email {
namespace {

constexpr std::size_t kSignatureLinesMax = 15;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) code = 0xfffd;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

// "&amp;" at the start of `rest`; how much of it was read, 0 if it is no reference.
std::size_t read_reference(std::string_view rest, std::string& out) {
  const auto end = rest.substr(0, 12).find(';');
  if (end == std::string_view::npos || end < 2) return 0;
  const auto name = rest.substr(1, end - 1);
  if (name.front() == '#') {
    const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    const auto digits = name.substr(hex ? 2 : 1);
    std::uint32_t code = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
    if (error != std::errc() || stop != digits.data() + digits.size()) return 0;
    append_utf8(out, code == 0xa0 ? ' ' : code);
    return end + 1;
  }
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"amp", "&"},   {"lt", "<"},    {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
      {"nbsp", " "},  {"copy", "©"},  {"euro", "€"},   {"hellip", "…"}, {"ndash", "–"},
      {"mdash", "—"}, {"rsquo", "’"}, {"lsquo", "‘"},  {"ldquo", "“"},  {"rdquo", "”"},
      {"auml", "ä"},  {"ouml", "ö"},  {"uuml", "ü"},   {"Auml", "Ä"},   {"Ouml", "Ö"},
      {"Uuml", "Ü"},  {"szlig", "ß"}, {"eacute", "é"}, {"egrave", "è"}};
  for (const auto& [known, text] : kNames) {
    if (name != known) continue;
    out += text;
    return end + 1;
  }
  return 0;
}

// One tag, from its '<'. Quotes in attributes may hold a '>'.
std::string_view tag_at(std::string_view rest) {
  if (rest.starts_with("<!--")) {
    const auto end = rest.find("-->");
    return rest.substr(0, end == std::string_view::npos ? rest.size() : end + 3);
  }
  char quote = 0;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote != 0) {
      if (rest[i] == quote) quote = 0;
    } else if (rest[i] == '"' || rest[i] == '\'') {
      quote = rest[i];
    } else if (rest[i] == '>') {
      return rest.substr(0, i + 1);
    }
  }
  return rest;
}

std::string name_of(std::string_view tag) {
  tag.remove_prefix(1);
  if (tag.starts_with('/')) tag.remove_prefix(1);
  std::size_t size = 0;
  while (size < tag.size() && tag[size] != '>' && tag[size] != ' ' && tag[size] != '/' &&
         tag[size] != '\t' && tag[size] != '\r' && tag[size] != '\n') {
    ++size;
  }
  return lower_ascii(tag.substr(0, size));
}

std::string attribute_of(std::string_view tag, std::string_view name) {
  const std::string lower = lower_ascii(tag);
  for (auto at = lower.find(name); at != std::string::npos; at = lower.find(name, at + 1)) {
    const bool own =
        at > 0 && (lower[at - 1] == ' ' || lower[at - 1] == '\n' || lower[at - 1] == '\t');
    auto rest = tag.substr(at + name.size());
    if (!own || !rest.starts_with('=') || rest.size() < 3) continue;
    const char quote = rest[1];
    if (quote != '"' && quote != '\'')
      return std::string(rest.substr(1, rest.find_first_of(" >", 1) - 1));
    return std::string(rest.substr(2, std::min(rest.find(quote, 2), rest.size()) - 2));
  }
  return {};
}

// Where mail programs put what they quote.
bool begins_quote(const std::string& name, std::string_view tag) {
  if (name == "blockquote") return true;
  if (name != "div" && name != "hr") return false;
  const std::string which = lower_ascii(attribute_of(tag, "class") + " " + attribute_of(tag, "id"));
  for (const std::string_view mark : {"gmail_quote", "yahoo_quoted", "moz-cite-prefix",
                                      "divrplyfwdmsg", "appendonsend", "protonmail_quote"}) {
    if (which.find(mark) != std::string::npos) return true;
  }
  return false;
}

bool breaks_line(std::string_view name) {
  for (const std::string_view block :
       {"br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "hr", "pre"}) {
    if (name == block) return true;
  }
  return false;
}

// Where "</style" stands in what follows <style>; its size if nowhere. Looks at every byte once.
std::size_t end_of_hidden(std::string_view after, std::string_view name) {
  for (auto at = after.find("</"); at != std::string_view::npos; at = after.find("</", at + 2)) {
    if (lower_ascii(after.substr(at + 2, name.size())) == name) return at;
  }
  return after.size();
}

class HtmlReader {
 public:
  std::string read(std::string_view html) {
    while (!html.empty() && !quote_) {
      if (html.front() == '<') {
        const auto tag = tag_at(html);
        html.remove_prefix(tag.size());
        html.remove_prefix(read_tag(tag, html));
      } else if (html.front() == '&') {
        const std::size_t used = read_reference(html, text_);
        if (used == 0) text_ += '&';
        html.remove_prefix(std::max<std::size_t>(used, 1));
      } else {
        add(html.front());
        html.remove_prefix(1);
      }
    }
    return std::move(text_);
  }

 private:
  void add(char c) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space) {
      text_ += c;
    } else if (!text_.empty() && text_.back() != ' ' && text_.back() != '\n') {
      text_ += ' ';
    }
  }

  // How much of what follows goes with the tag.
  std::size_t read_tag(std::string_view tag, std::string_view after) {
    const std::string name = name_of(tag);
    const bool closes = tag.starts_with("</");
    for (const std::string_view hidden : {"script", "style", "head", "title"}) {
      if (closes || name != hidden) continue;
      return end_of_hidden(after, name);
    }
    if (!closes && begins_quote(name, tag)) {
      quote_ = !trimmed(text_).empty();  // a mail that is all quote is read
      return 0;
    }
    if (name == "a") read_link(tag, closes);
    if (breaks_line(name)) {
      while (text_.ends_with(' ')) text_.pop_back();
      const bool two = text_.ends_with("\n\n");
      if (!text_.empty() && !two) text_ += '\n';
    }
    return 0;
  }

  void read_link(std::string_view tag, bool closes) {
    if (!closes) {
      link_ = attribute_of(tag, "href");
      link_text_ = text_.size();
      return;
    }
    const bool web = link_.starts_with("http://") || link_.starts_with("https://");
    if (web && text_.find(link_, link_text_) == std::string::npos) text_ += " (" + link_ + ")";
    link_.clear();
  }

  std::string text_, link_;
  std::size_t link_text_ = 0;
  bool quote_ = false;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back(line);
  }
  return out;
}

bool begins_with_any(std::string_view line, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return line.starts_with(word); });
}

// "On Tue, Li wrote:", which a mail program puts before what it quotes; it may take two lines.
bool introduces(std::string_view line, std::string_view next) {
  const std::string both = std::string(trimmed(line)) + " " + std::string(trimmed(next));
  constexpr std::pair<std::string_view, std::string_view> kForms[] = {
      {"On ", "wrote:"},     {"Am ", "schrieb"},    {"Le ", "a écrit"},  {"El ", "escribió"},
      {"Il ", "ha scritto"}, {"Op ", "schreef"},    {"Em ", "escreveu"}, {"在", "写道"},
      {"于", "写道"},        {"W dniu ", "napisał"}};
  for (const std::string_view text : {trimmed(line), std::string_view(both)}) {
    const bool ends = text.ends_with(':') || text.ends_with("：");
    if (!ends || text.size() > 400) continue;
    for (const auto& [begin, verb] : kForms) {
      if (text.starts_with(begin) && text.find(verb) != std::string_view::npos) return true;
    }
  }
  return false;
}

// The head of a mail as Outlook and its like copy it into an answer.
bool is_copied_head(const std::vector<std::string_view>& lines, std::size_t i) {
  if (!begins_with_any(trimmed(lines[i]), {"From:", "*From:*", "Von:", "De :", "De:", "发件人:",
                                           "发件人：", "寄件者:", "Da:", "Van:"})) {
    return false;
  }
  for (std::size_t k = i + 1; k < std::min(lines.size(), i + 5); ++k) {
    if (begins_with_any(trimmed(lines[k]),
                        {"Sent:", "*Sent:*", "Date:", "Gesendet:", "Envoyé", "Enviado", "发送时间",
                         "日期", "Inviato:", "Verzonden:"})) {
      return true;
    }
  }
  return false;
}

bool is_separator(std::string_view line) {
  const auto text = trimmed(line);
  if (!text.starts_with("---") || !text.ends_with("---")) return false;
  const std::string lower = lower_ascii(text);
  for (const std::string_view word : {"original message", "ursprüngliche nachricht", "原始邮件",
                                      "message d'origine", "mensaje original"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

bool is_rule(std::string_view line) {
  const auto text = trimmed(line);
  return text.size() >= 10 && text.find_first_not_of('_') == std::string_view::npos;
}

// Where the signature begins: "-- " on a line of its own. Some mail programs lose the space;
// without it only a few last lines are one.
std::size_t signature_start(const std::vector<std::string_view>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] == "-- ") return i;
    if (lines[i] == "--" && lines.size() - i <= kSignatureLinesMax) return i;
  }
  return lines.size();
}

// Where the quoted mail below begins; the number of lines if there is none.
std::size_t quote_start(const std::vector<std::string_view>& lines) {
  // Between two answers a quote is part of what is said: a line introduces what may go only when
  // nobody writes below what is quoted after it.
  std::size_t last_said = 0;
  std::vector<std::size_t> next_quote(lines.size() + 1, lines.size());
  for (std::size_t i = lines.size(); i > 0; --i) {
    const bool quote = lines[i - 1].starts_with('>');
    next_quote[i - 1] = quote ? i - 1 : next_quote[i];
    if (last_said == 0 && !quote && !trimmed(lines[i - 1]).empty()) last_said = i;
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto next = i + 1 < lines.size() ? lines[i + 1] : std::string_view();
    if (is_separator(lines[i]) || is_copied_head(lines, i)) return i;
    if (is_rule(lines[i]) && i + 1 < lines.size() && is_copied_head(lines, i + 1)) return i;
    const bool answered_below = next_quote[i + 1] < last_said;
    if (!answered_below && introduces(lines[i], next)) return i;
  }
  std::size_t end = lines.size();
  while (end > 0 && (trimmed(lines[end - 1]).empty() || lines[end - 1].starts_with('>'))) --end;
  return end;
}

}  // namespace

std::string text_of_html(std::string_view html) {
  const std::string text = HtmlReader().read(html);
  return std::string(trimmed(text));
}

std::string without_quotes(std::string_view text) {
  auto lines = lines_of(text);
  lines.resize(signature_start(lines));
  const std::size_t end = quote_start(lines);
  std::string out;
  for (std::size_t i = 0; i < end; ++i) {
    out += lines[i];
    out += '\n';
  }
  const auto kept = trimmed(out);
  return std::string(kept.empty() ? trimmed(text) : kept);
}

}  // namespace parley::connectors::email
