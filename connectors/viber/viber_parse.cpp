#include "connectors/viber/viber_parse.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "connectors/json_in.hpp"

namespace parley::connectors::viber {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::object;

constexpr std::size_t kBodyDepthMax = 32;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

// Coordinates come as numbers, from some clients as text.
std::optional<double> degrees_in(const object& from, std::string_view key) {
  if (const auto number = number_in(from, key)) return number;
  const std::string text = text_in(from, key);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && !text.empty() ? std::optional<double>(number) : std::nullopt;
}

struct MediaType {
  std::string_view name;
  MediaKind kind;
};
constexpr MediaType kMediaTypes[] = {{"picture", MediaKind::image},
                                     {"video", MediaKind::video},
                                     {"file", MediaKind::file},
                                     {"sticker", MediaKind::sticker}};

Result<Part> read_media(const object& message, MediaKind kind) {
  Media media;
  media.kind = kind;
  media.url = text_in(message, "media");
  media.platform_id = id_in(message, "sticker_id");
  media.name = text_in(message, "file_name");
  media.size_bytes = std::max(count_in(message, "file_size"), count_in(message, "size"));
  media.thumbnail = text_in(message, "thumbnail");
  media.duration_ms = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(count_in(message, "duration"), 4'000'000) * 1000);
  if (media.url.empty() && media.platform_id.empty()) return malformed("message.media is missing");
  return Part(std::move(media));
}

Result<Part> read_place(const object& message) {
  object place;
  if (!object_in(message, "location", place)) return malformed("message.location is missing");
  const auto latitude = degrees_in(place, "lat"), longitude = degrees_in(place, "lon");
  if (!latitude || !longitude) return malformed("message.location has no coordinates");
  Location out;
  out.latitude = *latitude;
  out.longitude = *longitude;
  out.address = text_in(place, "address");
  return Part(std::move(out));
}

Result<Part> read_contact(const object& message) {
  object card;
  if (!object_in(message, "contact", card)) return malformed("message.contact is missing");
  Contact contact;
  contact.name = text_in(card, "name");
  const std::string phone = text_in(card, "phone_number");
  if (!phone.empty()) contact.phones.push_back(phone);
  return Part(std::move(contact));
}

Result<Part> read_special(const object& message, const std::string& type) {
  for (const auto& media : kMediaTypes) {
    if (type == media.name) return read_media(message, media.kind);
  }
  if (type == "location") return read_place(message);
  if (type == "contact") return read_contact(message);
  if (type == "url") {
    Link link;
    link.url = text_in(message, "media");
    if (link.url.empty()) return malformed("message.media is missing");
    return Part(std::move(link));
  }
  return Part(Unsupported{.provider_type = type.empty() ? "unnamed" : type, .raw_ref = ""});
}

// What the type is about first, then the words beside it.
Result<std::vector<Part>> read_content(const object& message) {
  const std::string type = text_in(message, "type");
  std::string_view words;
  const bool has_words = message["text"].get(words) == SUCCESS;
  if (has_words && words.size() > kTextBytesMax) return malformed("message.text is too long");
  std::vector<Part> parts;
  if (type == "text") {
    if (!has_words || words.empty()) return malformed("message.text is missing");
  } else {
    auto part = read_special(message, type);
    if (!part) return std::move(part.error());
    parts.push_back(*std::move(part));
  }
  if (!words.empty()) parts.emplace_back(Text{.text = std::string(words)});
  return parts;
}

class CallbackReader {
 public:
  CallbackReader(const Channel& channel, const object& body)
      : channel_(channel),
        body_(body),
        event_(text_in(body, "event")),
        token_(id_in(body, "message_token")) {}

  // nullopt: nothing a conversation needs to know.
  Result<std::optional<Incoming>> read() {
    if (event_.empty()) return malformed("event is missing");
    if (event_ == "webhook") return std::optional<Incoming>();  // only asks whether we listen
    if (event_ == "message") return read_message();
    if (event_ == "delivered" || event_ == "seen" || event_ == "failed") return read_receipt();
    return read_signal();
  }

 private:
  using Maybe = std::optional<Incoming>;

  // Ids are given per bot: the same user has another one at another bot.
  void set_user(Incoming& in, const std::string& id) const {
    in.identity.key = {.scope = channel_.id.value, .scheme = "viber", .value = id};
    in.identity.verification = Verification::channel;
    in.recipient = id;
  }

