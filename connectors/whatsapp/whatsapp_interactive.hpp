// connectors/whatsapp/whatsapp_interactive.hpp
// Actions below a text. A message shows one kind of them: a request for the location, a form
// (flow), a link, or replies; replies are up to 3 buttons, or a list of up to 10 rows.
//
// Limits   body 1024 characters; button 20, flow button 30, row 24, a row's description 72
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/whatsapp/whatsapp_body.hpp"

namespace parley::connectors::whatsapp {

inline constexpr std::size_t kInteractiveBodyMax = 1024;

enum class ActionsKind : std::uint8_t { none, location, form, link, buttons, list };

// Which of the actions will be shown, and how.
struct ShownActions {
  ActionsKind kind = ActionsKind::none;
  std::vector<const Action*> actions;

  // Buttons and links have room for a picture, film or document above the text.
  bool has_header() const { return kind == ActionsKind::buttons || kind == ActionsKind::link; }
};

// What will not be shown is reported, one line each.
ShownActions choose_actions(const std::vector<Action>& actions, std::vector<std::string>& degraded);

struct Header {
  std::string_view type;  // "image", "video", "document"; "" for none
  File file;
};

// Writes the interactive object. `menu_title` is what the button of a list says.
void write_interactive(const ShownActions& shown, std::string_view text, const Header& header,
                       std::string_view menu_title, Body& body, std::vector<std::string>& degraded);

// "Menu" in the language given ("es", "spa", "zh-CN"), else in that of the text.
std::string_view menu_title_for(std::string_view language, std::string_view text);

}  // namespace parley::connectors::whatsapp
