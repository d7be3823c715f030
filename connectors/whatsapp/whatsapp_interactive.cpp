#include "connectors/whatsapp/whatsapp_interactive.hpp"

#include <algorithm>
#include <set>

#include "connectors/graph_api.hpp"
#include "connectors/url.hpp"
#include "connectors/whatsapp/whatsapp_flow.hpp"

namespace parley::connectors::whatsapp {
namespace {

constexpr std::size_t kButtonsMax = 3;
constexpr std::size_t kRowsMax = 10;
constexpr std::size_t kButtonCharsMax = 20;
constexpr std::size_t kFlowButtonCharsMax = 30;
constexpr std::size_t kRowCharsMax = 24;
constexpr std::size_t kRowDescriptionCharsMax = 72;
constexpr std::size_t kIdBytesMax = 200;  // of rows; buttons take 256

std::string named(const Action& action) {
  return action.title.empty() ? "an action" : "action \"" + action.title + "\"";
}

std::string fit(std::string_view text, std::size_t chars_max, std::vector<std::string>& degraded) {
  std::string short_text = graph::shortened(text, chars_max);
  if (short_text != text) {
    degraded.push_back("action \"" + short_text + "\": cut to " + std::to_string(chars_max) +
                       " characters");
  }
  return short_text;
}

// What the one button says that opens something, if nobody gave it words.
std::string_view title_or(const Action& action, std::string_view otherwise) {
  return action.title.empty() ? otherwise : std::string_view(action.title);
}

ActionsKind kind_of(const Action& action) {
  switch (action.type) {
    case ActionType::location_request:
      return ActionsKind::location;
    case ActionType::form:
      return action.url.empty() ? ActionsKind::none : ActionsKind::form;
    case ActionType::link:
    case ActionType::webview:
      return action.url.empty() ? ActionsKind::none : ActionsKind::link;
    case ActionType::reply:
    case ActionType::postback:
    case ActionType::handoff:
      return action.title.empty() ? ActionsKind::none : ActionsKind::buttons;
    case ActionType::call:
    case ActionType::mini_program:
    case ActionType::copy:
      break;
  }
  return ActionsKind::none;
}

std::size_t most_of(ActionsKind kind) {
  if (kind == ActionsKind::buttons) return kRowsMax;
  return kind == ActionsKind::none ? 0 : 1;
}

// Comes back when it is chosen: our payload, or its place in the list.
class Ids {
 public:
  std::string next(const Action& action, std::vector<std::string>& degraded) {
    std::string id = action.payload;
    if (action.type == ActionType::handoff && id.empty()) id = "handoff";
    if (id.size() > kIdBytesMax) {
      degraded.push_back(named(action) + ": its payload is too long and will not come back");
      id.clear();
    }
    const std::string place = std::to_string(count_++);
    if (id.empty() || !used_.insert(id).second) return place;
    return id;
  }

 private:
  int count_ = 0;
  std::set<std::string> used_;
};

void write_buttons(const ShownActions& shown, JsonWriter& json,
                   std::vector<std::string>& degraded) {
  Ids ids;
  json.begin_object().key("buttons").begin_array();
  for (const Action* action : shown.actions) {
    json.begin_object().member("type", "reply").key("reply").begin_object();
    json.member("id", ids.next(*action, degraded));
    json.member("title", fit(action->title, kButtonCharsMax, degraded)).end_object().end_object();
  }
  json.end_array().end_object();
}

void write_list(const ShownActions& shown, std::string_view menu_title, JsonWriter& json,
                std::vector<std::string>& degraded) {
  Ids ids;
  json.begin_object().member("button", menu_title).key("sections").begin_array();
  json.begin_object().key("rows").begin_array();
  for (const Action* action : shown.actions) {
    json.begin_object().member("id", ids.next(*action, degraded));
    json.member("title", fit(action->title, kRowCharsMax, degraded));
    if (!action->description.empty()) {
      json.member("description", fit(action->description, kRowDescriptionCharsMax, degraded));
    }
    json.end_object();
  }
  json.end_array().end_object().end_array().end_object();
}

void write_link(const Action& action, JsonWriter& json, std::vector<std::string>& degraded) {
  json.begin_object().member("name", "cta_url").key("parameters").begin_object();
  json.member("display_text", fit(title_or(action, "Open Link"), kButtonCharsMax, degraded));
  json.member("url", action.url).end_object().end_object();
}

void write_flow(const Action& action, JsonWriter& json, std::vector<std::string>& degraded) {
  const Flow flow = read_flow(action.url);
  if (!flow.wrong.empty()) {
    degraded.push_back(named(action) + ": " + flow.wrong + "; the form opens as it is by default");
  }
  json.begin_object().member("name", "flow").key("parameters").begin_object();
  json.member("flow_message_version", "3").member("flow_id", flow.id);
  json.member("flow_cta", fit(title_or(action, "Open Form"), kFlowButtonCharsMax, degraded));
  if (!flow.action.empty()) json.member("flow_action", flow.action);
  if (!flow.screen.empty()) {
    json.key("flow_action_payload").begin_object().member("screen", flow.screen);
    if (!flow.data.empty()) {
      json.key("data").begin_object();
      for (const auto& [key, value] : flow.data) json.member(key, value);
      json.end_object();
    }
    json.end_object();
  }
  if (!flow.token.empty()) json.member("flow_token", flow.token);
  json.end_object().end_object();
}

std::string_view type_name(ActionsKind kind) {
  switch (kind) {
    case ActionsKind::location:
      return "location_request_message";
    case ActionsKind::form:
      return "flow";
    case ActionsKind::link:
      return "cta_url";
    case ActionsKind::list:
      return "list";
    case ActionsKind::buttons:
    case ActionsKind::none:
      break;
  }
  return "button";
}

struct MenuTitle {
  std::string_view two, three, title;  // ISO 639-1, -3
};

constexpr MenuTitle kMenuTitles[] = {
    {"zh", "zho", "菜单"}, {"es", "spa", "Menú"},    {"pt", "por", "Menu"},
    {"fr", "fra", "Menu"}, {"de", "deu", "Menü"},    {"it", "ita", "Menu"},
    {"ru", "rus", "Меню"}, {"ar", "ara", "القائمة"}, {"ja", "jpn", "メニュー"},
    {"ko", "kor", "메뉴"}, {"tr", "tur", "Menü"},    {"id", "ind", "Menu"},
    {"vi", "vie", "Menu"}, {"th", "tha", "เมนู"},     {"hi", "hin", "मेन्यू"},
};

bool has_chinese(std::string_view text) {
  // U+4E00 to U+9FFF are E4 B8 80 to E9 BF BF.
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xE4 && byte <= 0xE9;
  });
}

}  // namespace

