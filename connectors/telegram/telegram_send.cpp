#include "connectors/telegram/telegram_send.hpp"

#include <algorithm>
#include <optional>

#include "base/json_writer.hpp"
#include "connectors/telegram/telegram_api.hpp"
#include "connectors/telegram/telegram_markup.hpp"
#include "connectors/text_split.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::telegram {
namespace {

constexpr std::size_t kTextMax = 4096;     // UTF-16 units
constexpr std::size_t kCaptionMax = 1024;  // UTF-16 units
constexpr std::size_t kStepDataBytesMax = 4096;
constexpr std::size_t kPlainStep = 1024;
constexpr std::string_view kCallbackToken = "callback:";

struct Planned {
  std::string method;
  Fields form;
  std::optional<Upload> upload;
  TextFormat format = TextFormat::plain;
  bool is_message = true;  // its answer must hold a message id, its failure ends the send
};

struct Plan {
  std::vector<Planned> calls;
  std::vector<std::string> degraded;
};

std::string_view parse_mode(TextFormat format) {
  switch (format) {
    case TextFormat::markdown:
      return "Markdown";
    case TextFormat::html:
      return "HTML";
    case TextFormat::plain:
      break;
  }
  return {};
}

// Which method carries a medium, in which field, and whether a caption may go with it.
struct Carrier {
  std::string_view method, field;
  bool caption = true;
};

Carrier carrier_of(const Media& media) {
  switch (media.kind) {
    case MediaKind::image:
      if (media.mime == "image/gif") return {"sendAnimation", "animation"};
      return {"sendPhoto", "photo"};
    case MediaKind::video:
      return {"sendVideo", "video"};
    case MediaKind::audio:
      return {"sendAudio", "audio"};
    case MediaKind::sticker:
      return {"sendSticker", "sticker", false};
    case MediaKind::voice: {
      static constexpr std::string_view kPlayable[] = {"", "audio/ogg", "audio/mpeg", "audio/mp4"};
      const bool playable = std::ranges::find(kPlayable, media.mime) != std::end(kPlayable);
      if (playable) return {"sendVoice", "voice"};
      return {"sendDocument", "document"};
    }
    case MediaKind::file:
      break;
  }
  return {"sendDocument", "document"};
}

class Planner {
 public:
  explicit Planner(const Send& send) : send_(send) {}

  Plan plan() {
    if (send_.reply_token.starts_with(kCallbackToken)) {
      // Stops the spinner on the pressed button. It may be too old by now, which hurts nobody.
      add("answerCallbackQuery",
          {{"callback_query_id", send_.reply_token.substr(kCallbackToken.size())}});
      plan_.calls.back().is_message = false;
    }
    const auto& content = send_.message.content;
    if (!captioned(content)) {
      for (std::size_t i = 0; i < content.size(); ++i) {
        index_ = i;
        std::visit([this](const auto& part) { add_part(part); }, content[i]);
      }
    }
    finish();
    return std::move(plan_);
  }

 private:
  void add(std::string_view method, Fields form, TextFormat format = TextFormat::plain) {
    plan_.calls.push_back({std::string(method), std::move(form), std::nullopt, format, true});
  }

  void report(std::string_view what) {
    plan_.degraded.push_back("part " + std::to_string(index_ + 1) + ": " + std::string(what));
  }

  // One text and one medium that can carry it make one message.
  bool captioned(const std::vector<Part>& content) {
    if (content.size() != 2) return false;
    const Text* text = std::get_if<Text>(&content[0]);
    const Media* media = std::get_if<Media>(&content[1]);
    if (text == nullptr) text = std::get_if<Text>(&content[1]);
    if (media == nullptr) media = std::get_if<Media>(&content[0]);
    if (text == nullptr || media == nullptr || !carrier_of(*media).caption) return false;
    if (split_text(text->text, kCaptionMax, TextUnit::utf16).size() > 1) return false;
    add_media(*media, text->text, text->format);
    return true;
  }

  void add_text(const std::string& text, TextFormat format) {
    for (auto& piece : split_text(text, kTextMax, TextUnit::utf16)) {
      if (piece.empty()) continue;
      add("sendMessage", {{"chat_id", send_.recipient}, {"text", std::move(piece)}}, format);
    }
  }

