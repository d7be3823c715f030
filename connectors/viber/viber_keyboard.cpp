#include "connectors/viber/viber_keyboard.hpp"

#include <simdjson.h>

#include <optional>

#include "base/json_writer.hpp"
#include "connectors/button_rows.hpp"
#include "connectors/json_in.hpp"
#include "connectors/text_split.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::viber {
namespace {

constexpr std::size_t kButtonsMax = 24;  // rows of a keyboard, one button each at the least
constexpr std::size_t kColumns = 6;
constexpr std::size_t kRowButtonsMax = 3;
constexpr std::size_t kBodyCharsMax = 1000;
constexpr std::size_t kTitleCharsMax = 250;

struct Layout {
  std::string background, text, text_size = "regular";
};

struct Button {
  std::string_view type;
  std::string body, title;
};

std::optional<Layout> read_layout(std::string_view json) {
  Layout out;
  if (json.empty()) return out;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (!parse_object(parser, json, 8, object)) return std::nullopt;
  out.background = text_in(object, "bg_color");
  out.text = text_in(object, "text");
  const std::string size = text_in(object, "text_size");
  if (!size.empty()) out.text_size = size;
  const bool good_size = size.empty() || size == "small" || size == "regular" || size == "large";
  if (!good_size || (!out.text.empty() && !out.text.contains('*'))) return std::nullopt;
  return out;
}

// "<b>*</b>" around a title; Viber reads titles as a little HTML.
std::string dressed(const std::string& title, const Layout& layout) {
  if (layout.text.empty()) return title;
  std::string out = layout.text;
  return out.replace(out.find('*'), 1, title);
}

std::optional<Button> button_of(const Action& action, std::string_view& why) {
  const auto& title = action.title;
  switch (action.type) {
    case ActionType::reply:
    case ActionType::postback:
    case ActionType::handoff: {
      const std::string& body = action.payload.empty() ? title : action.payload;
      if (body.empty() || text_length(body, TextUnit::code_points) > kBodyCharsMax) {
        why = "it has nothing to say back, or too much";
        return std::nullopt;
      }
      return Button{"reply", body, title.empty() ? body : title};
    }
    case ActionType::link:
    case ActionType::webview:
    case ActionType::form:
      if (!is_web_url(action.url)) {
        why = "it has no url that can be opened";
        return std::nullopt;
      }
      return Button{"open-url", action.url, title.empty() ? "Open" : title};
    case ActionType::call:
      if (action.phone.empty()) {
        why = "it has no phone number";
        return std::nullopt;
      }
      return Button{"open-url", "tel:" + action.phone, title.empty() ? action.phone : title};
    case ActionType::location_request:
      return Button{"location-picker", title.empty() ? "Send location" : title,
                    title.empty() ? "Send location" : title};
    case ActionType::copy:
    case ActionType::mini_program:
      break;
  }
  why = "this channel cannot show it";
  return std::nullopt;
}

void write_buttons(JsonWriter& json, const std::vector<Button>& buttons, const Layout& layout) {
  std::vector<std::string> titles;
  for (const auto& button : buttons) titles.push_back(button.title);
  const auto rows = rows_of_buttons(titles, {.buttons = kRowButtonsMax});
  std::size_t at = 0;
  for (const std::size_t count : rows) {
    for (std::size_t i = 0; i < count; ++i, ++at) {
      const auto& button = buttons[at];
      json.begin_object().member("ActionType", button.type).member("ActionBody", button.body);
      json.member("Text", dressed(button.title, layout)).member("TextSize", layout.text_size);
      json.member("Columns", std::to_string(kColumns / count));
      if (!layout.background.empty()) json.member("BgColor", layout.background);
      json.end_object();
    }
  }
}

}  // namespace

bool usable_layout(std::string_view layout) { return read_layout(layout).has_value(); }

std::string keyboard_of(const std::vector<Action>& actions, std::string_view layout,
                        std::vector<std::string>& degraded) {
  std::vector<Button> buttons;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    std::string_view why = "with all after it, 24 buttons are the most";
    const bool full = buttons.size() == kButtonsMax;
    auto button = full ? std::nullopt : button_of(actions[i], why);
    if (!button) {
      degraded.push_back("action " + std::to_string(i + 1) + " (" +
                         std::string(name_of(actions[i].type)) + "): left out, " +
                         std::string(why));
      if (full) break;
      continue;
    }
    button->title = cut_text(button->title, kTitleCharsMax, TextUnit::code_points);
    buttons.push_back(*std::move(button));
  }
  if (buttons.empty()) return {};
  JsonWriter json;
  json.begin_object().member("Type", "keyboard").member("DefaultHeight", false);
  json.key("Buttons").begin_array();
  write_buttons(json, buttons, read_layout(layout).value_or(Layout{}));
  return json.end_array().end_object().take();
}

}  // namespace parley::connectors::viber
