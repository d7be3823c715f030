#include "connectors/douyin/douyin.hpp"

#include <simdjson.h>

#include <algorithm>
#include <chrono>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/douyin/api.hpp"
#include "connectors/douyin/parse.hpp"
#include "connectors/douyin/send.hpp"
#include "connectors/douyin/stand_in.hpp"
#include "connectors/json_document.hpp"
#include "connectors/url.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kChallengeBytesMax = 128;

Capabilities make_capabilities() {
  Capabilities can;
  can.platform = "douyin";
  can.content = {{"text", Level::native}};
  for (const char* type :
       {"image", "file", "audio", "voice", "video", "sticker", "location", "contact", "link",
        "card", "carousel", "list", "form", "product", "order", "edit"}) {
    can.content.push_back({type, Level::converted});
  }
  for (const char* type : {"reaction", "delete", "template"}) {
    can.content.push_back({type, Level::none});
  }
  can.text_max = douyin::kTextCharsMax;
  can.body_signed = true;
  can.reply_policy = {{.trigger = "user_message", .window = 24h, .quota = 6},
                      {.trigger = "visit", .window = 30s, .quota = 3}};
  can.ack_deadline = 5s;
  can.text_kind = "chat";
  return can;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "client_key", .required = true, .what = "the app's client key"},
      {.name = "client_secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the app's client secret: proves webhooks"},
      {.name = "refresh_token",
       .kind = SettingKind::secret,
       .required = true,
       .what = "what the business account's authorisation gave; access tokens come from it"},
      {.name = "open_id",
       .what = "the business account's open id, if it is not the one messages are sent to"},
  };
}

bool signature_matches(const WebhookRequest& request, const Channel& channel) {
  const auto& secret = channel.secret("client_secret").reveal();
  if (secret.empty()) return false;
  return equal_constant_time(request.header("x-douyin-signature"),
                             to_hex(sha1(secret + std::string(request.body))));
}

Error refused() {
  return Error{.code = Errc::unauthenticated, .detail = "x-douyin-signature does not match"};
}

class Douyin final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "douyin"; }
  const Capabilities& capabilities() const noexcept override {
    static const Capabilities kCapabilities = make_capabilities();
    return kCapabilities;
  }
  const std::vector<Setting>& settings() const noexcept override {
    static const std::vector<Setting> kSettings = make_settings();
    return kSettings;
  }

  // The platform tries the URL with a number it wants back. Whether that is signed is not said; a
  // signature that is there must be right, and nothing but the challenge goes back.
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    const auto document = JsonDocument::parse(request.body);
    if (!document || json_text(document->root(), "event") != "verify_webhook") return std::nullopt;
    if (!request.header("x-douyin-signature").empty() && !signature_matches(request, channel)) {
      return refused();
    }
    simdjson::dom::object content = json_empty();
    std::optional<JsonDocument> inner;
    if (!json_object(document->root(), "content", content)) {
      if (auto parsed = JsonDocument::parse(json_text(document->root(), "content"))) {
        inner.emplace(*std::move(parsed));
        content = inner->root();
      }
    }
    JsonWriter json;
    json.begin_object();
    const auto text = json_text(content, "challenge");
    if (const auto number = json_id(content, "challenge"); text.empty() && !number.empty()) {
      json.key("challenge").raw(number);
    } else if (!text.empty() && text.size() <= kChallengeBytesMax) {
      json.member("challenge", text);
    } else {
      return Error{.code = Errc::malformed, .detail = "content.challenge is missing"};
    }
    json.end_object();
    return Reply{.content_type = "application/json", .body = json.take()};
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    if (channel.secret("client_secret").empty()) {
      return Error{.code = Errc::misconfigured, .detail = "the channel has no client_secret"};
    }
    if (!signature_matches(request, channel)) return refused();
    return {};
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return douyin::parse_event(request, channel);
  }
  SendStep start(const SendContext& context) const override { return douyin::start_send(context); }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return douyin::resume_send(context, step, answer);
  }
};

class DouyinToken final : public TokenSource {
 public:
  HttpCall request(const Channel& channel, bool /*force*/) const override {
    HttpCall call;
    call.url = douyin::api_url(channel, "/oauth/refresh_token/");
    call.content_type = "application/x-www-form-urlencoded";
    call.body = form_encode({{"client_key", std::string(channel.setting("client_key"))},
                             {"grant_type", "refresh_token"},
                             {"refresh_token", channel.secret("refresh_token").reveal()}});
    return call;
  }
  Result<Token> read(const HttpAnswer& answer) const override {
    auto said = douyin::read_answer(answer);
    if (auto* error = std::get_if<Error>(&said)) {
      if (error->code == Errc::rejected) error->code = Errc::misconfigured;
      return std::move(*error);
    }
    if (const auto* gone = std::get_if<RefreshToken>(&said)) {
      return Error{.code = Errc::misconfigured,
                   .detail = "the business account must authorise the app again (error_code " +
                             gone->code_text + ")",
                   .code_text = gone->code_text};
    }
    auto& got = std::get<douyin::ApiAnswer>(said);
    if (got.token.empty() || got.expires_in_s <= 0) {
      return Error{.code = Errc::unavailable, .detail = "the answer has no access token"};
    }
    constexpr std::int64_t kLifetimeMaxS = 30 * 24 * 3600;
    return Token{.value = Secret(std::move(got.token)),
                 .lifetime = std::chrono::seconds(std::min(got.expires_in_s, kLifetimeMaxS))};
  }
};

}  // namespace

Entry make_douyin() {
  return {.connector = std::make_unique<Douyin>(),
          .token_source = std::make_unique<DouyinToken>(),
          .passive_reply = nullptr,
          .typing = nullptr,
          .media_source = nullptr,
          .chat_sessions = nullptr,
          .stand_in = douyin::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
