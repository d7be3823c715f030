#include "connectors/wechat_oa/wechat_oa.hpp"

#include <chrono>

#include "base/json_writer.hpp"
#include "connectors/url.hpp"
#include "connectors/wechat_oa/api.hpp"
#include "connectors/wechat_oa/outgoing.hpp"
#include "connectors/wechat_oa/parse.hpp"
#include "connectors/wechat_oa/passive.hpp"
#include "connectors/wechat_oa/send.hpp"
#include "connectors/wechat_oa/stand_in.hpp"
#include "connectors/wechat_oa/trust.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;

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
    return wechat_oa::answer_handshake(request, channel);
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return wechat_oa::authenticate(request, channel);
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    auto document = wechat_oa::trusted_document(request, channel);
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

class WechatOaToken final : public TokenSource {
 public:
  // stable_token gives every caller the same token, so `force` needs nothing of it: the newest one
  // comes back. Its own force_refresh would take the token from our other nodes, and only 20 such
  // calls a day are allowed.
  HttpCall request(const Channel& channel, bool /*force*/) const override {
    const auto& secret = channel.secret("app_secret").reveal();
    if (channel.setting("token_api") == "token") {
      const auto query = form_encode({{"grant_type", "client_credential"},
                                      {"appid", std::string(channel.setting("app_id"))},
                                      {"secret", secret}});
      return {.method = "GET",
              .url = wechat_oa::api_url(channel, "/cgi-bin/token", {}, query),
              .content_type = ""};
    }
    JsonWriter json;
    json.begin_object().member("grant_type", "client_credential");
    json.member("appid", channel.setting("app_id")).member("secret", secret);
    json.member("force_refresh", false).end_object();
    return {.url = wechat_oa::api_url(channel, "/cgi-bin/stable_token"), .body = json.take()};
  }

  Result<Token> read(const HttpAnswer& answer) const override {
    auto said = wechat_oa::read_answer(answer);
    if (auto* error = std::get_if<Error>(&said)) return std::move(*error);
    if (const auto* refused = std::get_if<RefreshToken>(&said)) {
      return Error{.code = Errc::misconfigured,  // asked with the secret, not with a token
                   .detail = "the app_secret is not valid (errcode " + refused->code_text + ")",
                   .code_text = refused->code_text};
    }
    auto& got = std::get<wechat_oa::ApiAnswer>(said);
    if (got.access_token.empty() || got.expires_in_s <= 0) {
      return Error{.code = Errc::unavailable, .detail = "the answer has no access token"};
    }
    constexpr std::int64_t kLifetimeMaxS = 24 * 3600;
    return Token{.value = Secret(std::move(got.access_token)),
                 .lifetime = std::chrono::seconds(std::min(got.expires_in_s, kLifetimeMaxS))};
  }
};

class WechatOaPassive final : public PassiveReply {
 public:
  std::optional<Reply> render(const SendContext& context, std::string_view account,
                              std::string_view nonce) const override {
    return wechat_oa::render_passive(context, account, nonce);
  }
};

class WechatOaTyping final : public Typing {
 public:
  std::optional<HttpCall> typing(const std::string& recipient, bool on, const Channel& channel,
                                 std::string_view access_token) const override {
    JsonWriter json;
    json.begin_object().member("touser", recipient);
    json.member("command", on ? "Typing" : "CancelTyping").end_object();
    return HttpCall{
        .url = wechat_oa::api_url(channel, "/cgi-bin/message/custom/typing", access_token),
        .body = json.take()};
  }
};

// Temporary media live three days. Images and voice come as bytes; of a video the platform may tell
// the address only. An error is JSON with status 200.
class WechatOaMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view token) const override {
    if (media.platform_id.empty()) return picture(media);
    return get(media, channel, token, media.kind == MediaKind::video ? kAsk : kDownload);
  }

  Step resume(const Media& media, const Channel& channel, std::string_view token, int step,
              const HttpAnswer& answer) const override {
    const bool json =
        answer.body.starts_with('{') || answer.header("content-type").contains("json");
    // The bytes after all, of a call that was not meant to keep them.
    if (answer.status == 200 && !json && step == kAsk) return get(media, channel, token, kDownload);

    auto said = wechat_oa::read_answer(answer);
    if (auto* refresh = std::get_if<RefreshToken>(&said)) return std::move(*refresh);
    if (auto* error = std::get_if<Error>(&said)) {
      if (error->code_text == kExpiredId && step != kPicture) return picture(media);
      return std::move(*error);
    }
    auto& url = std::get<wechat_oa::ApiAnswer>(said).video_url;
    if (!url.starts_with("https://") && !url.starts_with("http://")) {
      return Error{.code = Errc::rejected, .detail = "the answer is neither media nor an address"};
    }
    return download(std::move(url), kAddress);
  }

 private:
  enum StepNumber : int { kAsk = 1, kDownload = 2, kAddress = 3, kPicture = 4 };
  static constexpr std::string_view kExpiredId = "40007";

  static HttpCall download(std::string url, StepNumber step) {
    return {
        .method = "GET", .url = std::move(url), .content_type = "", .download = true, .step = step};
  }

  static HttpCall get(const Media& media, const Channel& channel, std::string_view token,
                      StepNumber step) {
    auto call = download(wechat_oa::api_url(channel, "/cgi-bin/media/get", token,
                                            "media_id=" + percent_encode(media.platform_id)),
                         step);
    call.download = step != kAsk;
    return call;
  }

  // A picture also has an address of its own. It came with the push, which plain mode does not
  // sign: we only ever follow it to the platform's image hosts.
  static Step picture(const Media& media) {
    std::string_view host = media.url;
    const auto scheme = host.find("://");
    host = scheme == std::string_view::npos ? std::string_view() : host.substr(scheme + 3);
    host = host.substr(0, host.find_first_of("/?#\\"));
    const bool ours = host.ends_with(".qpic.cn") || host.ends_with(".qlogo.cn");
    if (!ours || host.contains('@') || !media.url.starts_with("http")) {
      return Error{.code = Errc::not_found, .detail = "the media is no longer at the platform"};
    }
    return download(media.url, kPicture);
  }
};

}  // namespace

Entry make_wechat_oa() {
  return {.connector = std::make_unique<WechatOa>(),
          .token_source = std::make_unique<WechatOaToken>(),
          .passive_reply = std::make_unique<WechatOaPassive>(),
          .typing = std::make_unique<WechatOaTyping>(),
          .media_source = std::make_unique<WechatOaMedia>(),
          .stand_in = wechat_oa::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