  void add_media(const Media& media, const std::string& caption, TextFormat format) {
    const Carrier carrier = carrier_of(media);
    Fields form = {{"chat_id", send_.recipient}};
    std::optional<Upload> upload;
    if (!media.media_id.empty()) {
      upload = Upload{MediaId{media.media_id}, std::string(carrier.field), media.name, media.mime};
    } else if (!media.url.empty()) {
      form.emplace_back(carrier.field, media.url);
    } else if (!media.platform_id.empty()) {
      form.emplace_back(carrier.field, media.platform_id);
    } else {
      report("left out, the medium has neither bytes nor url");
      if (!caption.empty()) add_text(caption, format);
      return;
    }
    if (!caption.empty()) form.emplace_back("caption", caption);
    add(carrier.method, std::move(form), format);
    plan_.calls.back().upload = std::move(upload);
  }

  void add_part(const Text& text) { add_text(text.text, text.format); }
  void add_part(const Media& media) { add_media(media, "", first_format()); }

  void add_part(const Location& place) {
    Fields form = {{"chat_id", send_.recipient},
                   {"latitude", decimal(place.latitude)},
                   {"longitude", decimal(place.longitude)}};
    if (place.name.empty() || place.address.empty()) return add("sendLocation", std::move(form));
    form.emplace_back("title", place.name);
    form.emplace_back("address", place.address);
    add("sendVenue", std::move(form));
  }

  void add_part(const Contact& contact) {
    if (contact.phones.empty() || contact.name.empty()) {
      report("contact without name or phone became text");
      return add_text(fallback_text({Part(contact)}), TextFormat::plain);
    }
    add("sendContact", {{"chat_id", send_.recipient},
                        {"phone_number", contact.phones.front()},
                        {"first_name", contact.name}});
  }

  void add_part(const Link& link) {
    std::string text;
    for (const auto* line : {&link.title, &link.description, &link.url}) {
      if (line->empty()) continue;
      if (!text.empty()) text += '\n';
      text += *line;
    }
    add_text(text, TextFormat::plain);
  }

  void add_part(const Card& card) {
    std::string text = card.title;
    if (!card.text.empty()) text += (text.empty() ? "" : "\n\n") + card.text;
    const std::size_t before = plan_.calls.size();
    Media image;
    image.kind = MediaKind::image;
    image.media_id = card.image_media_id;
    image.url = card.image_url;
    if (image.media_id.empty() && image.url.empty()) {
      add_text(text, TextFormat::plain);
    } else if (split_text(text, kCaptionMax, TextUnit::utf16).size() <= 1) {
      add_media(image, text, TextFormat::plain);
    } else {
      add_media(image, "", TextFormat::plain);
      add_text(text, TextFormat::plain);
    }
    if (card.actions.empty() || plan_.calls.size() == before) return;
    plan_.calls.back().form.emplace_back("reply_markup",
                                         reply_markup(card.actions, "card action", plan_.degraded));
  }

  void add_part(const Cards& cards) {
    for (const auto& card : cards.items) add_part(card);
  }

  void add_part(const Goods& goods) { as_text(goods); }
  void add_part(const Form& form) {
    report("became text");
    add_text(words_of(form), TextFormat::plain);
  }
  void add_part(const Edit& edit) {
    report("sent as a new message");
    add_text(edit.text, TextFormat::plain);
  }

  template <class T>
  void add_part(const T&) {
    report("left out, this channel cannot show it");
  }

  template <class T>
  void as_text(const T& part) {
    report("became text");
    add_text(fallback_text({Part(part)}), TextFormat::plain);
  }

  TextFormat first_format() const {
    for (const auto& part : send_.message.content) {
      if (const auto* text = std::get_if<Text>(&part)) return text->format;
    }
    return TextFormat::plain;
  }

  static std::string decimal(double value) {
    JsonWriter json;
    json.value(value);
    return json.take();
  }

  // The suggested actions go with the last message; any other takes an old keyboard away.
  void finish() {
    Planned* first = nullptr;
    Planned* last = nullptr;
    for (auto& call : plan_.calls) {
      if (!call.is_message) continue;
      if (first == nullptr) first = &call;
      last = &call;
    }
    if (last == nullptr) return;
    const std::string& quoted = send_.message.reply_to;
    const bool ours =
        quoted.empty() || !std::ranges::all_of(quoted, [](char c) { return c >= '0' && c <= '9'; });
    if (!ours && quoted.size() < 18) {
      first->form.emplace_back("reply_parameters", R"({"message_id":)" + quoted +
                                                       R"(,"allow_sending_without_reply":true})");
    }
    for (auto& call : plan_.calls) {
      if (!call.is_message) continue;
      const bool has = std::ranges::any_of(
          call.form, [](const auto& field) { return field.first == "reply_markup"; });
      const auto& actions = send_.message.suggested_actions;
      if (&call == last && !actions.empty()) {
        set_markup(call, reply_markup(actions, "action", plan_.degraded), has);
      } else if (!has) {
        set_markup(call, reply_markup({}, "action", plan_.degraded), has);
      }
    }
  }

