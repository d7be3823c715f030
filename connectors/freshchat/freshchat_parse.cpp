#include "connectors/freshchat/freshchat_parse.hpp"

#include <simdjson.h>

#include <algorithm>

namespace parley::connectors::freshchat {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kIdBytesMax = 128;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

std::string text_in(const object& from, std::string_view key) {
  std::string_view text;
  if (from[key].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

Result<std::string> id_in(const object& from, std::string_view key) {
  std::string id = text_in(from, key);
  const bool good = !id.empty() && id.size() <= kIdBytesMax && id.find('/') == std::string::npos;
  if (!good) return malformed(std::string(key) + " is missing");
  return id;
}

Media media_of(const object& part, MediaKind kind) {
  Media media;
  media.kind = kind;
  media.url = text_in(part, "url");
  media.mime = text_in(part, "content_type");
  media.name = text_in(part, "name");
  std::uint64_t size = 0;
  if (part["file_size_in_bytes"].get(size) == simdjson::SUCCESS) media.size_bytes = size;
  return media;
}

struct MediaName {
  std::string_view name;
  MediaKind kind;
};
constexpr MediaName kMedia[] = {{"image", MediaKind::image},
                                {"video", MediaKind::video},
                                {"audio", MediaKind::audio},
                                {"file", MediaKind::file}};

void add_part(const object& part, std::vector<Part>& parts) {
  object inside;
  if (part["text"].get(inside) == simdjson::SUCCESS) {
    std::string words = text_in(inside, "content");
    if (!words.empty()) parts.emplace_back(Text{.text = std::move(words)});
    return;
  }
  for (const auto& [name, kind] : kMedia) {
    if (part[name].get(inside) != simdjson::SUCCESS) continue;
    Media media = media_of(inside, kind);
    if (!media.url.empty()) parts.emplace_back(std::move(media));
    return;
  }
  if (part["quick_reply_button"].get(inside) == simdjson::SUCCESS) {
    const std::string label = text_in(inside, "label");
    const std::string payload = text_in(inside, "custom_reply_text");
    parts.emplace_back(ActionResponse{.action_id = payload.empty() ? label : payload,
                                      .payload = payload.empty() ? label : payload,
                                      .title = label});
    return;
  }
  if (part["url_button"].get(inside) == simdjson::SUCCESS) {
    parts.emplace_back(Link{.url = text_in(inside, "url"), .title = text_in(inside, "label")});
    return;
  }
  for (const auto& [name, value] : part) {
    parts.emplace_back(Unsupported{.provider_type = std::string(name), .raw_ref = ""});
    return;
  }
}

std::vector<Part> parts_of(const object& message) {
  std::vector<Part> parts;
  simdjson::dom::array list;
  if (message["message_parts"].get(list) != simdjson::SUCCESS) return parts;
  for (const element one : list) {
    object part;
    if (parts.size() < kPartsMax && one.get(part) == simdjson::SUCCESS) add_part(part, parts);
  }
  return parts;
}

Result<Incoming> read_message(const object& message, const Channel& channel) {
  auto id = id_in(message, "id");
  auto user = id_in(message, "actor_id");
  auto topic = id_in(message, "channel_id");
  for (const auto* one : {&id, &user, &topic}) {
    if (!*one) return one->error();
  }
  Incoming in;
  in.dedup_key = *id;
  in.account = text_in(message, "app_id");
  in.identity.key = {
      .scope = channel.id.value, .scheme = "freshchat", .value = *topic + "/" + *user};
  in.identity.union_id = *user;  // the same person in other topics
  in.recipient = in.identity.key.value;
  // An answer belongs into the conversation the user is in.
  if (const auto conversation = id_in(message, "conversation_id"))
    in.recipient += "/" + *conversation;
  TimePoint created;
  if (parse_time(text_in(message, "created_time"), created)) in.occurred_at = created;
  MessageIn said;
  Message& out = said.message;
  out.direction = Direction::inbound;
  out.author = {.type = AuthorType::customer, .id = *user, .display_name = ""};
  out.external_id = *std::move(id);
  out.external_time = in.occurred_at;
  out.content = parts_of(message);
  if (out.content.empty()) return malformed("message_parts hold nothing");
  out.fallback_text = fallback_text(out.content);
  if (auto wrong = check_limits(out); !wrong.empty()) return malformed(std::move(wrong));
  in.what = std::move(said);
  return in;
}

}  // namespace

Parsed parse_webhook(const WebhookRequest& request, const Channel& channel) {
  simdjson::dom::parser parser;
  object body, message;
  if (parser.allocate(std::max<std::size_t>(request.body.size(), 64), kDepthMax) !=
          simdjson::SUCCESS ||
      parser.parse(request.body.data(), request.body.size()).get(body) != simdjson::SUCCESS) {
    return {.events = {}, .stopped = malformed("the body is not a JSON object")};
  }
  if (body["data"]["message"].get(message) != simdjson::SUCCESS) return {};
  if (text_in(message, "actor_type") != "user") return {};
  // Notes between agents are not for the customer's ears, nor from them.
  if (text_in(message, "message_type") == "private") return {};
  auto in = read_message(message, channel);
  if (!in) return {.events = {}, .stopped = std::move(in.error())};
  Parsed parsed;
  parsed.events.push_back(*std::move(in));
  return parsed;
}

}  // namespace parley::connectors::freshchat
