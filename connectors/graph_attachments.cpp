#include "connectors/graph_attachments.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/graph_json.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::graph {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kPartsRoom = kPartsMax - 2;  // a text and a link come beside attachments
constexpr std::string_view kThumb = "👍";
constexpr std::string_view kHeart = "❤️";
// The thumb of the keyboard in its three sizes.
constexpr std::string_view kThumbStickers[] = {"369239263222822", "369239343222814",
                                               "369239383222810"};

struct MediaType {
  std::string_view name;
  MediaKind kind;
};

constexpr MediaType kMediaTypes[] = {
    {"image", MediaKind::image}, {"video", MediaKind::video}, {"audio", MediaKind::audio},
    {"file", MediaKind::file},   {"reel", MediaKind::video},  {"ig_reel", MediaKind::video},
};

// Something of the platform's that the customer passed on.
constexpr std::string_view kShared[] = {"fallback", "share", "post", "ig_post"};

bool is_link(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://");
}

std::string file_name(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto slash = url.rfind('/');
  const auto name = slash == std::string_view::npos ? std::string_view() : url.substr(slash + 1);
  return name.contains('.') ? percent_decode(name) : std::string();
}

void add_sticker(const std::string& id, std::string url, std::vector<Part>& parts) {
  Media media;
  media.kind = MediaKind::sticker;
  media.url = std::move(url);
  if (std::ranges::find(kThumbStickers, id) != std::end(kThumbStickers)) media.emoji = kThumb;
  parts.emplace_back(std::move(media));
}

void add_place(const object& payload, const std::string& title, std::vector<Part>& parts) {
  Location place;
  object at;
  if (!read_object(payload, "coordinates", at) ||
      at["lat"].get(place.latitude) != simdjson::SUCCESS ||
      at["long"].get(place.longitude) != simdjson::SUCCESS) {
    parts.emplace_back(Unsupported{.provider_type = "location", .raw_ref = ""});
    return;
  }
  place.name = title;
  parts.emplace_back(std::move(place));
}

// Products of a shop that the customer asks about.
bool add_products(const object& payload, std::vector<Part>& parts) {
  object product;
  array elements;
  if (!read_object(payload, "product", product) ||
      product["elements"].get(elements) != simdjson::SUCCESS) {
    return false;
  }
  const std::size_t before = parts.size();
  for (const element one : elements) {
    object item;
    if (one.get(item) != simdjson::SUCCESS || parts.size() >= kPartsRoom) continue;
    Goods goods;
    goods.id = id_in(item, "retailer_id");
    if (goods.id.empty()) goods.id = id_in(item, "id");
    goods.title = text_in(item, "title");
    goods.price = text_in(item, "subtitle");
    goods.image_url = text_in(item, "image_url");
    parts.emplace_back(std::move(goods));
  }
  return parts.size() > before;
}

void add_attachment(const object& attachment, std::vector<Part>& parts) {
  const std::string type = text_in(attachment, "type");
  object payload;
  const bool has_payload = read_object(attachment, "payload", payload);
  std::string url = has_payload ? text_in(payload, "url") : std::string();
  if (url.empty()) url = text_in(attachment, "url");
  std::string title = text_in(attachment, "title");
  if (title.empty() && has_payload) title = text_in(payload, "title");

  if (type == "like_heart") {
    Media heart;
    heart.kind = MediaKind::sticker;
    heart.emoji = kHeart;
    parts.emplace_back(std::move(heart));
    return;
  }
  const std::string sticker = has_payload ? id_in(payload, "sticker_id") : std::string();
  if (!sticker.empty()) return add_sticker(sticker, std::move(url), parts);
  if (type == "location" && has_payload) return add_place(payload, title, parts);
  if (has_payload && add_products(payload, parts)) return;
  if (!is_link(url)) {
    parts.emplace_back(Unsupported{.provider_type = type.empty() ? "attachment" : type});
    return;
  }
  const auto media = std::ranges::find(kMediaTypes, type, &MediaType::name);
  if (media != std::end(kMediaTypes)) {
    Media shown;
    shown.kind = media->kind;
    if (media->kind == MediaKind::file) shown.name = file_name(url);
    shown.alt = title;
    shown.url = std::move(url);
    parts.emplace_back(std::move(shown));
    return;
  }
  if (std::ranges::find(kShared, type) == std::end(kShared)) {
    // A mention in a story, say: named as what it is, and with the way to it.
    parts.emplace_back(Unsupported{.provider_type = type, .raw_ref = url});
  }
  parts.emplace_back(Link{.url = std::move(url), .title = std::move(title)});
}

void add_attachments(const object& message, std::vector<Part>& parts) {
  array list;
  if (message["attachments"].get(list) != simdjson::SUCCESS) return;
  for (const element one : list) {
    object attachment;
    if (one.get(attachment) == simdjson::SUCCESS && parts.size() < kPartsRoom - 1) {
      add_attachment(attachment, parts);
    }
  }
}

// Below what is shown, as a caption is; but a link only goes with the words it was written in, and
// not a second time if they spell it out.
void add_text(std::string text, std::vector<Part>& parts) {
  if (text.empty()) return;
  std::erase_if(parts, [&](const Part& part) {
    const auto* link = std::get_if<Link>(&part);
    return link != nullptr && !link->url.empty() && text.contains(link->url);
  });
  const bool only_links = std::ranges::all_of(
      parts, [](const Part& part) { return std::holds_alternative<Link>(part); });
  parts.emplace(only_links ? parts.begin() : parts.end(), Text{.text = std::move(text)});
}

// The story an answer is about.
void add_story(const object& message, std::vector<Part>& parts) {
  object reply, story;
  if (!read_object(message, "reply_to", reply) || !read_object(reply, "story", story)) return;
  std::string url = text_in(story, "url");
  if (is_link(url)) parts.emplace_back(Link{.url = std::move(url), .title = "story"});
}

std::string read_channel_data(const object& message) {
  JsonWriter json;
  json.begin_object();
  for (const std::string_view key : {"referral", "reply_to", "nlp", "commands"}) {
    const std::string raw = raw_in(message, key, 4 * 1024);
    if (!raw.empty()) json.key(key).raw(raw);
  }
  json.end_object();
  return json.text() == "{}" ? std::string() : json.take();
}

}  // namespace

Result<Shown> read_shown(const object& message) {
  Shown shown;
  auto text = words_in(message, "text");
  if (!text) return std::move(text.error());
  if (object reply; read_object(message, "quick_reply", reply)) {
    const std::string payload = text_in(reply, "payload");
    shown.parts.emplace_back(
        ActionResponse{.action_id = payload, .payload = payload, .title = *std::move(text)});
    text = std::string();
  }
  add_attachments(message, shown.parts);
  add_text(*std::move(text), shown.parts);
  add_story(message, shown.parts);
  if (shown.parts.empty()) {
    // What the platform cannot pass on comes without content.
    shown.parts.emplace_back(Unsupported{.provider_type = "message", .raw_ref = ""});
  }
  shown.channel_data = read_channel_data(message);
  return shown;
}

}  // namespace parley::connectors::graph
