#include "connectors/custom/custom.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/custom/custom_parse.hpp"
#include "connectors/custom/stand_in.hpp"
#include "connectors/http_status.hpp"
#include "connectors/standard_webhook.hpp"
#include "conversation/codec.hpp"

namespace parley::connectors {
namespace {

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "custom";
  for (const char* type :
       {"text",     "image",    "file",          "audio",          "voice",   "video",
        "sticker",  "location", "contact",       "link",           "card",    "carousel",
        "list",     "form",     "form_response", "template",       "product", "order",
        "reaction", "edit",     "delete",        "action_response"}) {
    can.content.push_back({type, Level::native});
  }
  can.text_max = kTextBytesMax;
  can.text_unit = TextUnit::bytes;
  can.read_receipts = true;
  can.delivery_receipts = true;
  can.templates = true;
  can.quick_replies = true;
  can.idempotent_send = true;
  can.body_signed = true;
  can.ack_deadline = Milliseconds(15'000);
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "secret",
     .kind = SettingKind::secret,
     .required = true,
     .what = "signs both ways: \"whsec_\" and base64 of 24 to 64 random bytes"},
    {.name = "previous_secret",
     .kind = SettingKind::secret,
     .what = "still accepted from your side while you change the secret"},
    {.name = "callback_url",
     .kind = SettingKind::url,
     .what = "where answers to the customer are POSTed; without it, /messages under api_base"},
};

std::string callback_of(const Channel& channel) {
  const auto url = channel.setting("callback_url");
  if (!url.empty() || channel.api_base.empty()) return std::string(url);
  std::string base = channel.api_base;
  while (base.ends_with('/')) base.pop_back();
  return base + "/messages";
}

std::string call_body(const SendContext& context) {
  JsonWriter json;
  json.begin_object();
  json.member("type", "message.created");
  json.member("id", context.send.id.value);
  json.member("timestamp", format_time(context.now));
  json.member("channel", context.channel.id.value);
  json.member("recipient", context.send.recipient);
  json.key("message").raw(to_json(context.send.message));
  json.end_object();
  return json.take();
}

// The receiver may name the message as it knows it; without a name ours will do.
std::string external_id(std::string_view body, const Send& send) {
  simdjson::dom::parser parser;
  std::string_view id;
  if (parser.allocate(std::max<std::size_t>(body.size(), 64), 16) == simdjson::SUCCESS &&
      parser.parse(body.data(), body.size())["id"].get(id) == simdjson::SUCCESS && !id.empty() &&
      id.size() <= 200) {
    return std::string(id);
  }
  return send.id.value;
}

class Custom final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "custom"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    for (const char* name : {"secret", "previous_secret"}) {
      const Secret& secret = channel.secret(name);
      if (secret.empty() && std::string_view(name) != "secret") continue;
      if (!usable_webhook_secret(secret)) {
        return std::string(name) + " must be \"whsec_\" and base64 of 24 to 64 bytes";
      }
    }
    const std::string url = callback_of(channel);
    if (!url.starts_with("https://") && !url.starts_with("http://")) {
      return "callback_url (or api_base) must begin with https://, or http:// inside your own "
             "network";
    }
    return {};
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const SignedWebhook webhook{.id = request.header(kWebhookId),
                                .timestamp = request.header(kWebhookTimestamp),
                                .signature = request.header(kWebhookSignature),
                                .body = request.body};
    const Secret secrets[] = {channel.secret("secret"), channel.secret("previous_secret")};
    return verify_webhook(webhook, secrets, request.received_at);
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return custom::parse_events(request.body, channel);
  }

  Reply acknowledge(const WebhookRequest&, const Channel&) const override {
    return {.status = 200, .content_type = "application/json", .body = R"({"accepted":true})"};
  }

  SendStep start(const SendContext& context) const override {
    std::string url = callback_of(context.channel);
    if (url.empty()) {
      return Error{.code = Errc::misconfigured, .detail = "the channel has no callback_url"};
    }
    HttpCall call;
    call.url = std::move(url);
    call.body = call_body(context);
    call.headers = webhook_headers(context.channel.secret("secret"), context.send.idempotency_key,
                                   context.now, call.body);
    if (call.headers.empty()) {
      return Error{.code = Errc::misconfigured, .detail = "the channel's secret is not usable"};
    }
    call.headers.emplace_back("accept", "application/json");
    return call;
  }

  SendStep resume(const SendContext& context, int, const HttpAnswer& answer) const override {
    if (auto error = error_from_status(answer)) return *std::move(error);
    if (answer.status / 100 == 2) {
      return Sent{.external_ids = {external_id(answer.body, context.send)}, .degraded = {}};
    }
    Error error{.code = Errc::rejected,
                .detail = "callback_url answered HTTP " + std::to_string(answer.status),
                .code_text = std::to_string(answer.status)};
    if (answer.status == 410) error.code = Errc::recipient_gone;
    if (answer.status == 401 || answer.status == 403) error.code = Errc::misconfigured;
    if (answer.status / 100 == 3) error.code = Errc::misconfigured;  // we follow no redirects
    return error;
  }
};

}  // namespace

Entry make_custom() {
  Entry entry;
  entry.connector = std::make_unique<Custom>();
  entry.stand_in = custom::make_stand_in;
  entry.maturity = Maturity::stable;
  return entry;
}

}  // namespace parley::connectors
