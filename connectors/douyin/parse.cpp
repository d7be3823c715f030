#include "connectors/douyin/parse.hpp"

#include <simdjson.h>

#include "base/crypto.hpp"
#include "connectors/douyin/address.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::douyin {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kIdBytesMax = 512;
constexpr std::size_t kChannelDataBytesMax = 16 * 1024;

Parsed stopped(std::string detail) {
  return {.events = {}, .stopped = Error{.code = Errc::malformed, .detail = std::move(detail)}};
}

bool is_id(std::string_view text) { return !text.empty() && text.size() <= kIdBytesMax; }

Part unsupported(std::string_view type) {
  Unsupported part;
  part.provider_type = type;
  return part;
}

class EventReader {
 public:
  EventReader(const WebhookRequest& request, const Channel& channel, const object& root)
      : channel_(channel),
        root_(root),
        type_(json_text(root, "event")),
        delivery_(request.header("msg-id")) {
    // A JSON text in events, an object in the platform's check and in some accounts' events.
    if (!json_object(root, "content", content_)) {
      auto inner = JsonDocument::parse(json_text(root, "content"));
      if (inner) {
        inner_.emplace(*std::move(inner));
        content_ = inner_->root();
      }
    }
  }

  Parsed read() {
    if (type_.empty()) return stopped("event is missing");
    if (const auto key = channel_.setting("client_key"); !key.empty()) {
      const auto meant = json_text(root_, "client_key");
      if (!meant.empty() && meant != key) return stopped("client_key is of another app");
    }
    if (type_ == "im_receive_msg") return message();
    if (type_ == "im_send_msg") return echo();
    if (type_ == "im_enter_direct_msg") return visit();
    if (type_ == "im_recall_msg") return recall();
    return {};  // of authorisations, videos and groups
  }

 private:
  // `from` is the customer but for what the account itself did.
  Incoming envelope(std::string_view customer_key, std::string_view account_key) const {
    Incoming in;
    in.account = json_text(root_, account_key);
    in.identity.key = {.scope = channel_.id.value,
                       .scheme = "douyin_openid",
                       .value = json_text(root_, customer_key)};
    in.identity.verification = Verification::channel;
    read_profile(in.identity);
    in.occurred_at = json_time_ms(content_, "create_time");
    return in;
  }

  void read_profile(Identity& identity) const {
    array people;
    if (content_["user_infos"].get(people) != simdjson::SUCCESS) return;
    for (const element one : people) {
      object person;
      if (one.get(person) != simdjson::SUCCESS) continue;
      if (json_text(person, "open_id") != identity.key.value) continue;
      identity.display_name = json_text(person, "nick_name");
      identity.avatar_url = json_text(person, "avatar");
    }
  }

  Address address_of(const Incoming& in, std::string message) const {
    return {.user = in.identity.key.value,
            .conversation = json_text(content_, "conversation_short_id"),
            .message = std::move(message),
            .account = in.account};
  }

  // The header is the same for every try of a delivery; without it, what is said tells.
  std::string key_or(std::string otherwise) const {
    return is_id(delivery_) ? std::string(delivery_) : std::move(otherwise);
  }

  Parsed message() {
    Incoming in = envelope("from_user_id", "to_user_id");
    if (!is_id(in.identity.key.value)) return stopped("from_user_id is missing");
    const auto id = json_text(content_, "server_message_id");
    if (!is_id(id)) return stopped("content.server_message_id is missing");
    in.dedup_key = key_or(id);
    in.recipient = address_of(in, id).write();
    in.opens_window = "user_message";
    MessageIn said;
    auto& made = said.message;
    made.direction = Direction::inbound;
    made.author.type = AuthorType::customer;
    made.author.id = in.identity.key.value;
    made.author.display_name = in.identity.display_name;
    made.external_id = id;
    made.external_time = in.occurred_at;
    made.content = {part_of(json_text(content_, "message_type"))};
    made.fallback_text = fallback_text(made.content);
    if (auto chat = json_text(content_, "conversation_short_id"); is_id(chat)) {
      made.attributes["conversation_id"] = std::move(chat);
    }
    made.channel_data = json_minified(content_, kChannelDataBytesMax);
    if (auto wrong = check_limits(made); !wrong.empty()) return stopped(std::move(wrong));
    in.what = std::move(said);
    return one(std::move(in));
  }

  // The platform gives no bytes of pictures and films, only sometimes an address.
  Part part_of(const std::string& type) const {
    if (type == "text") {
      auto text = json_text(content_, "text");
      if (text.empty()) return unsupported(type);
      return Text{.text = std::move(text)};
    }
    Media part;
    part.url = json_text(content_, "resource_url");
    part.width = json_size(content_, "resource_width");
    part.height = json_size(content_, "resource_height");
    if (type == "image" || type == "user_local_image") {
      part.kind = MediaKind::image;
    } else if (type == "emoji") {
      part.kind = MediaKind::sticker;
    } else if (type == "video" || type == "user_local_video") {
      part.kind = MediaKind::video;
    } else {
      return unsupported(type);
    }
    if (!part.url.starts_with("https://")) part.url.clear();
    return part;
  }

  static Parsed one(Incoming in) {
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  Parsed signal(Incoming in, SignalIn what) {
    if (!is_id(in.identity.key.value)) return stopped("the customer's open id is missing");
    if (what.platform_event.type.empty()) what.platform_event.type = type_;
    const auto id = json_text(content_, "server_message_id");
    in.dedup_key = key_or(type_ + ":" + in.identity.key.value + ":" +
                          (id.empty() ? json_id(content_, "create_time") : id));
    in.what = std::move(what);
    return one(std::move(in));
  }

  // What the account said, here or in the app. No customer said it, and it cannot be answered.
  Parsed echo() {
    SignalIn what;
    what.target =
        Target{.message = json_text(content_, "server_message_id"), .emoji = "", .text = ""};
    what.platform_event.key = json_text(content_, "source");  // the app that sent it; "" by hand
    return signal(envelope("to_user_id", "from_user_id"), std::move(what));
  }

  Parsed visit() {
    Incoming in = envelope("from_user_id", "to_user_id");
    auto address = address_of(in, json_text(content_, "server_message_id"));
    address.visit = true;
    in.recipient = address.write();
    in.opens_window = "visit";
    return signal(std::move(in), {});
  }

  Parsed recall() {
    SignalIn what;
    what.type = EventType::message_deleted;
    what.target =
        Target{.message = json_text(content_, "server_message_id"), .emoji = "", .text = ""};
    if (what.target->message.empty()) return stopped("content.server_message_id is missing");
    return signal(envelope("from_user_id", "to_user_id"), std::move(what));
  }

  const Channel& channel_;
  const object& root_;
  std::string type_;
  std::string_view delivery_;
  std::optional<JsonDocument> inner_;
  object content_ = json_empty();
};

}  // namespace

Parsed parse_event(const WebhookRequest& request, const Channel& channel) {
  const auto document = JsonDocument::parse(request.body);
  if (!document) return {.events = {}, .stopped = document.error()};
  return EventReader(request, channel, document->root()).read();
}

}  // namespace parley::connectors::douyin