ShownActions choose_actions(const std::vector<Action>& actions,
                            std::vector<std::string>& degraded) {
  // The one that can stand only by itself wins over what a text could say as well.
  ShownActions shown;
  for (const auto kind :
       {ActionsKind::location, ActionsKind::form, ActionsKind::link, ActionsKind::buttons}) {
    const auto is = [kind](const Action& action) { return kind_of(action) == kind; };
    if (shown.kind == ActionsKind::none && std::ranges::any_of(actions, is)) shown.kind = kind;
  }
  for (const auto& action : actions) {
    const auto kind = kind_of(action);
    if (kind == ActionsKind::none) {
      degraded.push_back(named(action) + ": left out, it lacks what it needs or has no form here");
    } else if (kind != shown.kind) {
      degraded.push_back(named(action) + ": left out, another kind of action is shown");
    } else if (shown.actions.size() == most_of(kind)) {
      if (kind != ActionsKind::location) {
        degraded.push_back(named(action) + ": left out, no more fit");
      }
    } else {
      shown.actions.push_back(&action);
    }
  }
  const bool described = std::ranges::any_of(
      shown.actions, [](const Action* action) { return !action->description.empty(); });
  if (shown.kind == ActionsKind::buttons && (shown.actions.size() > kButtonsMax || described)) {
    shown.kind = ActionsKind::list;
  }
  return shown;
}

void write_interactive(const ShownActions& shown, std::string_view text, const Header& header,
                       std::string_view menu_title, Body& body,
                       std::vector<std::string>& degraded) {
  JsonWriter& json = body.json();
  json.begin_object().member("type", type_name(shown.kind));
  if (!header.type.empty()) {
    json.key("header").begin_object().member("type", header.type).key(header.type);
    const std::string name =
        header.file.name.empty() ? base_name(header.file.url) : header.file.name;
    body.write_file(header.file, "", header.type == "document" ? name : std::string());
    json.end_object();
  }
  json.key("body").begin_object().member("text", text).end_object().key("action");
  switch (shown.kind) {
    case ActionsKind::location:
      json.begin_object().member("name", "send_location").end_object();
      break;
    case ActionsKind::form:
      write_flow(*shown.actions.front(), json, degraded);
      break;
    case ActionsKind::link:
      write_link(*shown.actions.front(), json, degraded);
      break;
    case ActionsKind::list:
      write_list(shown, menu_title, json, degraded);
      break;
    case ActionsKind::buttons:
    case ActionsKind::none:
      write_buttons(shown, json, degraded);
      break;
  }
  json.end_object();
}

std::string_view menu_title_for(std::string_view language, std::string_view text) {
  const auto known = language.substr(0, language.find_first_of("-_"));
  for (const auto& row : kMenuTitles) {
    if (known == row.two || known == row.three) return row.title;
  }
  if (known.empty() && has_chinese(text)) return kMenuTitles[0].title;
  return "Menu";
}

}  // namespace parley::connectors::whatsapp
