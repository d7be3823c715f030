#include "connectors/tencent_plan.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "connectors/text_split.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::tencent {
namespace {

constexpr std::size_t kTextBytesMin = 64;
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

// As much of it as fits, never a character cut in two.
std::string cut(const std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  return split_text(text, bytes_max, TextUnit::bytes).front();
}

class Planner {
 public:
  Planner(const Message& message, const Forms& forms)
      : message_(message), forms_(forms), text_max_(forms.text_bytes_max) {}

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
    if (part.format == TextFormat::markdown && forms_.markdown && part.text.size() <= text_max_) {
      item(Item::Kind::markdown).text = part.text;
      return;
    }
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
    if (!forms_.voice) return false;
    const bool short_enough = part.duration_ms <= kVoiceMsMax;
    const bool mp3 = part.mime == "audio/mpeg" || part.mime == "audio/mp3";
    const bool format = part.mime.empty() || part.mime == "audio/amr" || (mp3 && forms_.voice_mp3);
    // Bytes the platform holds already were accepted by it.
    if (!part.platform_id.empty() || (short_enough && format)) {
      const bool amr = part.mime == "audio/amr";
      if (add_media(Item::Kind::voice, part, amr ? "voice.amr" : "voice.mp3")) return true;
    }
    const bool cover =
        !part.thumbnail.empty() && !part.thumbnail.contains("://") && !is_ours(part.thumbnail);
    if (part.url.empty() || !cover || !forms_.music) return false;
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
        shown = forms_.video && add_media(Item::Kind::video, part, "video.mp4");
        break;
      case MediaKind::file:
        break;
    }
    // What cannot be played may still be handed over.
    if (!shown && forms_.file) shown = add_media(Item::Kind::file, part, word);
    if (shown) return;
    add_unshown(part, word);
  }

  void add_unshown(const Media& part, std::string_view word) {
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
    if (forms_.location) {
      Item& made = item(Item::Kind::location);
      made.title = part.name;
      made.description = part.address;
      made.latitude = part.latitude;
      made.longitude = part.longitude;
      return;
    }
    const auto name = part.name.empty() ? part.address : part.name;
    std::string map =
        "https://apis.map.qq.com/uri/v1/marker?marker=coord:" + shortest(part.latitude) + "," +
        shortest(part.longitude);
    if (!name.empty()) map += ";title:" + percent_encode(name);
    if (!part.address.empty()) map += ";addr:" + percent_encode(part.address);
    const auto address = part.address == part.name ? std::string_view() : part.address;
    add_converted(joined({part.name, address, map}, "\n"));
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
    if (forms_.articles != Articles::by_url) {
      add_converted(joined({part.title, part.description, part.url}, "\n"));
      return degrade("link: sent as text");
    }
    Item& made = item(Item::Kind::news);
    made.title = part.title.empty() ? part.url : part.title;
    made.description = part.description;
    made.url = part.url;
    made.image_url = part.image_url;
  }

  bool add_page(const Card& card) {
    const auto open = std::ranges::find(card.actions, ActionType::mini_program, &Action::type);
    if (!forms_.pages || open == card.actions.end() || card.image_media_id.empty()) return false;
    const auto& own = forms_.own_app_id;
    const bool showable =
        own.empty() ? !open->app_id.empty() : open->app_id.empty() || open->app_id == own;
    if (!showable) return false;
    if (!card.text.empty()) degrade("card: its text was left out");
    Item& made = item(Item::Kind::page);
    made.title = card.title;
    made.app_id = open->app_id;
    made.page = open->page;
    add_cover(made, card);
    add_actions(card.actions, &*open);
    return true;
  }

  static void add_cover(Item& made, const Card& card) {
    if (is_ours(card.image_media_id)) {
      made.upload = Upload{.media = MediaId{card.image_media_id},
                           .field = "media",
                           .file_name = "cover.jpg",
                           .mime = "image/jpeg"};
    } else {
      made.media_id = card.image_media_id;
    }
  }

  // A card that is one link is an article.
  bool add_article(const Card& card) {
    const auto open = std::ranges::find_if(card.actions, [](const Action& action) {
      return !action.url.empty() &&
             (action.type == ActionType::link || action.type == ActionType::webview);
    });
    if (card.actions.size() != 1 || open == card.actions.end()) return false;
    if (forms_.articles == Articles::none) return false;
    if (forms_.articles == Articles::uploaded && card.image_media_id.empty()) return false;
    Item& made = item(Item::Kind::news);
    made.title = card.title;
    made.description = card.text;
    made.url = open->url;
    made.image_url = card.image_url;
    if (forms_.articles == Articles::uploaded) add_cover(made, card);
    return true;
  }

  void add(const Card& card) {
    if (add_page(card)) return;
    const bool article = add_article(card);
    const bool uploaded = article && forms_.articles == Articles::uploaded;
    if (card.image_url.empty() && !card.image_media_id.empty() && !uploaded) {
      degrade("card: its picture was left out");
    }
    if (article) return;
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
    if (forms_.templates == Templates::none) return degrade("template: left out");
    const bool subscription =
        forms_.templates == Templates::subscription || part.category == "subscribe";
    Item& made = item(subscription ? Item::Kind::subscription : Item::Kind::template_);
    made.filled = &part;
    made.parameters = body_parameters(part, plan_.degraded);
  }

  void add(const Goods& part) {
    if (part.url.empty() || forms_.articles != Articles::by_url) {
      add_converted(joined({part.title, part.price, part.status, part.id, part.url}, "\n"));
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
    if (message_.channel_data.empty() || forms_.raw_types.empty()) return;
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    const auto& text = message_.channel_data;
    if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) {
      return degrade("channel_data: not a JSON object");
    }
    for (const auto type : forms_.raw_types) {
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
    std::vector<Option> options;
    std::size_t replies = 0;
    for (const auto& action : actions) {
      if (&action == shown) continue;
      if (!add_option(action, options)) add_line(action, lines, replies);
    }
    if (!lines.empty()) {
      add_converted(std::string_view(lines).substr(1));
      degrade("actions: sent as lines of text");
    }
    if (options.empty()) return;
    const bool under = !plan_.items.empty() && plan_.items.back().kind == Item::Kind::text &&
                       plan_.items.back().text.size() <= forms_.menu_head_bytes_max;
    Item& menu = under ? plan_.items.back() : item(Item::Kind::menu);
    menu.kind = Item::Kind::menu;
    if (menu.text.empty()) menu.text = "请选择：";
    menu.options = std::move(options);
  }

  // As an entry of a menu; true also for what is left out of one.
  bool add_option(const Action& action, std::vector<Option>& options) {
    const bool reply = action.type == ActionType::reply || action.type == ActionType::postback;
    const bool link = forms_.menu_links && !action.url.empty() &&
                      (action.type == ActionType::link || action.type == ActionType::webview);
    const bool page = forms_.menu_links && action.type == ActionType::mini_program &&
                      !action.app_id.empty() && !action.page.empty();
    if (forms_.menu_options_max == 0 || !(reply || link || page)) return false;
    if (options.size() == forms_.menu_options_max || action.title.empty()) {
      degrade("quick reply: left out");
      return true;
    }
    Option option{.id = {}, .title = cut(action.title, forms_.menu_title_bytes_max)};
    if (link) {
      option.url = action.url;
    } else if (page) {
      option.app_id = action.app_id;
      option.page = action.page;
    } else {
      const bool fits =
          !action.payload.empty() && action.payload.size() <= forms_.menu_id_bytes_max;
      option.id = fits ? action.payload : std::to_string(options.size() + 1);
    }
    options.push_back(std::move(option));
    return true;
  }

  void add_line(const Action& action, std::string& lines, std::size_t& replies) {
    switch (action.type) {
      case ActionType::reply:
      case ActionType::postback:
        if (action.title.empty()) return degrade("quick reply: left out");
        lines += "\n" + std::to_string(++replies) + ". " + action.title;
        return;
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
    if (!forms_.transfer) return degrade("handoff: left out");
    if (!message_.content.empty()) return degrade("handoff: left out beside other content");
    item(Item::Kind::transfer).text = action.payload.empty() ? forms_.transfer_to : action.payload;
  }

  const Message& message_;
  const Forms& forms_;
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

Plan plan_message(const Message& message, const Forms& forms) {
  return Planner(message, forms).run();
}

std::string_view upload_type(Item::Kind kind) noexcept {
  switch (kind) {
    case Item::Kind::voice:
      return "voice";
    case Item::Kind::video:
      return "video";
    case Item::Kind::file:
      return "file";
    case Item::Kind::text:
    case Item::Kind::markdown:
    case Item::Kind::image:
    case Item::Kind::music:
    case Item::Kind::news:
    case Item::Kind::menu:
    case Item::Kind::page:
    case Item::Kind::location:
    case Item::Kind::raw:
    case Item::Kind::template_:
    case Item::Kind::subscription:
    case Item::Kind::transfer:
      break;
  }
  return "image";
}

}  // namespace parley::connectors::tencent
