#include "connectors/graph_message_plan.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/graph_json.hpp"
#include "connectors/graph_messaging.hpp"
#include "connectors/text_split.hpp"
#include "connectors/url.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::graph {
namespace {

constexpr std::size_t kQuickRepliesMax = 13;
constexpr std::size_t kButtonsMax = 3;
constexpr std::size_t kTitleCharsMax = 20;
constexpr std::size_t kButtonTextMax = 640;
constexpr std::size_t kElementsMax = 10;
constexpr std::size_t kElementCharsMax = 80;
constexpr std::size_t kPayloadBytesMax = 900;
constexpr std::string_view kHandoff = "handoff";

// A message to be, before it is written.
struct Piece {
  std::string text;
  const Media* media = nullptr;
  std::vector<Card> cards;             // shown side by side
  std::string raw;                     // an attachment in the caller's words
  std::vector<const Action*> buttons;  // below the text
};

bool is_button(const Action& action, const SendDialect& dialect) {
  switch (action.type) {
    case ActionType::link:
    case ActionType::webview:
    case ActionType::form:
      return action.url.starts_with("https://") || action.url.starts_with("http://");
    case ActionType::postback:
      return !action.title.empty();
    case ActionType::call:
      return dialect.calls && !action.phone.empty();
    default:
      return false;
  }
}

bool is_quick_reply(const Action& action) {
  return action.type == ActionType::reply || action.type == ActionType::handoff;
}

std::string lines(std::initializer_list<std::string_view> texts, std::string_view between = "\n") {
  std::string out;
  for (const auto text : texts) {
    if (text.empty()) continue;
    if (!out.empty()) out += between;
    out += text;
  }
  return out;
}

std::string_view attachment_type(MediaKind kind) {
  switch (kind) {
    case MediaKind::image:
    case MediaKind::sticker:
      return "image";
    case MediaKind::video:
      return "video";
    case MediaKind::audio:
    case MediaKind::voice:
      return "audio";
    case MediaKind::file:
      break;
  }
  return "file";
}

bool is_somewhere(const Media& media) {
  return !media.url.empty() || !media.media_id.empty() || !media.platform_id.empty();
}

bool fits_in_a_row(const Card& card) {
  const bool more = !card.text.empty() || !card.image_url.empty() || !card.actions.empty();
  return more && card.image_media_id.empty() && !card.title.empty() &&
         text_length(card.title, TextUnit::code_points) <= kElementCharsMax &&
         text_length(card.text, TextUnit::code_points) <= kElementCharsMax;
}

class Planner {
 public:
  Planner(const SendContext& context, const SendDialect& dialect)
      : context_(context),
        send_(context.send),
        dialect_(dialect),
        text_max_(text_max_of(context.channel, dialect.text_max)) {
    read_channel_data();
    choose_type();
  }

  Plan plan() {
    for (const Part* part : reading_order(send_.message.content)) {
      ++index_;
      std::visit([this](const auto& held) { add_part(held); }, *part);
    }
    if (!own_attachment_.empty()) pieces_.emplace_back().raw = own_attachment_;
    add_actions();
    for (std::size_t i = 0; i < pieces_.size(); ++i) write(pieces_[i], i + 1 == pieces_.size());
    return std::move(plan_);
  }

 private:
  void report(std::string_view what) {
    plan_.degraded.push_back("part " + std::to_string(index_) + ": " + std::string(what));
  }
  void report_action(const Action& action, std::string_view what) {
    plan_.degraded.push_back("action \"" + action.title + "\": " + std::string(what));
  }

  // A caller may say in the platform's words: an attachment, a tag, a token to write under.
  void read_channel_data() {
    simdjson::dom::parser parser;
    simdjson::dom::object own;
    const std::string& data = send_.message.channel_data;
    if (!data.empty() && parse_object(data, parser, own)) {
      own_attachment_ = raw_in(own, "attachment", kMessageBytesMax);
      tag_ = text_in(own, "tag");
      token_ = text_in(own, "notification_messages_token");
    }
    if (!send_.reply_token.empty()) token_ = send_.reply_token;
  }

