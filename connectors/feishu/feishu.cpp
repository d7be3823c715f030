#include "connectors/feishu/feishu.hpp"

#include <algorithm>
#include <chrono>

#include "base/json_writer.hpp"
#include "connectors/feishu/api.hpp"
#include "connectors/feishu/content.hpp"
#include "connectors/feishu/parse.hpp"
#include "connectors/feishu/send.hpp"
#include "connectors/feishu/stand_in.hpp"
#include "connectors/feishu/trust.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;

Capabilities make_capabilities() {
  Capabilities can;
  can.platform = "feishu";
  can.content = {{"text", Level::native},          {"image", Level::native},
                 {"file", Level::native},          {"audio", Level::native},
                 {"voice", Level::native},         {"video", Level::native},
                 {"link", Level::native},          {"card", Level::native},
                 {"sticker", Level::converted},    {"location", Level::converted},
                 {"contact", Level::converted},    {"carousel", Level::converted},
                 {"list", Level::converted},       {"form", Level::converted},
                 {"product", Level::converted},    {"order", Level::converted},
                 {"edit", Level::converted},       {"action_response", Level::native},
                 {"form_response", Level::native}, {"reaction", Level::none},
                 {"delete", Level::none},          {"template", Level::none}};
  can.text_max = feishu::kTextBytesMax;
  can.text_unit = TextUnit::bytes;
  can.read_receipts = true;
  can.quick_replies = true;
  can.idempotent_send = true;  // by uuid
  can.idempotency_window = 1h;
  can.body_signed = true;  // with an encrypt_key
  can.rate_per_s = 50;     // of one app; 5 to one chat
  can.burst = 50;
  can.ack_deadline = 3s;
  return can;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "app_id", .required = true, .what = "the app's App ID, \"cli_...\""},
      {.name = "app_secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the app's App Secret, for access tokens"},
      {.name = "verification_token",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the Verification Token of the event subscription"},
      {.name = "encrypt_key",
       .kind = SettingKind::secret,
       .what = "the Encrypt Key of the event subscription; without it events are neither "
               "encrypted nor signed, only the token in them is compared"},
      {.name = "allow_unsigned",
       .kind = SettingKind::flag,
       .default_value = "false",
       .what = "true to do without an encrypt_key"},
      {.name = "region",
       .kind = SettingKind::choice,
       .default_value = "feishu",
       .choices = {"feishu", "lark"},
       .what = "feishu for open.feishu.cn, lark for open.larksuite.com"},
  };
}

class Feishu final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "feishu"; }
  const Capabilities& capabilities() const noexcept override {
    static const Capabilities kCapabilities = make_capabilities();
    return kCapabilities;
  }
  const std::vector<Setting>& settings() const noexcept override {
    static const std::vector<Setting> kSettings = make_settings();
    return kSettings;
  }
  std::string check(const Channel& channel) const override {
    if (channel.secret("encrypt_key").empty() && channel.setting("allow_unsigned") != "true") {
      return "set an Encrypt Key in the app's event subscription and here as encrypt_key; without "
             "one events are not signed and allow_unsigned = true must say so";
    }
    return {};
  }
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    return feishu::answer_challenge(request, channel);
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return feishu::authenticate(request, channel);
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    const auto body = feishu::opened(request, channel);
    if (!body) return {.events = {}, .stopped = body.error()};
    return feishu::parse_event(body->json, channel);
  }
  // An empty object also tells a card that nothing of it changes.
  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return {.content_type = "application/json", .body = "{}"};
  }
  SendStep start(const SendContext& context) const override { return feishu::start_send(context); }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return feishu::resume_send(context, step, answer);
  }
};

class FeishuToken final : public TokenSource {
 public:
  // The platform gives the same token until half an hour before its end, also when asked again.
  HttpCall request(const Channel& channel, bool /*force*/) const override {
    auto call = feishu::api_call(channel, "/open-apis/auth/v3/tenant_access_token/internal", {});
    JsonWriter json;
    json.begin_object().member("app_id", channel.setting("app_id"));
    json.member("app_secret", channel.secret("app_secret").reveal()).end_object();
    call.body = json.take();
    return call;
  }

  Result<Token> read(const HttpAnswer& answer) const override {
    auto said = feishu::read_answer(answer);
    if (auto* error = std::get_if<Error>(&said)) return std::move(*error);
    if (const auto* refused = std::get_if<RefreshToken>(&said)) {
      return Error{.code = Errc::misconfigured,
                   .detail = "the app's credentials were refused (code " + refused->code_text + ")",
                   .code_text = refused->code_text};
    }
    auto& got = std::get<feishu::ApiAnswer>(said);
    if (got.token.empty() || got.expires_in_s <= 0) {
      return Error{.code = Errc::unavailable, .detail = "the answer has no access token"};
    }
    constexpr std::int64_t kLifetimeMaxS = 24 * 3600;
    return Token{.value = Secret(std::move(got.token)),
                 .lifetime = std::chrono::seconds(std::min(got.expires_in_s, kLifetimeMaxS))};
  }
};

// A received file is a resource of its message; `url` is its address.
class FeishuMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view token) const override {
    // The token goes to the channel's own address, whatever host the event named.
    const auto at = media.url.find(feishu::kMessagesPath);
    if (at == std::string::npos) {
      return Error{.code = Errc::malformed, .detail = "the medium names no resource of a message"};
    }
    auto call = feishu::api_call(channel, std::string_view(media.url).substr(at), token);
    call.method = "GET";
    call.content_type.clear();
    call.download = true;
    call.step = 1;
    return call;
  }

  // Only a refusal comes back here; bytes are kept before.
  Step resume(const Media&, const Channel&, std::string_view, int,
              const HttpAnswer& answer) const override {
    auto said = feishu::read_answer(answer);
    if (auto* refresh = std::get_if<RefreshToken>(&said)) return std::move(*refresh);
    if (auto* error = std::get_if<Error>(&said)) return std::move(*error);
    return Error{.code = Errc::rejected, .detail = "the answer is no file"};
  }
};

}  // namespace

Entry make_feishu() {
  return {.connector = std::make_unique<Feishu>(),
          .token_source = std::make_unique<FeishuToken>(),
          .passive_reply = nullptr,
          .typing = nullptr,
          .media_source = std::make_unique<FeishuMedia>(),
          .chat_sessions = nullptr,
          .stand_in = feishu::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
