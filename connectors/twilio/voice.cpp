#include "connectors/twilio/voice.hpp"

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "connectors/charset.hpp"
#include "connectors/phone.hpp"
#include "connectors/plain_message.hpp"
#include "connectors/text_split.hpp"
#include "connectors/twilio/api.hpp"
#include "connectors/twilio/twiml.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::twilio {
namespace {

constexpr std::size_t kTwimlMax = 4000;        // of the Twiml parameter, in characters
constexpr std::size_t kSpokenBytesMax = 2500;  // leaves room for the verbs around and escapes
constexpr int kSilencesMax = 60;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

bool is_over(std::string_view status) {
  for (const std::string_view end : {"completed", "busy", "failed", "no-answer", "canceled"}) {
    if (status == end) return true;
  }
  return false;
}

// What a carrier sends for a caller who hides: all hidden callers share these.
bool is_hidden(std::string_view number) {
  for (const std::string_view spelled :
       {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}) {
    if (number == spelled) return true;
  }
  return number.empty() || number == "anonymous" || number == "Anonymous" || number == "unknown";
}

int number_of(std::string_view text) {
  int out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return std::clamp(out, 0, kSilencesMax);
}

int silences_max(const Channel& channel) {
  const int set = number_of(channel.setting("silences_max"));
  return set == 0 ? 3 : set;
}

class CallReader {
 public:
  CallReader(const WebhookRequest& request, const Channel& channel)
      : request_(request), channel_(channel), fields_(read_fields(request)) {}

  Parsed read() {
    const auto sid = get("CallSid");
    if (sid.empty()) {
      if (fields_.empty()) return {};
      return {.events = {}, .stopped = malformed("CallSid is missing")};
    }
    const auto ours = channel_.setting("account_sid");
    if (!ours.empty() && get("AccountSid") != ours) {
      return {.events = {}, .stopped = malformed("AccountSid is not this channel's account")};
    }
    Parsed parsed;
    if (we_called() && is_over(get("CallStatus"))) {
      parsed.events.push_back(receipt());
    } else if (!get("SpeechResult").empty() || !get("Digits").empty()) {
      Incoming said = speech();
      if (auto wrong = check_limits(std::get<MessageIn>(said.what).message); !wrong.empty()) {
        return {.events = {}, .stopped = malformed(std::move(wrong))};
      }
      parsed.events.push_back(std::move(said));
    } else {
      parsed.events.push_back(progress());
    }
    return parsed;
  }

 private:
  std::string_view get(std::string_view name) const { return field(fields_, name); }
  bool we_called() const { return get("Direction").starts_with("outbound"); }
  std::string sid() const { return std::string(get("CallSid")); }

  Incoming envelope(std::string key) const {
    Incoming in;
    in.dedup_key = sid() + ":" + std::move(key);
    const auto customer = we_called() ? get("To") : get("From");
    in.account = we_called() ? get("From") : get("To");
    in.recipient = sid();  // an answer goes into this call
    std::string number = phone_address(customer);
    const bool hidden = is_hidden(customer);
    if (number.empty()) number = customer;  // a SIP address or a client's name
    in.identity.key = {.scope = hidden ? channel_.id.value : "phone",
                       .scheme = hidden ? "call" : "phone",
                       .value = hidden ? sid() : std::move(number)};
    in.identity.verification = Verification::asserted;  // a caller's number can be forged
    in.identity.display_name = get("CallerName");
    return in;
  }

  // Unique to one listening: our own mark in the URL, or Twilio's of this delivery.
  std::string turn_key() const {
    std::string turn = clean_utf8(request_.query_value("turn"));
    if (!turn.empty()) return turn;
    const auto token = request_.header("i-twilio-idempotency-token");
    if (!token.empty()) return clean_utf8(token);
    return std::to_string(xxh3_64(request_.body)) + "@" +
           std::to_string(request_.received_at.time_since_epoch().count());
  }

  Incoming speech() const {
    Incoming in = envelope(turn_key());
    MessageIn said;
    Message& message = said.message;
    message.direction = Direction::inbound;
    message.author.type = AuthorType::customer;
    message.author.id = in.identity.key.value;
    message.author.display_name = in.identity.display_name;
    message.external_id = in.dedup_key;
    const bool spoken = !get("SpeechResult").empty();
    message.content.emplace_back(
        Text{.text = std::string(spoken ? get("SpeechResult") : get("Digits"))});
    message.attributes["input"] = std::string(spoken ? "speech" : "digits");
    double confidence = 0;
    const auto text = get("Confidence");
    if (std::from_chars(text.data(), text.data() + text.size(), confidence).ec == std::errc() &&
        confidence >= 0 && confidence <= 1) {
      message.attributes["confidence"] = confidence;
    }
    message.fallback_text = fallback_text(message.content);
    in.what = std::move(said);
    return in;
  }

  Incoming progress() const {
    const auto status = get("CallStatus");
    const std::string silence = clean_utf8(request_.query_value("silence"));
    std::string key(silence.empty() ? status : "silence");
    Incoming in = envelope(silence.empty() ? key + get_sequence() : turn_key() + ":s" + silence);
    SignalIn signal;
    signal.platform_event.type = "call";
    signal.platform_event.key = std::move(key);
    signal.platform_event.attributes["direction"] = std::string(we_called() ? "out" : "in");
    for (const auto& [name, as] : {std::pair{"CallDuration", "duration_s"},
                                   {"FromCountry", "country"},
                                   {"AnsweredBy", "answered_by"}}) {
      if (!get(name).empty()) signal.platform_event.attributes[as] = std::string(get(name));
    }
    in.what = std::move(signal);
    return in;
  }
  std::string get_sequence() const {
    const auto number = get("SequenceNumber");
    return number.empty() ? std::string() : ":" + std::string(number);
  }