  // In the window an answer is an answer. After it a person may still write, for some days, and
  // must say that it is one.
  void choose_type() {
    const bool open = send_.window_ends_at && context_.now < *send_.window_ends_at;
    const bool person = send_.message.author.type == AuthorType::agent;
    const bool unasked = send_.message.attributes.contains("notification");
    if (tag_.empty() && person && !open) tag_ = "HUMAN_AGENT";
    if (!tag_.empty()) {
      type_ = "MESSAGE_TAG";
    } else if (!unasked && (open || !send_.message.reply_to.empty())) {
      type_ = "RESPONSE";
    } else {
      type_ = "UPDATE";
    }
  }

  void add_text(std::string_view text) {
    for (auto& piece : split_text(text, text_max_, dialect_.text_unit)) {
      pieces_.emplace_back().text = std::move(piece);
    }
  }

  void add_part(const Text& text) {
    if (text.format != TextFormat::plain) report("its format is not shown");
    add_text(text.text);
  }

  void add_part(const Media& media) {
    if (!is_somewhere(media)) return report("left out, the medium has neither bytes nor url");
    pieces_.emplace_back().media = &media;
  }

  void add_part(const Location& place) {
    const std::string map =
        "https://www.google.com/maps/search/?api=1&query=" + decimal(place.latitude) + "," +
        decimal(place.longitude);
    report("became a link to a map");
    add_text(lines({place.name, place.address, map}));
  }

  static std::string decimal(double value) {
    JsonWriter json;
    json.value(value);
    return json.take();
  }

  void add_part(const Contact& contact) {
    std::string text = contact.name;
    for (const auto& phone : contact.phones) text = lines({text, phone});
    for (const auto& email : contact.emails) text = lines({text, email});
    report("became text");
    add_text(text);
  }

  void add_part(const Link& link) { add_text(lines({link.title, link.description, link.url})); }
  void add_part(const Card& card) { add_cards({card}); }
  void add_part(const Cards& cards) { add_cards(cards.items); }

  void add_part(const Goods& goods) {
    Card card;
    card.title = goods.title.empty() ? goods.id : goods.title;
    card.text = lines({goods.price, goods.status});
    card.image_url = goods.image_url;
    add_cards({card});
    if (!goods.url.empty()) add_text(goods.url);
  }

  void add_part(const Form& form) {
    report("became text");
    add_text(words_of(form));
  }

  void add_part(const Edit& edit) {
    report("sent as a new message");
    add_text(edit.text);
  }

  template <class T>
  void add_part(const T&) {
    report("left out, this channel cannot show it");
  }

  // Side by side where they fit, else a picture and a text each.
  void add_cards(const std::vector<Card>& cards) {
    Piece* row = nullptr;
    for (const auto& card : cards) {
      if (fits_in_a_row(card)) {
        if (row == nullptr || row->cards.size() == kElementsMax) row = &pieces_.emplace_back();
        row->cards.push_back(card);
        continue;
      }
      row = nullptr;
      add_large_card(card);
    }
  }

  void add_large_card(const Card& card) {
    if (!card.image_url.empty() || !card.image_media_id.empty()) {
      Media image;
      image.kind = MediaKind::image;
      image.url = card.image_url;
      image.media_id = card.image_media_id;
      own_media_.push_back(std::make_unique<Media>(std::move(image)));
      pieces_.emplace_back().media = own_media_.back().get();
    }
    const std::string text = lines({card.title, card.text}, "\n\n");
    if (text.empty()) {
      for (const auto& action : card.actions) report_action(action, "left out, it needs a text");
      return;
    }
    own_cards_.push_back(std::make_unique<Card>(card));
    add_text(text);
    put_buttons(tappable(own_cards_.back()->actions));
  }

  bool may_tap() const { return tag_.empty() || dialect_.taps_when_late; }

