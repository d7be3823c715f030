#include "connectors/webchat/webchat.hpp"

#include "connectors/webchat/chat_sessions.hpp"
#include "connectors/webchat/frame.hpp"
#include "connectors/webchat/session.hpp"
#include "connectors/webchat/stand_in.hpp"
#include "conversation/codec.hpp"

namespace parley::connectors {
namespace {

constexpr std::size_t kSecretBytesMin = 16;

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "webchat";
  for (const char* type :
       {"text",     "image",    "file",          "audio",          "voice",   "video",
        "sticker",  "location", "contact",       "link",           "card",    "carousel",
        "list",     "form",     "form_response", "template",       "product", "order",
        "reaction", "edit",     "delete",      "action_response"}) {
    can.content.push_back({type, Level::native});
  }
  can.text_max = kTextBytesMax;
  can.text_unit = TextUnit::bytes;
  can.typing = true;
  can.read_receipts = true;
  can.delivery_receipts = true;
  can.quick_replies = true;
  can.idempotent_send = true;  // clients know a message by its id and show it once
  can.inbound_mode = InboundMode::socket;
  can.send_mode = SendMode::socket;
  can.text_kind = "cs";
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "visitor_secret",
     .kind = SettingKind::secret,
     .required = true,
     .what = "signs visitors' session tokens; 16 bytes or more, random"},
    {.name = "user_secret",
     .kind = SettingKind::secret,
     .what = "shared with your site, which signs its logged-in customers' ids with it"},
    {.name = "origins",
     .kind = SettingKind::text,
     .what = "pages that may connect, exact origins, comma separated: "
             "\"https://shop.example, https://m.shop.example\""},
};

class Webchat final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "webchat"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    if (channel.secret("visitor_secret").reveal().size() < kSecretBytesMin) {
      return "visitor_secret must have 16 bytes or more";
    }
    const Secret& user = channel.secret("user_secret");
    if (!user.empty() && user.reveal().size() < kSecretBytesMin) {
      return "user_secret must have 16 bytes or more";
    }
    return {};
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const auto visitor = webchat::check_visitor_token(channel, request.header("x-parley-visitor"),
                                                      request.received_at);
    if (!visitor) return Error(visitor.error());
    return {};
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    auto visitor = webchat::check_visitor_token(channel, request.header("x-parley-visitor"),
                                                request.received_at);
    if (!visitor) return {.events = {}, .stopped = std::move(visitor.error())};
    return webchat::parse_frame(request.body, channel,
                                {.visitor = *std::move(visitor),
                                 .display_name = request.header("x-parley-name"),
                                 .language = request.header("x-parley-language")},
                                request.received_at);
  }

  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return {.status = 200, .content_type = "application/json", .body = R"({"accepted":true})"};
  }

  SendStep start(const SendContext& context) const override {
    return Push{to_json(context.send.message)};
  }

  SendStep resume(const SendContext&, int, const HttpAnswer&) const override {
    return Error{.code = Errc::rejected, .detail = "a push has no answer"};
  }
};

}  // namespace

Entry make_webchat() {
  Entry entry;
  entry.connector = std::make_unique<Webchat>();
  entry.chat_sessions = webchat::make_chat_sessions();
  entry.stand_in = webchat::make_stand_in;
  entry.maturity = Maturity::stable;
  return entry;
}

}  // namespace parley::connectors
