#include "connectors/custom/custom_parse.hpp"

#include <simdjson.h>

#include <algorithm>

#include "conversation/codec.hpp"

namespace parley::connectors::custom {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kIdBytesMax = 200;
constexpr std::size_t kNameBytesMax = 512;
constexpr std::size_t kAttributesMax = 32;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

Result<std::string> text_in(const object& from, std::string_view key,
                            std::size_t bytes_max = kNameBytesMax) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::string();
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return malformed(std::string(key) + " is not a string");
  if (text.size() > bytes_max) return malformed(std::string(key) + " is too long");
  return std::string(text);
}

// RFC 3339 text, or milliseconds since 1970.
Result<std::optional<TimePoint>> time_in(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null()) {
    return std::optional<TimePoint>();
  }
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && number >= 0 && number < 253'402'300'800'000) {
    return std::optional<TimePoint>(TimePoint{Milliseconds(number)});
  }
  std::string_view text;
  TimePoint time;
  if (value.get(text) == simdjson::SUCCESS && parse_time(text, time)) {
    return std::optional<TimePoint>(time);
  }
  return malformed(std::string(key) + " is neither RFC 3339 nor milliseconds");
}

std::optional<DeliveryState> state_of(std::string_view name) {
  if (name == "sent") return DeliveryState::sent;
  if (name == "delivered") return DeliveryState::delivered;
  if (name == "read") return DeliveryState::read;
  if (name == "failed") return DeliveryState::failed;
  return std::nullopt;
}

class EventReader {
 public:
  EventReader(const Channel& channel, const object& event) : channel_(channel), event_(event) {}

  Result<Incoming> read() {
    auto type = text_in(event_, "type");
    if (!type) return std::move(type.error());
    if (type->empty()) return malformed("type is missing");
    auto id = text_in(event_, "id", kIdBytesMax);
    if (!id) return std::move(id.error());
    if (id->empty()) return malformed("id is missing: it is how a repeat is recognised");
    Incoming in;
    in.dedup_key = "event:" + *id;
    in.account = channel_.id.value;
    if (auto done = read_sender(in, *type == "delivery.updated"); !done) {
      return std::move(done.error());
    }
    auto time = time_in(event_, "timestamp");
    if (!time) return std::move(time.error());
    in.occurred_at = *time;
    auto done = read_what(*type, *id, in);
    if (!done) return std::move(done.error());
    return in;
  }

 private:
  Result<void> read_sender(Incoming& in, bool optional) {
    object sender;
    if (event_["sender"].get(sender) != simdjson::SUCCESS) {
      if (optional) return {};
      return malformed("sender is missing: {\"id\":...}");
    }
    auto& identity = in.identity;
    identity.key.scope = channel_.id.value;
    identity.key.scheme = "custom";
    identity.verification = Verification::channel;
    struct Field {
      std::string_view key;
      std::string* to;
    };
    std::string group, recipient;
    for (const auto& [key, to] :
         {Field{"id", &identity.key.value}, Field{"name", &identity.display_name},
          Field{"username", &identity.username}, Field{"language", &identity.language},
          Field{"avatar_url", &identity.avatar_url}, Field{"union_id", &identity.union_id},
          Field{"group", &group}, Field{"reply_to", &recipient}}) {
      auto text = text_in(sender, key);
      if (!text) return std::move(text.error());
      *to = *std::move(text);
    }
    if (identity.key.value.empty()) return malformed("sender.id is missing");
    in.group = group;
    in.recipient = !recipient.empty() ? recipient : !group.empty() ? group : identity.key.value;
    return {};
  }

  Result<void> read_what(std::string_view type, const std::string& id, Incoming& in) {
    if (type == "message.created") return read_message(id, in);
    if (type == "delivery.updated") return read_receipt(in);
    struct Signal {
      std::string_view name;
      EventType type;
      bool targeted;
    };
    static constexpr Signal kSignals[] = {
        {"message.updated", EventType::message_updated, true},
        {"message.deleted", EventType::message_deleted, true},
        {"message.read", EventType::message_read, true},
        {"reaction.added", EventType::reaction_added, true},
        {"reaction.removed", EventType::reaction_removed, true},
        {"typing.started", EventType::typing_started, false},
        {"typing.stopped", EventType::typing_stopped, false},
    };
    for (const auto& signal : kSignals) {
      if (type == signal.name) return read_signal(signal.type, signal.targeted, in);
    }
    if (type == "contact.opted_out") in.opt = OptChange::opted_out;
    if (type == "contact.opted_in") in.opt = OptChange::opted_in;
    return read_platform_event(type, in);
  }

  Result<void> read_message(const std::string& id, Incoming& in) {
    MessageIn said;
    auto& message = said.message;
    message.direction = Direction::inbound;
    message.author.type = AuthorType::customer;
    message.author.id = in.identity.key.value;
    message.author.display_name = in.identity.display_name;
    message.external_time = in.occurred_at;
    auto external = text_in(event_, "message_id", kIdBytesMax);
    if (!external) return std::move(external.error());
    message.external_id = external->empty() ? id : *std::move(external);
    auto reply_to = text_in(event_, "reply_to", kIdBytesMax);
    if (!reply_to) return std::move(reply_to.error());
    message.reply_to = *std::move(reply_to);
    auto text = text_in(event_, "text", kTextBytesMax);
    if (!text) return std::move(text.error());
    simdjson::dom::array list;
    if (event_["content"].get(list) == simdjson::SUCCESS) {
      auto parts = parts_from_json(simdjson::minify(list));
      if (!parts) return std::move(parts.error());
      message.content = *std::move(parts);
    } else if (!text->empty()) {
      message.content.emplace_back(Text{.text = *std::move(text)});
    }
    if (message.content.empty()) return malformed("a message needs content (an array) or text");
    for (auto& part : message.content) {
      // Our store's ids are ours to give; a sender's media come by url.
      if (auto* media = std::get_if<Media>(&part)) media->media_id.clear();
    }
    message.fallback_text = fallback_text(message.content);
    if (auto wrong = check_limits(message); !wrong.empty()) return malformed(std::move(wrong));
    in.referral = read_referral();
    in.what = std::move(said);
    return {};
  }