  // Of a card's actions; its replies are buttons too.
  std::vector<const Action*> tappable(const std::vector<Action>& actions) {
    std::vector<const Action*> out;
    for (const auto& action : actions) {
      const bool titled_reply = is_quick_reply(action) && !action.title.empty();
      if (!may_tap()) {
        report_action(action, "left out, not allowed after the window");
      } else if (is_button(action, dialect_) || titled_reply) {
        out.push_back(&action);
      } else {
        report_action(action, "left out, it lacks what it needs or has no form here");
      }
    }
    return out;
  }

  void add_actions() {
    std::vector<const Action*> buttons;
    for (const auto& action : send_.message.suggested_actions) {
      if (!may_tap()) {
        report_action(action, "left out, not allowed after the window");
      } else if (is_button(action, dialect_)) {
        buttons.push_back(&action);
      } else if (!is_quick_reply(action) || action.title.empty()) {
        report_action(action, "left out, it lacks what it needs or has no form here");
      } else if (quick_replies_.size() == kQuickRepliesMax) {
        report_action(action, "left out, no more fit");
      } else {
        quick_replies_.push_back(&action);
      }
    }
    put_buttons(buttons);
    if (!pieces_.empty()) return;
    for (const Action* action : quick_replies_) report_action(*action, "left out, nothing to show");
  }

  // Below the last text, the end of which is all that has room beside buttons.
  void put_buttons(const std::vector<const Action*>& buttons) {
    if (buttons.empty()) return;
    const auto is_text = [](const Piece& piece) { return !piece.text.empty(); };
    const auto last = std::find_if(pieces_.rbegin(), pieces_.rend(), is_text);
    if (last == pieces_.rend() || !last->buttons.empty()) {
      for (const Action* action : buttons) report_action(*action, "left out, it needs a text");
      return;
    }
    auto at = std::prev(last.base());
    const auto cut = split_text(at->text, std::min(kButtonTextMax, text_max_), dialect_.text_unit);
    if (cut.empty()) return;
    at->text = cut.front();
    for (std::size_t i = 1; i < cut.size(); ++i) {
      at = pieces_.insert(std::next(at), Piece{.text = cut[i]});
    }
    for (const Action* action : buttons) {
      if (at->buttons.size() == kButtonsMax) {
        report_action(*action, "left out, no more fit");
      } else {
        at->buttons.push_back(action);
      }
    }
  }

  void write(const Piece& piece, bool last) {
    Item item;
    JsonWriter json;
    json.begin_object().member("messaging_type", type_);
    if (!tag_.empty()) json.member("tag", tag_);
    json.key("recipient").begin_object();
    write_recipient(json);
    json.end_object().key("message").begin_object();
    if (!piece.raw.empty()) {
      json.key("attachment").raw(piece.raw);
    } else if (piece.media != nullptr) {
      write_media(*piece.media, json, item);
    } else if (!piece.cards.empty()) {
      write_cards(piece.cards, json);
    } else if (!piece.buttons.empty()) {
      write_button_text(piece, json);
    } else {
      json.member("text", piece.text);
    }
    if (last) write_quick_replies(json);
    if (last && dialect_.marks && marks_sends(context_.channel)) {
      json.member("metadata", send_.id.value);  // when the last one is there, all are
    }
    json.end_object().end_object();
    item.body = json.take();
    plan_.items.push_back(std::move(item));
  }

  void write_recipient(JsonWriter& json) const {
    if (!token_.empty()) {
      json.member("notification_messages_token", token_);
    } else if (send_.recipient.starts_with(kUserRefPrefix)) {
      json.member("user_ref", send_.recipient.substr(kUserRefPrefix.size()));
    } else {
      json.member("id", send_.recipient);
    }
  }

