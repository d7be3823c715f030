#include "connectors/alipay/parse.hpp"

#include <simdjson.h>

#include <charconv>

#include "connectors/json_document.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::alipay {
namespace {

constexpr std::size_t kIdBytesMax = 128;
constexpr std::int64_t kMillisecondsFrom = 100'000'000'000;

Parsed stopped(std::string detail) {
  return {.events = {}, .stopped = Error{.code = Errc::malformed, .detail = std::move(detail)}};
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax && !text.contains('\n');
}

std::optional<TimePoint> time_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0 || text.size() > 15) {
    return {};
  }
  return TimePoint{Milliseconds{value >= kMillisecondsFrom ? value : value * 1000}};
}

// The account number is the same for every app; FromUserId, which older pushes carry alone, is only
// this app's name for the person.
std::string_view sender(const XmlElement& x) {
  const auto number = x.child_text("FromAlipayUserId");
  return number.empty() ? x.child_text("FromUserId") : number;
}

IdentityKey identity_of(const XmlElement& x, std::string_view app_id) {
  const std::string id(sender(x));
  if (x.child_text("FromAlipayUserId").empty()) {
    return {.scope = "alipay:" + std::string(app_id), .scheme = "alipay_open_id", .value = id};
  }
  return {.scope = "alipay", .scheme = "alipay_user_id", .value = id};
}

// {"logon_id":"151***","user_name":"*明"}
std::string name_of(const XmlElement& x) {
  const auto info = JsonDocument::parse(x.child_text("UserInfo"));
  return info ? json_text(info->root(), "user_name") : std::string();
}

// {"scene":{"sceneId":"shop7"}}: what the QR code said.
std::string scene_of(std::string_view param) {
  const auto said = JsonDocument::parse(param);
  simdjson::dom::object scene = json_empty();
  if (!said || !json_object(said->root(), "scene", scene)) return {};
  return json_id(scene, "sceneId");
}

Part unsupported(std::string_view type) {
  Unsupported part;
  part.provider_type = type;
  return part;
}

Part part_of(std::string_view type, const XmlElement& x) {
  if (type == "text") {
    const auto* text = x.child("Text");
    if (text == nullptr) return unsupported(type);
    const auto inner = text->child_text("Content");
    const auto said = inner.empty() ? std::string_view(text->text) : inner;
    if (said.empty()) return unsupported(type);
    return Text{.text = std::string(said)};
  }
  if (type == "image") {
    Media part;
    part.kind = MediaKind::image;
    if (const auto* image = x.child("Image")) part.platform_id = image->child_text("MediaId");
    if (part.platform_id.empty()) return unsupported(type);
    return part;
  }
  return unsupported(type);
}

Parsed one(Incoming in) {
  Parsed parsed;
  parsed.events.push_back(std::move(in));
  return parsed;
}

Parsed message(Incoming in, std::string_view type, const XmlElement& x) {
  in.opens_window = "user_message";
  MessageIn said;
  auto& made = said.message;
  made.direction = Direction::inbound;
  made.author.type = AuthorType::customer;
  made.author.id = in.identity.key.value;
  made.author.display_name = in.identity.display_name;
  made.external_id = in.dedup_key;
  made.external_time = in.occurred_at;
  made.content = {part_of(type, x)};
  made.fallback_text = fallback_text(made.content);
  if (auto wrong = check_limits(made); !wrong.empty()) return stopped(std::move(wrong));
  in.what = std::move(said);
  return one(std::move(in));
}

Parsed event(Incoming in, const XmlElement& x) {
  SignalIn what;
  auto& said = what.platform_event;
  said.type = x.child_text("EventType");
  said.key = x.child_text("ActionParam");
  if (!is_id(said.type)) return stopped("EventType is missing");
  if (said.type == "follow") {
    in.opens_window = "follow";
    in.opt = OptChange::opted_in;
  } else if (said.type == "unfollow") {
    in.opt = OptChange::opted_out;
  } else if (said.type == "click") {
    in.opens_window = "menu_click";
    in.referral = Referral{.kind = "menu", .code = said.key, .source = {}};
  } else if (said.type == "enter") {
    if (auto scene = scene_of(said.key); !scene.empty()) {
      in.referral = Referral{.kind = "qr", .code = std::move(scene), .source = {}};
    }
  }
  in.what = std::move(what);
  return one(std::move(in));
}

}  // namespace

std::string sender_of(std::string_view xml) {
  const auto document = parse_xml(xml);
  return document ? std::string(sender(*document)) : std::string();
}

Parsed parse_content(std::string_view xml, const Channel& channel) {
  const auto document = parse_xml(xml);
  if (!document) return {.events = {}, .stopped = document.error()};
  const XmlElement& x = *document;
  const auto from = sender(x), type = x.child_text("MsgType"), time = x.child_text("CreateTime");
  if (!is_id(from) || !is_id(type)) return stopped("FromUserId or MsgType is missing");
  const auto app_id = x.child_text("AppId"), ours = channel.setting("app_id");
  if (!app_id.empty() && app_id != ours) return stopped("AppId is of another app");
  Incoming in;
  in.account = app_id;
  in.identity.key = identity_of(x, ours);
  in.identity.verification = Verification::channel;
  in.identity.display_name = name_of(x);
  in.recipient = from;
  in.occurred_at = time_of(time);
  if (!in.occurred_at) return stopped("CreateTime is missing");
  const auto id = x.child_text("MsgId");
  in.dedup_key = is_id(id) ? std::string(id)
                           : std::string(from) + ":" + std::string(time) + ":" + std::string(type) +
                                 ":" + std::string(x.child_text("EventType")) + ":" +
                                 std::string(x.child_text("ActionParam"));
  return type == "event" ? event(std::move(in), x) : message(std::move(in), type, x);
}

}  // namespace parley::connectors::alipay
