#include "connectors/qq/qq.hpp"

#include <algorithm>
#include <chrono>

#include "connectors/qq/api.hpp"
#include "connectors/qq/parse.hpp"
#include "connectors/qq/send.hpp"
#include "connectors/qq/stand_in.hpp"
#include "connectors/qq/trust.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;

Capabilities make_capabilities() {
  Capabilities can;
  can.platform = "qq";
  can.content = {{"text", Level::native},       {"image", Level::native},
                 {"video", Level::native},      {"voice", Level::native},
                 {"audio", Level::converted},   {"file", Level::converted},
                 {"sticker", Level::converted}, {"location", Level::converted},
                 {"contact", Level::converted}, {"link", Level::converted},
                 {"card", Level::converted},    {"carousel", Level::converted},
                 {"list", Level::converted},    {"form", Level::converted},
                 {"product", Level::converted}, {"order", Level::converted},
                 {"edit", Level::converted},    {"action_response", Level::native},
                 {"reaction", Level::none},     {"delete", Level::none},
                 {"template", Level::none}};
  can.text_max = qq::kTextCharsMax;
  can.idempotent_send = true;  // equal msg_id and msg_seq are refused
  can.body_signed = true;
  // The last is ours: the platform does not say how long an event may be answered.
  can.reply_policy = {{.trigger = "user_message", .window = 60min, .quota = 5},
                      {.trigger = "group_message", .window = 5min, .quota = 5},
                      {.trigger = "event", .window = 5min, .quota = 1}};
  can.text_kind = "chat";
  return can;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "app_id", .required = true, .what = "the bot's AppID"},
      {.name = "bot_secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the bot's AppSecret: signatures both ways and access tokens come from it"},
      {.name = "markdown",
       .kind = SettingKind::flag,
       .default_value = "false",
       .what = "true if the platform lets the bot send markdown of its own"},
      {.name = "sandbox",
       .kind = SettingKind::flag,
       .default_value = "false",
       .what = "true to send through the sandbox"},
  };
}

class Qq final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "qq"; }
  const Capabilities& capabilities() const noexcept override {
    static const Capabilities kCapabilities = make_capabilities();
    return kCapabilities;
  }
  const std::vector<Setting>& settings() const noexcept override {
    static const std::vector<Setting> kSettings = make_settings();
    return kSettings;
  }
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    return qq::answer_validation(request, channel);
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return qq::authenticate(request, channel);
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return qq::parse_payload(request.body, channel);
  }
  // d = 1 would ask for the event again.
  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return {.content_type = "application/json", .body = R"({"op":12,"d":0})"};
  }
  SendStep start(const SendContext& context) const override { return qq::start_send(context); }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return qq::resume_send(context, step, answer);
  }
};

class QqToken final : public TokenSource {
 public:
  HttpCall request(const Channel& channel, bool /*force*/) const override {
    return qq::token_call(channel);
  }
  Result<Token> read(const HttpAnswer& answer) const override {
    auto said = qq::read_answer(answer);
    if (auto* error = std::get_if<Error>(&said)) {
      // Asked with the secret alone: a refusal is about that.
      if (error->code == Errc::rejected) error->code = Errc::misconfigured;
      return std::move(*error);
    }
    if (const auto* refused = std::get_if<RefreshToken>(&said)) {
      return Error{.code = Errc::misconfigured,
                   .detail = "the bot's credentials were refused (code " + refused->code_text + ")",
                   .code_text = refused->code_text};
    }
    auto& got = std::get<qq::ApiAnswer>(said);
    if (got.token.empty() || got.expires_in_s <= 0) {
      return Error{.code = Errc::unavailable, .detail = "the answer has no access token"};
    }
    constexpr std::int64_t kLifetimeMaxS = 24 * 3600;
    return Token{.value = Secret(std::move(got.token)),
                 .lifetime = std::chrono::seconds(std::min(got.expires_in_s, kLifetimeMaxS))};
  }
};

// Files lie open under the address the event gives, on the platform's own hosts.
class QqMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel&, std::string_view) const override {
    std::string_view host = media.url;
    if (!host.starts_with("https://")) {
      return Error{.code = Errc::rejected, .detail = "the medium has no https address"};
    }
    host.remove_prefix(8);
    host = host.substr(0, host.find_first_of("/?#\\"));
    const bool ours =
        host.ends_with(".qq.com.cn") || host.ends_with(".qq.com") || host.ends_with(".qpic.cn");
    if (!ours || host.contains('@')) {
      return Error{.code = Errc::rejected, .detail = "the medium is not on the platform's hosts"};
    }
    return HttpCall{
        .method = "GET", .url = media.url, .content_type = "", .download = true, .step = 1};
  }
  Step resume(const Media&, const Channel&, std::string_view, int,
              const HttpAnswer&) const override {
    return Error{.code = Errc::not_found, .detail = "the medium is no longer at the platform"};
  }
};

}  // namespace

Entry make_qq() {
  return {.connector = std::make_unique<Qq>(),
          .token_source = std::make_unique<QqToken>(),
          .passive_reply = nullptr,
          .typing = nullptr,
          .media_source = std::make_unique<QqMedia>(),
          .chat_sessions = nullptr,
          .stand_in = qq::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
