#include "connectors/alipay/alipay.hpp"

#include <chrono>

#include "base/crypto.hpp"
#include "base/rsa_public_key.hpp"
#include "connectors/alipay/gateway.hpp"
#include "connectors/alipay/parse.hpp"
#include "connectors/alipay/send.hpp"
#include "connectors/alipay/stand_in.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kCheck = "alipay.service.check";

Capabilities make_capabilities() {
  Capabilities can;
  can.platform = "alipay";
  for (const char* type : {"text", "link", "template"})
    can.content.push_back({type, Level::native});
  for (const char* type :
       {"image", "voice", "audio", "video", "file", "sticker", "location", "contact", "card",
        "carousel", "list", "form", "product", "order", "edit"}) {
    can.content.push_back({type, Level::converted});
  }
  for (const char* type : {"reaction", "delete"}) {
    can.content.push_back({type, Level::none});
  }
  can.text_max = alipay::kTextCharsMax;
  can.body_signed = true;
  can.templates = true;
  can.reply_policy = {{.trigger = "user_message", .window = 48h, .quota = 0},
                      {.trigger = "follow", .window = 48h, .quota = 0},
                      {.trigger = "menu_click", .window = 48h, .quota = 0}};
  return can;
}

std::vector<Setting> make_settings() {
  return {
      {.name = "app_id", .required = true, .what = "the life account's AppId"},
      {.name = "app_private_key",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the application's RSA private key (PKCS#8 or PKCS#1, base64 or PEM)"},
      {.name = "alipay_public_key",
       .kind = SettingKind::secret,
       .required = true,
       .what = "Alipay's public key as the console shows it; not the application's own"},
  };
}

class Alipay final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "alipay"; }
  const Capabilities& capabilities() const noexcept override {
    static const Capabilities kCapabilities = make_capabilities();
    return kCapabilities;
  }
  const std::vector<Setting>& settings() const noexcept override {
    static const std::vector<Setting> kSettings = make_settings();
    return kSettings;
  }
  std::string check(const Channel& channel) const override {
    const auto own = rsa_public_key_der(alipay::pem_of(channel.secret("app_private_key")));
    if (!own) return "app_private_key is no RSA private key";
    const auto theirs = alipay::pem_of(channel.secret("alipay_public_key"));
    if (!is_rsa_public_key(theirs)) return "alipay_public_key is no RSA public key";
    // The console shows both; with our own every webhook would be refused.
    const auto proof = sign_rsa_sha256(alipay::pem_of(channel.secret("app_private_key")), "x");
    if (verify_rsa_sha256(theirs, "x", proof)) {
      return "alipay_public_key is the application's own; set the one of Alipay";
    }
    return {};
  }

  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    if (alipay::service_of(request) != kCheck) return std::nullopt;
    if (auto proven = alipay::authenticate(request, channel); !proven) {
      return std::move(proven.error());
    }
    return alipay::check_reply(request, channel);
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return alipay::authenticate(request, channel);
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    const auto content = alipay::content_of(request);
    if (!content) return {.events = {}, .stopped = content.error()};
    return alipay::parse_content(*content, channel);
  }
  Reply acknowledge(const WebhookRequest& request, const Channel& channel) const override {
    const auto content = alipay::content_of(request);
    return alipay::ack_reply(request, channel, content ? alipay::sender_of(*content) : "");
  }
  SendStep start(const SendContext& context) const override { return alipay::start_send(context); }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return alipay::resume_send(context, step, answer);
  }
};

}  // namespace

Entry make_alipay() {
  return {.connector = std::make_unique<Alipay>(),
          .token_source = nullptr,
          .passive_reply = nullptr,
          .typing = nullptr,
          .media_source = nullptr,
          .chat_sessions = nullptr,
          .stand_in = alipay::make_stand_in,
          .maturity = Maturity::wip};
}

}  // namespace parley::connectors
