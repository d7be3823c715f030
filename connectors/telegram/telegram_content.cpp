#include "connectors/telegram/telegram_content.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"

namespace parley::connectors::telegram {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kChannelDataBytesMax = 16 * 1024;
constexpr std::size_t kFormValuesMax = 64;

// About the message, not what it says.
constexpr std::string_view kEnvelope[] = {
    "message_id",
    "message_thread_id",
    "direct_messages_topic",
    "from",
    "sender_chat",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "date",
    "business_connection_id",
    "chat",
    "forward_origin",
    "forward_from",
    "forward_from_chat",
    "forward_from_message_id",
    "forward_signature",
    "forward_sender_name",
    "forward_date",
    "is_topic_message",
    "is_automatic_forward",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "via_bot",
    "edit_date",
    "has_protected_content",
    "is_from_offline",
    "is_paid_post",
    "media_group_id",
    "author_signature",
    "paid_star_count",
    "entities",
    "link_preview_options",
    "effect_id",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "reply_markup",
};

// Notices Telegram puts in a chat on its own.
constexpr std::string_view kService[] = {
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "pinned_message",
    "invoice",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "chat_shared",
    "connected_website",
    "write_access_allowed",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_created",
    "giveaway_completed",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "passport_data",
};

struct MediaField {
  std::string_view name;
  MediaKind kind;
};

// Order matters: an animation also comes as a document, for clients that do not know it.
constexpr MediaField kMediaFields[] = {
    {"animation", MediaKind::video}, {"video", MediaKind::video}, {"video_note", MediaKind::video},
    {"voice", MediaKind::voice},     {"audio", MediaKind::audio}, {"sticker", MediaKind::sticker},
    {"document", MediaKind::file},
};

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

std::string text_in(const object& from, std::string_view key) {
  std::string_view text;
  if (from[key].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

std::uint64_t count_in(const object& from, std::string_view key) {
  std::uint64_t number = 0;
  if (from[key].get(number) != simdjson::SUCCESS) return 0;
  return number;
}

std::uint32_t small_count_in(const object& from, std::string_view key) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(count_in(from, key), 0xFFFF'FFFFull));
}

// Absent, or a string; anything else says we misread the message.
Result<std::string> words_in(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::string();
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return malformed(std::string(key) + " is not a string");
  if (text.size() > kTextBytesMax) return malformed(std::string(key) + " is too long");
  return std::string(text);
}

Media read_media(const object& file, MediaKind kind) {
  Media media;
  media.kind = kind;
  media.platform_id = text_in(file, "file_id");
  media.mime = text_in(file, "mime_type");
  media.name = text_in(file, "file_name");
  media.size_bytes = count_in(file, "file_size");
  media.width = small_count_in(file, "width");
  media.height = small_count_in(file, "height");
  media.duration_ms = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(count_in(file, "duration"), 4'000'000) * 1000);
  media.emoji = text_in(file, "emoji");
  if (kind == MediaKind::audio && media.name.empty()) media.name = text_in(file, "title");
  for (const std::string_view key : {"thumbnail", "thumb"}) {
    object thumbnail;
    if (file[key].get(thumbnail) == simdjson::SUCCESS && media.thumbnail.empty()) {
      media.thumbnail = text_in(thumbnail, "file_id");
    }
  }
  return media;
}

// The same picture in several sizes; the largest is the picture.
std::optional<Media> read_photo(const object& message) {
  array sizes;
  if (message["photo"].get(sizes) != simdjson::SUCCESS) return std::nullopt;
  std::optional<Media> best;
  for (const element size : sizes) {
    object file;
    if (size.get(file) != simdjson::SUCCESS) continue;
    Media media = read_media(file, MediaKind::image);
    if (media.platform_id.empty()) continue;
    const auto area = [](const Media& m) { return std::uint64_t{m.width} * m.height; };
    if (!best || area(media) >= area(*best)) best = std::move(media);
  }
  if (best && best->mime.empty()) best->mime = "image/jpeg";  // photos always are
  return best;
}

std::optional<Location> read_location(const object& from) {
  object place;
  if (from["location"].get(place) != simdjson::SUCCESS) return std::nullopt;
  Location out;
  if (place["latitude"].get(out.latitude) != simdjson::SUCCESS ||
      place["longitude"].get(out.longitude) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return out;
}

std::optional<Part> read_place(const object& message) {
  object venue;
  if (message["venue"].get(venue) != simdjson::SUCCESS) {
    auto place = read_location(message);
    if (!place) return std::nullopt;
    return Part(*std::move(place));
  }
  auto place = read_location(venue);
  if (!place) place = read_location(message);
  if (!place) return std::nullopt;
  place->name = text_in(venue, "title");
  place->address = text_in(venue, "address");
  return Part(*std::move(place));
}

std::optional<Part> read_contact(const object& message) {
  object card;
  if (message["contact"].get(card) != simdjson::SUCCESS) return std::nullopt;
  Contact contact;
  contact.name = text_in(card, "first_name");
  const std::string last = text_in(card, "last_name");
  if (!contact.name.empty() && !last.empty()) contact.name += ' ';
  contact.name += last;
  const std::string phone = text_in(card, "phone_number");
  if (!phone.empty()) contact.phones.push_back(phone);
  return Part(std::move(contact));
}

// What a Mini App opened from a keyboard sent back: a JSON object is a filled form, the rest text.
void add_web_app(const object& message, std::vector<Part>& parts) {
  object app;
  if (message["web_app_data"].get(app) != simdjson::SUCCESS) return;
  const std::string data = text_in(app, "data");
  simdjson::dom::parser parser;
  object values;
  if (data.empty() ||
      parser.allocate(std::max<std::size_t>(data.size(), 64), 16) != simdjson::SUCCESS ||
      parser.parse(data).get(values) != simdjson::SUCCESS) {
    if (!data.empty()) parts.emplace_back(Text{.text = data});
    return;
  }
  FormResponse response;
  for (const auto& [key, value] : values) {
    if (response.values.size() == kFormValuesMax) break;
    std::string_view text;
    response.values[std::string(key)] =
        value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(value);
  }
  parts.emplace_back(std::move(response));
  const std::string button = text_in(app, "button_text");
  if (!button.empty()) parts.emplace_back(Text{.text = button});
}

void add_dice(const object& message, std::vector<Part>& parts) {
  object dice;
  if (message["dice"].get(dice) != simdjson::SUCCESS) return;
  const std::string emoji = text_in(dice, "emoji");
  parts.emplace_back(Text{.text = emoji + " " + std::to_string(count_in(dice, "value"))});
}

// A link hidden under words is not in the text; the agent should see where it leads.
void add_hidden_links(const object& message, std::string_view key, std::vector<Part>& parts) {
  array entities;
  if (message[key].get(entities) != simdjson::SUCCESS) return;
  for (const element entity : entities) {
    object one;
    if (entity.get(one) != simdjson::SUCCESS || text_in(one, "type") != "text_link") continue;
    Link link;
    link.url = text_in(one, "url");
    if (!link.url.empty() && parts.size() < kPartsMax) parts.emplace_back(std::move(link));
  }
}

std::string read_channel_data(const object& message) {
  JsonWriter json;
  json.begin_object();
  for (const std::string_view key : {"entities", "caption_entities", "media_group_id",
                                     "forward_origin", "message_thread_id", "via_bot"}) {
    element value;
    if (message[key].get(value) != simdjson::SUCCESS) continue;
    const std::string raw = simdjson::minify(value);
    if (json.text().size() + raw.size() > kChannelDataBytesMax) continue;
    json.key(key).raw(raw);
  }
  json.end_object();
  return json.text() == "{}" ? std::string() : json.take();
}

bool listed(const auto& names, std::string_view key) {
  return std::ranges::find(names, key) != std::end(names);
}

// The name of what this version does not know.
std::string unknown_field(const object& message) {
  for (const auto& [key, value] : message) {
    if (!listed(kEnvelope, key)) return std::string(key);
  }
  return "empty";
}

ServiceNotice service_notice(const object& message) {
  for (const auto& name : kService) {
    element value;
    if (message[name].get(value) != simdjson::SUCCESS || value.is_null()) continue;
    return {std::string(name), id_text(value).value_or("")};
  }
  return {};
}

}  // namespace

std::optional<std::string> id_text(const element& value) {
  if (std::int64_t number = 0; value.get(number) == simdjson::SUCCESS) {
    return std::to_string(number);
  }
  if (std::uint64_t number = 0; value.get(number) == simdjson::SUCCESS) {
    return std::to_string(number);
  }
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || text.size() > 20) return std::nullopt;
  const auto digits = text.starts_with('-') ? text.substr(1) : text;
  const bool good =
      !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!good) return std::nullopt;
  return std::string(text);
}

