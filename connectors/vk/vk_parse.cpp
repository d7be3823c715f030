#include "connectors/vk/vk_parse.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/json_in.hpp"
#include "connectors/vk/vk_content.hpp"

namespace parley::connectors::vk {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kBodyDepthMax = 64;
constexpr std::size_t kExtrasBytesMax = 16 * 1024;
constexpr std::int64_t kFirstChat = 2'000'000'000;  // peers from here on are chats of many

// Happenings a rule may want to see. Others (posts, likes, comments) are about the community's page
// and would make a customer of everybody who reads it.
constexpr std::string_view kNotices[] = {
    "group_join",
    "group_leave",
    "user_block",
    "user_unblock",
    "app_payload",
    "vkpay_transaction",
    "donut_subscription_create",
    "donut_subscription_cancelled",
    "market_order_new",
};

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

std::int64_t number_of(const object& from, std::string_view key) {
  std::int64_t number = 0;
  if (from[key].get(number) != SUCCESS) return 0;
  return number;
}

// A button's payload is JSON; ours are JSON strings.
std::string plain_payload(const std::string& json) {
  simdjson::dom::parser parser;
  std::string_view text;
  if (json.starts_with('"') && parser.parse(json).get(text) == SUCCESS) return std::string(text);
  return json;
}

class CallbackReader {
 public:
  CallbackReader(const object& body, std::string type) : body_(body), type_(std::move(type)) {}

  // nullopt: nothing a conversation needs to know.
  Result<std::optional<Incoming>> read(const object& what) const {
    if (type_ == "message_new") return read_message(what);
    if (type_ == "message_edit") return read_edit(what);
    if (type_ == "message_event") return read_press(what);
    if (type_ == "message_allow" || type_ == "message_deny") return read_permission(what);
    if (type_ == "message_typing_state") return read_typing(what);
    if (type_ == "message_read") return read_seen(what);
    if (type_ == "message_reaction_event") return read_reaction(what);
    if (std::ranges::find(kNotices, type_) != std::end(kNotices)) return read_notice(what);
    return std::optional<Incoming>();
  }

 private:
  using Maybe = std::optional<Incoming>;

  // User ids are the same in all of VK. Communities have negative ids; two of them answering each
  // other would never stop.
  std::optional<Incoming> envelope(std::int64_t user, std::int64_t peer) const {
    if (user <= 0) return std::nullopt;
    Incoming in;
    in.account = id_in(body_, "group_id");
    in.identity.key = {.scope = "vk", .scheme = "vk", .value = std::to_string(user)};
    in.identity.verification = Verification::channel;
    in.recipient = std::to_string(peer != 0 ? peer : user);
    if (peer >= kFirstChat) in.group = in.recipient;
    const std::string event = id_in(body_, "event_id");
    if (!event.empty()) in.dedup_key = "event:" + event;
    return in;
  }

  // Since 5.103 beside what the user's client can do, before that alone.
  static object message_in(const object& what) {
    object message;
    return object_in(what, "message", message) ? message : what;
  }

  // In chats messages have a number in the chat only.
  static std::string id_of(const object& message) {
    const std::string id = id_in(message, "id");
    return id.empty() || id == "0" ? id_in(message, "conversation_message_id") : id;
  }

  Result<Maybe> read_message(const object& what) const {
    const object message = message_in(what);
    std::int64_t from = 0;
    if (message["from_id"].get(from) != SUCCESS) return malformed("from_id is missing");
    if (number_of(message, "out") == 1) return Maybe();  // our own
    auto in = envelope(from, number_of(message, "peer_id"));
    if (!in) return Maybe();
    const std::string id = id_of(message);
    if (id.empty()) return malformed("the message has no id");
    // The message's own name: a repeat may come as another event.
    in->dedup_key = "message:" + in->recipient + ":" + id;
    in->occurred_at = seconds_in(message, "date");
    object action;
    if (object_in(message, "action", action)) {
      SignalIn signal;
      signal.platform_event.type = text_in(action, "type");
      signal.platform_event.key = id_in(action, "member_id");
      in->what = std::move(signal);
      return in;
    }
    auto content = read_content(message);
    if (!content) return std::move(content.error());
    MessageIn said;
    said.message.content = *std::move(content);
    press_instead(message, said.message.content);
    said.message.external_id = id;
    object quoted;
    if (object_in(message, "reply_message", quoted)) said.message.reply_to = id_of(quoted);
    said.message.channel_data =
        extras_in(message, {"conversation_message_id", "payload", "fwd_messages"}, kExtrasBytesMax);
    const std::string ref = text_in(message, "ref");
    if (!ref.empty()) {
      in->referral =
          Referral{.kind = "link", .code = ref, .source = text_in(message, "ref_source")};
    }
    say(*in, std::move(said));
    return in;
  }

  // A button of a keyboard says its title, with what it means in `payload`.
  static void press_instead(const object& message, std::vector<Part>& content) {
    const std::string payload = plain_payload(text_in(message, "payload"));
    const auto* words = std::get_if<Text>(&content.front());
    if (payload.empty() || words == nullptr || words->text == payload) return;
    const std::string title = words->text;
    content.front() = ActionResponse{.action_id = payload, .payload = payload, .title = title};
  }

