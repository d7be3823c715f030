#include "connectors/feishu/parse.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/feishu/api.hpp"
#include "connectors/feishu/content.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::feishu {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kReadMax = 200;
constexpr std::size_t kChannelDataBytesMax = 16 * 1024;
constexpr std::size_t kIdBytesMax = 256;

Parsed stopped(std::string detail) {
  return {.events = {}, .stopped = Error{.code = Errc::malformed, .detail = std::move(detail)}};
}

// Several events write times in microseconds.
std::optional<TimePoint> time_of(const object& from, std::string_view key) {
  constexpr std::int64_t kMicrosecondsFrom = 100'000'000'000'000;
  const auto value = json_integer(from, key);
  if (!value || *value <= 0) return {};
  return TimePoint{Milliseconds{*value >= kMicrosecondsFrom ? *value / 1000 : *value}};
}

class EventReader {
 public:
  EventReader(const Channel& channel, const object& root) : channel_(channel), root_(root) {
    json_object(root, "header", header_);
    json_object(root, "event", event_);
    type_ = json_text(header_, "event_type");
    id_ = json_text(header_, "event_id");
  }

  Parsed read() {
    if (!json_has(root_, "header")) return old_card();
    if (type_.empty()) return stopped("header.event_type is missing");
    if (type_ == "im.message.receive_v1") return message();
    if (type_ == "card.action.trigger") return card_action();
    if (type_ == "im.message.message_read_v1") return read_receipts();
    if (type_ == "im.message.reaction.created_v1") return reaction(EventType::reaction_added);
    if (type_ == "im.message.reaction.deleted_v1") return reaction(EventType::reaction_removed);
    if (type_ == "im.chat.access_event.bot_p2p_chat_entered_v1") return notice("operator_id");
    if (type_ == "application.bot.menu_v6") return menu();
    return {};  // about the company or the app, not about a customer
  }

 private:
  Incoming envelope(std::string dedup_key) const {
    Incoming in;
    in.dedup_key = std::move(dedup_key);
    in.account = json_text(header_, "app_id");
    in.identity.key.scope = channel_.id.value;  // open ids are of one app
    in.identity.key.scheme = "feishu_open_id";
    in.identity.verification = Verification::channel;
    in.occurred_at = time_of(header_, "create_time");
    return in;
  }

  // False: nobody a conversation could be with.
  static bool read_person(const object& ids, Incoming& in) {
    in.identity.key.value = json_text(ids, "open_id");
    in.identity.union_id = json_text(ids, "union_id");
    return !in.identity.key.value.empty() && in.identity.key.value.size() <= kIdBytesMax;
  }

  static void read_chat(const object& from, Incoming& in) {
    const auto chat = json_text(from, "chat_id");
    in.recipient = chat.empty() ? in.identity.key.value : chat;
    const auto type = json_text(from, "chat_type");
    if (!chat.empty() && !type.empty() && type != "p2p" && type != "private") in.group = chat;
  }

  Parsed message() {
    object sender, ids, body;
    if (!json_object(event_, "sender", sender) || !json_object(event_, "message", body)) {
      return stopped("a message event without sender or message");
    }
    if (const auto kind = json_text(sender, "sender_type"); !kind.empty() && kind != "user") {
      return {};  // another bot: two of them answering each other never stop
    }
    const auto id = json_text(body, "message_id");
    if (id.empty() || id.size() > kIdBytesMax) return stopped("message.message_id is missing");
    // An event id changes when the platform sends a message again; the message's own does not.
    Incoming in = envelope(id);
    if (!json_object(sender, "sender_id", ids) || !read_person(ids, in)) {
      return stopped("sender.sender_id.open_id is missing");
    }
    read_chat(body, in);
    if (const auto time = time_of(body, "create_time")) in.occurred_at = time;
    MessageIn said;
    said.message.external_id = id;
    said.message.reply_to = json_text(body, "parent_id");
    said.message.content = content_of(body, api_url(channel_, kMessagesPath));
    said.message.channel_data = json_minified(body, kChannelDataBytesMax);
    return finish(std::move(in), std::move(said));
  }

