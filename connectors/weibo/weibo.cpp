#include "connectors/weibo/weibo.hpp"

#include <algorithm>
#include <chrono>

#include "base/crypto.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/url.hpp"
#include "connectors/weibo/parse.hpp"
#include "connectors/weibo/send.hpp"
#include "connectors/weibo/stand_in.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kEchoBytesMax = 512;
constexpr std::string_view kFileHost = "https://upload.api.weibo.com";

Capabilities make_capabilities() {
  Capabilities can;
  can.platform = "weibo";
  for (const char* type : {"text", "link", "location"}) {
    can.content.push_back({type, Level::native});
  }
  for (const char* type : {"image", "voice", "audio", "video", "file", "sticker", "contact", "card",
                           "carousel", "list", "form", "product", "order", "edit"}) {
    can.content.push_back({type, Level::converted});
  }
  for (const char* type : {"reaction", "delete", "template"}) {
    can.content.push_back({type, Level::none});
  }
  can.text_max = weibo::kTextCharsMax;
  can.reply_policy = {{.trigger = "user_message", .window = 48h, .quota = 0},
                      {.trigger = "follow", .window = 48h, .quota = 0},
                      {.trigger = "menu_click", .window = 48h, .quota = 0},
                      {.trigger = "scan", .window = 48h, .quota = 0},
                      {.trigger = "mention", .window = 48h, .quota = 1}};
  can.ack_deadline = 5s;
  can.passive_reply = true;
  can.text_kind = "social";
  return can;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "app_secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the app's App Secret: proves pushes"},
      {.name = "access_token",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the account's token, from the fan service's developer mode; "
               "for sends"},
  };
}

class Weibo final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "weibo"; }
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
    if (request.method != "GET") return std::nullopt;
    if (auto known = authenticate(request, channel); !known) return std::move(known.error());
    auto echo = request.query_value("echostr");
    // The signature does not cover it, so what we repeat must be harmless.
    const bool harmless =
        !echo.empty() && echo.size() <= kEchoBytesMax && std::ranges::all_of(echo, [](char c) {
          return c > ' ' && c < 0x7f && c != '<' && c != '>';
        });
    if (!harmless) {
      return Error{.code = Errc::malformed, .detail = "echostr is missing or not plain ASCII"};
    }
    return Reply{.body = std::move(echo)};
  }

  // Sorted and joined as elsewhere, with the app's secret in place of a token
  // of its own.
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const auto& secret = channel.secret("app_secret");
    if (secret.empty()) {
      return Error{.code = Errc::misconfigured, .detail = "the channel has no app_secret"};
    }
    const auto timestamp = request.query_value("timestamp"), nonce = request.query_value("nonce");
    if (!timestamp.empty() && !nonce.empty() &&
        equal_constant_time(tencent_signature({secret.reveal(), timestamp, nonce}),
                            request.query_value("signature"))) {
      return {};
    }
    return Error{.code = Errc::unauthenticated, .detail = "the signature does not match"};
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return weibo::parse_push(request.body, channel);
  }
  // Nothing said means no answer and no repeat.
  Reply acknowledge(const WebhookRequest&, const Channel&) const override { return {}; }
  SendStep start(const SendContext& context) const override { return weibo::start_send(context); }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return weibo::resume_send(context, step, answer);
  }
};

class WeiboPassive final : public PassiveReply {
 public:
  std::optional<Reply> render(const SendContext& context, std::string_view account,
                              std::string_view /*nonce*/) const override {
    return weibo::render_passive(context, account);
  }
};

// Pictures and voices are fetched by their file id with the account's token.
class WeiboMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view) const override {
    if (media.platform_id.empty()) {
      return Error{.code = Errc::malformed, .detail = "the medium has no file id"};
    }
    std::string_view base =
        channel.api_base.empty() ? kFileHost : std::string_view(channel.api_base);
    while (base.ends_with('/')) base.remove_suffix(1);
    HttpCall call;
    call.method = "GET";
    call.url = std::string(base) + "/2/mss/msget?" +
               form_encode({{"access_token", channel.secret("access_token").reveal()},
                            {"fid", media.platform_id}});
    call.content_type.clear();
    call.download = true;
    call.step = 1;
    return call;
  }
  Step resume(const Media&, const Channel&, std::string_view, int,
              const HttpAnswer&) const override {
    return Error{.code = Errc::not_found, .detail = "the platform did not give the file"};
  }
};

}  // namespace

Entry make_weibo() {
  return {.connector = std::make_unique<Weibo>(),
          .token_source = nullptr,
          .passive_reply = std::make_unique<WeiboPassive>(),
          .typing = nullptr,
          .media_source = std::make_unique<WeiboMedia>(),
          .chat_sessions = nullptr,
          .stand_in = weibo::make_stand_in,
          .maturity = Maturity::alpha};
}

}  // namespace parley::connectors
