#include "connectors/vk/vk_plan.hpp"

#include <algorithm>

#include "connectors/text_split.hpp"
#include "connectors/vk/vk_keyboard.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::vk {
namespace {

// "photo-12_34", "doc12_34_key": what VK holds already.
bool is_attachment_name(std::string_view name) {
  const bool known = name.starts_with("photo") || name.starts_with("video") ||
                     name.starts_with("audio") || name.starts_with("doc") ||
                     name.starts_with("wall") || name.starts_with("market");
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return known && name.size() <= 128 && name.contains('_') && std::ranges::all_of(name, good);
}

class Planner {
 public:
  Planner(const Send& send, const Channel& channel)
      : send_(send),
        text_max_(length_setting(channel.setting("text_max"), kTextMax).value_or(kTextMax)) {}

  Plan run() {
    const auto& content = send_.message.content;
    for (index_ = 0; index_ < content.size(); ++index_) {
      std::visit([this](const auto& part) { add(part); }, content[index_]);
    }
    std::erase_if(plan_.items, [](const Item& item) {
      return item.text.empty() && item.attachments.empty() && !item.place;
    });
    if (!plan_.items.empty()) {
      plan_.keyboard = keyboard_of(send_.message.suggested_actions, plan_.degraded);
    }
    return std::move(plan_);
  }

 private:
  void report(std::string_view what) {
    plan_.degraded.push_back("part " + std::to_string(index_ + 1) + ": " + std::string(what));
  }

  Item& last() { return plan_.items.empty() ? plan_.items.emplace_back() : plan_.items.back(); }

  // One message has one text, and attachments before or after it.
  void add_text(std::string_view text) {
    for (auto& piece : split_text(text, text_max_, TextUnit::utf16)) {
      const bool free = last().text.empty() && !last().place;
      Item& item = free ? last() : plan_.items.emplace_back();
      item.text = std::move(piece);
    }
  }

  void add_words(const Part& part, std::string_view why) {
    const std::string words = words_of(part);
    report(words.empty() ? "left out, this channel cannot show it" : why);
    add_text(words);
  }

  void attach(Attachment attachment) {
    const bool free = last().attachments.size() < kAttachmentsMax && !last().place;
    Item& item = free ? last() : plan_.items.emplace_back();
    item.attachments.push_back(std::move(attachment));
  }

  void add(const Text& part) {
    if (part.format != TextFormat::plain) report("its format was left out, shown as plain text");
    add_text(part.text);
  }

  void add(const Media& part) {
    if (is_attachment_name(part.platform_id)) return attach({.name = part.platform_id});
    const bool ours = !part.media_id.empty();
    const bool theirs = !ours && is_web_url(part.url);
    const bool picture =
        part.kind == MediaKind::image || (part.kind == MediaKind::sticker && (ours || theirs));
    // A file at an address is shown by its address; a picture must be looked at.
    if (!ours && !(theirs && picture)) return add_words(Part(part), "sent as words");
    std::string name = part.name.empty() ? file_name_of(part.url) : part.name;
    if (name.empty()) name = picture ? "image.jpg" : "file";
    const bool voice = part.kind == MediaKind::voice && part.mime == "audio/ogg";
    Attachment out;
    out.kind = picture ? Attach::photo : voice ? Attach::voice : Attach::document;
    out.name = name;
    out.upload = Upload{.media = MediaId{part.media_id},
                        .field = picture ? "photo" : "file",
                        .file_name = name,
                        .mime = part.mime.empty() ? "application/octet-stream" : part.mime,
                        .url = ours ? std::string() : part.url};
    attach(std::move(out));
  }

  void add(const Location& part) {
    Item item;
    item.text = joined({part.name, part.address}, "\n");
    item.place = part;
    plan_.items.push_back(std::move(item));
  }

  void add(const Card& part) {
    if (is_web_url(part.image_url)) {
      Media picture;
      picture.kind = MediaKind::image;
      picture.url = part.image_url;
      plan_.items.emplace_back();
      add(picture);
    }
    add_text(joined({part.title, part.text, numbered(part.actions)}, "\n"));
    if (!part.actions.empty()) report("its buttons were sent as numbered options");
  }

  void add(const Cards& part) {
    for (const auto& card : part.items) {
      plan_.items.emplace_back();
      add(card);
    }
  }
  void add(const Link& part) { add_text(words_of(Part(part))); }
  void add(const Contact& part) { add_words(Part(part), "sent as words"); }
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

  const Send& send_;
  const std::size_t text_max_;
  std::size_t index_ = 0;
  Plan plan_;
};

}  // namespace

Plan plan_send(const Send& send, const Channel& channel) { return Planner(send, channel).run(); }

}  // namespace parley::connectors::vk
