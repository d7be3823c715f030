#include "connectors/dingtalk/parse.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/dingtalk/address.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::dingtalk {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kIdBytesMax = 256;
constexpr std::size_t kWebhookBytesMax = 1024;
constexpr std::size_t kUsersMax = 100;

Parsed stopped(std::string detail) {
  return {.events = {}, .stopped = Error{.code = Errc::malformed, .detail = std::move(detail)}};
}

bool is_id(std::string_view text) { return !text.empty() && text.size() <= kIdBytesMax; }

Part unsupported(std::string_view type) {
  Unsupported part;
  part.provider_type = type;
  return part;
}

// In a group the text begins with the space that stood after the robot's name.
std::string trimmed(std::string text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  text.erase(0, begin);
  return text;
}

class RobotReader {
 public:
  RobotReader(const Channel& channel, const object& body) : channel_(channel), body_(body) {}

  Parsed read() {
    const auto id = json_text(body_, "msgId");
    if (!is_id(id)) return stopped("msgId is missing");
    Incoming in;
    in.dedup_key = id;
    in.account = json_text(body_, "chatbotUserId");
    in.occurred_at = json_time_ms(body_, "createAt");
    if (!read_people(in)) return stopped("senderStaffId and senderId are missing");
    MessageIn said;
    auto& message = said.message;
    message.direction = Direction::inbound;
    message.author.type = AuthorType::customer;
    message.author.id = in.identity.key.value;
    message.author.display_name = in.identity.display_name;
    message.external_id = id;
    message.external_time = in.occurred_at;
    message.content = read_content();
    message.fallback_text = fallback_text(message.content);
    if (auto chat = json_text(body_, "conversationId"); is_id(chat)) {
      message.attributes["conversation_id"] = std::move(chat);
    }
    message.channel_data = extras();
    if (auto wrong = check_limits(message); !wrong.empty()) return stopped(std::move(wrong));
    in.what = std::move(said);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

 private:
  // The staff id is what every other call of the platform takes, but only members of the
  // enterprise have one.
  bool read_people(Incoming& in) const {
    const auto staff = json_text(body_, "senderStaffId");
    const auto sender = staff.empty() ? json_text(body_, "senderId") : staff;
    if (!is_id(sender)) return false;
    in.identity.key.scope = channel_.id.value;
    in.identity.key.scheme = "dingtalk_user";
    in.identity.key.value = sender;
    in.identity.verification = Verification::channel;
    in.identity.display_name = json_text(body_, "senderNick");
    Address address{.user = staff};
    const auto chat = json_text(body_, "conversationId");
    if (json_id(body_, "conversationType") == "2" && is_id(chat)) in.group = address.group = chat;
    address.robot = json_text(body_, "robotCode");
    auto webhook = json_text(body_, "sessionWebhook");
    const auto until = json_time_ms(body_, "sessionWebhookExpiredTime");
    if (until && webhook.size() <= kWebhookBytesMax) {
      address.session_webhook = std::move(webhook);
      address.webhook_until = *until;
    }
    in.recipient = address.write();
    return true;
  }

  std::vector<Part> read_content() const {
    const auto type = json_text(body_, "msgtype");
    object inner = json_empty();
    if (type == "text") {
      if (!json_object(body_, "text", inner)) return {unsupported(type)};
      auto said = trimmed(json_text(inner, "content"));
      if (said.empty()) return {unsupported(type)};
      return {Text{.text = std::move(said)}};
    }
    if (json_object(body_, "content", inner)) return typed(type, inner);
    // Some robots get the same as a text.
    const auto document = JsonDocument::parse(json_text(body_, "content"));
    return typed(type, document ? document->root() : json_empty());
  }

  static std::vector<Part> typed(const std::string& type, const object& content) {
    if (type == "picture") return medium(type, MediaKind::image, content);
    if (type == "audio") return medium(type, MediaKind::voice, content);
    if (type == "video") return medium(type, MediaKind::video, content);
    if (type == "file") return medium(type, MediaKind::file, content);
    if (type == "richText") return rich_text(type, content);
    return {unsupported(type)};
  }

  static std::optional<Part> media_part(MediaKind kind, const object& content) {
    Media part;
    part.kind = kind;
    part.platform_id = json_text(content, "downloadCode");
    if (part.platform_id.empty()) part.platform_id = json_text(content, "pictureDownloadCode");
    if (part.platform_id.empty()) return {};
    part.name = json_text(content, "fileName");
    part.duration_ms = json_size(content, "duration");
    part.transcript = json_text(content, "recognition");
    return part;
  }

  static std::vector<Part> medium(const std::string& type, MediaKind kind, const object& content) {
    if (auto part = media_part(kind, content)) return {*std::move(part)};
    return {unsupported(type)};
  }

  static std::vector<Part> rich_text(const std::string& type, const object& content) {
    array runs;
    std::string said;
    std::vector<Part> pictures;
    if (content["richText"].get(runs) == simdjson::SUCCESS) {
      for (const element one : runs) {
        object run;
        if (one.get(run) != simdjson::SUCCESS) continue;
        said += json_text(run, "text");
        if (pictures.size() + 1 >= kPartsMax) continue;
        if (auto part = media_part(MediaKind::image, run)) pictures.push_back(*std::move(part));
      }
    }
    std::vector<Part> parts;
    said = trimmed(std::move(said));
    if (!said.empty()) parts.emplace_back(Text{.text = std::move(said)});
    for (auto& part : pictures) parts.push_back(std::move(part));
    if (parts.empty()) parts.push_back(unsupported(type));
    return parts;
  }

  // What a rule may want to know of the place; not the session's webhook, which is a key.
  std::string extras() const {
    JsonWriter json;
    json.begin_object();
    for (const auto* key : {"conversationTitle", "senderCorpId", "chatbotCorpId", "msgtype"}) {
      if (auto text = json_text(body_, key); is_id(text)) json.member(key, text);
    }
    bool flag = false;
    for (const auto* key : {"isAdmin", "isInAtList"}) {
      if (body_[key].get(flag) == simdjson::SUCCESS) json.member(key, flag);
    }
    json.end_object();
    return json.take();
  }

  const Channel& channel_;
  const object& body_;
};

// The people an event is about.
std::vector<std::string> users_of(const object& event) {
  std::vector<std::string> out;
  for (const auto* key : {"UserId", "userId", "StaffId", "staffId"}) {
    array list;
    if (event[key].get(list) == simdjson::SUCCESS) {
      for (const element one : list) {
        std::string_view id;
        if (out.size() < kUsersMax && one.get(id) == simdjson::SUCCESS && is_id(id)) {
          out.emplace_back(id);
        }
      }
    } else if (auto id = json_text(event, key); is_id(id)) {
      out.push_back(std::move(id));
    }
    if (!out.empty()) break;
  }
  std::ranges::sort(out);
  const auto twice = std::ranges::unique(out);
  out.erase(twice.begin(), twice.end());
  return out;
}

}  // namespace