  std::optional<Referral> read_referral() const {
    object from;
    if (event_["referral"].get(from) != simdjson::SUCCESS) return std::nullopt;
    const auto kind = text_in(from, "kind"), code = text_in(from, "code"),
               source = text_in(from, "source");
    if (!kind || !code || !source) return std::nullopt;
    return Referral{.kind = *kind, .code = *code, .source = *source};
  }

  Result<void> read_receipt(Incoming& in) {
    auto message = text_in(event_, "message", kIdBytesMax);
    if (!message) return std::move(message.error());
    auto name = text_in(event_, "state");
    if (!name) return std::move(name.error());
    const auto state = state_of(*name);
    if (message->empty() || !state) {
      return malformed("delivery.updated needs message, and state sent, delivered, read or failed");
    }
    auto code = text_in(event_, "error_code");
    if (!code) return std::move(code.error());
    auto error = text_in(event_, "error");
    if (!error) return std::move(error.error());
    in.what = ReceiptIn{.external_id = *std::move(message),
                        .state = *state,
                        .error_code = *std::move(code),
                        .error = *std::move(error)};
    return {};
  }

  Result<void> read_signal(EventType type, bool targeted, Incoming& in) {
    SignalIn signal;
    signal.type = type;
    if (targeted) {
      auto message = text_in(event_, "message", kIdBytesMax);
      if (!message) return std::move(message.error());
      if (message->empty()) return malformed("message is missing: the id of the message meant");
      auto emoji = text_in(event_, "emoji");
      if (!emoji) return std::move(emoji.error());
      auto text = text_in(event_, "text", kTextBytesMax);
      if (!text) return std::move(text.error());
      signal.target = Target{.message = *message, .emoji = *emoji, .text = *text};
    }
    in.what = std::move(signal);
    return {};
  }

  Result<void> read_platform_event(std::string_view type, Incoming& in) {
    SignalIn signal;
    signal.type = EventType::platform_event;
    signal.platform_event.type = type;
    auto key = text_in(event_, "key");
    if (!key) return std::move(key.error());
    signal.platform_event.key = *std::move(key);
    if (object attributes; event_["attributes"].get(attributes) == simdjson::SUCCESS) {
      for (const auto& [name, value] : attributes) {
        if (signal.platform_event.attributes.size() == kAttributesMax) break;
        add_attribute(std::string(name), value, signal.platform_event.attributes);
      }
    }
    in.referral = read_referral();
    in.what = std::move(signal);
    return {};
  }

  static void add_attribute(std::string name, const element& value, Attributes& to) {
    std::string_view text;
    double number = 0;
    bool flag = false;
    if (value.get(text) == simdjson::SUCCESS) {
      if (text.size() <= kNameBytesMax) to[std::move(name)] = std::string(text);
    } else if (value.get(flag) == simdjson::SUCCESS) {
      to[std::move(name)] = flag;
    } else if (value.get(number) == simdjson::SUCCESS) {
      to[std::move(name)] = number;
    }
  }

  const Channel& channel_;
  const object& event_;
};

void add_event(const Channel& channel, const element& value, std::size_t index, Parsed& parsed) {
  object event;
  Result<Incoming> in = malformed("not an object");
  if (value.get(event) == simdjson::SUCCESS) in = EventReader(channel, event).read();
  if (in) {
    parsed.events.push_back(*std::move(in));
  } else if (!parsed.stopped) {
    parsed.stopped = std::move(in.error());
    parsed.stopped->detail = "events[" + std::to_string(index) + "]: " + parsed.stopped->detail;
  }
}

}  // namespace

Parsed parse_events(std::string_view body, const Channel& channel) {
  simdjson::dom::parser parser;
  element root;
  object outer;
  if (parser.allocate(std::max<std::size_t>(body.size(), 64), kDepthMax) != simdjson::SUCCESS ||
      parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS ||
      root.get(outer) != simdjson::SUCCESS) {
    return {.events = {}, .stopped = malformed("the body is not a JSON object")};
  }
  Parsed parsed;
  element events;
  if (outer["events"].get(events) != simdjson::SUCCESS) {
    add_event(channel, root, 0, parsed);
    return parsed;
  }
  simdjson::dom::array list;
  if (events.get(list) != simdjson::SUCCESS) {
    return {.events = {}, .stopped = malformed("events is not an array")};
  }
  if (list.size() > kEventsMax) {
    return {.events = {}, .stopped = malformed("events has more than 100 entries")};
  }
  std::size_t index = 0;
  for (const element event : list) add_event(channel, event, index++, parsed);
  return parsed;
}

}  // namespace parley::connectors::custom
