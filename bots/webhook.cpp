// The tenant's own program, called by Standard Webhooks 1.0. Its answer:
// {"messages":[{"text":"..."} | {"content":[parts],"suggested_actions":[...]}],
// "handover":{"reason":"..."}}. `text` at the top is one plain message.
#include <simdjson.h>

#include "base/json_writer.hpp"
#include "bots/transcript.hpp"
#include "connectors/standard_webhook.hpp"
#include "conversation/codec.hpp"

namespace parley::bots {
namespace {

bool asks_nothing(const PersonalData& which) { return which == PersonalData{}; }

std::string event_json(const Event& event, const PersonalData& which) {
  if (asks_nothing(which) || !event.message) return to_json(event);
  Event copy = event;
  copy.message = redacted(*event.message, which);
  return to_json(copy);
}

class WebhookDialogue final : public Dialogue {
 public:
  WebhookDialogue(const Settings& settings, Turn turn)
      : settings_(settings), turn_(std::move(turn)) {}

  Step start() override {
    Ask ask;
    ask.call.url = settings_.url;
    ask.call.body = body();
    ask.call.headers = connectors::webhook_headers(settings_.secret, turn_.call.id.value, turn_.now,
                                                   ask.call.body);
    return ask;
  }

  Step resume(const connectors::HttpAnswer& answer) override {
    auto reply = parse_webhook_reply(answer.body);
    if (!reply) return std::move(reply.error());
    return std::move(*reply);
  }

 private:
  // The newest messages of the window; notes and drafts are for people.
  std::string history() const {
    std::vector<std::string> kept;
    std::size_t bytes = 0;
    for (auto event = turn_.history.rbegin(); event != turn_.history.rend(); ++event) {
      if (kept.size() == settings_.history_messages) break;
      std::string json = event_json(*event, settings_.redact);
      bytes += json.size();
      if (bytes > settings_.history_bytes_max) break;
      kept.push_back(std::move(json));
    }
    std::string out;
    for (auto json = kept.rbegin(); json != kept.rend(); ++json) {
      if (!out.empty()) out += ',';
      out += *json;
    }
    return "[" + out + "]";
  }

  std::string body() const {
    JsonWriter body;
    body.begin_object();
    body.member("type", "turn.created");
    body.member("call_id", turn_.call.id.value);
    body.member("tenant_id", turn_.call.tenant.value);
    body.member("conversation_id", conversation_of(turn_.call.person).value);
    body.member("bot", turn_.call.bot.value);
    body.member("epoch", turn_.call.epoch);
    body.member("deadline", format_time(turn_.call.deadline));
    body.key("event").raw(event_json(*turn_.event, settings_.redact));
    body.key("history").raw(history());
    body.end_object();
    return body.take();
  }

  const Settings& settings_;
  const Turn turn_;
};

Result<Message> message_of(simdjson::dom::element element) {
  simdjson::dom::object object;
  if (element.get(object))
    return Error{.code = Errc::malformed, .detail = "messages: need objects"};
  std::string_view text;
  if (!object["text"].get(text)) return text_message(std::string(text));
  simdjson::dom::element content;
  if (object["content"].get(content)) {
    return Error{.code = Errc::malformed, .detail = "messages: need \"text\" or \"content\""};
  }
  auto parts = parts_from_json(simdjson::minify(content));
  if (!parts) return std::move(parts.error());
  Message message;
  message.content = std::move(*parts);
  simdjson::dom::array actions;
  if (object["suggested_actions"].get(actions)) return message;
  for (const auto action : actions) {
    std::string_view title, payload;
    if (action["title"].get(title)) {
      return Error{.code = Errc::malformed, .detail = "suggested_actions: need a \"title\""};
    }
    static_cast<void>(action["payload"].get(payload));
    Action& offered = message.suggested_actions.emplace_back();
    offered.title = title;
    offered.payload = payload;
  }
  return message;
}

}  // namespace

std::unique_ptr<Dialogue> open_webhook(const Settings& settings, Turn turn) {
  return std::make_unique<WebhookDialogue>(settings, std::move(turn));
}

Result<Reply> parse_webhook_reply(std::string_view json) {
  simdjson::dom::parser parser(64 * 1024);
  simdjson::dom::object root;
  if (parser.parse(json.data(), json.size()).get(root)) {
    return Error{.code = Errc::malformed, .detail = "the answer is no JSON object"};
  }
  Reply reply;
  std::string_view text;
  if (!root["text"].get(text)) reply.messages.push_back(text_message(std::string(text)));
  simdjson::dom::array messages;
  if (!root["messages"].get(messages)) {
    for (const auto element : messages) {
      if (reply.messages.size() >= kMessagesMax) {
        return Error{.code = Errc::malformed,
                     .detail = "more than " + std::to_string(kMessagesMax) + " messages"};
      }
      auto message = message_of(element);
      if (!message) return std::move(message.error());
      if (const auto wrong = check_limits(*message); !wrong.empty()) {
        return Error{.code = Errc::malformed, .detail = wrong};
      }
      reply.messages.push_back(std::move(*message));
    }
  }
  simdjson::dom::element handover;
  if (!root["handover"].get(handover) && !handover.is_null()) {
    bool wanted = true;
    if (handover.is_bool()) wanted = bool(handover);
    reply.hand_over = wanted;
    std::string_view reason;
    if (!handover["reason"].get(reason)) reply.reason = cut_text(reason, kReasonBytesMax);
  }
  if (reply.messages.empty() && !reply.hand_over) {
    return Error{.code = Errc::malformed, .detail = "neither messages nor a hand-over"};
  }
  return reply;
}

}  // namespace parley::bots
