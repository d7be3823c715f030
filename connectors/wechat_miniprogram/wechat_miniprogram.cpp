#include "connectors/wechat_miniprogram/wechat_miniprogram.hpp"

#include <chrono>

#include "connectors/tencent_account.hpp"
#include "connectors/tencent_callback.hpp"
#include "connectors/tencent_media.hpp"
#include "connectors/tencent_plan.hpp"
#include "connectors/tencent_push.hpp"
#include "connectors/wechat_miniprogram/api.hpp"
#include "connectors/wechat_miniprogram/send.hpp"
#include "connectors/wechat_miniprogram/stand_in.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;
using wechat_miniprogram::kApi;

Capabilities make_capabilities() {
  Capabilities c;
  c.platform = "wechat_miniprogram";
  c.content = {
      {"text", Level::native},        {"image", Level::native},       {"link", Level::native},
      {"card", Level::native},        {"template", Level::native},    {"sticker", Level::converted},
      {"voice", Level::converted},    {"audio", Level::converted},    {"video", Level::converted},
      {"file", Level::converted},     {"location", Level::converted}, {"contact", Level::converted},
      {"carousel", Level::converted}, {"list", Level::converted},     {"form", Level::converted},
      {"order", Level::converted},    {"product", Level::converted},  {"edit", Level::converted},
      {"reaction", Level::none},      {"delete", Level::none}};
  c.text_max = tencent::kTextBytesMax;
  c.text_unit = TextUnit::bytes;
  c.typing = true;
  c.templates = true;
  c.quick_replies = false;
  c.body_signed = true;  // but for channels that chose plain mode by name
  c.reply_policy = {{.trigger = "user_message", .window = 48h, .quota = 5},
                    {.trigger = "enter_session", .window = 1min, .quota = 2}};
  c.rate_per_s = 50;  // the platform names no rate but answers 45011 past one
  c.burst = 100;
  c.ack_deadline = 5s;
  c.passive_reply = true;  // to hand over to the platform's own agents, nothing else
  return c;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "app_id", .required = true, .what = "the mini program's AppID"},
      {.name = "app_secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the mini program's AppSecret, for access tokens"},
      {.name = "token",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the Token set beside the message push URL in the console"},
      {.name = "encoding_aes_key",
       .kind = SettingKind::secret,
       .what = "the 43 characters of EncodingAESKey; needed in safe and compat mode"},
      {.name = "mode",
       .kind = SettingKind::choice,
       .choices = {"safe", "compat", "plaintext"},
       .what = "as chosen in the console; safe if there is an encoding_aes_key. plaintext leaves "
               "message bodies unsigned and must be asked for"},
      {.name = "format",
       .kind = SettingKind::choice,
       .default_value = "json",
       .choices = {"json", "xml"},
       .what = "the data format chosen in the console, for our answers; both are read"},
      {.name = "token_api",
       .kind = SettingKind::choice,
       .default_value = "stable",
       .choices = {"stable", "token"},
       .what = "where access tokens come from; token invalidates those of other programs"},
      {.name = "text_bytes_max",
       .default_value = "2048",
       .what = "longest text of one message in bytes, 64 to 2048; longer ones are split"},
  };
}

tencent::Callback callback_of(const Channel& channel) {
  return {.mode = tencent::mode_of(channel),
          .receivers = {std::string(channel.setting("app_id"))},
          .json = true,
          .names_addressee = true};
}

void interpret(Incoming& event, const PlatformEvent& what) {
  if (what.type != "user_enter_tempsession") return;
  event.opens_window = "enter_session";
  const auto from = what.attributes.find("SessionFrom");
  if (from == what.attributes.end()) return;
  const auto& source = std::get<std::string>(from->second);
  if (!source.empty()) event.referral = Referral{.kind = "link", .code = source, .source = {}};
}

class MiniProgram final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "wechat_miniprogram"; }
  const Capabilities& capabilities() const noexcept override {
    static const Capabilities kCapabilities = make_capabilities();
    return kCapabilities;
  }
  const std::vector<Setting>& settings() const noexcept override {
    static const std::vector<Setting> kSettings = make_settings();
    return kSettings;
  }
  std::string check(const Channel& channel) const override {
    if (auto wrong = tencent::check_mode(channel); !wrong.empty()) return wrong;
    if (!channel.setting("text_bytes_max").empty() && !tencent::text_bytes_setting(channel)) {
      return "text_bytes_max must be a whole number from 64 to 2048";
    }
    return {};
  }
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    if (request.method != "GET") return std::nullopt;
    return tencent::answer_handshake(request, channel);
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return tencent::authenticate(request, channel, callback_of(channel));
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    auto document = tencent::trusted_document(request, channel, callback_of(channel));
    if (!document) return {.events = {}, .stopped = std::move(document.error())};
    return tencent::parse_push(*document, {.scope = channel.id.value,
                                           .scheme = "wechat_openid",
                                           .window = "user_message",
                                           .interpret = interpret});
  }
  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return {.body = "success"};
  }
  SendStep start(const SendContext& context) const override {
    return wechat_miniprogram::start_send(context);
  }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return wechat_miniprogram::resume_send(context, step, answer);
  }
};

class MiniProgramTransfer final : public PassiveReply {
 public:
  std::optional<Reply> render(const SendContext& context, std::string_view account,
                              std::string_view nonce) const override {
    return wechat_miniprogram::render_transfer(context, account, nonce);
  }
};

}  // namespace

Entry make_wechat_miniprogram() {
  return {.connector = std::make_unique<MiniProgram>(),
          .token_source = tencent::make_account_token(kApi),
          .passive_reply = std::make_unique<MiniProgramTransfer>(),
          .typing = tencent::make_account_typing(kApi),
          .media_source = tencent::make_media_source(kApi),
          .stand_in = wechat_miniprogram::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
