#include "connectors/rocketchat/rocketchat_parse.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"

namespace parley::connectors::rocketchat {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kIdBytesMax = 200;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

std::string text_in(const object& from, std::string_view key) {
  std::string_view text;
  if (from[key].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

MediaKind kind_of(std::string_view mime) {
  if (mime.starts_with("image")) return MediaKind::image;
  if (mime.starts_with("video")) return MediaKind::video;
  if (mime.starts_with("audio")) return MediaKind::audio;
  return MediaKind::file;
}

void add_attachments(const object& body, std::vector<Part>& parts) {
  simdjson::dom::array list;
  if (body["attachments"].get(list) != simdjson::SUCCESS) return;
  for (const element one : list) {
    object file;
    if (parts.size() >= kPartsMax - 1 || one.get(file) != simdjson::SUCCESS) continue;
    Media media;
    media.url = text_in(file, "url");
    if (media.url.empty()) continue;
    const std::string type = text_in(file, "type");
    if (type.find('/') != std::string::npos) media.mime = type;
    media.name = text_in(file, "name");
    media.kind = kind_of(type);
    parts.emplace_back(std::move(media));
  }
}

// The app names no message and sends none twice: each request is a message of its own. An id,
// where a newer app gives one, says more.
std::string key_of(const object& body, const WebhookRequest& request) {
  std::string id = text_in(body, "id");
  if (!id.empty() && id.size() <= kIdBytesMax) return id;
  return to_hex(sha256(request.body)).substr(0, 32) + "@" +
         std::to_string(request.received_at.time_since_epoch().count());
}

Result<std::vector<Incoming>> read(const object& body, const WebhookRequest& request,
                                   const Channel& channel) {
  object user;
  if (body["user"].get(user) != simdjson::SUCCESS) return malformed("user is missing");
  const std::string urn = text_in(user, "urn");
  if (urn.empty() || urn.size() > kIdBytesMax) return malformed("user.urn is missing");
  Incoming in;
  in.identity.username = text_in(user, "username");
  // Two bots answering each other never stop.
  const auto bot = channel.setting("bot_username");
  if (!bot.empty() && in.identity.username == bot) return std::vector<Incoming>();

  MessageIn said;
  Message& message = said.message;
  add_attachments(body, message.content);
  if (std::string text = text_in(body, "text"); !text.empty()) {
    message.content.emplace_back(Text{.text = std::move(text)});
  }
  if (message.content.empty()) return malformed("neither text nor an attachment");
  in.dedup_key = key_of(body, request);
  in.account = bot;
  in.identity.key = {.scope = channel.id.value, .scheme = "rocketchat", .value = urn};
  in.identity.display_name = text_in(user, "full_name");
  in.recipient = urn;
  in.occurred_at = request.received_at;
  message.direction = Direction::inbound;
  message.external_id = in.dedup_key;
  message.author = {
      .type = AuthorType::customer, .id = urn, .display_name = in.identity.display_name};
  message.fallback_text = fallback_text(message.content);
  if (auto wrong = check_limits(message); !wrong.empty()) return malformed(std::move(wrong));
  in.what = std::move(said);
  return std::vector<Incoming>{std::move(in)};
}

}  // namespace

Parsed parse_message(const WebhookRequest& request, const Channel& channel) {
  simdjson::dom::parser parser;
  object body;
  if (parser.allocate(std::max<std::size_t>(request.body.size(), 64), kDepthMax) !=
          simdjson::SUCCESS ||
      parser.parse(request.body.data(), request.body.size()).get(body) != simdjson::SUCCESS) {
    return {.events = {}, .stopped = malformed("the body is not a JSON object")};
  }
  auto events = read(body, request, channel);
  if (!events) return {.events = {}, .stopped = std::move(events.error())};
  return {.events = *std::move(events)};
}

}  // namespace parley::connectors::rocketchat