Result<Content> read_content(const object& message) {
  Content content;
  content.service = service_notice(message);
  if (!content.service.type.empty()) return content;
  content.channel_data = read_channel_data(message);
  auto& parts = content.parts;
  if (auto photo = read_photo(message)) parts.emplace_back(*std::move(photo));
  for (const auto& [name, kind] : kMediaFields) {
    object file;
    if (!parts.empty() || message[name].get(file) != simdjson::SUCCESS) continue;
    Media media = read_media(file, kind);
    if (!media.platform_id.empty()) parts.emplace_back(std::move(media));
  }
  for (const std::string_view key : {"text", "caption"}) {
    auto words = words_in(message, key);
    if (!words) return std::move(words.error());
    if (!words->empty()) parts.emplace_back(Text{.text = *std::move(words)});
  }
  if (auto place = read_place(message)) parts.push_back(*std::move(place));
  if (auto contact = read_contact(message)) parts.push_back(*std::move(contact));
  add_dice(message, parts);
  add_web_app(message, parts);
  if (parts.empty())
    parts.emplace_back(Unsupported{.provider_type = unknown_field(message), .raw_ref = ""});
  add_hidden_links(message, "entities", parts);
  add_hidden_links(message, "caption_entities", parts);
  return content;
}

}  // namespace parley::connectors::telegram
