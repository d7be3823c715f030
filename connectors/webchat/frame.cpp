#include "connectors/webchat/frame.hpp"

#include <simdjson.h>

#include <algorithm>
#include <type_traits>

#include "conversation/codec.hpp"

namespace parley::connectors::webchat {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kFrameDepthMax = 24;
constexpr std::size_t kClientIdCharsMax = 64;
constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kPageBytesMax = 2048;
constexpr std::size_t kLanguageBytesMax = 35;  // the longest tag RFC 5646 speaks of

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

Parsed stopped(std::string detail) {
  return {.events = {}, .stopped = malformed(std::move(detail))};
}

// Absent is "", another type or too long is an error of the client's author: tell them.
Result<std::string> text_in(const object& frame, std::string_view key, std::size_t bytes_max) {
  element value;
  if (frame[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::string();
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return malformed(std::string(key) + " is not a string");
  if (text.size() > bytes_max) return malformed(std::string(key) + " is too long");
  return std::string(text);
}

Result<std::string> client_id(const object& frame) {
  auto id = text_in(frame, "id", kClientIdCharsMax);
  if (!id) return std::move(id.error());
  const bool good =
      !id->empty() && std::ranges::all_of(*id, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!good) return malformed("id must have 1 to 64 printable characters, new for each message");
  return id;
}

// Headers are bytes; what is no UTF-8 or too long is nobody's name.
std::string header_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max || !simdjson::validate_utf8(text.data(), text.size())) return {};
  return std::string(text);
}

// What a visitor may say. A url of their choosing would be fetched by us or clicked by an agent,
// and markup would be shown to one: media come by media_id, text is plain.
template <class T>
constexpr bool kMaySay =
    std::is_same_v<T, Text> || std::is_same_v<T, Media> || std::is_same_v<T, Location> ||
    std::is_same_v<T, Contact> || std::is_same_v<T, Link> || std::is_same_v<T, FormResponse> ||
    std::is_same_v<T, ActionResponse>;

std::string clean(Part& part) {
  if (auto* text = std::get_if<Text>(&part)) text->format = TextFormat::plain;
  if (auto* link = std::get_if<Link>(&part)) {
    link->image_url.clear();
    if (!link->url.starts_with("https://") && !link->url.starts_with("http://")) {
      return "a link needs an http or https url";
    }
  }
  if (auto* media = std::get_if<Media>(&part)) {
    if (media->media_id.empty()) return "media must be uploaded first and come by media_id";
    media->url.clear();
    media->platform_id.clear();
    media->thumbnail.clear();
    media->transcript.clear();
  }
  const bool allowed =
      std::visit([](const auto& one) { return kMaySay<std::decay_t<decltype(one)>>; }, part);
  return allowed ? "" : "a visitor cannot send this type of part";
}

class FrameReader {
 public:
  FrameReader(const Channel& channel, const Speaker& speaker, TimePoint received_at)
      : channel_(channel), speaker_(speaker), received_at_(received_at) {}

  Parsed read(const object& frame) {
    const auto type = text_in(frame, "type", kNameBytesMax);
    if (!type) return {.events = {}, .stopped = type.error()};
    if (*type == "message") return one(read_message(frame));
    if (*type == "action") return one(read_action(frame));
    if (*type == "typing") return one(read_typing(frame));
    if (*type == "read") return one(read_receipt(frame, DeliveryState::read));
    if (*type == "delivered") return one(read_receipt(frame, DeliveryState::delivered));
    if (*type == "reaction") return one(read_reaction(frame));
    if (*type == "open") return one(read_open(frame));
    if (type->empty()) return stopped("type is missing");
    return {};  // from a newer client than we are
  }

 private:
  static Parsed one(Result<Incoming> in) {
    Parsed parsed;
    if (in) {
      parsed.events.push_back(*std::move(in));
    } else {
      parsed.stopped = std::move(in.error());
    }
    return parsed;
  }

  Incoming envelope() const {
    Incoming in;
    in.account = channel_.id.value;
    auto& identity = in.identity;
    if (speaker_.visitor.user.empty()) {
      identity.key = identity_of(channel_, speaker_.visitor);
      identity.verification = Verification::none;
    } else {
      identity.key = identity_of(channel_, speaker_.visitor);
      identity.verification = Verification::signed_;
    }
    identity.display_name = header_text(speaker_.display_name, kNameBytesMax);
    identity.language = header_text(speaker_.language, kLanguageBytesMax);
    in.recipient = speaker_.visitor.id;
    in.occurred_at = received_at_;  // the visitor's clock proves nothing
    return in;
  }

  std::string dedup_key(const std::string& id) const {
    return "client:" + speaker_.visitor.id + ":" + id;
  }

  Result<Incoming> finish(Incoming in, const std::string& id, const object& frame,
                          std::vector<Part> content) {
    auto reply_to = text_in(frame, "reply_to", kNameBytesMax);
    if (!reply_to) return std::move(reply_to.error());
    MessageIn said;
    said.message.direction = Direction::inbound;
    said.message.author.type = AuthorType::customer;
    said.message.author.id = in.identity.key.value;
    said.message.author.display_name = in.identity.display_name;
    said.message.external_id = id;
    said.message.external_time = received_at_;
    said.message.reply_to = *std::move(reply_to);
    said.message.content = std::move(content);
    said.message.fallback_text = fallback_text(said.message.content);
    if (auto wrong = check_limits(said.message); !wrong.empty()) return malformed(std::move(wrong));
    in.dedup_key = dedup_key(id);
    in.what = std::move(said);
    return in;
  }