  void write_media(const Media& media, JsonWriter& json, Item& item) const {
    const auto type = attachment_type(media.kind);
    json.key("attachment").begin_object().member("type", type).key("payload").begin_object();
    if (!media.media_id.empty()) {
      json.member("attachment_id", "");
      item.id_at = json.text().size() - 1;
      item.upload = Upload{.media = MediaId{media.media_id},
                           .field = "filedata",
                           .file_name = media.name.empty() ? "file" : media.name,
                           .mime = media.mime.empty() ? "application/octet-stream" : media.mime};
      const std::string about = R"({"attachment":{"type":")" + std::string(type) +
                                R"(","payload":{"is_reusable":true}}})";
      std::vector<std::pair<std::string, std::string>> form = {{"message", about}};
      if (!dialect_.upload_platform.empty()) {
        form.emplace_back("platform", dialect_.upload_platform);
      }
      item.upload_form = form_encode(form);
    } else if (!media.url.empty()) {
      json.member("url", media.url).member("is_reusable", true);
    } else {
      json.member("attachment_id", media.platform_id);
    }
    json.end_object().end_object();
  }

  void write_cards(const std::vector<Card>& cards, JsonWriter& json) {
    json.key("attachment").begin_object().member("type", "template").key("payload");
    json.begin_object().member("template_type", "generic").key("elements").begin_array();
    for (const auto& card : cards) {
      json.begin_object().member("title", card.title);
      if (!card.text.empty()) json.member("subtitle", card.text);
      if (!card.image_url.empty()) json.member("image_url", card.image_url);
      auto buttons = tappable(card.actions);
      for (; buttons.size() > kButtonsMax; buttons.pop_back()) {
        report_action(*buttons.back(), "left out, no more fit");
      }
      write_buttons(buttons, json);
      json.end_object();
    }
    json.end_array().end_object().end_object();
  }

  void write_button_text(const Piece& piece, JsonWriter& json) {
    json.key("attachment").begin_object().member("type", "template").key("payload");
    json.begin_object().member("template_type", "button").member("text", piece.text);
    write_buttons(piece.buttons, json);
    json.end_object().end_object();
  }

  void write_buttons(const std::vector<const Action*>& buttons, JsonWriter& json) {
    if (buttons.empty()) return;
    json.key("buttons").begin_array();
    for (const Action* action : buttons) {
      json.begin_object();
      if (action->type == ActionType::call) {
        json.member("type", "phone_number").member("payload", action->phone);
      } else if (action->type == ActionType::postback || is_quick_reply(*action)) {
        json.member("type", "postback");
        json.member("payload", std::string(kOurButton) + payload_of(*action));
      } else {
        json.member("type", "web_url").member("url", action->url);
      }
      json.member("title", title_of(*action)).end_object();
    }
    json.end_array();
  }

  std::string title_of(const Action& action) {
    std::string words = action.title;
    if (words.empty()) words = action.type == ActionType::call ? "Call" : "Open Link";
    std::string title = shortened(words, kTitleCharsMax);
    if (title != words) {
      plan_.degraded.push_back("action \"" + title + "\": cut to 20 characters");
    }
    return title;
  }

  std::string payload_of(const Action& action) {
    std::string payload = action.payload;
    if (payload.empty() && action.type == ActionType::handoff) payload = kHandoff;
    if (payload.empty()) payload = action.title;
    if (payload.size() > kPayloadBytesMax) {
      report_action(action, "its payload is too long and will not come back");
      payload = action.title;
    }
    return payload;
  }

  void write_quick_replies(JsonWriter& json) {
    if (quick_replies_.empty()) return;
    json.key("quick_replies").begin_array();
    for (const Action* action : quick_replies_) {
      json.begin_object().member("content_type", "text").member("title", title_of(*action));
      json.member("payload", payload_of(*action)).end_object();
    }
    json.end_array();
  }

  const SendContext& context_;
  const Send& send_;
  const SendDialect& dialect_;
  const std::size_t text_max_;
  std::string type_, tag_, token_, own_attachment_;
  std::vector<Piece> pieces_;
  std::vector<const Action*> quick_replies_;
  std::vector<std::unique_ptr<Media>> own_media_;  // pieces point into these
  std::vector<std::unique_ptr<Card>> own_cards_;
  Plan plan_;
  std::size_t index_ = 0;
};

}  // namespace

Plan plan_messages(const SendContext& context, const SendDialect& dialect) {
  return Planner(context, dialect).plan();
}

}  // namespace parley::connectors::graph
