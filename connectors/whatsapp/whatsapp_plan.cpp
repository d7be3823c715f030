#include "connectors/whatsapp/whatsapp_plan.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/graph_json.hpp"
#include "connectors/text_split.hpp"
#include "connectors/whatsapp/whatsapp_ids.hpp"
#include "connectors/whatsapp/whatsapp_interactive.hpp"
#include "connectors/whatsapp/whatsapp_template.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::whatsapp {
namespace {

constexpr std::size_t kTextMax = 4096;
constexpr std::size_t kCaptionMax = 1024;
constexpr std::string_view kOurMessagePrefix = "msg_";

// What the platform can play or show in place; the rest goes as a document.
constexpr std::string_view kNotShown[] = {
    "image/gif",        "image/webp",     "image/svg+xml",   "image/bmp",  "image/tiff",
    "image/heic",       "video/webm",     "video/quicktime", "audio/wav",  "audio/x-wav",
    "audio/flac",       "audio/webm",     "video/x-msvideo", "audio/midi", "audio/x-ms-wma",
    "video/x-matroska", "video/x-ms-wmv",
};

std::string_view type_of(const Media& media) {
  const bool shown = std::ranges::find(kNotShown, media.mime) == std::end(kNotShown);
  switch (media.kind) {
    case MediaKind::sticker:
      if (media.mime.empty() || media.mime == "image/webp") return "sticker";
      return shown ? "image" : "document";
    case MediaKind::image:
      return shown ? "image" : "document";
    case MediaKind::video:
      return shown ? "video" : "document";
    case MediaKind::audio:
    case MediaKind::voice:
      return shown ? "audio" : "document";
    case MediaKind::file:
      break;
  }
  return "document";
}

bool takes_caption(std::string_view type) { return type != "audio" && type != "sticker"; }
bool may_head(std::string_view type) { return takes_caption(type); }

std::string lines(std::initializer_list<std::string_view> texts, std::string_view between = "\n") {
  std::string out;
  for (const auto text : texts) {
    if (text.empty()) continue;
    if (!out.empty()) out += between;
    out += text;
  }
  return out;
}

bool has_link(std::string_view text) {
  return text.find("https://") != std::string_view::npos ||
         text.find("http://") != std::string_view::npos;
}

std::string_view language_of(const Message& message) {
  const auto found = message.attributes.find("language");
  if (found == message.attributes.end()) return {};
  const auto* text = std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

class Planner {
 public:
  explicit Planner(const SendContext& context)
      : message_(context.send.message),
        recipient_(bare_recipient(context.send.recipient)),
        send_id_(context.send.id.value),
        marks_(graph::marks_sends(context.channel)),
        text_max_(graph::text_max_of(context.channel, kTextMax)) {}

  graph::Plan plan() {
    const auto order = graph::reading_order(message_.content);
    if (is_one_block(order)) {
      add_only_block(order);
    } else {
      const Part* holder = holder_of_actions(order);
      for (const Part* part : order) {
        ++index_;
        actions_ = part == holder ? &message_.suggested_actions : &kNoActions;
        std::visit([this](const auto& held) { add_part(held); }, *part);
      }
      if (holder == nullptr) report_lost(message_.suggested_actions);
    }
    add_own_words();
    // The last one only: when it is there, all are.
    if (marks_ && !plan_.items.empty()) Body::mark(send_id_, plan_.items.back());
    return std::move(plan_);
  }

 private:
  static inline const std::vector<Action> kNoActions;

  void report(std::string_view what) {
    plan_.degraded.push_back("part " + std::to_string(index_) + ": " + std::string(what));
  }
  void report_lost(const std::vector<Action>& actions) {
    for (const auto& action : actions) {
      plan_.degraded.push_back("action \"" + action.title + "\": left out, it needs a text");
    }
  }

  Body body_of(std::string_view type) const {
    const bool first = plan_.items.empty();
    return {recipient_, first ? message_.reply_to : std::string_view(), type};
  }
  void take(Body& body) { plan_.items.push_back(body.take()); }

  // One text and its media, in any number: they share a caption, a header, the actions.
  static bool is_one_block(const std::vector<const Part*>& order) {
    std::size_t texts = 0;
    for (const Part* part : order) {
      if (std::holds_alternative<Text>(*part)) {
        ++texts;
      } else if (!std::holds_alternative<Media>(*part)) {
        return false;
      }
    }
    return texts <= 1 && !order.empty();
  }

  // The last text, or a card that has no actions of its own.
  static const Part* holder_of_actions(const std::vector<const Part*>& order) {
    const Part* holder = nullptr;
    for (const Part* part : order) {
      if (std::holds_alternative<Text>(*part)) holder = part;
    }
    if (holder != nullptr) return holder;
    for (const Part* part : order) {
      const auto* card = std::get_if<Card>(part);
      if (card != nullptr && card->actions.empty()) holder = part;
    }
    return holder;
  }

  void add_only_block(const std::vector<const Part*>& order) {
    std::string text;
    std::vector<const Media*> media;
    for (const Part* part : order) {
      ++index_;
      if (const auto* said = std::get_if<Text>(part)) {
        note_format(*said);
        text = said->text;
      } else if (const auto* file = std::get_if<Media>(part)) {
        if (file_of(*file).is_somewhere()) {
          media.push_back(file);
        } else {
          report("left out, the medium has neither bytes nor url");
        }
      }
    }
    add_block(text, media, message_.suggested_actions);
  }

  void note_format(const Text& text) {
    if (text.format != TextFormat::plain) report("its format is not shown");
  }

  void add_block(const std::string& text, std::vector<const Media*> media,
                 const std::vector<Action>& actions) {
    if (text.empty()) {
      report_lost(actions);
      for (const Media* file : media) add_media(*file, "");
      return;
    }
    const ShownActions shown = choose_actions(actions, plan_.degraded);
    const bool acts = shown.kind != ActionsKind::none;
    const std::size_t max = acts || !media.empty() ? std::min(text_max_, kCaptionMax) : text_max_;
    const auto pieces = split_text(text, max, TextUnit::code_points);
    const Media* header = nullptr;
    if (shown.has_header() && !media.empty() && may_head(type_of(*media.front()))) {
      header = media.front();
      media.erase(media.begin());
    }
    const bool captioned =
        !acts && media.size() == 1 && pieces.size() == 1 && takes_caption(type_of(*media.front()));
    for (const Media* file : media) add_media(*file, captioned ? pieces.front() : "");
    if (captioned) return;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (acts && i + 1 == pieces.size()) {
        add_interactive(shown, pieces[i], header);
      } else {
        add_text(pieces[i]);
      }
    }
  }

  void add_text(const std::string& text) {
    Body body = body_of("text");
    body.json().begin_object().member("body", text).member("preview_url", has_link(text));
    body.json().end_object();
    take(body);
  }

  void add_media(const Media& media, const std::string& caption) {
    const auto type = type_of(media);
    const File file = file_of(media);
    Body body = body_of(type);
    const std::string name = media.name.empty() ? base_name(media.url) : media.name;
    body.write_file(file, caption, type == "document" ? name : std::string());
    take(body);
  }

  void add_interactive(const ShownActions& shown, const std::string& text, const Media* above) {
    Header header;
    if (above != nullptr) header = {.type = type_of(*above), .file = file_of(*above)};
    Body body = body_of("interactive");
    write_interactive(shown, text, header, menu_title_for(language_of(message_), text), body,
                      plan_.degraded);
    take(body);
  }

  void add_part(const Text& text) {
    note_format(text);
    add_block(text.text, {}, *actions_);
  }

  void add_part(const Media& media) {
    if (!file_of(media).is_somewhere()) {
      return report("left out, the medium has neither bytes nor url");
    }
    add_media(media, "");
  }

  void add_part(const Location& place) {
    Body body = body_of("location");
    JsonWriter& json = body.json();
    json.begin_object().member("latitude", place.latitude).member("longitude", place.longitude);
    if (!place.name.empty()) json.member("name", place.name);
    if (!place.address.empty()) json.member("address", place.address);
    json.end_object();
    take(body);
  }

  void add_part(const Contact& contact) {
    const std::string name = !contact.name.empty()     ? contact.name
                             : !contact.phones.empty() ? contact.phones.front()
                                                       : std::string();
    if (name.empty()) return report("left out, a contact needs a name or a phone");
    Body body = body_of("contacts");
    JsonWriter& json = body.json();
    json.begin_array().begin_object().key("name").begin_object();
    json.member("formatted_name", name).member("first_name", name).end_object();
    write_list("phones", "phone", contact.phones, json);
    write_list("emails", "email", contact.emails, json);
    json.end_object().end_array();
    take(body);
  }

  static void write_list(std::string_view list, std::string_view key,
                         const std::vector<std::string>& values, JsonWriter& json) {
    if (values.empty()) return;
    json.key(list).begin_array();
    for (const auto& value : values) json.begin_object().member(key, value).end_object();
    json.end_array();
  }

  void add_part(const Link& link) {
    add_block(lines({link.title, link.description, link.url}), {}, *actions_);
  }

  void add_part(const Card& card) {
    Media image;
    image.kind = MediaKind::image;
    image.url = card.image_url;
    image.media_id = card.image_media_id;
    std::vector<const Media*> media;
    if (file_of(image).is_somewhere()) media.push_back(&image);
    add_block(lines({card.title, card.text}, "\n\n"), std::move(media),
              card.actions.empty() ? *actions_ : card.actions);
  }

  void add_part(const Cards& cards) {
    for (const auto& card : cards.items) add_part(card);
  }

  void add_part(const Goods& goods) {
    Card card;
    card.title = goods.title.empty() ? goods.id : goods.title;
    card.text = lines({goods.price, goods.status, goods.url});
    card.image_url = goods.image_url;
    add_part(card);
  }

  void add_part(const Form& form) {
    report("became text; a flow opens by an action of type form");
    add_block(words_of(form), {}, *actions_);
  }

  void add_part(const Edit& edit) {
    report("sent as a new message");
    add_block(edit.text, {}, *actions_);
  }

  void add_part(const Template& approved) {
    Body body = body_of("template");
    write_template(approved, body, plan_.degraded);
    take(body);
  }

  void add_part(const Reaction& reaction) {
    if (reaction.target.empty() || reaction.target.starts_with(kOurMessagePrefix)) {
      return report("left out, a reaction needs the platform's id of a message");
    }
    Body body = body_of("reaction");
    body.json().begin_object().member("message_id", reaction.target);
    body.json().member("emoji", reaction.op == ReactionOp::add ? reaction.emoji : std::string());
    body.json().end_object();
    take(body);
  }

  template <class T>
  void add_part(const T&) {
    report("left out, this channel cannot show it");
  }

  // What the caller says in the platform's own words.
  void add_own_words() {
    simdjson::dom::parser parser;
    simdjson::dom::object own;
    if (message_.channel_data.empty() || !graph::parse_object(message_.channel_data, parser, own)) {
      return;
    }
    for (const std::string_view type : {"interactive", "template"}) {
      const std::string raw = graph::raw_in(own, type, kMessageBytesMax);
      if (raw.empty()) continue;
      Body body = body_of(type);
      body.json().raw(raw);
      take(body);
    }
  }

  const Message& message_;
  const std::string recipient_;
  const std::string& send_id_;
  const bool marks_;
  const std::size_t text_max_;
  graph::Plan plan_;
  const std::vector<Action>* actions_ = &kNoActions;
  std::size_t index_ = 0;
};

}  // namespace

graph::Plan plan_message(const SendContext& context) { return Planner(context).plan(); }

}  // namespace parley::connectors::whatsapp