  // The end of a call we made is what became of the message it carried.
  Incoming receipt() const {
    const auto status = get("CallStatus");
    Incoming in = envelope(std::string(status));
    const bool heard = status == "completed";
    in.what = ReceiptIn{.external_id = sid(),
                        .state = heard ? DeliveryState::delivered : DeliveryState::failed,
                        .error_code = heard ? "" : std::string(status),
                        .error = heard ? "" : "the call was not answered"};
    return in;
  }

  const WebhookRequest& request_;
  const Channel& channel_;
  Fields fields_;
};

// The mark of the listening that follows this request; the same request gives the same mark.
std::string next_turn(const WebhookRequest& request, const Fields& fields) {
  const std::string seed = std::string(field(fields, "CallSid")) + "/" +
                           request.query_value("turn") + "/" + request.query_value("silence") +
                           "/" + std::string(request.header("i-twilio-idempotency-token"));
  return to_hex(sha256(seed)).substr(0, 16);
}

// The words and sounds of a message, as verbs.
struct Spoken {
  std::string verbs;
  std::vector<std::string> degraded;
};

Spoken speak(const SendContext& context, std::size_t text_bytes_max) {
  auto plain = plain_message(context.send.message);
  Spoken out{.verbs = "", .degraded = std::move(plain.degraded)};
  if (plain.text.size() > text_bytes_max) {
    plain.text = split_text(plain.text, text_bytes_max, TextUnit::bytes).front();
    out.degraded.emplace_back("text: the end was cut, a call's update holds 4,000 characters");
  }
  out.verbs = say(context.channel, plain.text);
  for (const auto& media : plain.media) {
    const bool sound = media.kind == MediaKind::audio || media.kind == MediaKind::voice;
    if (sound) {
      out.verbs += "<Play>" + xml_text(media.url) + "</Play>";
    } else {
      out.degraded.emplace_back("media: left out, a call can play sound only");
    }
  }
  for (std::size_t i = 0; i < plain.templates.size(); ++i) {
    out.degraded.emplace_back("template: left out, a call has none");
  }
  return out;
}

bool is_live_call(std::string_view recipient) { return recipient.starts_with("CA"); }

std::string resource_of(const std::string& recipient) {
  return is_live_call(recipient) ? "Calls/" + percent_encode(recipient) + ".json" : "Calls.json";
}

}  // namespace

Parsed parse_call(const WebhookRequest& request, const Channel& channel) {
  return CallReader(request, channel).read();
}

Reply answer_call(const WebhookRequest& request, const Channel& channel) {
  const Fields fields = read_fields(request);
  if (is_over(field(fields, "CallStatus")) || field(fields, "CallSid").empty()) {
    return twiml_reply("");
  }
  const std::string turn = next_turn(request, fields);
  const int silences = number_of(request.query_value("silence"));
  if (silences >= silences_max(channel)) {
    return twiml_reply(say(channel, channel.setting("goodbye")) + "<Hangup/>");
  }
  if (silences > 0) {
    return twiml_reply(say(channel, channel.setting("silence_text")) +
                       listen(channel, turn, silences));
  }
  const bool begins = request.query_value("turn").empty() &&
                      field(fields, "SpeechResult").empty() && field(fields, "Digits").empty();
  return twiml_reply((begins ? say(channel, channel.setting("greeting")) : std::string()) +
                     listen(channel, turn, 0));
}

std::optional<Reply> say_in_reply(const SendContext& context, std::string_view turn) {
  constexpr std::size_t kReplyTextMax = 32 * 1024;
  const Spoken spoken = speak(context, kReplyTextMax);
  if (spoken.verbs.empty()) return std::nullopt;
  return twiml_reply(spoken.verbs + listen(context.channel, turn, 0));
}

SendStep start_call(const SendContext& context) {
  const std::string& to = context.send.recipient;
  Spoken spoken = speak(context, kSpokenBytesMax);
  if (spoken.verbs.empty()) {
    return Error{.code = Errc::rejected, .detail = "the message has nothing a call can carry"};
  }
  const std::string turn = to_hex(sha256(context.send.id.value)).substr(0, 16);
  const std::string twiml = twiml_document(spoken.verbs + listen(context.channel, turn, 0));
  if (twiml.size() > kTwimlMax && text_length(twiml, TextUnit::code_points) > kTwimlMax) {
    return Error{.code = Errc::rejected, .detail = "too long for a call's update"};
  }
  Fields form;
  if (!is_live_call(to)) {
    form = {{"To", to}, {"From", std::string(context.channel.setting("from"))}};
    const std::string callback(context.channel.setting("webhook_url"));
    if (!callback.empty()) form.emplace_back("StatusCallback", callback);
  }
  form.emplace_back("Twiml", twiml);
  return api_call(context.channel, resource_of(to), form);
}

SendStep resume_call(const SendContext& context, int, const HttpAnswer& answer) {
  auto taken = read_answer(answer);
  const bool live = is_live_call(context.send.recipient);
  if (!taken) {
    Error error = std::move(taken.error());
    // The caller hung up: what was to be said needs another way.
    if (live && answer.status == 404) error.code = Errc::window_closed;
    return error;
  }
  Sent sent{.external_ids = {}, .degraded = speak(context, kSpokenBytesMax).degraded};
  // What is said into a call of the customer's has no receipts; a call we make does.
  if (!live && !taken->sid.empty()) sent.external_ids.push_back(std::move(taken->sid));
  return sent;
}

}  // namespace parley::connectors::twilio
