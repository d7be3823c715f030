#include "connectors/whatsapp/whatsapp.hpp"

#include "connectors/graph_api.hpp"
#include "connectors/graph_dialogue.hpp"
#include "connectors/graph_envelope.hpp"
#include "connectors/whatsapp/stand_in.hpp"
#include "connectors/whatsapp/whatsapp_parse.hpp"
#include "connectors/whatsapp/whatsapp_send.hpp"

namespace parley::connectors {
namespace {

using namespace std::chrono_literals;

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "whatsapp";
  can.content = {{"text", Level::native},
                 {"image", Level::native},
                 {"file", Level::native},
                 {"audio", Level::native},
                 {"voice", Level::native},
                 {"video", Level::native},
                 {"sticker", Level::native},
                 {"location", Level::native},
                 {"contact", Level::native},
                 {"template", Level::native},
                 {"reaction", Level::native},
                 {"action_response", Level::native},
                 {"form_response", Level::native},
                 {"card", Level::native},
                 {"carousel", Level::converted},
                 {"list", Level::converted},
                 {"link", Level::converted},
                 {"product", Level::converted},
                 {"order", Level::converted},
                 {"form", Level::converted},
                 {"edit", Level::none},
                 {"delete", Level::none}};
  can.text_max = 4096;
  can.text_unit = TextUnit::code_points;
  can.typing = true;
  can.read_receipts = true;
  can.delivery_receipts = true;
  can.templates = true;
  can.quick_replies = true;
  can.body_signed = true;
  can.reply_policy = {{.trigger = "user_message", .window = 24h, .quota = 0}};
  can.rate_per_s = 80;  // of one phone number
  can.burst = 80;
  can.ack_deadline = 5s;
  can.text_kind = "chat";
  return can;
}();

const std::vector<Setting> kSettings = graph::settings_and({
    {.name = "phone_number_id",
     .required = true,
     .what = "the id of the phone number in the app's dashboard, not the number itself"},
    graph::mark_setting(),
});

class WhatsApp final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "whatsapp"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    return graph::check_settings(channel, "phone_number_id");
  }
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    return graph::handshake(request, channel);
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return graph::authenticate(request, channel);
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return whatsapp::parse_webhook(request.body, channel);
  }
  SendStep start(const SendContext& context) const override {
    return whatsapp::start_send(context);
  }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return whatsapp::resume_send(context, step, answer);
  }
};

class WhatsAppTyping final : public Typing {
 public:
  // It is shown below one of their messages or not at all.
  std::optional<HttpCall> typing(const std::string&, bool, const Channel&,
                                 std::string_view) const override {
    return std::nullopt;
  }
  std::optional<HttpCall> typing_after(const std::string& last_message, const std::string&, bool on,
                                       const Channel& channel, std::string_view) const override {
    if (!on || last_message.empty()) return std::nullopt;
    return whatsapp::typing_call(channel, last_message);
  }
};

class WhatsAppMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view) const override {
    if (media.platform_id.empty()) {
      return Error{.code = Errc::malformed, .detail = "the medium has no id"};
    }
    return whatsapp::media_call(channel, media.platform_id);
  }

  Step resume(const Media&, const Channel& channel, std::string_view, int step,
              const HttpAnswer& answer) const override {
    if (step != 0) return Error{.code = Errc::rejected, .detail = "the file is not there"};
    auto call = whatsapp::download_call(channel, answer);
    if (!call) return std::move(call.error());
    call->step = 1;
    return *std::move(call);
  }
};

}  // namespace

Entry make_whatsapp() {
  Entry entry;
  entry.connector = std::make_unique<WhatsApp>();
  entry.typing = std::make_unique<WhatsAppTyping>();
  entry.media_source = std::make_unique<WhatsAppMedia>();
  entry.stand_in = whatsapp::make_stand_in;
  return entry;
}

}  // namespace parley::connectors
