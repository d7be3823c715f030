// A bot's answer: {"messages":[{"text":"..."} | {"content":[parts],"suggested_actions":[...]}],
// "handover":{"reason":"..."}}. `text` at the top is one plain message.
#include <simdjson.h>

#include "conversation/codec.hpp"
#include "gateway/pipeline/bots.hpp"
#include "gateway/pipeline/utf8_cut.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kReasonBytesMax = 200;

Message plain_message(std::string_view text) {
  Message message;
  message.content.push_back(Text{.text = std::string(text)});
  return message;
}

Result<Message> message_of(simdjson::dom::element element) {
  simdjson::dom::object object;
  if (element.get(object))
    return Error{.code = Errc::malformed, .detail = "messages: need objects"};
  std::string_view text;
  if (!object["text"].get(text)) return plain_message(text);
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

Result<BotReply> parse_bot_reply(std::string_view json) {
  simdjson::dom::parser parser(64 * 1024);
  simdjson::dom::object root;
  if (parser.parse(json.data(), json.size()).get(root)) {
    return Error{.code = Errc::malformed, .detail = "the answer is no JSON object"};
  }
  BotReply reply;
  std::string_view text;
  if (!root["text"].get(text)) reply.messages.push_back(plain_message(text));
  simdjson::dom::array messages;
  if (!root["messages"].get(messages)) {
    for (const auto element : messages) {
      if (reply.messages.size() >= Bots::kMessagesMax) {
        return Error{.code = Errc::malformed,
                     .detail = "more than " + std::to_string(Bots::kMessagesMax) + " messages"};
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
    if (!handover["reason"].get(reason)) reply.reason = utf8_cut(reason, kReasonBytesMax);
  }
  if (reply.messages.empty() && !reply.hand_over) {
    return Error{.code = Errc::malformed, .detail = "neither messages nor a hand-over"};
  }
  return reply;
}

}  // namespace parley::gateway
