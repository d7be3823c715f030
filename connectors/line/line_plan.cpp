#include "connectors/line/line_plan.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/line/line_actions.hpp"
#include "connectors/text_split.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::line {
namespace {

constexpr std::size_t kAltTextMax = 400;
constexpr std::size_t kTitleMax = 100;  // of a place, as of its address
constexpr std::size_t kUrlMax = 2000;
constexpr std::size_t kBubblesMax = 12;
constexpr std::uint32_t kUnknownSoundMs = 60'000;  // LINE wants a length; it only shows it

bool is_media_url(std::string_view url) { return is_web_url(url) && url.size() <= kUrlMax; }

class Planner {
 public:
  Planner(const Send& send, const Channel& channel)
      : content_(captions_last(send.message.content)),
        actions_(send.message.suggested_actions),
        text_max_(length_setting(channel.setting("text_max"), kTextMax).value_or(kTextMax)) {}

  Plan run() {
    for (index_ = 0; index_ < content_.size(); ++index_) {
      std::visit([this](const auto& part) { add(part); }, content_[index_]);
    }
    add_quick_replies();
    return std::move(plan_);
  }

 private:
  void report(std::string_view what) {
    plan_.degraded.push_back("part " + std::to_string(index_ + 1) + ": " + std::string(what));
  }

  void put(JsonWriter& json) { plan_.messages.push_back(json.take()); }

  void add_text(std::string_view text) {
    for (const auto& piece : split_text(text, text_max_, TextUnit::utf16)) {
      JsonWriter json;
      json.begin_object().member("type", "text").member("text", piece).end_object();
      put(json);
    }
  }

  void add_words(const Part& part, std::string_view why) {
    const std::string words = words_of(part);
    report(words.empty() ? "left out, this channel cannot show it" : why);
    add_text(words);
  }

  void add(const Text& part) {
    if (part.format != TextFormat::plain) report("its format was left out, shown as plain text");
    add_text(part.text);
  }

  void add(const Media& part) {
    if (part.kind == MediaKind::sticker && add_sticker(part.platform_id)) return;
    const bool there = is_media_url(part.url);
    const bool picture = part.kind == MediaKind::image || part.kind == MediaKind::sticker;
    const bool preview = is_media_url(part.thumbnail);
    const bool sound = part.kind == MediaKind::audio || part.kind == MediaKind::voice;
    if (!there || !(picture || sound || (part.kind == MediaKind::video && preview))) {
      return add_words(part, part.kind == MediaKind::video && there
                                 ? "sent as a link, a video needs a preview picture here"
                                 : "sent as words");
    }
    JsonWriter json;
    json.begin_object();
    json.member("type", picture ? "image" : sound ? "audio" : "video");
    json.member("originalContentUrl", part.url);
    if (sound) {
      json.member("duration", part.duration_ms > 0 ? part.duration_ms : kUnknownSoundMs);
    } else {
      json.member("previewImageUrl", preview ? part.thumbnail : part.url);
    }
    json.end_object();
    put(json);
  }

  // "package/sticker", as they come in.
  bool add_sticker(std::string_view id) {
    const auto slash = id.find('/');
    const auto digits = [](std::string_view text) {
      return !text.empty() && text.size() <= 20 &&
             std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    };
    if (slash == std::string_view::npos || !digits(id.substr(0, slash)) ||
        !digits(id.substr(slash + 1))) {
      return false;
    }
    JsonWriter json;
    json.begin_object().member("type", "sticker");
    json.member("packageId", id.substr(0, slash)).member("stickerId", id.substr(slash + 1));
    json.end_object();
    put(json);
    return true;
  }

  void add(const Location& part) {
    const auto cut = [](std::string_view text) {
      return cut_text(text, kTitleMax, TextUnit::utf16);
    };
    const auto& title = part.name.empty() ? part.address : part.name;
    const auto& address = part.address.empty() ? part.name : part.address;
    JsonWriter json;
    json.begin_object().member("type", "location");
    json.member("title", title.empty() ? std::string("Location") : cut(title));
    json.member("address", address.empty() ? std::string("Location") : cut(address));
    json.member("latitude", part.latitude).member("longitude", part.longitude);
    json.end_object();
    put(json);
  }