  static Parsed finish(Incoming in, MessageIn said) {
    said.message.direction = Direction::inbound;
    said.message.author.type = AuthorType::customer;
    said.message.author.id = in.identity.key.value;
    said.message.external_time = in.occurred_at;
    said.message.fallback_text = fallback_text(said.message.content);
    if (auto wrong = check_limits(said.message); !wrong.empty()) return stopped(std::move(wrong));
    in.what = std::move(said);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  // A pressed button carries what we wrote into it: {"payload":..., "title":...}.
  static ActionResponse response_of(const object& action) {
    ActionResponse out;
    object value;
    if (json_object(action, "value", value)) {
      out.payload = json_text(value, "payload");
      out.title = json_text(value, "title");
      if (out.payload.empty()) out.payload = json_minified(value, kChannelDataBytesMax);
    }
    if (out.payload.empty()) out.payload = json_text(action, "option");
    out.action_id = json_text(action, "name");
    if (out.action_id.empty()) out.action_id = out.payload;
    return out;
  }

  Parsed pressed(Incoming in, const object& action, std::string shown) {
    MessageIn said;
    said.message.external_id = in.dedup_key;
    said.message.reply_to = std::move(shown);
    object values;
    if (json_object(action, "form_value", values)) {
      FormResponse form;
      for (const auto& [name, value] : values) {
        std::string_view text;
        if (form.values.size() < kPartsMax && value.get(text) == simdjson::SUCCESS) {
          form.values.emplace(std::string(name), std::string(text));
        }
      }
      said.message.content.emplace_back(std::move(form));
    }
    said.message.content.emplace_back(response_of(action));
    return finish(std::move(in), std::move(said));
  }

  Parsed card_action() {
    object who, action, context;
    if (id_.empty()) return stopped("header.event_id is missing");
    if (!json_object(event_, "operator", who) || !json_object(event_, "action", action)) {
      return stopped("a card event without operator or action");
    }
    Incoming in = envelope("event:" + id_);
    if (!read_person(who, in)) return stopped("operator.open_id is missing");
    std::string shown;
    if (json_object(event_, "context", context)) {
      in.recipient = json_text(context, "open_chat_id");
      shown = json_text(context, "open_message_id");
    }
    if (in.recipient.empty()) in.recipient = in.identity.key.value;
    return pressed(std::move(in), action, std::move(shown));
  }

  // The card callback of before: no header, everything at the top.
  Parsed old_card() {
    object action;
    if (!json_object(root_, "action", action)) return stopped("header is missing");
    // Each press gets an update token of its own, so it tells presses apart.
    const auto press = json_text(root_, "token");
    if (press.empty() || press.size() > kIdBytesMax) return stopped("the card's token is missing");
    Incoming in = envelope("card:" + press);
    if (!read_person(root_, in)) return stopped("open_id is missing");
    in.recipient = json_text(root_, "open_chat_id");
    if (in.recipient.empty()) in.recipient = in.identity.key.value;
    return pressed(std::move(in), action, json_text(root_, "open_message_id"));
  }

  Parsed read_receipts() {
    object reader, ids;
    array list;
    if (!json_object(event_, "reader", reader) || !json_object(reader, "reader_id", ids) ||
        event_["message_id_list"].get(list) != simdjson::SUCCESS) {
      return stopped("a read event without reader or message_id_list");
    }
    Incoming base = envelope({});  // a receipt only moves a delivery up: it may repeat
    if (!read_person(ids, base)) return stopped("reader.reader_id.open_id is missing");
    if (const auto time = time_of(reader, "read_time")) base.occurred_at = time;
    base.recipient = base.identity.key.value;
    Parsed parsed;
    for (const element one : list) {
      std::string_view id;
      if (one.get(id) != simdjson::SUCCESS || id.empty()) continue;
      if (parsed.events.size() == kReadMax) break;
      Incoming in = base;
      in.what = ReceiptIn{.external_id = std::string(id),
                          .state = DeliveryState::read,
                          .error_code = {},
                          .error = {}};
      parsed.events.push_back(std::move(in));
    }
    return parsed;
  }

  Parsed signal(Incoming in, SignalIn what) {
    if (in.dedup_key == "event:") return stopped("header.event_id is missing");
    if (what.platform_event.type.empty()) what.platform_event.type = type_;
    in.what = std::move(what);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  Parsed reaction(EventType type) {
    object ids, emoji;
    Incoming in = envelope("event:" + id_);
    if (!json_object(event_, "user_id", ids) || !read_person(ids, in)) return {};  // of an app
    if (const auto time = time_of(event_, "action_time")) in.occurred_at = time;
    in.recipient = in.identity.key.value;
    SignalIn what;
    what.type = type;
    what.target = Target{.message = json_text(event_, "message_id"), .emoji = "", .text = ""};
    if (json_object(event_, "reaction_type", emoji)) {
      what.target->emoji = json_text(emoji, "emoji_type");
    }
    if (what.target->message.empty()) return stopped("message_id is missing");
    return signal(std::move(in), std::move(what));
  }

  Parsed notice(std::string_view who) {
    object ids;
    Incoming in = envelope("event:" + id_);
    if (!json_object(event_, who, ids) || !read_person(ids, in)) {
      return stopped(std::string(who) + ".open_id is missing");
    }
    read_chat(event_, in);
    return signal(std::move(in), {});
  }

  Parsed menu() {
    object who, ids;
    Incoming in = envelope("event:" + id_);
    if (!json_object(event_, "operator", who) || !json_object(who, "operator_id", ids) ||
        !read_person(ids, in)) {
      return stopped("operator.operator_id.open_id is missing");
    }
    in.recipient = in.identity.key.value;
    SignalIn what;
    what.platform_event.key = json_text(event_, "event_key");
    in.referral = Referral{.kind = "menu", .code = what.platform_event.key, .source = {}};
    return signal(std::move(in), std::move(what));
  }

  const Channel& channel_;
  const object& root_;
  object header_ = json_empty(), event_ = json_empty();
  std::string type_, id_;
};

}  // namespace

Parsed parse_event(std::string_view json, const Channel& channel) {
  const auto document = JsonDocument::parse(json);
  if (!document) return {.events = {}, .stopped = document.error()};
  return EventReader(channel, document->root()).read();
}

}  // namespace parley::connectors::feishu