  static void say(Incoming& in, MessageIn said) {
    said.message.direction = Direction::inbound;
    said.message.author.type = AuthorType::customer;
    said.message.author.id = in.identity.key.value;
    said.message.external_time = in.occurred_at;
    said.message.fallback_text = fallback_text(said.message.content);
    in.what = std::move(said);
  }

  static Maybe tell(std::optional<Incoming> in, SignalIn signal) {
    if (in) in->what = std::move(signal);
    return in;
  }

  Result<Maybe> read_edit(const object& what) const {
    const object message = message_in(what);
    auto in = envelope(number_of(message, "from_id"), number_of(message, "peer_id"));
    if (!in || number_of(message, "out") == 1) return Maybe();
    in->occurred_at = seconds_in(message, "update_time");
    SignalIn signal;
    signal.type = EventType::message_updated;
    signal.platform_event.type = type_;
    signal.target =
        Target{.message = id_of(message), .emoji = "", .text = text_in(message, "text")};
    return tell(std::move(in), std::move(signal));
  }

  // A callback button: the spinner on it stops when we answer this event.
  Result<Maybe> read_press(const object& what) const {
    auto in = envelope(number_of(what, "user_id"), number_of(what, "peer_id"));
    const std::string event = id_in(what, "event_id");
    if (!in || event.empty()) return malformed("user_id or event_id is missing");
    in->dedup_key = "press:" + event;
    in->reply_token = "event:" + in->identity.key.value + ":" + event;
    MessageIn said;
    said.message.external_id = event;
    said.message.reply_to = id_in(what, "conversation_message_id");
    std::string payload;
    element value;
    if (what["payload"].get(value) == SUCCESS) payload = plain_payload(simdjson::minify(value));
    said.message.content.emplace_back(
        ActionResponse{.action_id = payload, .payload = payload, .title = ""});
    say(*in, std::move(said));
    return in;
  }

  Result<Maybe> read_permission(const object& what) const {
    auto in = envelope(number_of(what, "user_id"), 0);
    if (!in) return malformed("user_id is missing");
    in->opt = type_ == "message_allow" ? OptChange::opted_in : OptChange::opted_out;
    SignalIn signal;
    signal.platform_event.type = type_;
    signal.platform_event.key = text_in(what, "key");
    return tell(std::move(in), std::move(signal));
  }

  Result<Maybe> read_typing(const object& what) const {
    auto in = envelope(number_of(what, "from_id"), 0);
    if (in) in->dedup_key.clear();  // may repeat harmlessly
    SignalIn signal;
    signal.type = EventType::typing_started;
    signal.platform_event.type = type_;
    return tell(std::move(in), std::move(signal));
  }

  Result<Maybe> read_seen(const object& what) const {
    SignalIn signal;
    signal.type = EventType::message_read;
    signal.platform_event.type = type_;
    signal.target = Target{.message = id_in(what, "read_message_id"), .emoji = "", .text = ""};
    return tell(envelope(number_of(what, "from_id"), number_of(what, "peer_id")),
                std::move(signal));
  }

  Result<Maybe> read_reaction(const object& what) const {
    const std::string reaction = id_in(what, "reaction_id");
    SignalIn signal;
    signal.type = reaction.empty() ? EventType::reaction_removed : EventType::reaction_added;
    signal.platform_event.type = type_;
    signal.target = Target{.message = id_in(what, "cmid"), .emoji = reaction, .text = ""};
    return tell(envelope(number_of(what, "reacted_id"), number_of(what, "peer_id")),
                std::move(signal));
  }

  Result<Maybe> read_notice(const object& what) const {
    SignalIn signal;
    signal.platform_event.type = type_;
    signal.platform_event.key = text_in(what, "join_type");
    std::int64_t user = number_of(what, "user_id");
    if (user == 0) user = number_of(what, "from_id");
    return tell(envelope(user, 0), std::move(signal));
  }

  const object& body_;
  const std::string type_;
};

}  // namespace

std::optional<Head> head_of(std::string_view body) {
  simdjson::dom::parser parser;
  object root;
  if (!parse_object(parser, body, kBodyDepthMax, root)) return std::nullopt;
  return Head{text_in(root, "type"), text_in(root, "secret")};
}

Parsed parse_callback(std::string_view body) {
  simdjson::dom::parser parser;
  object root, what;
  if (!parse_object(parser, body, kBodyDepthMax, root)) {
    return {.events = {}, .stopped = malformed("the body is not a JSON object")};
  }
  std::string type = text_in(root, "type");
  if (type.empty()) return {.events = {}, .stopped = malformed("type is missing")};
  Parsed parsed;
  // VK repeats what is not answered "ok", and in the end sends nothing more.
  parsed.acknowledge_anyway = true;
  if (!object_in(root, "object", what)) {
    if (type.starts_with("message_")) parsed.stopped = malformed("object is missing");
    return parsed;
  }
  auto in = CallbackReader(root, std::move(type)).read(what);
  if (!in) {
    parsed.stopped = std::move(in.error());
  } else if (*in) {
    parsed.events.push_back(**std::move(in));
  }
  return parsed;
}

}  // namespace parley::connectors::vk
