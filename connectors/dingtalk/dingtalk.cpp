#include "connectors/dingtalk/dingtalk.hpp"

#include <algorithm>
#include <chrono>

#include "base/json_writer.hpp"
#include "connectors/dingtalk/api.hpp"
#include "connectors/dingtalk/parse.hpp"
#include "connectors/dingtalk/send.hpp"
#include "connectors/dingtalk/stand_in.hpp"
#include "connectors/dingtalk/trust.hpp"

namespace parley::connectors {
namespace {

Capabilities make_capabilities() {
  Capabilities can;
  can.platform = "dingtalk";
  can.content = {
      {"text", Level::native},        {"image", Level::native},      {"file", Level::native},
      {"audio", Level::native},       {"voice", Level::native},      {"link", Level::native},
      {"card", Level::native},        {"video", Level::converted},   {"sticker", Level::converted},
      {"location", Level::converted}, {"contact", Level::converted}, {"carousel", Level::converted},
      {"list", Level::converted},     {"form", Level::converted},    {"product", Level::converted},
      {"order", Level::converted},    {"edit", Level::converted},    {"reaction", Level::none},
      {"delete", Level::none},        {"template", Level::none}};
  can.text_max = dingtalk::kTextBytesMax;
  can.text_unit = TextUnit::bytes;
  return can;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "app_key", .required = true, .what = "the app's AppKey (Client ID)"},
      {.name = "app_secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the app's AppSecret (Client Secret): proves robot messages, gets access tokens"},
      {.name = "robot_code", .what = "the robot's code, if it is not the AppKey"},
      {.name = "token",
       .kind = SettingKind::secret,
       .what = "the signing token of the event subscription"},
      {.name = "encoding_aes_key",
       .kind = SettingKind::secret,
       .what = "the 43 characters of the event subscription's aes_key"},
      {.name = "owner_key",
       .what = "whose name stands inside the envelopes: AppKey (the default), CorpId or SuiteKey"},
  };
}

class Dingtalk final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "dingtalk"; }
  const Capabilities& capabilities() const noexcept override {
    static const Capabilities kCapabilities = make_capabilities();
    return kCapabilities;
  }
  const std::vector<Setting>& settings() const noexcept override {
    static const std::vector<Setting> kSettings = make_settings();
    return kSettings;
  }
  std::string check(const Channel& channel) const override {
    return dingtalk::check_settings(channel);
  }
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    return dingtalk::answer_check(request, channel);
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return dingtalk::authenticate(request, channel);
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    if (!dingtalk::is_event(request)) return dingtalk::parse_robot(request.body, channel);
    const auto event = dingtalk::open_event(request, channel);
    if (!event) return {.events = {}, .stopped = event.error()};
    return dingtalk::parse_event(*event, channel);
  }
  // What a robot answers here would be shown to the customer; an event wants "success", sealed.
  Reply acknowledge(const WebhookRequest& request, const Channel& channel) const override {
    if (!dingtalk::is_event(request)) return {};
    return dingtalk::sealed_reply("success", request, channel);
  }
  SendStep start(const SendContext& context) const override {
    return dingtalk::start_send(context);
  }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return dingtalk::resume_send(context, step, answer);
  }
};

class DingtalkToken final : public TokenSource {
 public:
  bool needed(const SendContext& context) const override { return dingtalk::needs_token(context); }

  HttpCall request(const Channel& channel, bool /*force*/) const override {
    auto call = dingtalk::api_call(channel, "/v1.0/oauth2/accessToken", {});
    JsonWriter json;
    json.begin_object().member("appKey", channel.setting("app_key"));
    json.member("appSecret", channel.secret("app_secret").reveal()).end_object();
    call.body = json.take();
    return call;
  }

  Result<Token> read(const HttpAnswer& answer) const override {
    auto said = dingtalk::read_answer(answer);
    if (auto* error = std::get_if<Error>(&said)) {
      // Asked with the secret alone: a refusal is about that.
      if (error->code == Errc::rejected) error->code = Errc::misconfigured;
      return std::move(*error);
    }
    if (const auto* refused = std::get_if<RefreshToken>(&said)) {
      return Error{.code = Errc::misconfigured,
                   .detail = "the app's credentials were refused (" + refused->code_text + ")",
                   .code_text = refused->code_text};
    }
    auto& got = std::get<dingtalk::ApiAnswer>(said);
    if (got.access_token.empty() || got.expires_in_s <= 0) {
      return Error{.code = Errc::unavailable, .detail = "the answer has no access token"};
    }
    constexpr std::int64_t kLifetimeMaxS = 24 * 3600;
    return Token{.value = Secret(std::move(got.access_token)),
                 .lifetime = std::chrono::seconds(std::min(got.expires_in_s, kLifetimeMaxS))};
  }
};

// A download code becomes an address, the address the bytes.
class DingtalkMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view token) const override {
    if (media.platform_id.empty()) {
      return Error{.code = Errc::malformed, .detail = "the medium has no downloadCode"};
    }
    auto call = dingtalk::api_call(channel, "/v1.0/robot/messageFiles/download", token);
    const auto robot = channel.setting("robot_code");
    JsonWriter json;
    json.begin_object().member("downloadCode", media.platform_id);
    json.member("robotCode", robot.empty() ? channel.setting("app_key") : robot).end_object();
    call.body = json.take();
    call.step = kAsk;
    return call;
  }

  Step resume(const Media&, const Channel&, std::string_view, int step,
              const HttpAnswer& answer) const override {
    if (step != kAsk) return Error{.code = Errc::rejected, .detail = "the answer is no file"};
    auto said = dingtalk::read_answer(answer);
    if (auto* refresh = std::get_if<RefreshToken>(&said)) return std::move(*refresh);
    if (auto* error = std::get_if<Error>(&said)) return std::move(*error);
    auto& url = std::get<dingtalk::ApiAnswer>(said).download_url;
    if (!url.starts_with("https://") && !url.starts_with("http://")) {
      return Error{.code = Errc::rejected, .detail = "the answer has no downloadUrl"};
    }
    return HttpCall{.method = "GET",
                    .url = std::move(url),
                    .content_type = "",
                    .download = true,
                    .step = kDownload};
  }

 private:
  enum StepNumber : int { kAsk = 1, kDownload = 2 };
};

}  // namespace

Entry make_dingtalk() {
  return {.connector = std::make_unique<Dingtalk>(),
          .token_source = std::make_unique<DingtalkToken>(),
          .passive_reply = nullptr,
          .typing = nullptr,
          .media_source = std::make_unique<DingtalkMedia>(),
          .chat_sessions = nullptr,
          .stand_in = dingtalk::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
