#include "gateway/api/content.hpp"

#include "conversation/codec.hpp"
#include "gateway/api/answers.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kIdBytesMax = 128;

std::vector<Action> read_actions(Body& body, const std::string& actions_json) {
  const auto message = from_json<Message>("{\"suggested_actions\":" + actions_json + "}");
  if (message) return message->suggested_actions;
  body.mistake("suggested_actions", message.error().detail);
  return {};
}

}  // namespace

Message read_message(Body& body, const Call& call) {
  Message out;
  out.direction = Direction::outbound;
  out.correlation_id = call.correlation_id;
  out.reply_to = body.text("reply_to", kIdBytesMax).value_or("");
  const auto actions_json = body.raw_array("suggested_actions");
  const auto expires_at = body.text("expires_at", 64);
  const auto content_json = body.raw_array("content");
  if (expires_at) {
    TimePoint time{};
    if (parse_time(*expires_at, time)) {
      out.expires_at = time;
    } else {
      body.mistake("expires_at", "expected a time like 2026-08-20T10:15:00Z");
    }
  }
  if (content_json.empty()) {
    body.mistake("content",
                 "is missing; expected an array like [{\"type\":\"text\",\"text\":...}]");
    return out;
  }
  auto parts = parts_from_json(content_json);
  if (!parts) {
    body.mistake("content", parts.error().detail);
    return out;
  }
  if (parts->empty()) body.mistake("content", "is empty; expected at least one part");
  out.content = std::move(*parts);
  if (!actions_json.empty()) out.suggested_actions = read_actions(body, actions_json);
  out.fallback_text = fallback_text(out.content);
  if (const auto wrong = check_limits(out); !wrong.empty()) body.mistake("content", wrong);
  return out;
}

std::optional<ChannelId> read_channel(Body& body, const Call& call) {
  auto named = body.text("channel", kIdBytesMax);
  if (!named) return std::nullopt;
  ChannelId channel{std::move(*named)};
  if (!call.tenant->channels.contains(channel)) {
    body.mistake("channel", "there is no channel of that name");
  }
  return channel;
}

http::Response said_answer(const Result<Outcome>& outcome) {
  if (!outcome) return problem_of(outcome.error());
  for (const auto& event : outcome->events) {
    if (event.type == EventType::message_created && event.message) {
      return message_answer(event, outcome->sends);
    }
  }
  // Kept as a suppressed notification: accepted, and no message came of it.
  JsonWriter out;
  out.begin_object()
      .member("conversation_id", conversation_of(outcome->person).value)
      .member("person_id", outcome->person.value)
      .member("seq", outcome->last_seq);
  for (const auto& event : outcome->events) {
    if (event.type == EventType::notification_suppressed) out.member("suppressed", event.note);
  }
  out.key("sends").begin_array().end_array().end_object();
  return json(out.take(), 202);
}

}  // namespace parley::gateway::api