  Result<Incoming> read_message(const object& frame) {
    auto id = client_id(frame);
    if (!id) return std::move(id.error());
    auto text = text_in(frame, "text", kTextBytesMax);
    if (!text) return std::move(text.error());
    std::vector<Part> content;
    simdjson::dom::array list;
    element value;
    if (frame["content"].get(list) == simdjson::SUCCESS) {
      auto parts = parts_from_json(simdjson::minify(list));
      if (!parts) return std::move(parts.error());
      content = *std::move(parts);
    } else if (frame["content"].get(value) == simdjson::SUCCESS) {
      return malformed("content is not an array of parts");
    } else if (!text->empty()) {
      content.emplace_back(Text{.text = *std::move(text)});
    }
    if (content.empty()) return malformed("a message needs content or text");
    for (std::size_t i = 0; i < content.size(); ++i) {
      const std::string wrong = clean(content[i]);
      if (!wrong.empty()) return malformed("content[" + std::to_string(i) + "]: " + wrong);
    }
    return finish(envelope(), *id, frame, std::move(content));
  }

  Result<Incoming> read_action(const object& frame) {
    auto id = client_id(frame);
    if (!id) return std::move(id.error());
    ActionResponse response;
    for (const auto& [key, field] :
         {std::pair{"action_id", &response.action_id}, std::pair{"payload", &response.payload},
          std::pair{"title", &response.title}}) {
      auto text = text_in(frame, key, kPageBytesMax);
      if (!text) return std::move(text.error());
      *field = *std::move(text);
    }
    if (response.payload.empty() && response.title.empty()) {
      return malformed("an action needs payload or title");
    }
    return finish(envelope(), *id, frame, {Part(std::move(response))});
  }

  Result<Incoming> read_typing(const object& frame) {
    bool on = true;
    element value;
    if (frame["on"].get(value) == simdjson::SUCCESS && value.get(on) != simdjson::SUCCESS) {
      return malformed("on is not true or false");
    }
    SignalIn signal;
    signal.type = on ? EventType::typing_started : EventType::typing_stopped;
    Incoming in = envelope();  // no dedup key: said twice means the same
    in.what = std::move(signal);
    return in;
  }

  Result<std::string> message_named(const object& frame) {
    auto message = text_in(frame, "message", kNameBytesMax);
    if (!message) return std::move(message.error());
    if (message->empty()) return malformed("message is missing: the id of the message meant");
    return message;
  }

  Result<Incoming> read_receipt(const object& frame, DeliveryState state) {
    auto message = message_named(frame);
    if (!message) return std::move(message.error());
    Incoming in = envelope();  // no dedup key: the delivery state only moves up
    in.what = ReceiptIn{
        .external_id = *std::move(message), .state = state, .error_code = "", .error = ""};
    return in;
  }

  Result<Incoming> read_reaction(const object& frame) {
    auto id = client_id(frame);
    if (!id) return std::move(id.error());
    auto message = message_named(frame);
    if (!message) return std::move(message.error());
    auto emoji = text_in(frame, "emoji", 64);
    if (!emoji) return std::move(emoji.error());
    auto op = text_in(frame, "op", kNameBytesMax);
    if (!op) return std::move(op.error());
    if (emoji->empty() || (!op->empty() && *op != "add" && *op != "remove")) {
      return malformed("a reaction needs emoji, and op add or remove");
    }
    SignalIn signal;
    signal.type = *op == "remove" ? EventType::reaction_removed : EventType::reaction_added;
    signal.target = Target{.message = *std::move(message), .emoji = *std::move(emoji), .text = ""};
    Incoming in = envelope();
    in.dedup_key = dedup_key(*id);
    in.what = std::move(signal);
    return in;
  }

  // The visitor opened the chat: where they are and what led them there, for rules and agents.
  Result<Incoming> read_open(const object& frame) {
    auto page = text_in(frame, "page", kPageBytesMax);
    if (!page) return std::move(page.error());
    auto title = text_in(frame, "title", kNameBytesMax);
    if (!title) return std::move(title.error());
    SignalIn signal;
    signal.type = EventType::platform_event;
    signal.platform_event.type = "open";
    if (!page->empty()) signal.platform_event.attributes["page"] = *page;
    if (!title->empty()) signal.platform_event.attributes["title"] = *title;
    Incoming in = envelope();
    if (element value; frame["id"].get(value) == simdjson::SUCCESS) {
      auto id = client_id(frame);
      if (!id) return std::move(id.error());
      in.dedup_key = dedup_key(*id);
    }
    if (object from; frame["referral"].get(from) == simdjson::SUCCESS) {
      auto code = text_in(from, "code", kNameBytesMax);
      auto source = text_in(from, "source", kNameBytesMax);
      if (!code) return std::move(code.error());
      if (!source) return std::move(source.error());
      in.referral = Referral{.kind = "link", .code = *code, .source = *source};
    }
    in.what = std::move(signal);
    return in;
  }

  const Channel& channel_;
  const Speaker& speaker_;
  TimePoint received_at_;
};

}  // namespace

Parsed parse_frame(std::string_view body, const Channel& channel, const Speaker& speaker,
                   TimePoint received_at) {
  simdjson::dom::parser parser;
  object frame;
  if (parser.allocate(std::max<std::size_t>(body.size(), 64), kFrameDepthMax) !=
          simdjson::SUCCESS ||
      parser.parse(body.data(), body.size()).get(frame) != simdjson::SUCCESS) {
    return stopped("the frame is not a JSON object");
  }
  return FrameReader(channel, speaker, received_at).read(frame);
}

}  // namespace parley::connectors::webchat
