#include "connectors/viber/viber_plan.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/text_split.hpp"
#include "connectors/viber/viber_keyboard.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::viber {
namespace {

constexpr std::size_t kPictureTextMax = 512;
constexpr std::size_t kContactNameMax = 28;
constexpr std::size_t kPhoneMax = 18;
constexpr std::size_t kUrlMax = 2000;
constexpr std::size_t kFileNameMax = 256;

// Members of an object without its braces.
std::string members_of(JsonWriter& json) {
  const std::string object = json.end_object().take();
  return object.substr(1, object.size() - 2);
}

std::string text_members(std::string_view text) {
  JsonWriter json;
  json.begin_object().member("text", text);
  return members_of(json);
}

class Planner {
 public:
  Planner(const Send& send, const Channel& channel)
      : content_(captions_last(send.message.content)),
        actions_(send.message.suggested_actions),
        layout_(channel.setting("button_layout")),
        text_max_(length_setting(channel.setting("text_max"), kTextMax).value_or(kTextMax)) {}

  Plan run() {
    if (!captioned_picture()) {
      for (index_ = 0; index_ < content_.size(); ++index_) {
        std::visit([this](const auto& part) { add(part); }, content_[index_]);
      }
    }
    if (!plan_.items.empty()) plan_.keyboard = keyboard_of(actions_, layout_, plan_.degraded);
    return std::move(plan_);
  }

 private:
  void report(std::string_view what) {
    plan_.degraded.push_back("part " + std::to_string(index_ + 1) + ": " + std::string(what));
  }

  void put(std::string type, JsonWriter& json) {
    plan_.items.push_back({.type = std::move(type), .members = members_of(json)});
  }

  // A picture is the one medium that has words of its own.
  bool captioned_picture() {
    if (content_.size() != 2) return false;
    const auto* picture = std::get_if<Media>(&content_[0]);
    const auto* words = std::get_if<Text>(&content_[1]);
    if (picture == nullptr || words == nullptr || picture->kind != MediaKind::image) return false;
    if (text_length(words->text, TextUnit::code_points) > kPictureTextMax) return false;
    if (!is_web_url(picture->url)) return false;
    if (words->format != TextFormat::plain) report("its format was left out");
    add_picture(*picture, words->text);
    return true;
  }

  void add_picture(const Media& part, std::string_view text) {
    JsonWriter json;
    json.begin_object().member("text", text).member("media", part.url);
    if (is_web_url(part.thumbnail)) json.member("thumbnail", part.thumbnail);
    put("picture", json);
  }

  void add_text(std::string_view text) {
    for (const auto& piece : split_text(text, text_max_, TextUnit::code_points)) {
      plan_.items.push_back({.type = "text", .members = text_members(piece)});
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
    if (!is_web_url(part.url) || part.url.size() > kUrlMax) {
      return add_words(Part(part), "sent as words, it has no address Viber could fetch");
    }
    switch (part.kind) {
      case MediaKind::image:
      case MediaKind::sticker:
        return add_picture(part, "");
      case MediaKind::video:
        return add_sized("video", part);
      case MediaKind::audio:
      case MediaKind::voice:
      case MediaKind::file:
        return add_sized("file", part);
    }
  }

  bool add_sticker(const std::string& id) {
    const bool number = !id.empty() && id.size() <= 9 &&
                        std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
    if (!number) return false;
    JsonWriter json;
    json.begin_object().key("sticker_id").raw(std::to_string(std::stoul(id)));
    put("sticker", json);
    return true;
  }

  // Viber wants the size of a video or a file beforehand.
  void add_sized(std::string type, const Media& part) {
    JsonWriter json;
    json.begin_object().member("media", part.url);
    if (type == "file") {
      std::string name = part.name.empty() ? file_name_of(part.url) : part.name;
      if (name.empty()) name = "file";
      json.member("file_name", cut_text(name, kFileNameMax, TextUnit::code_points));
    } else {
      if (is_web_url(part.thumbnail)) json.member("thumbnail", part.thumbnail);
      const std::uint32_t seconds = part.duration_ms / 1000;
      if (seconds > 0) json.member("duration", seconds);
    }
    if (part.size_bytes > 0) json.member("size", part.size_bytes);
    Item item{.type = std::move(type), .members = members_of(json), .size_of = {}, .instead = {}};
    if (part.size_bytes == 0) {
      item.size_of = part.url;
      item.instead = text_members(words_of(Part(part)));
    }
    plan_.items.push_back(std::move(item));
  }

  void add(const Location& part) {
    if (!part.name.empty() || !part.address.empty()) {
      add_text(joined({part.name, part.address}, "\n"));
    }
    JsonWriter json;
    json.begin_object().key("location").begin_object();
    json.member("lat", part.latitude).member("lon", part.longitude).end_object();
    put("location", json);
  }

  void add(const Contact& part) {
    const bool fits = !part.name.empty() && !part.phones.empty() &&
                      text_length(part.name, TextUnit::code_points) <= kContactNameMax &&
                      part.phones.front().size() <= kPhoneMax;
    if (!fits) return add_words(Part(part), "sent as words");
    JsonWriter json;
    json.begin_object().key("contact").begin_object().member("name", part.name);
    json.member("phone_number", part.phones.front()).end_object();
    put("contact", json);
  }

  void add(const Link& part) {
    const bool bare = part.title.empty() && part.description.empty();
    if (!bare || !is_web_url(part.url) || part.url.size() > kUrlMax) {
      return add_text(words_of(Part(part)));
    }
    JsonWriter json;
    json.begin_object().member("media", part.url);
    put("url", json);
  }

  void add(const Card& part) {
    const std::string text = joined({part.title, part.text}, "\n");
    const bool fits = text_length(text, TextUnit::code_points) <= kPictureTextMax;
    if (is_web_url(part.image_url) && fits) {
      Media picture;
      picture.url = part.image_url;
      add_picture(picture, text);
      if (!part.actions.empty()) add_text(numbered(part.actions));
    } else {
      add_text(words_of(Part(part)));
    }
    report("sent without buttons of its own");
  }

  void add(const Cards& part) {
    for (const auto& card : part.items) add(card);
  }
  void add(const Form& part) { add_words(Part(part), "sent as questions"); }
  void add(const Goods& part) { add_words(Part(part), "sent as words"); }
  void add(const Edit& part) {
    report("sent as a new message");
    add_text(part.text);
  }
  template <class Other>
  void add(const Other&) {
    report("left out, this channel cannot show it");
  }

  const std::vector<Part> content_;
  const std::vector<Action>& actions_;
  const std::string_view layout_;
  const std::size_t text_max_;
  std::size_t index_ = 0;
  Plan plan_;
};

}  // namespace

Plan plan_send(const Send& send, const Channel& channel) { return Planner(send, channel).run(); }

}  // namespace parley::connectors::viber
