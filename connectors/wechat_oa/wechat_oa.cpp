#include "connectors/wechat_oa/wechat_oa.hpp"

#include <chrono>

#include "connectors/tencent_account.hpp"
#include "connectors/tencent_media.hpp"
#include "connectors/wechat_oa/api.hpp"
#include "connectors/wechat_oa/outgoing.hpp"
#include "connectors/wechat_oa/parse.hpp"
#include "connectors/wechat_oa/passive.hpp"
#include "connectors/wechat_oa/profile.hpp"
#include "connectors/wechat_oa/send.hpp"
#include "connectors/wechat_oa/stand_in.hpp"
#include "connectors/wechat_oa/trust.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;
using wechat_oa::kApi;

Capabilities make_capabilities() {
  Capabilities c;
  c.platform = "wechat_oa";
  c.content = {
      {"text", Level::native},        {"image", Level::native},      {"voice", Level::native},
      {"audio", Level::native},       {"video", Level::native},      {"link", Level::native},
      {"card", Level::native},        {"template", Level::native},   {"location", Level::converted},
      {"contact", Level::converted},  {"file", Level::converted},    {"sticker", Level::converted},
      {"carousel", Level::converted}, {"list", Level::converted},    {"form", Level::converted},
      {"order", Level::converted},    {"product", Level::converted}, {"reaction", Level::none},
      {"edit", Level::converted},     {"delete", Level::none}};
  c.text_max = wechat_oa::kTextBytesMax;
  c.text_unit = TextUnit::bytes;
  c.typing = true;
  c.templates = true;
  c.quick_replies = true;
  c.body_signed = true;  // but for channels that chose plain mode by name
  c.reply_policy = {{.trigger = "user_message", .window = 48h, .quota = 5},
                    {.trigger = "menu_click", .window = 1min, .quota = 3},
                    {.trigger = "follow", .window = 1min, .quota = 3},
                    {.trigger = "scan", .window = 1min, .quota = 3}};
  c.rate_per_s = 50;  // the platform names no rate but answers 45011 past one
  c.burst = 100;
  c.ack_deadline = 5s;
  c.passive_reply = true;
  c.profiles = true;
  return c;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "app_id", .required = true, .what = "the account's AppID"},
      {.name = "app_secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the account's AppSecret, for access tokens"},
      {.name = "token",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the Token set beside the webhook URL in the console"},
      {.name = "encoding_aes_key",
       .kind = SettingKind::secret,
       .what = "the 43 characters of EncodingAESKey; needed in safe and compat mode"},
      {.name = "mode",
       .kind = SettingKind::choice,
       .choices = {"safe", "compat", "plaintext"},
       .what = "as chosen in the console; safe if there is an encoding_aes_key. plaintext leaves "
               "message bodies unsigned and must be asked for"},
      {.name = "account",
       .what = "the account's original id (gh_...), the sender of passive replies; without it all "
               "replies go through the customer-service API"},
      {.name = "token_api",
       .kind = SettingKind::choice,
       .default_value = "stable",
       .choices = {"stable", "token"},
       .what = "where access tokens come from; token invalidates those of other programs"},
      {.name = "kf_account",
       .what = "answer in the name of this customer-service account (name@account)"},
      {.name = "text_bytes_max",
       .default_value = "2048",
       .what = "longest text of one message in bytes, 64 to 2048; longer ones are split"},
  };
}

class WechatOa final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "wechat_oa"; }
  const Capabilities& capabilities() const noexcept override {
    static const Capabilities kCapabilities = make_capabilities();
    return kCapabilities;
  }
  const std::vector<Setting>& settings() const noexcept override {
    static const std::vector<Setting> kSettings = make_settings();
    return kSettings;
  }
  std::string check(const Channel& channel) const override {
    return wechat_oa::check_settings(channel);
  }
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    if (request.method != "GET") return std::nullopt;
    return tencent::answer_handshake(request, channel);
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return tencent::authenticate(request, channel, wechat_oa::callback_of(channel));
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    auto document = tencent::trusted_document(request, channel, wechat_oa::callback_of(channel));
    if (!document) return {.events = {}, .stopped = std::move(document.error())};
    return wechat_oa::parse_push(*document, channel);
  }
  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return {.body = "success"};
  }
  SendStep start(const SendContext& context) const override {
    return wechat_oa::start_send(context);
  }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return wechat_oa::resume_send(context, step, answer);
  }
};

class WechatOaPassive final : public PassiveReply {
 public:
  std::optional<Reply> render(const SendContext& context, std::string_view account,
                              std::string_view nonce) const override {
    return wechat_oa::render_passive(context, account, nonce);
  }
};

}  // namespace

Entry make_wechat_oa() {
  return {.connector = std::make_unique<WechatOa>(),
          .token_source = tencent::make_account_token(kApi),
          .passive_reply = std::make_unique<WechatOaPassive>(),
          .typing = tencent::make_account_typing(kApi),
          .media_source = tencent::make_media_source(kApi),
          .profile_source = wechat_oa::make_profile_source(),
          .stand_in = wechat_oa::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
