#include "connectors/pieces.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "connectors/text_split.hpp"
#include "connectors/url.hpp"

namespace parley::connectors {
namespace {

constexpr std::string_view kChoose = "请选择：";

std::string joined(std::initializer_list<std::string_view> words, std::string_view between) {
  std::string out;
  for (const auto word : words) {
    if (word.empty()) continue;
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

std::string decimal(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  return {digits, end.ptr};
}

std::string map_url(const Location& place) {
  std::string url = "https://uri.amap.com/marker?position=" + decimal(place.longitude) + "," +
                    decimal(place.latitude);
  const auto& name = place.name.empty() ? place.address : place.name;
  if (!name.empty()) url += "&name=" + percent_encode(name);
  return url;
}

std::string_view word_for(MediaKind kind) {
  switch (kind) {
    case MediaKind::image:
      return "image";
    case MediaKind::audio:
    case MediaKind::voice:
      return "audio";
    case MediaKind::video:
      return "video";
    case MediaKind::sticker:
      return "sticker";
    case MediaKind::file:
      break;
  }
  return "file";
}

bool opens_address(const Action& action) {
  return action.type == ActionType::link || action.type == ActionType::webview ||
         action.type == ActionType::form;
}

class Cutter {
 public:
  Cutter(const Message& message, const Shows& shows) : message_(message), shows_(shows) {}

  Pieces run() {
    for (const auto& part : message_.content) {
      std::visit([this](const auto& what) { add(what); }, part);
    }
    add_actions(message_.suggested_actions);
    return std::move(pieces_);
  }

 private:
  void degrade(std::string what) { pieces_.degraded.push_back(std::move(what)); }

  // An address on its way into a text.
  std::string_view url_text(std::string_view url) {
    if (shows_.urls || url.empty()) return url;
    degrade("address: left out, this platform refuses texts with addresses");
    return {};
  }

  Piece& piece(Piece::Kind kind) { return pieces_.list.emplace_back(Piece{.kind = kind}); }

  void add_text(std::string_view text, TextFormat format = TextFormat::plain) {
    for (auto& cut : split_text(text, shows_.text_max, shows_.text_unit)) {
      Piece& made = piece(Piece::Kind::text);
      made.text = std::move(cut);
      made.format = format;
    }
  }

  // What has no form of its own joins the text before it: each message may count against a quota.
  void add_converted(std::string_view text) {
    if (text.empty()) return;
    Piece* last = pieces_.list.empty() ? nullptr : &pieces_.list.back();
    const bool joins =
        last != nullptr && last->kind == Piece::Kind::text && last->format == TextFormat::plain &&
        last->actions.empty() &&
        text_length(last->text, shows_.text_unit) + 1 + text_length(text, shows_.text_unit) <=
            shows_.text_max;
    if (!joins) return add_text(text);
    last->text += "\n";
    last->text += text;
  }

  void add(const Text& part) {
    const bool kept = part.format == TextFormat::markdown && shows_.markdown;
    if (part.format != TextFormat::plain && !kept) degrade("text format: shown as plain text");
    add_text(part.text, kept ? TextFormat::markdown : TextFormat::plain);
  }

  void add(const Media& part) {
    if (shows_.media != nullptr && shows_.media(part)) {
      piece(Piece::Kind::media).media = &part;
      return;
    }
    const std::string word(word_for(part.kind));
    const std::string_view caption = part.name.empty() ? part.alt : part.name;
    if (part.kind == MediaKind::sticker && !part.emoji.empty()) {
      add_converted(part.emoji);
      degrade("sticker: sent as emoji");
    } else if (!part.url.empty() && shows_.urls) {
      add_converted(joined({caption, part.transcript, part.url}, "\n"));
      degrade(word + ": sent as a link");
    } else if (!caption.empty() || !part.transcript.empty()) {
      add_converted(joined({caption, part.transcript}, "\n"));
      degrade(word + ": only its name was sent");
    } else {
      degrade(word + ": left out");
    }
  }

  void add(const Location& part) {
    if (shows_.locations) {
      piece(Piece::Kind::location).location = &part;
      return;
    }
    add_converted(joined({part.name, part.address, url_text(map_url(part))}, "\n"));
    degrade("location: sent as text");
  }

  void add(const Contact& part) {
    std::string text = part.name;
    for (const auto& phone : part.phones) text += (text.empty() ? "" : "\n") + phone;
    for (const auto& email : part.emails) text += (text.empty() ? "" : "\n") + email;
    add_converted(text);
    degrade("contact: sent as text");
  }

  void add(const Link& part) {
    if (shows_.links && !part.url.empty() && !part.title.empty()) {
      piece(Piece::Kind::link).link = &part;
      return;
    }
    add_converted(joined({part.title, part.description, url_text(part.url)}, "\n"));
  }

  void add(const Card& card) {
    if (shows_.card != nullptr && shows_.card(card)) {
      piece(Piece::Kind::card).card = &card;
      return;
    }
    if (card.image_url.empty() && !card.image_media_id.empty()) {
      degrade("card: its picture was left out");
    }
    add_converted(joined({card.title, card.text, url_text(card.image_url)}, "\n"));
    degrade("card: sent as text");
    add_actions(card.actions);
  }

  void add(const Cards& cards) {
    const bool each = shows_.card != nullptr && std::ranges::all_of(cards.items, shows_.card);
    if (each || cards.items.size() == 1) {
      for (const auto& card : cards.items) add(card);
      return;
    }
    std::string text;
    for (std::size_t i = 0; i < cards.items.size(); ++i) {
      const auto& card = cards.items[i];
      if (!text.empty()) text += "\n\n";
      text += std::to_string(i + 1) + ". " + joined({card.title, card.text}, "\n");
      for (const auto& action : card.actions) {
        const auto line = line_for(action);
        if (!line.empty()) text += "\n" + line;
      }
    }
    add_converted(text);
    degrade("cards: sent as a numbered list");
  }

  void add(const Form& form) {
    std::string text;
    for (const auto& field : form.fields) {
      if (!text.empty()) text += "\n";
      text += field.label.empty() ? field.name : field.label;
      for (const auto& option : field.options) text += "\n- " + option;
    }
    add_converted(text);
    degrade("form: sent as questions");
  }

  void add(const Goods& part) {
    add_converted(joined({part.title, part.price, part.status, part.id, url_text(part.url)}, "\n"));
    degrade("goods: sent as text");
  }

  void add(const Edit& part) {
    add_text(part.text);
    degrade("edit: sent as a new message");
  }

  void add(const Template& part) {
    if (!shows_.templates) return degrade("template: left out, this platform has none");
    piece(Piece::Kind::template_).approved = &part;
  }

  void add(const FormResponse&) { degrade("form response: left out"); }
  void add(const Reaction&) { degrade("reaction: left out"); }
  void add(const Deletion&) { degrade("deletion: left out"); }
  void add(const ActionResponse&) { degrade("action response: left out"); }
  void add(const Unsupported&) { degrade("unsupported part: left out"); }

  std::string line_for(const Action& action) const {
    if (opens_address(action)) {
      if (action.url.empty() || !shows_.urls) return {};
      return joined({action.title, action.url}, " ");
    }
    if (action.type == ActionType::call) return joined({action.title, action.phone}, " ");
    if (action.type == ActionType::copy) return joined({action.title, action.payload}, " ");
    if (action.type == ActionType::reply || action.type == ActionType::postback) {
      return action.title;
    }
    return {};
  }

  void add_actions(const std::vector<Action>& actions) {
    std::vector<Action> buttons;
    std::string lines;
    std::size_t choices = 0, converted = 0;
    for (const auto& action : actions) {
      if (shows_.action != nullptr && shows_.action(action)) {
        buttons.push_back(action);
        continue;
      }
      auto line = line_for(action);
      if (line.empty()) {
        degrade("action: left out, it cannot be shown here");
        continue;
      }
      const bool choice = action.type == ActionType::reply || action.type == ActionType::postback;
      if (choice) line = std::to_string(++choices) + ". " + line;
      lines += (lines.empty() ? "" : "\n") + line;
      ++converted;
    }
    if (converted > 0) {
      add_converted(lines);
      degrade("actions: sent as lines of text");
    }
    if (!buttons.empty()) add_buttons(std::move(buttons));
  }

  void add_buttons(std::vector<Action> buttons) {
    Piece* last = pieces_.list.empty() ? nullptr : &pieces_.list.back();
    if (last == nullptr || last->kind != Piece::Kind::text || !last->actions.empty()) {
      last = &piece(Piece::Kind::text);
      last->text = kChoose;
    }
    last->actions = std::move(buttons);
  }

  const Message& message_;
  const Shows& shows_;
  Pieces pieces_;
};

}  // namespace

Pieces pieces_of(const Message& message, const Shows& shows) {
  return Cutter(message, shows).run();
}

bool is_stored_media(std::string_view media_id) {
  return media_id.size() == 36 && media_id.starts_with("med_");
}

}  // namespace parley::connectors
