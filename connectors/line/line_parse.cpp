#include "connectors/line/line_parse.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/json_in.hpp"

namespace parley::connectors::line {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kBodyDepthMax = 64;
constexpr std::size_t kExtrasBytesMax = 8 * 1024;
constexpr std::size_t kMembersMax = 64;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

struct MediaType {
  std::string_view name;
  MediaKind kind;
};

constexpr MediaType kMediaTypes[] = {{"image", MediaKind::image},
                                     {"video", MediaKind::video},
                                     {"audio", MediaKind::audio},
                                     {"file", MediaKind::file}};

// Bytes that LINE holds are named by the message's id; others stay at their owner's address.
Media read_media(const object& message, MediaKind kind, const std::string& id) {
  Media media;
  media.kind = kind;
  media.platform_id = id;
  media.name = text_in(message, "fileName");
  media.size_bytes = count_in(message, "fileSize");
  media.duration_ms = small_count_in(message, "duration");
  object provider;
  if (object_in(message, "contentProvider", provider) && text_in(provider, "type") == "external") {
    media.url = text_in(provider, "originalContentUrl");
    media.thumbnail = text_in(provider, "previewImageUrl");
  }
  return media;
}

// A sticker is named by its package; it is no file of the user's.
Media read_sticker(const object& message) {
  Media sticker;
  sticker.kind = MediaKind::sticker;
  sticker.platform_id = id_in(message, "packageId") + "/" + id_in(message, "stickerId");
  sticker.alt = text_in(message, "text");
  array keywords;
  if (sticker.alt.empty() && message["keywords"].get(keywords) == SUCCESS) {
    for (const element keyword : keywords) {
      std::string_view word;
      if (keyword.get(word) == SUCCESS && sticker.alt.empty()) sticker.alt = word;
    }
  }
  return sticker;
}

Result<Part> read_part(const object& message, const std::string& id) {
  const std::string type = text_in(message, "type");
  if (type == "text") {
    std::string_view words;
    if (message["text"].get(words) != SUCCESS) return malformed("text is not a string");
    if (words.size() > kTextBytesMax) return malformed("text is too long");
    return Part(Text{.text = std::string(words)});
  }
  for (const auto& media : kMediaTypes) {
    if (type == media.name) return Part(read_media(message, media.kind, id));
  }
  if (type == "sticker") return Part(read_sticker(message));
  if (type == "location") {
    const auto latitude = number_in(message, "latitude");
    const auto longitude = number_in(message, "longitude");
    if (!latitude || !longitude) return malformed("a location without coordinates");
    Location place;
    place.latitude = *latitude;
    place.longitude = *longitude;
    place.name = text_in(message, "title");
    place.address = text_in(message, "address");
    return Part(std::move(place));
  }
  return Part(Unsupported{.provider_type = type.empty() ? "unnamed" : type, .raw_ref = ""});
}

class EventReader {
 public:
  EventReader(const Channel& channel, std::string_view account, const object& event)
      : channel_(channel), account_(account), event_(event), type_(text_in(event, "type")) {}

  Result<Incoming> read() {
    if (type_.empty()) return malformed("an event without type");
    auto in = envelope();
    if (!in) return in;
    // Another application has this conversation now: what is said to it is not for us to answer.
    const bool standby = text_in(event_, "mode") == "standby";
    if (type_ == "message" && !standby) return read_message(*std::move(in));
    if (type_ == "postback" && !standby) return read_postback(*std::move(in));
    SignalIn signal;
    signal.type = EventType::platform_event;
    signal.platform_event.type = type_;
    signal.platform_event.attributes = attributes();
    if (standby) signal.platform_event.attributes["mode"] = std::string("standby");
    read_details(*in, signal);
    in->what = std::move(signal);
    return in;
  }

 private:
  Attributes attributes() const {
    Attributes out;
    if (const auto id = id_in(event_, "webhookEventId"); !id.empty()) out["webhook_event_id"] = id;
    object delivery;
    if (object_in(event_, "deliveryContext", delivery)) {
      out["is_redelivery"] = flag_in(delivery, "isRedelivery");
    }
    if (is_room_) out["conversation_type"] = std::string("room");
    return out;
  }

  // Who, where and when. In groups LINE names the user only if it may: then the group speaks.
  Result<Incoming> envelope() {
    Incoming in;
    in.account = account_;
    in.dedup_key = id_in(event_, "webhookEventId");
    in.reply_token = text_in(event_, "replyToken");
    in.occurred_at = milliseconds_in(event_, "timestamp");
    // User ids are one provider's: its accounts share them if the tenant says they are one's.
    const auto provider = channel_.setting("provider");
    in.identity.key.scope = provider.empty() ? channel_.id.value : "line:" + std::string(provider);
    in.identity.key.scheme = "line";
    in.identity.verification = Verification::channel;
    object source;
    if (!object_in(event_, "source", source)) {
      if (type_ == "message" || type_ == "postback") return malformed("source is missing");
      return in;  // about the account, not about anybody
    }
    const std::string type = text_in(source, "type");
    is_room_ = type == "room";
    const std::string user = id_in(source, "userId");
    in.group = id_in(source, is_room_ ? "roomId" : "groupId");
    in.recipient = in.group.empty() ? user : in.group;
    in.identity.key.value = user.empty() ? in.group : user;
    if (in.recipient.empty()) return malformed("source names nobody");
    return in;
  }

