#include "connectors/telegram/telegram_markup.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/json_writer.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::telegram {
namespace {

constexpr std::string_view kRemoveKeyboard = R"({"remove_keyboard":true})";
constexpr std::size_t kCallbackBytesMax = 64;
constexpr std::size_t kCopyCharsMax = 256;
constexpr std::size_t kButtonsMax = 100;
// What a phone shows in one row without cutting titles, and how many rows before it scrolls.
constexpr std::size_t kRowChars = 30;
constexpr std::size_t kButtonPaddingChars = 4;
constexpr std::size_t kRowsMax = 5;

struct Button {
  std::string title;
  std::string json;             // members after "text", without the leading comma; "" if none
  bool keeps_keyboard = false;  // the customer may need a second look at it
};

std::size_t chars(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

class Report {
 public:
  Report(std::string_view what, std::vector<std::string>& lines) : what_(what), lines_(lines) {}
  void add(std::size_t index, ActionType type, std::string_view why) {
    std::string line(what_);
    line += " " + std::to_string(index + 1) + " (";
    line += name_of(type);
    line += "): ";
    line += why;
    lines_.push_back(std::move(line));
  }

 private:
  std::string_view what_;
  std::vector<std::string>& lines_;
};

bool is_inline_kind(ActionType type) {
  return type == ActionType::link || type == ActionType::postback || type == ActionType::copy ||
         type == ActionType::webview;
}

bool is_https(std::string_view url) { return url.starts_with("https://"); }

std::string member(std::string_view name, std::string_view json) {
  return json_quote(name) + ":" + std::string(json);
}

std::optional<Button> inline_button(const Action& action, std::size_t index, Report& report) {
  const std::string title = action.title.empty() ? "Open Link" : action.title;
  switch (action.type) {
    case ActionType::link:
      if (action.url.empty()) {
        report.add(index, action.type, "left out, it has no url");
      } else if (!valid_button_url(action.url)) {
        report.add(index, action.type, "left out, a button cannot open this url");
      } else {
        return Button{title, member("url", json_quote(action.url))};
      }
      return std::nullopt;
    case ActionType::webview:
      if (!is_https(action.url) || !valid_button_url(action.url)) {
        report.add(index, action.type, "left out, it needs an https url");
        return std::nullopt;
      }
      return Button{title, member("web_app", "{" + member("url", json_quote(action.url)) + "}")};
    case ActionType::copy:
      if (action.payload.empty() || chars(action.payload) > kCopyCharsMax) {
        report.add(index, action.type, "left out, text to copy must have 1 to 256 characters");
        return std::nullopt;
      }
      return Button{title,
                    member("copy_text", "{" + member("text", json_quote(action.payload)) + "}")};
    default: {
      const std::string& data = action.payload.empty() ? action.title : action.payload;
      if (data.empty() || data.size() > kCallbackBytesMax) {
        report.add(index, action.type, "left out, its payload must have 1 to 64 bytes");
        return std::nullopt;
      }
      return Button{action.title.empty() ? data : action.title,
                    member("callback_data", json_quote(data))};
    }
  }
}

std::optional<Button> keyboard_button(const Action& action, std::size_t index, Report& report) {
  switch (action.type) {
    case ActionType::location_request:
      return Button{action.title.empty() ? "Send Location" : action.title,
                    member("request_location", "true"), true};
    case ActionType::form:
    case ActionType::webview:
      if (action.url.empty()) {
        report.add(index, action.type, "left out, it has no url");
        return std::nullopt;
      }
      if (!is_https(action.url) || !valid_button_url(action.url)) {
        report.add(index, action.type, "left out, it needs an https url");
        return std::nullopt;
      }
      return Button{action.title.empty() ? "Open" : action.title,
                    member("web_app", "{" + member("url", json_quote(action.url)) + "}"), true};
    case ActionType::reply:
    case ActionType::handoff:
    case ActionType::postback:
      if (action.title.empty()) {
        report.add(index, action.type, "left out, it has no title");
        return std::nullopt;
      }
      if (action.type == ActionType::postback) {
        report.add(index, action.type, "became a text button, its title comes back");
      }
      return Button{action.title, ""};
    default:
      report.add(index, action.type, "left out, it cannot stand beside reply buttons here");
      return std::nullopt;
  }
}

// One row if it fits, a row each while there are few, else rows filled up in turn.
std::vector<std::vector<Button>> rows_of(std::vector<Button> buttons) {
  const auto width = [](const Button& button) { return chars(button.title) + kButtonPaddingChars; };
  std::size_t total = 0;
  for (const auto& button : buttons) total += width(button);
  std::vector<std::vector<Button>> rows;
  if (total <= kRowChars) {
    rows.push_back(std::move(buttons));
    return rows;
  }
  const bool row_each = buttons.size() <= kRowsMax;
  std::size_t used = 0;
  for (auto& button : buttons) {
    const bool full = used + width(button) > kRowChars && rows.size() < kRowsMax;
    if (rows.empty() || row_each || full) {
      rows.emplace_back();
      used = 0;
    }
    used += width(button);
    rows.back().push_back(std::move(button));
  }
  return rows;
}

std::string rows_json(std::vector<Button> buttons) {
  std::string out = "[";
  for (const auto& row : rows_of(std::move(buttons))) {
    if (out.size() > 1) out += ',';
    out += '[';
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ',';
      out += "{" + member("text", json_quote(row[i].title));
      if (!row[i].json.empty()) out += "," + row[i].json;
      out += '}';
    }
    out += ']';
  }
  return out + "]";
}

bool is_ip_literal(std::string_view host) {
  return host.starts_with('[') && host.ends_with(']') && host.find(':') != std::string_view::npos;
}

}  // namespace

bool valid_button_url(std::string_view url) {
  const auto bad = [](char c) {
    const auto b = static_cast<unsigned char>(c);
    return b <= 0x20 || b == 0x7f;
  };
  if (std::ranges::any_of(url, bad)) return false;
  if (url.starts_with("tg://")) return url.size() > 5;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    auto host = url.substr(scheme.size());
    host = host.substr(0, host.find_first_of("/?#"));
    if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
    if (!host.starts_with('['))
      host = host.substr(0, host.find(':'));
    else
      host = host.substr(0, host.find(']') + 1);
    return is_ip_literal(host) || host.find('.') != std::string_view::npos;
  }
  return false;
}

std::string reply_markup(const std::vector<Action>& actions, std::string_view what,
                         std::vector<std::string>& degraded) {
  Report report(what, degraded);
  const bool inline_only =
      std::ranges::all_of(actions, [](const Action& a) { return is_inline_kind(a.type); });
  std::vector<Button> buttons;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (buttons.size() == kButtonsMax) {
      report.add(i, actions[i].type, "left out with all after it, 100 buttons are the most");
      break;
    }
    auto button =
        inline_only ? inline_button(actions[i], i, report) : keyboard_button(actions[i], i, report);
    if (button) buttons.push_back(*std::move(button));
  }
  if (buttons.empty()) return std::string(kRemoveKeyboard);
  if (inline_only) return "{" + member("inline_keyboard", rows_json(std::move(buttons))) + "}";
  const bool keep =
      std::ranges::any_of(buttons, [](const Button& button) { return button.keeps_keyboard; });
  return "{" + member("keyboard", rows_json(std::move(buttons))) +
         R"(,"resize_keyboard":true,"one_time_keyboard":)" + (keep ? "false}" : "true}");
}

}  // namespace parley::connectors::telegram
