#include "connectors/twilio/twilio.hpp"

#include <algorithm>

#include "connectors/twilio/api.hpp"
#include "connectors/twilio/messages.hpp"
#include "connectors/twilio/stand_in.hpp"
#include "connectors/twilio/trust.hpp"
#include "connectors/twilio/twiml.hpp"
#include "connectors/twilio/voice.hpp"

namespace parley::connectors {
namespace {

using twilio::Line;

constexpr Milliseconds kDay{24 * 3600 * 1000};
constexpr Milliseconds kAckDeadline{15'000};

const std::vector<Setting> kAccount = {
    {.name = "account_sid", .required = true, .what = "the account's sid, \"AC...\""},
    {.name = "auth_token",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the account's auth token; it also signs what Twilio sends"},
    {.name = "secondary_auth_token",
     .kind = SettingKind::secret,
     .what = "accepted in signatures while you promote it in the console"},
    {.name = "webhook_url",
     .kind = SettingKind::url,
     .required = true,
     .what = "this channel's webhook exactly as Twilio is given it, with its public host"},
};

Setting from_setting(bool required, std::string_view what) {
  return {.name = "from", .required = required, .what = what};
}

std::vector<Setting> with_account(std::vector<Setting> more) {
  std::vector<Setting> out = kAccount;
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

const Setting kTextMax = {.name = "text_max",
                          .what = "characters in one message, if fewer than 1600 are wanted"};

Capabilities common(std::string_view platform) {
  Capabilities can;
  can.platform = platform;
  can.body_signed = true;
  can.delivery_receipts = true;
  can.ack_deadline = kAckDeadline;
  can.text_unit = TextUnit::utf16;
  can.text_max = twilio::kBodyMax;
  for (const char* type : {"location", "contact", "link", "card", "carousel", "list", "form",
                           "product", "order", "action_response"}) {
    can.content.push_back({type, Level::converted});
  }
  for (const char* type : {"reaction", "edit", "delete"})
    can.content.push_back({type, Level::none});
  return can;
}

Capabilities messaging_capabilities(std::string_view platform, Line line) {
  Capabilities can = common(platform);
  for (const char* type : {"text", "image", "file", "audio", "voice", "video", "template"}) {
    can.content.push_back({type, Level::native});
  }
  can.templates = true;
  can.text_kind = "chat";
  if (line == Line::whatsapp) {
    can.read_receipts = true;
    can.reply_policy = {{.trigger = "user_message", .window = kDay, .quota = 0}};
  }
  return can;
}

std::string check_account(const Channel& channel) {
  const auto sid = channel.setting("account_sid");
  const bool plain = !sid.empty() && std::ranges::all_of(sid, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  if (!plain) return "account_sid must be the account's sid, letters and digits alone";
  const auto url = channel.setting("webhook_url");
  if (!url.starts_with("https://") && !url.starts_with("http://")) {
    return "webhook_url must be the whole address Twilio calls, \"https://...\"";
  }
  const auto max = channel.setting("text_max");
  const bool number = std::ranges::all_of(max, [](char c) { return c >= '0' && c <= '9'; });
  if (!number || max.size() > 4) return "text_max must be a number of characters, 1 to 1600";
  return {};
}

class TwilioMessages final : public Connector {
 public:
  TwilioMessages(std::string_view platform, Line line, std::vector<Setting> settings)
      : platform_(platform),
        line_(line),
        capabilities_(messaging_capabilities(platform, line)),
        settings_(with_account(std::move(settings))) {}

  std::string_view platform() const noexcept override { return platform_; }
  const Capabilities& capabilities() const noexcept override { return capabilities_; }
  const std::vector<Setting>& settings() const noexcept override { return settings_; }
  std::string check(const Channel& channel) const override { return check_account(channel); }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return twilio::verify(request, channel);
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return twilio::parse_messaging(request, channel, line_);
  }
  // Anything in this document would be sent to the customer as a message.
  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return twilio::twiml_reply("");
  }
  SendStep start(const SendContext& context) const override {
    return twilio::start_messages(context, line_);
  }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return twilio::resume_messages(context, line_, step, answer);
  }

 private:
  std::string_view platform_;
  Line line_;
  Capabilities capabilities_;
  std::vector<Setting> settings_;
};

// Media of the account want its credentials, and lie behind a redirect to where they may be read
// by who has the address. Those credentials go to the API's own host and nowhere else.
class TwilioMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view) const override {
    if (media.url.empty()) {
      return Error{.code = Errc::malformed, .detail = "the medium has no url"};
    }
    HttpCall call = get(media.url);
    if (media.url.starts_with(twilio::base_of(channel) + "/")) {
      call.headers.emplace_back("authorization", twilio::authorization(channel));
    }
    return call;
  }

