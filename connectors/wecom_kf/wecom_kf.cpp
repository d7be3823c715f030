#include "connectors/wecom_kf/wecom_kf.hpp"

#include <chrono>

#include "connectors/tencent_callback.hpp"
#include "connectors/tencent_media.hpp"
#include "connectors/tencent_plan.hpp"
#include "connectors/tencent_push.hpp"
#include "connectors/tencent_work.hpp"
#include "connectors/wecom_kf/api.hpp"
#include "connectors/wecom_kf/profile.hpp"
#include "connectors/wecom_kf/send.hpp"
#include "connectors/wecom_kf/stand_in.hpp"
#include "connectors/wecom_kf/sync.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds kBellTokenLifetime = 10min;

Capabilities make_capabilities() {
  Capabilities c;
  c.platform = "wecom_kf";
  c.content = {
      {"text", Level::native},       {"image", Level::native},      {"voice", Level::native},
      {"audio", Level::native},      {"video", Level::native},      {"file", Level::native},
      {"location", Level::native},   {"card", Level::native},       {"link", Level::converted},
      {"sticker", Level::converted}, {"contact", Level::converted}, {"carousel", Level::converted},
      {"list", Level::converted},    {"form", Level::converted},    {"order", Level::converted},
      {"product", Level::converted}, {"edit", Level::converted},    {"template", Level::none},
      {"reaction", Level::none},     {"delete", Level::none}};
  c.text_max = tencent::kTextBytesMax;
  c.text_unit = TextUnit::bytes;
  c.delivery_receipts = false;  // failures only
  c.quick_replies = true;
  c.idempotent_send = true;
  c.body_signed = true;
  c.reply_policy = {{.trigger = "user_message", .window = 48h, .quota = 5}};
  c.rate_per_s = 30;
  c.burst = 60;
  c.ack_deadline = 5s;
  c.inbound_mode = InboundMode::pull;
  c.profiles = true;
  return c;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "corp_id", .required = true, .what = "the company's CorpID"},
      {.name = "secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the Secret of customer service, or of the application that may use its API"},
      {.name = "token",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the Token set beside the callback URL in the console"},
      {.name = "encoding_aes_key",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the 43 characters of EncodingAESKey beside the callback URL"},
      {.name = "open_kfid",
       .what = "the account (wk...) to send from where the customer wrote to none, and to look at "
               "after a start; other accounts are known from their first callback on"},
      {.name = "text_bytes_max",
       .default_value = "2048",
       .what = "longest text of one message in bytes, 64 to 2048; longer ones are split"},
  };
}

tencent::Callback callback_of(const Channel& channel) {
  return {.receivers = {std::string(channel.setting("corp_id"))}};
}

class WecomKf final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "wecom_kf"; }
  const Capabilities& capabilities() const noexcept override {
    static const Capabilities kCapabilities = make_capabilities();
    return kCapabilities;
  }
  const std::vector<Setting>& settings() const noexcept override {
    static const std::vector<Setting> kSettings = make_settings();
    return kSettings;
  }
  std::string check(const Channel& channel) const override {
    if (auto wrong = tencent::check_key(channel); !wrong.empty()) return wrong;
    const auto account = channel.setting("open_kfid");
    if (!account.empty() && !tencent::is_id(account)) return "open_kfid is not an account's id";
    if (!channel.setting("text_bytes_max").empty() && !tencent::text_bytes_setting(channel)) {
      return "text_bytes_max must be a whole number from 64 to 2048";
    }
    return {};
  }
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    if (request.method != "GET") return std::nullopt;
    return tencent::answer_sealed_handshake(request, channel, callback_of(channel));
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return tencent::authenticate(request, channel, callback_of(channel));
  }

  // Other events of the same application (an account's rights changed) mean nothing here.
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    auto document = tencent::trusted_document(request, channel, callback_of(channel));
    if (!document) return {.events = {}, .stopped = std::move(document.error())};
    if (document->name != "xml" || document->child_text("MsgType").empty()) {
      return {.events = {},
              .stopped = Error{.code = Errc::malformed, .detail = "MsgType is missing"}};
    }
    if (document->child_text("Event") != "kf_msg_or_event") return {};
    const auto account = document->child_text("OpenKfId"), token = document->child_text("Token");
    if (!tencent::is_id(account)) {
      return {.events = {},
              .stopped = Error{.code = Errc::malformed, .detail = "OpenKfId is missing"}};
    }
    Parsed parsed;
    parsed.bells.push_back({.stream = std::string(account),
                            .token = std::string(token),
                            .token_lifetime = kBellTokenLifetime});
    return parsed;
  }
  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return {.body = "success"};
  }
  SendStep start(const SendContext& context) const override {
    return wecom_kf::start_send(context);
  }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return wecom_kf::resume_send(context, step, answer);
  }
};

class WecomKfEvents final : public EventSource {
 public:
  // A bell may be lost; without its token the platform allows few calls, so we look rarely.
  std::optional<Plan> plan(const Channel& channel) const override {
    Plan plan{.streams = {}, .every = 10min};
    if (const auto account = channel.setting("open_kfid"); !account.empty()) {
      plan.streams.emplace_back(account);
    }
    return plan;
  }
  HttpCall pull(const Channel& channel, const Pull& pull) const override {
    return wecom_kf::ask_page(channel, pull);
  }
  Read read(const Channel& channel, const Pull& pull, const HttpAnswer& answer) const override {
    return wecom_kf::read_page(channel, pull, answer);
  }
};

}  // namespace

Entry make_wecom_kf() {
  return {.connector = std::make_unique<WecomKf>(),
          .token_source = tencent::make_work_token(wecom_kf::api()),
          .media_source = tencent::make_media_source(wecom_kf::api()),
          .event_source = std::make_unique<WecomKfEvents>(),
          .profile_source = wecom_kf::make_profile_source(),
          .stand_in = wecom_kf::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