  static Result<Incoming> said(Incoming in, MessageIn message) {
    message.message.direction = Direction::inbound;
    message.message.author.type = AuthorType::customer;
    message.message.author.id = in.identity.key.value;
    message.message.external_time = in.occurred_at;
    message.message.fallback_text = fallback_text(message.message.content);
    in.what = std::move(message);
    return in;
  }

  Result<Incoming> read_message(Incoming in) const {
    object body;
    if (!object_in(event_, "message", body)) return malformed("message is missing");
    MessageIn message;
    message.message.external_id = id_in(body, "id");
    if (message.message.external_id.empty()) return malformed("message.id is missing");
    // Events of old have no id of their own.
    if (in.dedup_key.empty()) in.dedup_key = message.message.external_id;
    auto part = read_part(body, message.message.external_id);
    if (!part) return std::move(part.error());
    message.message.content.push_back(*std::move(part));
    message.message.reply_to = id_in(body, "quotedMessageId");
    message.message.attributes = attributes();
    message.message.channel_data = extras_in(
        body, {"quoteToken", "markAsReadToken", "mention", "emojis", "imageSet"}, kExtrasBytesMax);
    return said(std::move(in), std::move(message));
  }

  // A button of ours was pressed. With a picker the chosen time is in `params`.
  Result<Incoming> read_postback(Incoming in) const {
    object body;
    if (!object_in(event_, "postback", body)) return malformed("postback is missing");
    if (in.dedup_key.empty()) in.dedup_key = "postback:" + in.reply_token;
    MessageIn message;
    const std::string data = text_in(body, "data");
    ActionResponse chosen{.action_id = data, .payload = data, .title = ""};
    object params;
    if (object_in(body, "params", params)) {
      for (const auto key : {"datetime", "date", "time"}) {
        if (chosen.title.empty()) chosen.title = text_in(params, key);
      }
    }
    message.message.content.emplace_back(std::move(chosen));
    message.message.attributes = attributes();
    message.message.channel_data = extras_in(body, {"params"}, kExtrasBytesMax);
    return said(std::move(in), std::move(message));
  }

  void read_details(Incoming& in, SignalIn& signal) const {
    auto& event = signal.platform_event;
    object body;
    if (type_ == "follow") {
      in.opt = OptChange::opted_in;
      if (object_in(event_, "follow", body)) {
        event.attributes["is_unblocked"] = flag_in(body, "isUnblocked");
      }
    } else if (type_ == "unfollow") {
      in.opt = OptChange::opted_out;
    } else if (type_ == "unsend" && object_in(event_, "unsend", body)) {
      signal.type = EventType::message_deleted;
      signal.target = Target{.message = id_in(body, "messageId"), .emoji = "", .text = ""};
    } else if (type_ == "messageEdited" && object_in(event_, "message", body)) {
      signal.type = EventType::message_updated;
      signal.target =
          Target{.message = id_in(body, "id"), .emoji = "", .text = text_in(body, "text")};
    } else if (type_ == "beacon" && object_in(event_, "beacon", body)) {
      event.key = id_in(body, "hwid");
      event.scene = text_in(body, "type");
      event.ticket = text_in(body, "dm");
    } else if (type_ == "accountLink" && object_in(event_, "link", body)) {
      event.key = text_in(body, "nonce");
      event.scene = text_in(body, "result");
    } else if (type_ == "videoPlayComplete" && object_in(event_, "videoPlayComplete", body)) {
      event.key = text_in(body, "trackingId");
    } else if (object_in(event_, "joined", body) || object_in(event_, "left", body)) {
      event.key = members(body);
    }
  }

  // "U1,U2": who came or went.
  static std::string members(const object& body) {
    array list;
    std::string out;
    if (body["members"].get(list) != SUCCESS) return out;
    std::size_t count = 0;
    for (const element one : list) {
      object member;
      if (count == kMembersMax || one.get(member) != SUCCESS) continue;
      const std::string id = id_in(member, "userId");
      if (id.empty()) continue;
      out += (out.empty() ? "" : ",") + id;
      ++count;
    }
    return out;
  }

  const Channel& channel_;
  std::string_view account_;
  const object& event_;
  std::string type_;
  bool is_room_ = false;
};

}  // namespace

Parsed parse_events(std::string_view body, const Channel& channel) {
  simdjson::dom::parser parser;
  object root;
  if (!parse_object(parser, body, kBodyDepthMax, root)) {
    return {.events = {}, .stopped = malformed("the body is not a JSON object")};
  }
  array list;
  if (root["events"].get(list) != SUCCESS) {
    return {.events = {}, .stopped = malformed("events is not an array")};
  }
  if (list.size() > kEventsMax) {
    return {.events = {}, .stopped = malformed("events has more than 100 entries")};
  }
  const std::string account = id_in(root, "destination");
  Parsed parsed;
  std::size_t index = 0;
  for (const element one : list) {
    object event;
    Result<Incoming> in = malformed("not an object");
    if (one.get(event) == SUCCESS) in = EventReader(channel, account, event).read();
    if (in) {
      parsed.events.push_back(*std::move(in));
    } else if (!parsed.stopped) {
      parsed.stopped = std::move(in.error());
      parsed.stopped->detail = "events[" + std::to_string(index) + "]: " + parsed.stopped->detail;
    }
    ++index;
  }
  return parsed;
}

}  // namespace parley::connectors::line