Parsed parse_robot(std::string_view body, const Channel& channel) {
  const auto document = JsonDocument::parse(body);
  if (!document) return {.events = {}, .stopped = document.error()};
  return RobotReader(channel, document->root()).read();
}

Parsed parse_event(std::string_view json, const Channel& channel) {
  const auto document = JsonDocument::parse(json);
  if (!document) return {.events = {}, .stopped = document.error()};
  const auto& event = document->root();
  const auto type = json_text(event, "EventType");
  if (!is_id(type)) return stopped("EventType is missing");
  Parsed parsed;
  for (const auto& user : users_of(event)) {
    Incoming in;
    // A repeat has a new signature and nonce; what it says is the same.
    in.dedup_key = "event:" + type + ":" + json_id(event, "TimeStamp") + ":" + user;
    in.account = json_text(event, "CorpId");
    in.identity.key = {.scope = channel.id.value, .scheme = "dingtalk_user", .value = user};
    in.identity.verification = Verification::channel;
    in.recipient = user;
    in.occurred_at = json_time_ms(event, "TimeStamp");
    SignalIn what;
    what.platform_event.type = type;
    what.platform_event.key = json_text(event, "ChatId");
    in.what = std::move(what);
    parsed.events.push_back(std::move(in));
  }
  return parsed;
}

}  // namespace parley::connectors::dingtalk