  void add(const Link& part) { add_text(words_of(Part(part))); }
  void add(const Card& part) { add_bubbles({&part}); }

  void add(const Cards& part) {
    std::vector<const Card*> cards;
    for (const auto& card : part.items) {
      if (cards.size() == kBubblesMax) {
        report("cards after the 12th were left out");
        break;
      }
      cards.push_back(&card);
    }
    add_bubbles(cards);
  }

  void add(const Contact& part) { add_words(Part(part), "sent as words"); }
  void add(const Form& part) { add_words(Part(part), "sent as questions"); }
  void add(const Goods& part) { add_words(Part(part), "sent as words"); }
  void add(const Edit& part) {
    report("sent as a new message, nothing can be edited here");
    add_text(part.text);
  }
  template <class Other>
  void add(const Other&) {
    report("left out, this channel cannot show it");
  }

  static void write_words(JsonWriter& json, std::string_view text, bool title) {
    json.begin_object().member("type", "text").member("text", text).member("wrap", true);
    if (title) json.member("weight", "bold").member("size", "lg");
    json.end_object();
  }

  // One card as a bubble: picture, words, buttons.
  std::string bubble(const Card& card) {
    JsonWriter json;
    json.begin_object().member("type", "bubble");
    if (is_media_url(card.image_url)) {
      json.key("hero").begin_object().member("type", "image").member("url", card.image_url);
      json.member("size", "full").member("aspectMode", "cover").member("aspectRatio", "20:13");
      json.end_object();
    } else if (!card.image_url.empty() || !card.image_media_id.empty()) {
      report("its picture was left out, it has no address");
    }
    json.key("body").begin_object().member("type", "box").member("layout", "vertical");
    json.key("contents").begin_array();
    if (!card.title.empty()) write_words(json, card.title, true);
    if (!card.text.empty() || card.title.empty()) {
      write_words(json, card.text.empty() ? " " : card.text, false);
    }
    json.end_array().end_object();
    const auto buttons = action_objects(card.actions, "card action", plan_.degraded);
    if (!buttons.empty()) {
      json.key("footer").begin_object().member("type", "box").member("layout", "vertical");
      json.key("contents").begin_array();
      for (const auto& button : buttons) {
        json.begin_object().member("type", "button").key("action").raw(button).end_object();
      }
      json.end_array().end_object();
    }
    return json.end_object().take();
  }

  void add_bubbles(const std::vector<const Card*>& cards) {
    if (cards.empty()) return report("left out, it has no cards");
    std::string alt;
    for (const auto* card : cards) alt = joined({alt, card->title, card->text}, "\n");
    JsonWriter json;
    json.begin_object().member("type", "flex");
    json.member("altText",
                alt.empty() ? std::string("[card]") : cut_text(alt, kAltTextMax, TextUnit::utf16));
    json.key("contents");
    if (cards.size() == 1) {
      json.raw(bubble(*cards.front()));
    } else {
      json.begin_object().member("type", "carousel").key("contents").begin_array();
      for (const auto* card : cards) json.raw(bubble(*card));
      json.end_array().end_object();
    }
    json.end_object();
    put(json);
  }

  // They are shown under the last message only, and go away with the next.
  void add_quick_replies() {
    if (plan_.messages.empty()) return;
    const std::string items = quick_reply_items(actions_, plan_.degraded);
    if (items.empty()) return;
    std::string& last = plan_.messages.back();
    last.pop_back();
    last += R"(,"quickReply":{"items":)" + items + "}}";
  }

  const std::vector<Part> content_;
  const std::vector<Action>& actions_;
  const std::size_t text_max_;
  std::size_t index_ = 0;
  Plan plan_;
};

}  // namespace

std::string Plan::batch_json(std::size_t batch) const {
  const std::size_t from = batch * kMessagesPerCall;
  const std::size_t to = std::min(from + kMessagesPerCall, messages.size());
  JsonWriter json;
  json.begin_array();
  for (std::size_t i = from; i < to; ++i) json.raw(messages[i]);
  return json.end_array().take();
}

Plan plan_send(const Send& send, const Channel& channel) { return Planner(send, channel).run(); }

}  // namespace parley::connectors::line
