#include "connectors/viber/viber.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/open_media.hpp"
#include "connectors/viber/stand_in.hpp"
#include "connectors/viber/viber_keyboard.hpp"
#include "connectors/viber/viber_parse.hpp"
#include "connectors/viber/viber_plan.hpp"
#include "connectors/viber/viber_send.hpp"
#include "connectors/words.hpp"

namespace parley::connectors {
namespace {

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "viber";
  can.content = {
      {"text", Level::native},        {"image", Level::native},   {"video", Level::native},
      {"file", Level::native},        {"sticker", Level::native}, {"location", Level::native},
      {"contact", Level::native},     {"link", Level::native},    {"audio", Level::converted},
      {"voice", Level::converted},    {"card", Level::converted}, {"carousel", Level::converted},
      {"list", Level::converted},     {"form", Level::converted}, {"product", Level::converted},
      {"order", Level::converted},    {"edit", Level::converted}, {"action_response", Level::none},
      {"form_response", Level::none}, {"template", Level::none},  {"reaction", Level::none},
      {"delete", Level::none}};
  can.text_max = viber::kTextMax;
  can.text_unit = TextUnit::code_points;
  can.read_receipts = true;
  can.delivery_receipts = true;
  can.quick_replies = true;
  can.body_signed = true;
  can.text_kind = "chat";
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "auth_token",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the bot's token; Viber signs with it, and we send with it"},
    {.name = "sender_name", .what = "the name messages come under, at most 28 characters"},
    {.name = "welcome_message", .what = "said to who opens the chat for the first time"},
    {.name = "button_layout",
     .what =
         R"(how buttons look, as JSON: {"bg_color":"#f7bb3f","text":"<b>*</b>","text_size":"large"})"},
    {.name = "text_max", .what = "longer texts become several messages: 1 to 7000, 7000 if unset"},
};

class Viber final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "viber"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    if (!length_setting(channel.setting("text_max"), viber::kTextMax)) {
      return "text_max must be a number from 1 to 7000";
    }
    if (!viber::usable_layout(channel.setting("button_layout"))) {
      return "button_layout must be a JSON object with bg_color, text (with a * for the title) and "
             "text_size (small, regular or large), each optional";
    }
    return {};
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const std::string& token = channel.secret("auth_token").reveal();
    const auto given = request.header("x-viber-content-signature");
    if (given.empty()) {
      return Error{.code = Errc::unauthenticated, .detail = "x-viber-content-signature is missing"};
    }
    if (!token.empty() && equal_constant_time(given, to_hex(hmac_sha256(token, request.body)))) {
      return {};
    }
    return Error{.code = Errc::unauthenticated,
                 .detail = "x-viber-content-signature does not match"};
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return viber::parse_callback(request.body, channel);
  }

  // Who opens the chat is not subscribed yet: this is the only thing they can be told.
  Reply acknowledge(const WebhookRequest& request, const Channel& channel) const override {
    const auto welcome = channel.setting("welcome_message");
    if (welcome.empty() || !viber::opens_conversation(request.body)) return {};
    JsonWriter json;
    json.begin_object().member("type", "text").member("text", welcome);
    const auto name = channel.setting("sender_name");
    if (!name.empty()) json.key("sender").begin_object().member("name", name).end_object();
    return {.status = 200, .content_type = "application/json", .body = json.end_object().take()};
  }

  SendStep start(const SendContext& context) const override { return viber::start_send(context); }

  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return viber::resume_send(context, step, answer);
  }
};

}  // namespace

Entry make_viber() {
  Entry entry;
  entry.connector = std::make_unique<Viber>();
  // What users send lies at an address that is good for an hour, open to whoever knows it.
  entry.media_source = std::make_unique<OpenMedia>();
  entry.stand_in = viber::make_stand_in;
  entry.maturity = Maturity::stable;
  return entry;
}

}  // namespace parley::connectors
