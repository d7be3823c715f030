#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "connectors/text_split.hpp"
#include "connectors/url.hpp"
#include "connectors/wechat_oa/outgoing.hpp"

namespace parley::connectors::wechat_oa {
namespace {

constexpr std::size_t kTextBytesMin = 64;
constexpr std::size_t kMenuOptionsMax = 10;
constexpr std::size_t kMenuIdBytesMax = 128;
constexpr std::uint32_t kVoiceMsMax = 60'000;

// Our ids of stored media have one shape; any other id is the platform's own.
bool is_ours(std::string_view media_id) {
  return media_id.size() == 36 && media_id.starts_with("med_");
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

std::string file_name(const Media& media, std::string_view fallback) {
  return media.name.empty() ? std::string(fallback) : media.name;
}

std::string shortest(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  return {digits, end.ptr};
}

class Planner {
 public:
  Planner(const Message& message, const Channel& channel)
      : message_(message),
        channel_(channel),
        text_max_(text_bytes_setting(channel).value_or(kTextBytesMax)) {}

  Plan run() {
    for (const auto& part : message_.content) {
      std::visit([this](const auto& what) { add(what); }, part);
    }
    add_channel_data();
    add_actions(message_.suggested_actions);
    return std::move(plan_);
  }

 private:
  void degrade(std::string what) { plan_.degraded.push_back(std::move(what)); }

  Item& item(Item::Kind kind) { return plan_.items.emplace_back(Item{.kind = kind}); }

  void add_text(std::string_view text) {
    for (auto& piece : split_text(text, text_max_, TextUnit::bytes)) {
      item(Item::Kind::text).text = std::move(piece);
    }
  }

  // What has no form of its own joins the text before it: each message counts against the window.
  void add_converted(std::string_view text) {
    const bool joins = !text.empty() && !plan_.items.empty() &&
                       plan_.items.back().kind == Item::Kind::text &&
                       plan_.items.back().text.size() + 1 + text.size() <= text_max_;
    if (!joins) return add_text(text);
    plan_.items.back().text += "\n";
    plan_.items.back().text += text;
  }

  void add(const Text& part) {
    if (part.format != TextFormat::plain) degrade("text format: shown as plain text");
    add_text(part.text);
  }

  // True if the platform can show these bytes as `kind` now or after an upload.
  bool add_media(Item::Kind kind, const Media& part, std::string_view name) {
    if (part.platform_id.empty() && part.media_id.empty()) return false;
    Item& made = item(kind);
    made.title = part.name;
    made.description = part.alt;
    made.thumb_media_id =
        is_ours(part.thumbnail) || part.thumbnail.contains("://") ? std::string() : part.thumbnail;
    if (!part.platform_id.empty() || !is_ours(part.media_id)) {
      made.media_id = part.platform_id.empty() ? part.media_id : part.platform_id;
    } else {
      made.upload = Upload{.media = MediaId{part.media_id},
                           .field = "media",
                           .file_name = file_name(part, name),
                           .mime = part.mime};
    }
    return true;
  }

  bool add_sound(const Media& part) {
    const bool short_enough = part.duration_ms <= kVoiceMsMax;
    const bool format = part.mime.empty() || part.mime == "audio/amr" ||
                        part.mime == "audio/mpeg" || part.mime == "audio/mp3";
    // Bytes the platform holds already were accepted by it.
    if (!part.platform_id.empty() || (short_enough && format)) {
      const bool amr = part.mime == "audio/amr";
      if (add_media(Item::Kind::voice, part, amr ? "voice.amr" : "voice.mp3")) return true;
    }
    const bool cover =
        !part.thumbnail.empty() && !part.thumbnail.contains("://") && !is_ours(part.thumbnail);
    if (part.url.empty() || !cover) return false;
    Item& made = item(Item::Kind::music);
    made.title = part.name;
    made.description = part.alt;
    made.url = part.url;
    made.thumb_media_id = part.thumbnail;
    return true;
  }

  void add(const Media& part) {
    bool shown = false;
    std::string_view word = "file";
    switch (part.kind) {
      case MediaKind::image:
        word = "image";
        shown = add_media(Item::Kind::image, part, "image.jpg");
        break;
      case MediaKind::sticker:
        word = "sticker";
        shown = add_media(Item::Kind::image, part, "sticker.png");
        break;
      case MediaKind::audio:
      case MediaKind::voice:
        word = "audio";
        shown = add_sound(part);
        break;
      case MediaKind::video:
        word = "video";
        shown = add_media(Item::Kind::video, part, "video.mp4");
        break;
      case MediaKind::file:
        break;
    }
    if (shown) return;
    const auto caption = part.name.empty() ? std::string_view(part.alt) : part.name;
    if (part.kind == MediaKind::sticker && !part.emoji.empty()) {
      add_converted(part.emoji);
      degrade("sticker: sent as emoji");
    } else if (!part.url.empty()) {
      add_converted(joined({caption, part.transcript, part.url}, "\n"));
      degrade(std::string(word) + ": sent as a link");
    } else if (!caption.empty() || !part.transcript.empty()) {
      add_converted(joined({caption, part.transcript}, "\n"));
      degrade(std::string(word) + ": only its name was sent");
    } else {
      degrade(std::string(word) + ": left out");
    }
  }

  void add(const Location& part) {
    const auto name = part.name.empty() ? part.address : part.name;
    std::string map =
        "https://apis.map.qq.com/uri/v1/marker?marker=coord:" + shortest(part.latitude) + "," +
        shortest(part.longitude);
    if (!name.empty()) map += ";title:" + percent_encode(name);
    if (!part.address.empty()) map += ";addr:" + percent_encode(part.address);
    add_converted(joined({part.name, part.address, map}, "\n"));
    degrade("location: sent as a map link");
  }

  void add(const Contact& part) {
    std::string text = part.name;
    for (const auto& phone : part.phones) text += "\n" + phone;
    for (const auto& email : part.emails) text += "\n" + email;
    add_converted(text);
    degrade("contact: sent as text");
  }

  void add(const Link& part) {
    if (part.title.empty() && part.description.empty()) return add_converted(part.url);
    Item& made = item(Item::Kind::news);
    made.title = part.title.empty() ? part.url : part.title;
    made.description = part.description;
    made.url = part.url;
    made.image_url = part.image_url;
  }

  bool add_page(const Card& card) {
    const auto open = std::ranges::find(card.actions, ActionType::mini_program, &Action::type);
    if (open == card.actions.end() || open->app_id.empty() || card.image_media_id.empty()) {
      return false;
    }
    if (!card.text.empty()) degrade("card: its text was left out");
    Item& made = item(Item::Kind::page);
    made.title = card.title;
    made.app_id = open->app_id;
    made.page = open->page;
    if (is_ours(card.image_media_id)) {
      made.upload = Upload{.media = MediaId{card.image_media_id},
                           .field = "media",
                           .file_name = "cover.jpg",
                           .mime = "image/jpeg"};
    } else {
      made.media_id = card.image_media_id;
    }
    add_actions(card.actions, &*open);
    return true;
  }

  void add(const Card& card) {
    if (add_page(card)) return;
    const auto open = std::ranges::find_if(card.actions, [](const Action& action) {
      return !action.url.empty() &&
             (action.type == ActionType::link || action.type == ActionType::webview);
    });
    if (card.image_url.empty() && !card.image_media_id.empty()) {
      degrade("card: its picture was left out");
    }
    if (card.actions.size() == 1 && open != card.actions.end()) {
      Item& made = item(Item::Kind::news);
      made.title = card.title;
      made.description = card.text;
      made.url = open->url;
      made.image_url = card.image_url;
      return;
    }
    add_converted(joined({card.title, card.text, card.image_url}, "\n"));
    degrade("card: sent as text");
    add_actions(card.actions);
  }

  void add(const Cards& cards) {
    if (cards.items.size() == 1) return add(cards.items.front());
    std::string text;
    std::vector<Action> actions;
    for (std::size_t i = 0; i < cards.items.size(); ++i) {
      const auto& card = cards.items[i];
      if (!text.empty()) text += "\n\n";
      text += std::to_string(i + 1) + ". " + joined({card.title, card.text}, "\n");
      for (const auto& action : card.actions) {
        if (action.type == ActionType::link || action.type == ActionType::webview) {
          text += "\n" + joined({action.title, action.url}, " ");
        } else {
          actions.push_back(action);
        }
      }
    }
    add_converted(text);
    degrade("cards: sent as a numbered list");
    add_actions(actions);
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

  void add(const FormResponse&) { degrade("form response: left out"); }

  void add(const Template& part) {
    item(part.category == "subscribe" ? Item::Kind::subscription : Item::Kind::template_).filled =
        &part;
  }

  void add(const Goods& part) {
    if (part.url.empty()) {
      add_converted(joined({part.title, part.price, part.status, part.id}, "\n"));
      return degrade("goods: sent as text");
    }
    Item& made = item(Item::Kind::news);
    made.title = part.title.empty() ? part.id : part.title;
    made.description = joined({part.price, part.status}, " ");
    made.url = part.url;
    made.image_url = part.image_url;
  }

  void add(const Reaction&) { degrade("reaction: left out"); }
  void add(const Deletion&) { degrade("deletion: left out"); }
  void add(const ActionResponse&) { degrade("action response: left out"); }
  void add(const Unsupported&) { degrade("unsupported part: left out"); }
  void add(const Edit& part) {
    add_text(part.text);
    degrade("edit: sent as a new message");
  }

  // What the caller wrote in the platform's own words: {"miniprogrampage":{...}}.
  void add_channel_data() {
    constexpr std::string_view kTypes[] = {"miniprogrampage", "wxcard", "mpnews", "mpnewsarticle",
                                           "music",           "news",   "msgmenu"};
    if (message_.channel_data.empty()) return;
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    const auto& text = message_.channel_data;
    if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) {
      return degrade("channel_data: not a JSON object");
    }
    for (const auto type : kTypes) {
      simdjson::dom::object inner;
      if (object[type].get(inner) != simdjson::SUCCESS) continue;
      Item& made = item(Item::Kind::raw);
      made.type = type;
      made.raw = simdjson::minify(inner);
    }
  }

  // Lines go under the last text, options make it a menu. `shown` is on screen already.
  void add_actions(const std::vector<Action>& actions, const Action* shown = nullptr) {
    std::string lines;
    std::vector<std::pair<std::string, std::string>> options;
    for (const auto& action : actions) {
      if (&action == shown) continue;
      add_action(action, lines, options);
    }
    if (!lines.empty()) {
      add_converted(std::string_view(lines).substr(1));
      degrade("actions: sent as lines of text");
    }
    if (options.empty()) return;
    const bool after_text = !plan_.items.empty() && plan_.items.back().kind == Item::Kind::text;
    Item& menu = after_text ? plan_.items.back() : item(Item::Kind::menu);
    menu.kind = Item::Kind::menu;
    if (menu.text.empty()) menu.text = "请选择：";
    menu.options = std::move(options);
  }

  void add_action(const Action& action, std::string& lines,
                  std::vector<std::pair<std::string, std::string>>& options) {
    switch (action.type) {
      case ActionType::reply:
      case ActionType::postback: {
        if (options.size() == kMenuOptionsMax || action.title.empty()) {
          return degrade("quick reply: left out");
        }
        const bool fits = !action.payload.empty() && action.payload.size() <= kMenuIdBytesMax;
        options.emplace_back(fits ? action.payload : std::to_string(options.size() + 1),
                             action.title);
        return;
      }
      case ActionType::link:
      case ActionType::webview:
      case ActionType::form:
        if (action.url.empty()) return degrade("link without URL: left out");
        lines += "\n" + joined({action.title, action.url}, " ");
        return;
      case ActionType::call:
        lines += "\n" + joined({action.title, action.phone}, " ");
        return;
      case ActionType::copy:
        lines += "\n" + joined({action.title, action.payload}, " ");
        return;
      case ActionType::mini_program:
        return degrade("mini program: left out, it needs a card with a picture");
      case ActionType::location_request:
        return degrade("location request: left out");
      case ActionType::handoff:
        return add_transfer(action);
    }
  }

  void add_transfer(const Action& action) {
    if (!message_.content.empty()) return degrade("handoff: left out beside other content");
    auto account = action.payload;
    if (account.empty()) account = channel_.setting("kf_account");
    item(Item::Kind::transfer).text = std::move(account);
  }

  const Message& message_;
  const Channel& channel_;
  std::size_t text_max_;
  Plan plan_;
};

}  // namespace

std::optional<std::size_t> text_bytes_setting(const Channel& channel) {
  const auto text = channel.setting("text_bytes_max");
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  if (value < kTextBytesMin || value > kTextBytesMax) return {};
  return value;
}

Plan plan_message(const Message& message, const Channel& channel) {
  return Planner(message, channel).run();
}

}  // namespace parley::connectors::wechat_oa
