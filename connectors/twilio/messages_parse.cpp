#include <algorithm>
#include <charconv>
#include <optional>

#include "base/json_writer.hpp"
#include "connectors/phone.hpp"
#include "connectors/twilio/api.hpp"
#include "connectors/twilio/messages.hpp"

namespace parley::connectors::twilio {
namespace {

constexpr std::size_t kMediaMax = 20;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

std::optional<DeliveryState> state_of(std::string_view status) {
  for (const std::string_view on_its_way : {"accepted", "scheduled", "queued", "sending", "sent"}) {
    if (status == on_its_way) return DeliveryState::sent;
  }
  if (status == "delivered" || status == "partially_delivered") return DeliveryState::delivered;
  if (status == "read") return DeliveryState::read;
  for (const std::string_view over : {"undelivered", "failed", "canceled"}) {
    if (status == over) return DeliveryState::failed;
  }
  return std::nullopt;
}

MediaKind kind_of(std::string_view mime, Line line) {
  if (mime.starts_with("image/")) return MediaKind::image;
  if (mime.starts_with("video/")) return MediaKind::video;
  if (mime == "audio/ogg" && line == Line::whatsapp) return MediaKind::voice;
  if (mime.starts_with("audio/")) return MediaKind::audio;
  return MediaKind::file;
}

class Reader {
 public:
  Reader(const WebhookRequest& request, const Channel& channel, Line line)
      : fields_(read_fields(request)), channel_(channel), line_(line) {}

  Parsed read() {
    const auto status = get("MessageStatus");
    const bool reports = !status.empty() && !status.starts_with("receiv");
    if (reports) return read_status(status);
    const bool speaks = has("Body") || has("NumMedia") || has("ButtonPayload") || has("Latitude");
    if (speaks || !get("From").empty()) return read_message();
    return {};
  }

 private:
  std::string_view get(std::string_view name) const { return field(fields_, name); }
  bool has(std::string_view name) const {
    return std::ranges::find(fields_, name, &Fields::value_type::first) != fields_.end();
  }

  std::string message_sid() const {
    for (const char* name : {"MessageSid", "SmsMessageSid", "SmsSid"}) {
      if (!get(name).empty()) return std::string(get(name));
    }
    return {};
  }

  // Who the address is: a number, or for WhatsApp also the user's id at this business.
  bool identify(std::string_view address, Identity& who) const {
    who.verification = Verification::channel;
    if (line_ == Line::sms) {
      who.key = {.scope = "phone", .scheme = "phone", .value = phone_address(address)};
      return !who.key.value.empty();
    }
    const bool number = address.starts_with("whatsapp:+");
    who.key = {.scope = number ? "whatsapp" : channel_.id.value,
               .scheme = "whatsapp",
               .value = std::string(address)};
    return address.starts_with("whatsapp:") && address.size() > 10;
  }

  Parsed read_status(std::string_view status) {
    const auto state = state_of(status);
    if (!state) return {.events = {}, .stopped = malformed("MessageStatus is not one we know")};
    const std::string sid = message_sid();
    if (sid.empty()) return {.events = {}, .stopped = malformed("MessageSid is missing")};
    if (has("AccountSid") && !of_our_account()) return another_account();
    Incoming in;
    in.dedup_key = sid + ":" + std::string(status);
    in.account = get("From");
    if (identify(get("To"), in.identity)) in.recipient = recipient_of(in.identity);
    ReceiptIn receipt{.external_id = sid, .state = *state, .error_code = "", .error = ""};
    if (const auto code = get("ErrorCode"); !code.empty() && code != "0") {
      receipt.error_code = code;
      receipt.error = get("ErrorMessage").empty() ? words_of(code) : get("ErrorMessage");
    }
    const bool stopped = receipt.error_code == "21610" && !in.identity.key.value.empty();
    Parsed parsed;
    in.what = std::move(receipt);
    if (stopped) parsed.events.push_back(opt(in, OptChange::opted_out));
    parsed.events.insert(parsed.events.begin(), std::move(in));
    return parsed;
  }

  // Opting out or in is a fact of its own, beside the message or receipt that tells it.
  static Incoming opt(const Incoming& about, OptChange change) {
    Incoming in = about;
    in.dedup_key += ":opt";
    in.opt = change;
    in.opens_window.clear();
    in.referral.reset();
    SignalIn signal;
    signal.platform_event.type = change == OptChange::opted_out ? "opt_out" : "opt_in";
    in.what = std::move(signal);
    return in;
  }

  bool of_our_account() const {
    const auto ours = channel_.setting("account_sid");
    return ours.empty() || get("AccountSid") == ours;
  }
  static Parsed another_account() {
    return {.events = {}, .stopped = malformed("AccountSid is not this channel's account")};
  }