  Step resume(const Media&, const Channel&, std::string_view, int step,
              const HttpAnswer& answer) const override {
    const auto location = answer.header("location");
    if (step == 0 && answer.status / 100 == 3 && location.starts_with("https://")) {
      HttpCall call = get(location);
      call.step = 1;
      return call;
    }
    return Error{.code = answer.status >= 500 ? Errc::unavailable : Errc::rejected,
                 .detail = "the medium was not given: HTTP " + std::to_string(answer.status)};
  }

 private:
  static HttpCall get(std::string_view url) {
    HttpCall call;
    call.method = "GET";
    call.url = url;
    call.content_type.clear();
    call.download = true;
    return call;
  }
};

const Capabilities kVoice = [] {
  Capabilities can = common("twilio_voice");
  can.content.push_back({"text", Level::native});
  can.content.push_back({"audio", Level::native});
  can.content.push_back({"voice", Level::native});
  for (const char* type : {"image", "file", "video", "sticker", "template"}) {
    can.content.push_back({type, Level::none});
  }
  can.text_max = 2500;
  can.text_unit = TextUnit::bytes;
  can.passive_reply = true;
  can.text_kind = "chat";
  return can;
}();

const std::vector<Setting> kVoiceSettings = with_account({
    from_setting(true, "the number that calls, \"+15550100\""),
    {.name = "language", .default_value = "en-US", .what = "spoken and heard, as BCP 47 names it"},
    {.name = "voice",
     .what = "a voice of Twilio's <Say>; its default for the language if left out"},
    {.name = "greeting", .what = "said when a customer calls, before listening"},
    {.name = "silence_text", .what = "said when the customer stays silent"},
    {.name = "goodbye", .what = "said before hanging up after too much silence"},
    {.name = "silences_max", .default_value = "3", .what = "silences in a row before hanging up"},
    {.name = "listen_s", .default_value = "10", .what = "seconds a silence lasts"},
    {.name = "speech_timeout",
     .default_value = "2",
     .what = "seconds of quiet that end a sentence"},
    {.name = "hints", .what = "words the speech recognition should expect, separated by commas"},
});

class TwilioVoice final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "twilio_voice"; }
  const Capabilities& capabilities() const noexcept override { return kVoice; }
  const std::vector<Setting>& settings() const noexcept override { return kVoiceSettings; }
  std::string check(const Channel& channel) const override {
    for (const char* name : {"silences_max", "listen_s"}) {
      const auto text = channel.setting(name);
      const bool number = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
      if (!number || text.size() > 2) return std::string(name) + " must be a number, 1 to 60";
    }
    return check_account(channel);
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return twilio::verify(request, channel);
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return twilio::parse_call(request, channel);
  }
  Reply acknowledge(const WebhookRequest& request, const Channel& channel) const override {
    return twilio::answer_call(request, channel);
  }
  SendStep start(const SendContext& context) const override { return twilio::start_call(context); }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return twilio::resume_call(context, step, answer);
  }
};

class SpokenReply final : public PassiveReply {
 public:
  std::optional<Reply> render(const SendContext& context, std::string_view,
                              std::string_view nonce) const override {
    return twilio::say_in_reply(context, nonce);
  }
};

Entry messaging_entry(std::string_view platform, Line line, std::vector<Setting> settings) {
  Entry entry;
  entry.connector = std::make_unique<TwilioMessages>(platform, line, std::move(settings));
  entry.media_source = std::make_unique<TwilioMedia>();
  entry.stand_in = [platform] { return twilio::make_stand_in(platform); };
  entry.maturity = Maturity::stable;
  return entry;
}

}  // namespace

Entry make_twilio_sms() {
  return messaging_entry(
      "twilio_sms", Line::sms,
      {from_setting(true, "the number or short code that sends, \"+15550100\""), kTextMax});
}

Entry make_twilio_messaging_service() {
  return messaging_entry(
      "twilio_messaging_service", Line::sms,
      {{.name = "messaging_service_sid",
        .required = true,
        .what = "the service that chooses the sender, \"MG...\""},
       {.name = "link_shortening", .kind = SettingKind::flag, .what = "let Twilio shorten links"},
       kTextMax});
}

Entry make_twilio_whatsapp() {
  return messaging_entry(
      "twilio_whatsapp", Line::whatsapp,
      {from_setting(true, "the sender's number, \"+15550100\""),
       {.name = "messaging_service_sid", .what = "a messaging service with this sender, if any"},
       kTextMax});
}

Entry make_twilio_voice() {
  Entry entry;
  entry.connector = std::make_unique<TwilioVoice>();
  entry.passive_reply = std::make_unique<SpokenReply>();
  entry.stand_in = [] { return twilio::make_stand_in("twilio_voice"); };
  entry.maturity = Maturity::alpha;
  return entry;
}

}  // namespace parley::connectors