  void describe_user(Incoming& in, const object& user) const {
    set_user(in, id_in(user, "id"));
    in.identity.display_name = text_in(user, "name");
    in.identity.language = text_in(user, "language");
    in.identity.avatar_url = text_in(user, "avatar");
  }

  Result<Maybe> read_message() const {
    object sender, message;
    if (token_.empty()) return malformed("message_token is missing");
    if (!object_in(body_, "sender", sender)) return malformed("sender is missing");
    if (!object_in(body_, "message", message)) return malformed("message is missing");
    Incoming in;
    describe_user(in, sender);
    if (in.recipient.empty()) return malformed("sender.id is missing");
    in.dedup_key = token_;
    in.occurred_at = milliseconds_in(body_, "timestamp");
    in.opt = OptChange::opted_in;  // whoever writes is subscribed from then on, says Viber
    auto content = read_content(message);
    if (!content) return std::move(content.error());
    MessageIn said;
    said.message.direction = Direction::inbound;
    said.message.author.type = AuthorType::customer;
    said.message.author.id = in.identity.key.value;
    said.message.author.display_name = in.identity.display_name;
    said.message.external_id = token_;
    said.message.external_time = in.occurred_at;
    said.message.content = *std::move(content);
    said.message.fallback_text = fallback_text(said.message.content);
    // What went with our last message to them.
    const std::string tracking = text_in(message, "tracking_data");
    if (!tracking.empty()) said.message.attributes["tracking_data"] = tracking;
    in.what = std::move(said);
    return Maybe(std::move(in));
  }

  // Also told of messages of theirs that reached us; nobody waits for those.
  Result<Maybe> read_receipt() const {
    if (token_.empty()) return malformed("message_token is missing");
    Incoming in;
    set_user(in, id_in(body_, "user_id"));
    in.dedup_key = event_ + ":" + token_ + ":" + in.recipient;
    in.occurred_at = milliseconds_in(body_, "timestamp");
    ReceiptIn receipt;
    receipt.external_id = token_;
    receipt.state = event_ == "delivered" ? DeliveryState::delivered
                    : event_ == "seen"    ? DeliveryState::read
                                          : DeliveryState::failed;
    if (receipt.state == DeliveryState::failed) receipt.error = text_in(body_, "desc");
    in.what = std::move(receipt);
    return Maybe(std::move(in));
  }

  Result<Maybe> read_signal() const {
    Incoming in;
    object user;
    if (object_in(body_, "user", user)) {
      describe_user(in, user);
    } else {
      set_user(in, id_in(body_, "user_id"));
    }
    if (in.recipient.empty()) {
      const bool known =
          event_ == "subscribed" || event_ == "unsubscribed" || event_ == "conversation_started";
      if (known) return malformed("the user is missing");
      return Maybe();
    }
    if (!token_.empty()) in.dedup_key = event_ + ":" + token_;
    in.occurred_at = milliseconds_in(body_, "timestamp");
    if (event_ == "subscribed") in.opt = OptChange::opted_in;
    if (event_ == "unsubscribed") in.opt = OptChange::opted_out;
    SignalIn signal;
    signal.platform_event.type = event_;
    if (event_ == "conversation_started") {
      signal.platform_event.attributes["subscribed"] = flag_in(body_, "subscribed");
      const std::string context = text_in(body_, "context");
      signal.platform_event.key = context;
      if (!context.empty()) {
        in.referral = Referral{.kind = "link", .code = context, .source = "viber"};
      }
    }
    in.what = std::move(signal);
    return Maybe(std::move(in));
  }

  const Channel& channel_;
  const object& body_;
  std::string event_, token_;
};

}  // namespace

Parsed parse_callback(std::string_view body, const Channel& channel) {
  simdjson::dom::parser parser;
  object root;
  if (!parse_object(parser, body, kBodyDepthMax, root)) {
    return {.events = {}, .stopped = malformed("the body is not a JSON object")};
  }
  auto in = CallbackReader(channel, root).read();
  if (!in) return {.events = {}, .stopped = std::move(in.error())};
  Parsed parsed;
  if (*in) parsed.events.push_back(**std::move(in));
  return parsed;
}

bool opens_conversation(std::string_view body) {
  simdjson::dom::parser parser;
  object root;
  return body.find("conversation_started") != std::string_view::npos &&
         parse_object(parser, body, kBodyDepthMax, root) &&
         text_in(root, "event") == "conversation_started";
}

}  // namespace parley::connectors::viber
