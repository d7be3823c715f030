#include "connectors/feishu/content.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/json_document.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::feishu {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kMentionsMax = 64;
constexpr std::size_t kNameBytesMax = 256;

Part unsupported(std::string_view type, std::string_view reference = {}) {
  Unsupported part;
  part.provider_type = type;
  part.raw_ref = reference;
  return part;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// The text names people by place-holders, "@_user_1"; who they are stands beside it. Of two, the
// longer is replaced first, or "@_user_1" would break "@_user_10".
void name_mentions(const object& message, std::string& text) {
  array mentions;
  if (message["mentions"].get(mentions) != simdjson::SUCCESS) return;
  std::vector<std::pair<std::string, std::string>> names;
  for (const element one : mentions) {
    object mention;
    if (names.size() == kMentionsMax || one.get(mention) != simdjson::SUCCESS) continue;
    auto key = json_text(mention, "key"), name = json_text(mention, "name");
    if (key.size() < 2 || name.empty() || name.size() > kNameBytesMax) continue;
    names.emplace_back(std::move(key), "@" + name);
  }
  std::ranges::sort(names,
                    [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  for (const auto& [key, name] : names) replace_all(text, key, name);
}

class Reader {
 public:
  Reader(const object& message, std::string messages_url)
      : message_(message),
        messages_url_(std::move(messages_url)),
        id_(json_text(message, "message_id")),
        type_(json_text(message, "message_type")) {}

  std::vector<Part> read() {
    const auto document = JsonDocument::parse(json_text(message_, "content"));
    if (!document) return {unsupported(type_)};
    const object& content = document->root();
    if (type_ == "text") return text(content);
    if (type_ == "post") return post(content);
    if (type_ == "sticker") return sticker();
    if (type_ == "location") return location(content);
    if (type_ == "image") return medium(MediaKind::image, content, "image_key", "image");
    if (type_ == "file") return medium(MediaKind::file, content, "file_key", "file");
    if (type_ == "audio") return medium(MediaKind::voice, content, "file_key", "file");
    if (type_ == "media") return medium(MediaKind::video, content, "file_key", "file");
    if (type_ == "share_chat") return {unsupported(type_, json_text(content, "chat_id"))};
    if (type_ == "share_user") return {unsupported(type_, json_text(content, "user_id"))};
    return {unsupported(type_)};
  }

 private:
  std::vector<Part> text(const object& content) const {
    auto said = json_text(content, "text");
    name_mentions(message_, said);
    if (said.empty()) return {unsupported(type_)};
    return {Text{.text = std::move(said)}};
  }

  // The platform gives a sticker's name but not its picture.
  static std::vector<Part> sticker() {
    Media part;
    part.kind = MediaKind::sticker;
    return {part};
  }

  std::vector<Part> location(const object& content) const {
    const auto latitude = json_number(content, "latitude");
    const auto longitude = json_number(content, "longitude");
    if (!latitude || !longitude) return {unsupported(type_)};
    Location part;
    part.latitude = *latitude;
    part.longitude = *longitude;
    part.name = json_text(content, "name");
    return {part};
  }

  Media resource(MediaKind kind, std::string key, std::string_view type) const {
    Media part;
    part.kind = kind;
    part.url = messages_url_ + percent_encode(id_) + "/resources/" + percent_encode(key) +
               "?type=" + std::string(type);
    part.platform_id = std::move(key);
    return part;
  }

  std::vector<Part> medium(MediaKind kind, const object& content, std::string_view key,
                           std::string_view type) const {
    auto id = json_text(content, key);
    if (id.empty()) return {unsupported(type_)};
    auto part = resource(kind, std::move(id), type);
    part.name = json_text(content, "file_name");
    part.duration_ms = json_size(content, "duration");
    if (kind == MediaKind::video) part.thumbnail = json_text(content, "image_key");
    return {part};
  }

  // A rich text: paragraphs of runs. With several languages the first one given is taken.
  std::vector<Part> post(const object& content) {
    object body = content;
    if (!json_has(content, "content")) {
      for (const auto& [language, value] : content) {
        if (value.get(body) == simdjson::SUCCESS) break;
      }
    }
    std::string said = json_text(body, "title");
    std::vector<Part> media;
    array paragraphs;
    if (body["content"].get(paragraphs) == simdjson::SUCCESS) {
      for (const element paragraph : paragraphs) add_paragraph(paragraph, said, media);
    }
    while (said.ends_with('\n')) said.pop_back();
    std::vector<Part> parts;
    if (!said.empty()) {
      name_mentions(message_, said);
      parts.emplace_back(Text{.text = std::move(said)});
    }
    for (auto& one : media) {
      if (parts.size() < kPartsMax) parts.push_back(std::move(one));
    }
    if (parts.empty()) parts.push_back(unsupported(type_));
    return parts;
  }

  void add_paragraph(const element& paragraph, std::string& said, std::vector<Part>& media) const {
    array runs;
    if (paragraph.get(runs) != simdjson::SUCCESS) return;
    std::string line;
    for (const element one : runs) {
      object run;
      if (one.get(run) == simdjson::SUCCESS) add_run(run, line, media);
    }
    if (!said.empty()) said += '\n';
    said += line;
  }

  void add_run(const object& run, std::string& line, std::vector<Part>& media) const {
    const auto tag = json_text(run, "tag");
    if (tag == "img") {
      if (auto key = json_text(run, "image_key"); !key.empty()) {
        media.emplace_back(resource(MediaKind::image, std::move(key), "image"));
      }
    } else if (tag == "media") {
      if (auto key = json_text(run, "file_key"); !key.empty()) {
        media.emplace_back(resource(MediaKind::video, std::move(key), "file"));
      }
    } else if (tag == "a") {
      const auto text = json_text(run, "text"), href = json_text(run, "href");
      line += text;
      if (!href.empty() && href != text) line += text.empty() ? href : " " + href;
    } else if (tag == "at") {
      const auto name = json_text(run, "user_name");
      line += name.empty() ? json_text(run, "user_id") : "@" + name;
    } else if (tag == "emotion") {
      line += "[" + json_text(run, "emoji_type") + "]";
    } else {
      line += json_text(run, "text");  // text, md, code_block and what may come
    }
  }

  const object& message_;
  std::string messages_url_, id_, type_;
};

}  // namespace

std::vector<Part> content_of(const object& message, std::string messages_url) {
  return Reader(message, std::move(messages_url)).read();
}

}  // namespace parley::connectors::feishu
