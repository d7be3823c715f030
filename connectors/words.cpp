#include "connectors/words.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/text_split.hpp"
#include "connectors/url.hpp"

namespace parley::connectors {
namespace {

constexpr std::size_t kLineBytesMax = 200;

std::string shortest(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  return {digits, end.ptr};
}

std::string map_url(const Location& place) {
  return "https://www.google.com/maps?q=" + shortest(place.latitude) + "," +
         shortest(place.longitude);
}

struct Words {
  std::string operator()(const Text& part) const { return part.text; }
  std::string operator()(const Media& part) const {
    if (part.kind == MediaKind::sticker && !part.emoji.empty()) return part.emoji;
    const auto caption = part.name.empty() ? std::string_view(part.alt) : part.name;
    return joined({caption, part.transcript, part.url}, "\n");
  }
  std::string operator()(const Location& part) const {
    return joined({part.name, part.address, map_url(part)}, "\n");
  }
  std::string operator()(const Contact& part) const {
    std::string text = part.name;
    for (const auto& phone : part.phones) text = joined({text, phone}, "\n");
    for (const auto& email : part.emails) text = joined({text, email}, "\n");
    return text;
  }
  std::string operator()(const Link& part) const {
    return joined({part.title, part.description, part.url}, "\n");
  }
  std::string operator()(const Card& part) const {
    return joined({part.title, part.text, part.image_url, numbered(part.actions)}, "\n");
  }
  std::string operator()(const Cards& part) const {
    std::string text;
    for (const auto& card : part.items) text = joined({text, (*this)(card)}, "\n\n");
    return text;
  }
  std::string operator()(const Form& part) const {
    std::string text;
    for (const auto& field : part.fields) {
      text = joined({text, field.label.empty() ? field.name : field.label}, "\n");
      for (const auto& option : field.options) text += "\n- " + option;
    }
    return text;
  }
  std::string operator()(const Goods& part) const {
    const auto title = part.title.empty() ? std::string_view(part.id) : part.title;
    return joined({title, part.price, part.status, part.url}, "\n");
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

}  // namespace

std::string words_of(const Part& part) { return std::visit(Words{}, part); }

std::string numbered(const std::vector<Action>& actions) {
  std::string text;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const auto& action = actions[i];
    const auto& title = action.title.empty() ? action.payload : action.title;
    const auto& address = action.url.empty() ? action.phone : action.url;
    text = joined({text, std::to_string(i + 1) + ". " + joined({title, address}, " ")}, "\n");
  }
  return text;
}

std::string joined(std::initializer_list<std::string_view> words, std::string_view between) {
  std::string out;
  for (const auto word : words) {
    if (word.empty()) continue;
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

std::string cut_text(std::string_view text, std::size_t max, TextUnit unit) {
  auto pieces = split_text(text, max, unit);
  return pieces.empty() ? std::string() : std::move(pieces.front());
}

std::optional<std::size_t> length_setting(std::string_view text, std::size_t most) {
  if (text.empty()) return most;
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  const bool number = error == std::errc() && end == text.data() + text.size();
  if (!number || length == 0 || length > most) return std::nullopt;
  return length;
}

std::string short_line(std::string_view words) {
  std::string line(words.substr(0, kLineBytesMax));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  if (line.size() == words.size()) return line;
  // The cut may have gone through a character: its bytes up to its lead go too.
  while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xC0) == 0x80) line.pop_back();
  if (!line.empty() && static_cast<unsigned char>(line.back()) >= 0xC0) line.pop_back();
  return line;
}

std::string_view name_of(ActionType type) noexcept {
  switch (type) {
    case ActionType::reply:
      return "reply";
    case ActionType::postback:
      return "postback";
    case ActionType::link:
      return "link";
    case ActionType::webview:
      return "webview";
    case ActionType::call:
      return "call";
    case ActionType::location_request:
      return "location_request";
    case ActionType::mini_program:
      return "mini_program";
    case ActionType::copy:
      return "copy";
    case ActionType::form:
      return "form";
    case ActionType::handoff:
      return "handoff";
  }
  return "unknown";
}

bool is_web_url(std::string_view url) noexcept {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    const auto bad = [](char c) {
      const auto b = static_cast<unsigned char>(c);
      return b <= 0x20 || b == 0x7f || c == '"' || c == '<' || c == '>';
    };
    const auto host = url.substr(scheme.size());
    return !host.empty() && host.front() != '/' && std::ranges::none_of(url, bad);
  }
  return false;
}

std::string file_name_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
  }
  const auto slash = url.rfind('/');
  return slash == std::string_view::npos ? std::string() : percent_decode(url.substr(slash + 1));
}

std::vector<Part> captions_last(std::vector<Part> content) {
  const bool caption = content.size() > 1 && std::holds_alternative<Text>(content.front()) &&
                       std::all_of(content.begin() + 1, content.end(), [](const Part& part) {
                         return std::holds_alternative<Media>(part);
                       });
  if (caption) std::rotate(content.begin(), content.begin() + 1, content.end());
  return content;
}

}  // namespace parley::connectors
