#include "connectors/vk/vk.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/open_media.hpp"
#include "connectors/vk/stand_in.hpp"
#include "connectors/vk/vk_api.hpp"
#include "connectors/vk/vk_parse.hpp"
#include "connectors/vk/vk_plan.hpp"
#include "connectors/vk/vk_send.hpp"
#include "connectors/words.hpp"

namespace parley::connectors {
namespace {

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "vk";
  can.content = {{"text", Level::native},        {"image", Level::native},
                 {"file", Level::native},        {"voice", Level::native},
                 {"location", Level::native},    {"action_response", Level::native},
                 {"audio", Level::converted},    {"video", Level::converted},
                 {"sticker", Level::converted},  {"contact", Level::converted},
                 {"link", Level::converted},     {"card", Level::converted},
                 {"carousel", Level::converted}, {"list", Level::converted},
                 {"form", Level::converted},     {"product", Level::converted},
                 {"order", Level::converted},    {"edit", Level::converted},
                 {"form_response", Level::none}, {"template", Level::none},
                 {"reaction", Level::none},      {"delete", Level::none}};
  can.text_max = vk::kTextMax;
  can.text_unit = TextUnit::utf16;
  can.typing = true;
  can.quick_replies = true;
  can.idempotent_send = true;
  can.idempotency_window = Milliseconds(3'600'000);
  can.rate_per_s = 20;  // of one community's key
  can.burst = 20;
  can.text_kind = "social";
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "access_token",
     .kind = SettingKind::secret,
     .required = true,
     .what = "a key of the community with access to its messages"},
    {.name = "secret",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the secret key of the Callback API's server"},
    {.name = "callback_verification_string",
     .what = "what VK wants to read when it confirms the server's address"},
    {.name = "text_max", .what = "longer texts become several messages: 1 to 4096, 4096 if unset"},
};

class Vk final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "vk"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
    const std::string& token = channel.secret("access_token").reveal();
    if (token.empty() || !std::ranges::all_of(token, printable)) {
      return "access_token must be one word without white space";
    }
    if (!length_setting(channel.setting("text_max"), vk::kTextMax)) {
      return "text_max must be a number from 1 to 4096";
    }
    return {};
  }

  // VK confirms a new server before it has a secret; what it reads then is no secret of ours.
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    if (request.body.find("confirmation") == std::string_view::npos) return std::nullopt;
    const auto head = vk::head_of(request.body);
    if (!head || head->type != "confirmation") return std::nullopt;
    if (!head->secret.empty() && !matches(head->secret, channel)) return std::nullopt;
    Reply reply;
    reply.body = channel.setting("callback_verification_string");
    if (!reply.body.empty()) return reply;
    return Error{.code = Errc::misconfigured,
                 .detail = "callback_verification_string is not set, and VK asks for it"};
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const auto head = vk::head_of(request.body);
    // The proof is inside: where nothing can be read there is none.
    if (!head) return Error{.code = Errc::malformed, .detail = "the body is not a JSON object"};
    if (matches(head->secret, channel)) return {};
    return Error{.code = Errc::unauthenticated,
                 .detail = head->secret.empty() ? "secret is missing" : "secret does not match"};
  }

  Parsed parse(const WebhookRequest& request, const Channel&) const override {
    return vk::parse_callback(request.body);
  }

  // Anything but this and VK sends the event again.
  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    Reply reply;
    reply.body = "ok";
    return reply;
  }

  SendStep start(const SendContext& context) const override { return vk::start_send(context); }

  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return vk::resume_send(context, step, answer);
  }

 private:
  static bool matches(std::string_view given, const Channel& channel) {
    return equal_constant_time(given, channel.secret("secret").reveal());
  }
};

class VkTyping final : public Typing {
 public:
  // The indicator goes away by itself after 10 s; there is no call to take it away.
  std::optional<HttpCall> typing(const std::string& recipient, bool on, const Channel& channel,
                                 std::string_view) const override {
    if (!on) return std::nullopt;
    return vk::method_call(channel, "messages.setActivity",
                           {{"peer_id", recipient}, {"type", "typing"}});
  }
};

}  // namespace

Entry make_vk() {
  Entry entry;
  entry.connector = std::make_unique<Vk>();
  entry.typing = std::make_unique<VkTyping>();
  // What users send lies at addresses open to whoever knows them.
  entry.media_source = std::make_unique<OpenMedia>();
  entry.stand_in = vk::make_stand_in;
  entry.maturity = Maturity::stable;
  return entry;
}

}  // namespace parley::connectors
