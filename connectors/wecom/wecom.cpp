#include "connectors/wecom/wecom.hpp"

#include <algorithm>
#include <chrono>

#include "connectors/tencent_callback.hpp"
#include "connectors/tencent_media.hpp"
#include "connectors/tencent_plan.hpp"
#include "connectors/tencent_work.hpp"
#include "connectors/wecom/api.hpp"
#include "connectors/wecom/parse.hpp"
#include "connectors/wecom/send.hpp"
#include "connectors/wecom/stand_in.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;

Capabilities make_capabilities() {
  Capabilities c;
  c.platform = "wecom";
  c.content = {
      {"text", Level::native},        {"image", Level::native},      {"voice", Level::native},
      {"audio", Level::native},       {"video", Level::native},      {"file", Level::native},
      {"link", Level::native},        {"card", Level::native},       {"sticker", Level::converted},
      {"location", Level::converted}, {"contact", Level::converted}, {"carousel", Level::converted},
      {"list", Level::converted},     {"form", Level::converted},    {"order", Level::converted},
      {"product", Level::converted},  {"edit", Level::converted},    {"template", Level::none},
      {"reaction", Level::none},      {"delete", Level::none}};
  c.text_max = tencent::kTextBytesMax;
  c.text_unit = TextUnit::bytes;
  c.quick_replies = true;
  c.body_signed = true;
  c.rate_per_s = 30;  // an account may make some thousands of calls a minute
  c.burst = 60;
  c.ack_deadline = 5s;
  c.passive_reply = true;
  return c;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "corp_id", .required = true, .what = "the company's CorpID"},
      {.name = "agent_id", .required = true, .what = "the application's AgentId, a number"},
      {.name = "secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the application's Secret, for access tokens"},
      {.name = "token",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the Token set beside the callback URL in the console"},
      {.name = "encoding_aes_key",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the 43 characters of EncodingAESKey beside the callback URL"},
      {.name = "suite_id",
       .what = "of a third-party application, whose callbacks may be sealed for it"},
      {.name = "text_bytes_max",
       .default_value = "2048",
       .what = "longest text of one message in bytes, 64 to 2048; longer ones are split"},
  };
}

tencent::Callback callback_of(const Channel& channel) {
  tencent::Callback callback;
  callback.receivers.emplace_back(channel.setting("corp_id"));
  if (const auto suite = channel.setting("suite_id"); !suite.empty()) {
    callback.receivers.emplace_back(suite);
  }
  return callback;
}

class Wecom final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "wecom"; }
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
    const auto agent = channel.setting("agent_id");
    const bool number = std::ranges::all_of(agent, [](char c) { return c >= '0' && c <= '9'; });
    if (!number || agent.size() > 18) return "agent_id must be a number";
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
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    auto document = tencent::trusted_document(request, channel, callback_of(channel));
    if (!document) return {.events = {}, .stopped = std::move(document.error())};
    return wecom::parse_callback(*document, channel);
  }
  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return {.body = "success"};
  }
  SendStep start(const SendContext& context) const override { return wecom::start_send(context); }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return wecom::resume_send(context, step, answer);
  }
};

class WecomPassive final : public PassiveReply {
 public:
  std::optional<Reply> render(const SendContext& context, std::string_view account,
                              std::string_view nonce) const override {
    return wecom::render_passive(context, account, nonce);
  }
};

}  // namespace

Entry make_wecom() {
  return {.connector = std::make_unique<Wecom>(),
          .token_source = tencent::make_work_token(wecom::api()),
          .passive_reply = std::make_unique<WecomPassive>(),
          .media_source = tencent::make_media_source(wecom::api()),
          .stand_in = wecom::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
