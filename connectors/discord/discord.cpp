#include "connectors/discord/discord.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/discord/discord_api.hpp"
#include "connectors/discord/discord_parse.hpp"
#include "connectors/discord/discord_plan.hpp"
#include "connectors/discord/discord_send.hpp"
#include "connectors/discord/stand_in.hpp"
#include "connectors/open_media.hpp"
#include "connectors/url.hpp"
#include "connectors/words.hpp"

namespace parley::connectors {
namespace {

constexpr std::size_t kAckTextMax = 2000;

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "discord";
  can.content = {{"text", Level::native},          {"image", Level::native},
                 {"file", Level::native},          {"audio", Level::native},
                 {"voice", Level::native},         {"video", Level::native},
                 {"card", Level::native},          {"action_response", Level::native},
                 {"form_response", Level::native}, {"carousel", Level::converted},
                 {"list", Level::converted},       {"sticker", Level::converted},
                 {"location", Level::converted},   {"contact", Level::converted},
                 {"link", Level::converted},       {"form", Level::converted},
                 {"product", Level::converted},    {"order", Level::converted},
                 {"edit", Level::converted},       {"template", Level::none},
                 {"reaction", Level::none},        {"delete", Level::none}};
  can.text_max = discord::kContentMax;
  can.text_unit = TextUnit::utf16;
  can.typing = true;
  can.quick_replies = true;
  can.idempotent_send = true;
  can.idempotency_window = Milliseconds(120'000);  // "the past few minutes"
  can.body_signed = true;
  can.rate_per_s = 50;  // of one bot, over all channels
  can.burst = 50;
  can.ack_deadline = Milliseconds(3'000);
  can.text_kind = "chat";
  return can;
}();

const std::vector<Setting> kSettings = {
    // Public, but what proves Discord to us: kept where the other proofs are.
    {.name = "public_key",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the application's public key, 64 hex digits, from the developer portal"},
    {.name = "bot_token",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the bot's token, to post with"},
    {.name = "application_id",
     .what = "the application's id, where an interaction does not say it"},
    {.name = "ack_text",
     .what = "shown to who used a command until the answer is there; without it Discord shows that "
             "the application is thinking"},
};

Error refused(std::string detail) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(detail)};
}

Reply json_reply(std::string body) {
  return {.status = 200, .content_type = "application/json", .body = std::move(body)};
}

class Discord final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "discord"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    const auto key = from_hex(channel.secret("public_key").reveal());
    if (!key || key->size() != 32) return "public_key must be 64 hex digits";
    const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
    const std::string& token = channel.secret("bot_token").reveal();
    if (token.empty() || !std::ranges::all_of(token, printable)) {
      return "bot_token must be one word without white space";
    }
    if (channel.setting("ack_text").size() > kAckTextMax) {
      return "ack_text must have at most 2000 bytes";
    }
    return {};
  }

  // Discord checks the address with pings; one that is not signed well must see 401.
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    const auto kind = discord::kind_of(request.body);
    const bool ping = kind == discord::Kind::interaction_ping || kind == discord::Kind::event_ping;
    if (!ping || !authenticate(request, channel)) return std::nullopt;
    if (kind == discord::Kind::interaction_ping) return json_reply(R"({"type":1})");
    return Reply{.status = 204, .content_type = "application/json", .body = ""};
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const auto given = request.header("x-signature-ed25519");
    const auto time = request.header("x-signature-timestamp");
    if (given.empty() || time.empty()) {
      return refused("x-signature-ed25519 or x-signature-timestamp is missing");
    }
    const auto key = from_hex(channel.secret("public_key").reveal());
    const auto signature = from_hex(given);
    std::string message(time);
    message += request.body;
    if (key && signature && ed25519_verify(*key, message, *signature)) return {};
    return refused("x-signature-ed25519 does not match");
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return discord::parse_request(request.body, channel);
  }

  // An interaction must be answered within three seconds: with more to come for a command, with
  // nothing to be seen for a pressed button.
  Reply acknowledge(const WebhookRequest& request, const Channel& channel) const override {
    switch (discord::kind_of(request.body)) {
      case discord::Kind::command:
      case discord::Kind::modal:
        return json_reply(pending(channel.setting("ack_text")));
      case discord::Kind::autocomplete:
        return json_reply(R"({"type":8,"data":{"choices":[]}})");
      case discord::Kind::component:
        return json_reply(R"({"type":6})");
      case discord::Kind::interaction_ping:
        return json_reply(R"({"type":1})");
      case discord::Kind::event:
      case discord::Kind::event_ping:
      case discord::Kind::unknown:
        break;
    }
    return {.status = 204, .content_type = "application/json", .body = ""};
  }

  SendStep start(const SendContext& context) const override { return discord::start_send(context); }

  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return discord::resume_send(context, step, answer);
  }

 private:
  static std::string pending(std::string_view text) {
    if (text.empty()) return R"({"type":5})";
    JsonWriter json;
    json.begin_object().member("type", 4).key("data").begin_object();
    json.member("content", text).end_object();
    return json.end_object().take();
  }
};

class DiscordTyping final : public Typing {
 public:
  // The indicator goes away by itself after 10 s; there is no call to take it away.
  std::optional<HttpCall> typing(const std::string& recipient, bool on, const Channel& channel,
                                 std::string_view) const override {
    if (!on) return std::nullopt;
    return discord::bot_call(channel, "POST", "/channels/" + percent_encode(recipient) + "/typing",
                             "");
  }
};

}  // namespace

Entry make_discord() {
  Entry entry;
  entry.connector = std::make_unique<Discord>();
  entry.typing = std::make_unique<DiscordTyping>();
  // Files lie at an address that is signed for a day, open to whoever knows it.
  entry.media_source = std::make_unique<OpenMedia>();
  entry.stand_in = discord::make_stand_in;
  entry.maturity = Maturity::stable;
  return entry;
}

}  // namespace parley::connectors