  Parsed read_message() {
    const std::string sid = message_sid();
    if (sid.empty()) return {.events = {}, .stopped = malformed("MessageSid is missing")};
    if (!of_our_account()) return another_account();
    Incoming in;
    if (!identify(get("From"), in.identity)) {
      return {.events = {}, .stopped = malformed("From is not an address that can be answered")};
    }
    in.dedup_key = sid;
    in.account = get("To");
    in.identity.display_name = get("ProfileName");
    in.identity.union_id = get("ExternalUserId");
    in.recipient = recipient_of(in.identity);
    in.opens_window = line_ == Line::whatsapp ? "user_message" : "";
    in.referral = read_referral();
    const auto change = get("OptOutType") == "STOP"    ? OptChange::opted_out
                        : get("OptOutType") == "START" ? OptChange::opted_in
                                                       : OptChange::none;
    MessageIn said = read_content(sid, in.identity);
    if (auto wrong = check_limits(said.message); !wrong.empty()) {
      return {.events = {}, .stopped = malformed(std::move(wrong))};
    }
    in.what = std::move(said);
    Parsed parsed;
    if (change != OptChange::none) parsed.events.push_back(opt(in, change));
    parsed.events.insert(parsed.events.begin(), std::move(in));
    return parsed;
  }

  static std::string recipient_of(const Identity& who) { return who.key.value; }

  std::optional<Referral> read_referral() const {
    if (get("ReferralSourceId").empty()) return std::nullopt;
    return Referral{.kind = std::string(get("ReferralSourceType") == "ad" ? "ad" : "link"),
                    .code = std::string(get("ReferralSourceId")),
                    .source = std::string(get("ReferralSourceUrl"))};
  }

  MessageIn read_content(const std::string& sid, const Identity& who) const {
    MessageIn in;
    Message& message = in.message;
    message.direction = Direction::inbound;
    message.author.type = AuthorType::customer;
    message.author.id = who.key.value;
    message.author.display_name = who.display_name;
    message.external_id = sid;
    message.reply_to = get("OriginalRepliedMessageSid");
    message.channel_data = read_extras();
    add_media(message.content);
    const auto button = get("ButtonPayload").empty() ? get("ButtonText") : get("ButtonPayload");
    if (!button.empty()) {
      message.content.emplace_back(ActionResponse{.action_id = std::string(button),
                                                  .payload = std::string(button),
                                                  .title = std::string(get("ButtonText"))});
    } else if (!get("Body").empty()) {
      message.content.emplace_back(Text{.text = std::string(get("Body"))});
    }
    add_place(message.content);
    // The customer did write, be it nothing or something new.
    if (message.content.empty()) {
      const auto type = get("MessageType");
      message.content.emplace_back(
          Unsupported{.provider_type = type.empty() ? "empty" : std::string(type), .raw_ref = ""});
    }
    message.fallback_text = fallback_text(message.content);
    return in;
  }

  void add_media(std::vector<Part>& parts) const {
    for (std::size_t i = 0; i < kMediaMax; ++i) {
      const auto url = get("MediaUrl" + std::to_string(i));
      if (url.empty()) break;
      Media media;
      media.url = url;
      media.mime = get("MediaContentType" + std::to_string(i));
      media.kind = kind_of(media.mime, line_);
      parts.emplace_back(std::move(media));
    }
  }

  void add_place(std::vector<Part>& parts) const {
    Location place;
    const auto number = [](std::string_view text, double& out) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
      return error == std::errc() && end == text.data() + text.size();
    };
    const bool found =
        number(get("Latitude"), place.latitude) && number(get("Longitude"), place.longitude);
    const bool on_earth = place.latitude >= -90 && place.latitude <= 90 &&
                          place.longitude >= -180 && place.longitude <= 180;
    if (!found || !on_earth) return;
    place.name = get("Label");
    place.address = get("Address");
    parts.emplace_back(std::move(place));
  }

  // Where the number is from, as the carriers say.
  std::string read_extras() const {
    JsonWriter json;
    json.begin_object();
    for (const char* name : {"FromCountry", "FromState", "FromCity", "FromZip", "NumSegments",
                             "MessagingServiceSid", "ReferralHeadline", "ReferralBody"}) {
      if (!get(name).empty()) json.member(name, get(name));
    }
    json.end_object();
    return json.text() == "{}" ? std::string() : json.take();
  }

  Fields fields_;
  const Channel& channel_;
  Line line_;
};

}  // namespace

Parsed parse_messaging(const WebhookRequest& request, const Channel& channel, Line line) {
  return Reader(request, channel, line).read();
}

}  // namespace parley::connectors::twilio
