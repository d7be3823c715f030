// Rasa's REST channel: one message in, a list of messages out.
//
// Source   rasa.com/docs, "Your own website", REST channels, and its HTTP API, read 2026-11:
//          POST <url>/webhooks/rest/webhook {"sender","message","metadata"} ->
//          [{"recipient_id","text"|"image"|"buttons"|"custom"|"attachment"}]
#include <simdjson.h>

#include "base/json_writer.hpp"
#include "bots/transcript.hpp"

namespace parley::bots {
namespace {

constexpr std::size_t kAnswerBytesMax = 256 * 1024;
constexpr std::size_t kButtonsMax = 10;

Error malformed(std::string what) {
  return {.code = Errc::malformed, .detail = "Rasa's answer: " + std::move(what)};
}

// A typed "/intent" would be taken for a pressed button; only real ones may be.
std::string typed(std::string text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '/') text.replace(first, 1, "／");
  return text;
}

bool is_pressed(const Event& event) {
  if (!event.message) return false;
  for (const Part& part : event.message->content) {
    const auto* pressed = std::get_if<ActionResponse>(&part);
    if (pressed && !pressed->payload.empty()) return true;
  }
  return false;
}

class RasaDialogue final : public Dialogue {
 public:
  RasaDialogue(const Settings& settings, Turn turn) : settings_(settings), turn_(std::move(turn)) {}

  Step start() override {
    const bool pressed = is_pressed(*turn_.event);
    std::string text = turn_text(settings_, turn_, pressed);
    JsonWriter body;
    // A tracker of its own for each episode: the last case's slots are nobody's business.
    body.begin_object().member("sender", turn_.event->episode.empty() ? turn_.call.person.value
                                                                      : turn_.event->episode.value);
    body.member("message", pressed ? text : typed(std::move(text)));
    body.key("metadata").begin_object();
    body.member("tenant", turn_.call.tenant.value).member("language", turn_.language);
    if (turn_.event->channel) body.member("channel", turn_.event->channel->id.value);
    body.end_object().end_object();
    Ask ask;
    ask.call.url = settings_.url + "/webhooks/rest/webhook";
    ask.call.body = body.take();
    if (!settings_.secret.reveal().empty()) {
      ask.call.headers = {{"authorization", "Bearer " + settings_.secret.reveal()}};
    }
    return ask;
  }

  Step resume(const connectors::HttpAnswer& answer) override {
    simdjson::dom::parser parser(kAnswerBytesMax);
    simdjson::dom::array messages;
    if (parser.parse(answer.body.data(), answer.body.size()).get(messages)) {
      return malformed("it is no list");
    }
    Reply reply;
    for (const auto message : messages) {
      if (auto taken = take(message, reply); !taken) return std::move(taken.error());
      if (reply.messages.size() > kMessagesMax) {
        return malformed("more than " + std::to_string(kMessagesMax) + " messages");
      }
    }
    if (reply.messages.empty() && !reply.hand_over) return malformed("it says nothing");
    return reply;
  }

 private:
  Result<void> take(simdjson::dom::element from, Reply& reply) const {
    if (!from.is_object()) return malformed("an entry is no object");
    Message message;
    std::string_view text;
    if (!from["text"].get(text) && !text.empty()) {
      auto said = reply_of(settings_, std::string(text));
      if (!said) return std::move(said.error());
      reply.hand_over = reply.hand_over || said->hand_over;
      if (said->hand_over) reply.reason = said->reason;
      if (!said->messages.empty()) message = std::move(said->messages.front());
    }
    if (!from["image"].get(text) && text.starts_with("http")) {
      Media image{.kind = MediaKind::image, .media_id = {}, .url = std::string(text)};
      message.content.emplace_back(std::move(image));
    }
    take_buttons(from, message);
    take_custom(from, reply);
    if (message.content.empty()) return {};
    if (auto wrong = check_limits(message); !wrong.empty()) return malformed(std::move(wrong));
    reply.messages.push_back(std::move(message));
    return {};
  }

  static void take_buttons(simdjson::dom::element from, Message& message) {
    simdjson::dom::array buttons;
    if (from["buttons"].get(buttons)) return;
    for (const auto button : buttons) {
      std::string_view title, payload;
      if (message.suggested_actions.size() == kButtonsMax) return;
      if (button["title"].get(title) || title.empty()) continue;
      static_cast<void>(button["payload"].get(payload));
      Action& action = message.suggested_actions.emplace_back();
      action.title = title;
      action.payload = payload;
    }
  }

  // {"custom":{"handover":true}} or {"handover":{"reason":"..."}}: our word for it.
  static void take_custom(simdjson::dom::element from, Reply& reply) {
    simdjson::dom::element handover;
    if (from["custom"]["handover"].get(handover) || handover.is_null()) return;
    bool wanted = true;
    if (!handover.get(wanted) && !wanted) return;
    reply.hand_over = true;
    std::string_view reason;
    if (!handover["reason"].get(reason)) reply.reason = cut_text(reason, kReasonBytesMax);
  }

  const Settings& settings_;
  const Turn turn_;
};

}  // namespace

std::unique_ptr<Dialogue> open_rasa(const Settings& settings, Turn turn) {
  return std::make_unique<RasaDialogue>(settings, std::move(turn));
}

}  // namespace parley::bots
