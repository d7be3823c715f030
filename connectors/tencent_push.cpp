#include "connectors/tencent_push.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/json_writer.hpp"

namespace parley::connectors::tencent {
namespace {

constexpr std::size_t kIdBytesMax = 128;
constexpr std::int64_t kMillisecondsFrom = 100'000'000'000;  // as seconds that is the year 5138

Parsed stopped(std::string detail) {
  return {.events = {}, .stopped = Error{.code = Errc::malformed, .detail = std::move(detail)}};
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// Few pushes have one, and they do not agree on how it is spelled.
std::string union_id_of(const XmlElement& x) {
  for (const auto name : {"UnionId", "UnionID", "Unionid", "unionid"}) {
    if (const auto id = x.child_text(name); is_id(id)) return std::string(id);
  }
  return {};
}

// Everything said outside the fields we read ourselves; lists by position.
void flatten(const XmlElement& element, const std::string& path, Attributes& into) {
  std::map<std::string_view, std::size_t> count, seen;
  for (const auto& child : element.children) ++count[child.name];
  for (const auto& child : element.children) {
    std::string name = path.empty() ? child.name : path + "." + child.name;
    if (count[child.name] > 1) name += "." + std::to_string(seen[child.name]++);
    if (child.children.empty()) {
      into[std::move(name)] = child.text;
    } else {
      flatten(child, name, into);
    }
  }
}

std::string voice_mime(std::string_view format) {
  if (format.empty()) return {};
  if (format == "mp3") return "audio/mpeg";
  return "audio/" + std::string(format);
}

Media media(MediaKind kind, const XmlElement& x) {
  Media part;
  part.kind = kind;
  part.platform_id = x.child_text("MediaId");
  part.url = x.child_text("PicUrl");
  part.thumbnail = x.child_text("ThumbMediaId");
  return part;
}

Part voice(const XmlElement& x) {
  Media part = media(MediaKind::voice, x);
  part.mime = voice_mime(x.child_text("Format"));
  part.transcript = x.child_text("Recognition");
  return part;
}

Part page(const XmlElement& x) {
  Card card;
  card.title = x.child_text("Title");
  card.image_url = x.child_text("ThumbUrl");
  Action open;
  open.type = ActionType::mini_program;
  open.title = card.title;
  open.app_id = x.child_text("AppId");
  open.page = x.child_text("PagePath");
  card.actions.push_back(std::move(open));
  return card;
}

Part link(const XmlElement& x) {
  Link part;
  part.url = x.child_text("Url");
  part.title = x.child_text("Title");
  part.description = x.child_text("Description");
  part.image_url = x.child_text("PicUrl");
  return part;
}

Part unsupported(std::string_view type, std::string_view reference) {
  Unsupported part;
  part.provider_type = type;
  part.raw_ref = reference;
  return part;
}

Part location(const XmlElement& x) {
  const auto latitude = number<double>(x.child_text("Location_X"));
  const auto longitude = number<double>(x.child_text("Location_Y"));
  if (!latitude || !longitude) return unsupported("location", {});
  Location part;
  part.latitude = *latitude;
  part.longitude = *longitude;
  part.address = x.child_text("Label");
  part.name = x.child_text("Poiname");
  if (part.name.empty()) part.name = part.address;  // all that is known of the place
  return part;
}

Part chosen(std::string_view id) {
  ActionResponse part;
  part.action_id = id;
  part.payload = id;
  return part;
}

std::vector<Part> content_of(std::string_view type, const XmlElement& x) {
  std::vector<Part> parts;
  if (type == "text") {
    parts.emplace_back(Text{.text = std::string(x.child_text("Content"))});
    // The customer chose an entry of a menu message; its title is the text.
    if (const auto id = x.child_text("bizmsgmenuid"); !id.empty()) parts.push_back(chosen(id));
  } else if (type == "image") {
    parts.emplace_back(media(MediaKind::image, x));
  } else if (type == "voice") {
    parts.push_back(voice(x));
  } else if (type == "video" || type == "shortvideo") {
    parts.emplace_back(media(MediaKind::video, x));
  } else if (type == "location") {
    parts.push_back(location(x));
  } else if (type == "link") {
    parts.push_back(link(x));
  } else if (type == "miniprogrampage") {
    parts.push_back(page(x));
  } else {
    parts.push_back(unsupported(type, x.child_text("MediaId")));
  }
  return parts;
}

// The fields of a message that have no place in the model, as the platform spells them.
std::string channel_data(const XmlElement& x) {
  constexpr std::string_view kElsewhere[] = {"ToUserName", "FromUserName", "CreateTime",
                                             "MsgId",      "Content",      "Recognition"};
  Attributes fields;
  flatten(x, "", fields);
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : fields) {
    if (std::ranges::find(kElsewhere, name) != std::end(kElsewhere)) continue;
    json.member(name, std::get<std::string>(value));
  }
  json.end_object();
  return json.take();
}

Parsed message(Incoming base, std::string_view type, const XmlElement& x, const Push& push) {
  const auto id = x.child_text("MsgId");
  if (!is_id(id)) return stopped("a message without MsgId");
  Message message;
  message.author.id = base.identity.key.value;
  message.external_id = id;
  message.external_time = base.occurred_at;
  message.content = content_of(type, x);
  message.fallback_text = fallback_text(message.content);
  message.channel_data = channel_data(x);
  base.dedup_key = "msgid:" + std::string(id);
  base.opens_window = push.window;
  base.what = MessageIn{std::move(message)};
  return {.events = {std::move(base)}};
}

PlatformEvent platform_event(std::string_view type, const XmlElement& x) {
  constexpr std::string_view kElsewhere[] = {"ToUserName", "FromUserName", "CreateTime", "MsgType",
                                             "Event",      "EventKey",     "Ticket"};
  constexpr std::string_view kScenePrefix = "qrscene_";
  PlatformEvent event;
  event.type = type;
  event.key = x.child_text("EventKey");
  event.ticket = x.child_text("Ticket");
  if (type == "SCAN") event.scene = event.key;
  if (type == "subscribe" && event.key.starts_with(kScenePrefix)) {
    event.scene = event.key.substr(kScenePrefix.size());
  }
  flatten(x, "", event.attributes);
  for (const auto name : kElsewhere) event.attributes.erase(std::string(name));
  return event;
}

// The platform's last word on a template message we sent.
ReceiptIn template_receipt(const XmlElement& x) {
  ReceiptIn receipt;
  receipt.external_id = x.child_text("MsgID");
  const auto status = x.child_text("Status");
  if (status == "success") return receipt;
  receipt.state = DeliveryState::failed;
  receipt.error_code =
      status.find("user block") != std::string_view::npos ? "recipient_gone" : "rejected";
  receipt.error = status.substr(0, kIdBytesMax);
  return receipt;
}

ReceiptIn subscription_receipt(const XmlElement& entry) {
  ReceiptIn receipt;
  receipt.external_id = entry.child_text("MsgID");
  const auto code = entry.child_text("ErrorCode");
  if (code == "0" || (code.empty() && entry.child_text("ErrorStatus") == "success")) return receipt;
  receipt.state = DeliveryState::failed;
  receipt.error_code = code.substr(0, kIdBytesMax);
  receipt.error = entry.child_text("ErrorStatus").substr(0, kIdBytesMax);
  return receipt;
}

std::vector<ReceiptIn> receipts_of(std::string_view type, const XmlElement& x) {
  std::vector<ReceiptIn> receipts;
  if (type == "TEMPLATESENDJOBFINISH") receipts.push_back(template_receipt(x));
  if (type == "subscribe_msg_sent_event") {
    const auto* inner = x.child("SubscribeMsgSentEvent");
    for (const auto& entry : (inner ? *inner : x).children) {
      if (entry.name == "List") receipts.push_back(subscription_receipt(entry));
    }
  }
  std::erase_if(receipts, [](const ReceiptIn& r) { return !is_id(r.external_id); });
  return receipts;
}

Parsed event(Incoming base, const XmlElement& x, const Push& push) {
  const auto type = x.child_text("Event"), time = x.child_text("CreateTime");
  if (!is_id(type)) return stopped("an event without Event");
  if (!base.occurred_at) return stopped("an event without CreateTime");
  Parsed parsed;
  auto what = platform_event(type, x);

  // Receipts only move a delivery state up, so they may repeat; the event itself may not.
  Incoming receipt = base;
  base.dedup_key = base.identity.key.value + ":" + std::string(time) + ":" + std::string(type);
  if (push.interpret) push.interpret(base, what);
  base.what = SignalIn{.platform_event = std::move(what), .target = std::nullopt};
  parsed.events.push_back(std::move(base));
  for (auto& said : receipts_of(type, x)) {
    receipt.what = std::move(said);
    parsed.events.push_back(receipt);
  }
  return parsed;
}

}  // namespace

std::optional<TimePoint> time_of(std::string_view text) {
  const auto value = number<std::int64_t>(text);
  if (!value || *value <= 0 || text.size() > 15) return {};
  return TimePoint{Milliseconds{*value >= kMillisecondsFrom ? *value : *value * 1000}};
}

bool is_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kIdBytesMax && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f;
  });
}

Parsed parse_push(const XmlElement& document, const Push& push) {
  if (document.name != "xml" && document.name != "json") {
    return stopped("the root element is not <xml>");
  }
  const auto from = document.child_text("FromUserName"), to = document.child_text("ToUserName");
  const auto type = document.child_text("MsgType");
  if (document.child("Encrypt") && from.empty()) {
    return stopped("the body is encrypted, but the channel is in plain mode");
  }
  if (!is_id(from) || !is_id(to)) return stopped("FromUserName or ToUserName is missing");
  if (!is_id(type)) return stopped("MsgType is missing");

  Incoming base;
  base.account = to;
  base.recipient = from;
  base.identity.key = {.scope = push.scope, .scheme = push.scheme, .value = std::string(from)};
  base.identity.union_id = union_id_of(document);
  base.occurred_at = time_of(document.child_text("CreateTime"));
  if (type == "event") return event(std::move(base), document, push);
  return message(std::move(base), type, document, push);
}

}  // namespace parley::connectors::tencent
