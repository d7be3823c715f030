#include "connectors/vk/vk_keyboard.hpp"

#include <optional>

#include "base/json_writer.hpp"
#include "connectors/button_rows.hpp"
#include "connectors/text_split.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::vk {
namespace {

constexpr std::size_t kButtonsMax = 40;
constexpr std::size_t kRowsMax = 10;
constexpr std::size_t kRowButtonsMax = 5;
constexpr std::size_t kLabelMax = 40;
constexpr std::size_t kPayloadMax = 255;

struct Button {
  std::string label, json;
  bool alone = false;  // takes a whole row
};

std::string label_of(std::string_view title) {
  return cut_text(title, kLabelMax, TextUnit::code_points);
}

std::optional<Button> button_of(const Action& action, std::string_view& why) {
  JsonWriter json;
  json.begin_object().key("action").begin_object();
  switch (action.type) {
    case ActionType::reply:
    case ActionType::postback:
    case ActionType::handoff: {
      const std::string& meant = action.payload.empty() ? action.title : action.payload;
      const std::string payload = json_quote(meant);
      if (meant.empty() || text_length(payload, TextUnit::code_points) > kPayloadMax) {
        why = "its payload must have 1 to 253 characters";
        return std::nullopt;
      }
      Button out{.label = label_of(action.title.empty() ? meant : action.title), .json = {}};
      json.member("type", "text").member("label", out.label).member("payload", payload);
      out.json = json.end_object().member("color", "primary").end_object().take();
      return out;
    }
    case ActionType::link:
    case ActionType::webview:
    case ActionType::form: {
      if (!is_web_url(action.url)) {
        why = "it has no url that can be opened";
        return std::nullopt;
      }
      Button out{.label = label_of(action.title.empty() ? "Open" : action.title),
                 .json = {},
                 .alone = true};
      json.member("type", "open_link").member("link", action.url).member("label", out.label);
      out.json = json.end_object().end_object().take();
      return out;
    }
    case ActionType::location_request: {
      json.member("type", "location").member("payload", json_quote("location"));
      return Button{.label = "", .json = json.end_object().end_object().take(), .alone = true};
    }
    default:
      why = "this channel cannot show it";
      return std::nullopt;
  }
}

// Buttons that stand together in rows, those that take a row alone in theirs.
std::vector<std::vector<const Button*>> rows_of(const std::vector<Button>& buttons) {
  std::vector<std::vector<const Button*>> rows;
  for (std::size_t at = 0; at < buttons.size();) {
    if (buttons[at].alone) {
      rows.push_back({&buttons[at++]});
      continue;
    }
    std::vector<std::string> titles;
    for (std::size_t i = at; i < buttons.size() && !buttons[i].alone; ++i) {
      titles.push_back(buttons[i].label);
    }
    for (const auto count : rows_of_buttons(titles, {.buttons = kRowButtonsMax, .row_each = 4})) {
      auto& row = rows.emplace_back();
      for (std::size_t i = 0; i < count; ++i) row.push_back(&buttons[at++]);
    }
  }
  return rows;
}

}  // namespace

std::string keyboard_of(const std::vector<Action>& actions, std::vector<std::string>& degraded) {
  std::vector<Button> buttons;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    std::string_view why = "with all after it, 40 buttons are the most";
    const bool full = buttons.size() == kButtonsMax;
    auto button = full ? std::nullopt : button_of(actions[i], why);
    if (button) {
      buttons.push_back(*std::move(button));
      continue;
    }
    degraded.push_back("action " + std::to_string(i + 1) + " (" +
                       std::string(name_of(actions[i].type)) + "): left out, " + std::string(why));
    if (full) break;
  }
  auto rows = rows_of(buttons);
  if (rows.empty()) return {};
  if (rows.size() > kRowsMax) {
    degraded.emplace_back("actions after the 10th row were left out");
    rows.resize(kRowsMax);
  }
  JsonWriter json;
  json.begin_object().member("one_time", true).key("buttons").begin_array();
  for (const auto& row : rows) {
    json.begin_array();
    for (const auto* button : row) json.raw(button->json);
    json.end_array();
  }
  return json.end_array().member("inline", false).end_object().take();
}

}  // namespace parley::connectors::vk