  void set_markup(Planned& call, std::string markup, bool replace) {
    if (replace) {
      plan_.degraded.push_back("card actions gave way to the suggested actions");
      std::erase_if(call.form, [](const auto& field) { return field.first == "reply_markup"; });
    }
    call.form.emplace_back("reply_markup", std::move(markup));
  }

  const Send& send_;
  Plan plan_;
  std::size_t index_ = 0;
};

// What rides from step to step: the ids of what is out, as "133,134".
struct Memory {
  std::string ids;

  void add(const std::string& id) {
    if (ids.size() + id.size() + 1 > kStepDataBytesMax) return;
    if (!ids.empty()) ids += ',';
    ids += id;
  }
  std::vector<std::string> list() const {
    std::vector<std::string> out;
    for (std::string_view rest = ids; !rest.empty();) {
      const auto comma = rest.find(',');
      out.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    return out;
  }
};

// A step's number: which call, and whether this send has given up its markup. The latter is in
// the number so that "the same call, but plain" is a step of its own.
struct Place {
  std::size_t call = 0;
  bool plain = false;

  static Place read(int step) {
    const auto number = static_cast<std::size_t>(std::max(step, 0));
    return {number % kPlainStep, number >= kPlainStep};
  }
  int write() const { return static_cast<int>(call + (plain ? kPlainStep : 0)); }
};

SendStep step_call(const SendContext& context, const Plan& plan, Place place,
                   const Memory& memory) {
  const Planned& planned = plan.calls[place.call];
  Fields fields = planned.form;
  const auto mode = parse_mode(planned.format);
  if (!mode.empty() && !place.plain) fields.emplace_back("parse_mode", mode);
  HttpCall call = api_call(context.channel, planned.method, fields);
  call.upload = planned.upload;
  call.step = place.write();
  call.step_data = memory.ids;
  return call;
}

SendStep finished(Plan plan, Place place, const Memory& memory) {
  if (place.plain) plan.degraded.push_back("formatting: not understood, sent as plain text");
  return Sent{.external_ids = memory.list(), .degraded = std::move(plan.degraded)};
}

}  // namespace

SendStep start_send(const SendContext& context) {
  const Plan plan = Planner(context.send).plan();
  const bool any =
      std::ranges::any_of(plan.calls, [](const auto& call) { return call.is_message; });
  if (!any) return Error{.code = Errc::rejected, .detail = "nothing this channel can show"};
  if (plan.calls.size() >= kPlainStep) {
    return Error{.code = Errc::rejected, .detail = "the message takes too many calls"};
  }
  const Place place = Place::read(context.send.step);
  const Memory memory{context.send.step_data};
  if (place.call >= plan.calls.size()) return finished(plan, place, memory);
  return step_call(context, plan, place, memory);
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  const Plan plan = Planner(context.send).plan();
  Place place = Place::read(step);
  if (step < 0 || place.call >= plan.calls.size()) {
    return Error{.code = Errc::rejected, .detail = "no such step in this send"};
  }
  Memory memory{context.send.step_data};
  const Planned& planned = plan.calls[place.call];
  if (planned.is_message) {
    auto result = read_answer(answer);
    if (!result && result.error().code_text == kBadEntities) {
      if (!place.plain && planned.format != TextFormat::plain) {
        place.plain = true;  // the words matter more than their weight: same call, no markup
        return step_call(context, plan, place, memory);
      }
      result.error().code_text = "400";
    }
    if (!result) return std::move(result.error());
    if (result->message_id.empty()) {
      return Error{.code = Errc::rejected,
                   .delivery = Delivery::unknown,
                   .detail = "the answer holds no message id"};
    }
    memory.add(result->message_id);
  }
  ++place.call;
  if (place.call < plan.calls.size()) return step_call(context, plan, place, memory);
  return finished(plan, place, memory);
}

}  // namespace parley::connectors::telegram
