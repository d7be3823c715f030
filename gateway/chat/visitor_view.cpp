#include "gateway/chat/visitor_view.hpp"

#include "base/json_writer.hpp"
#include "conversation/codec.hpp"

namespace parley::gateway {
namespace {

// Only what the client shows: the codec writes parts and actions, the rest is left out.
Message shown(const Message& message, const MediaUrl& media_url) {
  Message out;
  out.id = message.id;
  out.direction = message.direction;
  out.author.type = message.author.type;
  if (message.author.type != AuthorType::customer) {
    out.author.display_name = message.author.display_name;
  }
  out.external_id = message.direction == Direction::inbound ? message.external_id : std::string();
  out.reply_to = message.reply_to;
  out.content = message.content;
  out.fallback_text = message.fallback_text;
  out.suggested_actions = message.suggested_actions;
  const auto show_image = [&](Card& card) {
    if (!card.image_media_id.empty()) card.image_url = media_url({card.image_media_id});
  };
  for (Part& part : out.content) {
    if (auto* media = std::get_if<Media>(&part)) {
      media->platform_id.clear();
      if (!media->media_id.empty()) media->url = media_url({media->media_id});
    } else if (auto* card = std::get_if<Card>(&part)) {
      show_image(*card);
    } else if (auto* cards = std::get_if<Cards>(&part)) {
      for (Card& item : cards->items) show_image(item);
    }
  }
  return out;
}

bool is_for_customer(const Event& event) {
  switch (event.type) {
    case EventType::message_created:
    case EventType::message_updated:
    case EventType::message_deleted:
      return !event.message || event.message->direction != Direction::internal;
    case EventType::delivery_updated:
    case EventType::message_read:
    case EventType::conversation_queued:
    case EventType::conversation_assigned:
    case EventType::conversation_closed:
    case EventType::reaction_added:
    case EventType::reaction_removed:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<std::string> visitor_view(const Event& event, const MediaUrl& media_url) {
  if (!is_for_customer(event)) return std::nullopt;
  // A message whose delivery was refused before it went out was never said.
  if (event.message && event.message->delivery &&
      event.message->delivery->state == DeliveryState::suppressed) {
    return std::nullopt;
  }
  JsonWriter out;
  out.begin_object();
  out.member("type", to_string(event.type));
  out.member("seq", event.seq);
  out.member("at", format_time(event.received_at));
  if (event.message) out.key("message").raw(to_json(shown(*event.message, media_url)));
  if (event.delivery) {
    out.member("message_id", event.delivery->message.value);
    out.member("state", to_string(event.delivery->status.state));
  }
  if (event.target) {
    out.member("message_id", event.target->message);
    if (!event.target->emoji.empty()) out.member("emoji", event.target->emoji);
  }
  out.end_object();
  return out.take();
}

}  // namespace parley::gateway
