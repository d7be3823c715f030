#include "connectors/line/line.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/http_status.hpp"
#include "connectors/line/line_api.hpp"
#include "connectors/line/line_parse.hpp"
#include "connectors/line/line_plan.hpp"
#include "connectors/line/line_send.hpp"
#include "connectors/line/stand_in.hpp"
#include "connectors/words.hpp"

namespace parley::connectors {
namespace {

constexpr int kLoadingSeconds = 20;  // of 5 to 60; the next message takes it away sooner

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "line";
  can.content = {{"text", Level::native},
                 {"image", Level::native},
                 {"audio", Level::native},
                 {"voice", Level::native},
                 {"video", Level::native},
                 {"sticker", Level::native},
                 {"location", Level::native},
                 {"card", Level::native},
                 {"carousel", Level::native},
                 {"list", Level::native},
                 {"action_response", Level::native},
                 {"file", Level::converted},
                 {"contact", Level::converted},
                 {"link", Level::converted},
                 {"form", Level::converted},
                 {"product", Level::converted},
                 {"order", Level::converted},
                 {"edit", Level::converted},
                 {"form_response", Level::none},
                 {"template", Level::none},
                 {"reaction", Level::none},
                 {"delete", Level::none}};
  can.text_max = line::kTextMax;
  can.text_unit = TextUnit::utf16;
  can.typing = true;
  can.quick_replies = true;
  can.idempotent_send = true;  // pushes; see line_send.hpp for replies
  can.idempotency_window = Milliseconds(24 * 3600 * 1000);
  can.body_signed = true;
  can.rate_per_s = 2'000;
  can.burst = 2'000;
  can.ack_deadline = Milliseconds(2'000);
  can.text_kind = "chat";
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "channel_secret",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the channel's secret from the LINE Developers console; LINE signs with it"},
    {.name = "channel_access_token",
     .kind = SettingKind::secret,
     .required = true,
     .what = "a long-lived channel access token, to send with"},
    {.name = "provider",
     .what = "the provider's name, the same for all its channels: their users are then the same"},
    {.name = "text_max", .what = "longer texts become several messages: 1 to 5000, 5000 if unset"},
};

class Line final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "line"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    if (!length_setting(channel.setting("text_max"), line::kTextMax)) {
      return "text_max must be a number from 1 to 5000";
    }
    const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
    if (!std::ranges::all_of(channel.secret("channel_access_token").reveal(), printable)) {
      return "channel_access_token must be one word without white space";
    }
    return {};
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const std::string& secret = channel.secret("channel_secret").reveal();
    const auto given = request.header("x-line-signature");
    if (given.empty()) {
      return Error{.code = Errc::unauthenticated, .detail = "x-line-signature is missing"};
    }
    if (!secret.empty() &&
        equal_constant_time(given, to_base64(hmac_sha256(secret, request.body)))) {
      return {};
    }
    return Error{.code = Errc::unauthenticated, .detail = "x-line-signature does not match"};
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return line::parse_events(request.body, channel);
  }

  SendStep start(const SendContext& context) const override { return line::start_send(context); }

  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return line::resume_send(context, step, answer);
  }
};

class LineTyping final : public Typing {
 public:
  // Users have it, groups ("C...") and rooms ("R...") do not; it cannot be taken away.
  std::optional<HttpCall> typing(const std::string& recipient, bool on, const Channel& channel,
                                 std::string_view) const override {
    if (!on || recipient.starts_with('C') || recipient.starts_with('R')) return std::nullopt;
    JsonWriter json;
    json.begin_object().member("chatId", recipient).member("loadingSeconds", kLoadingSeconds);
    return line::api_call(channel, "/chat/loading/start", json.end_object().take());
  }
};

class LineMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view) const override {
    if (media.kind == MediaKind::sticker) {
      return Error{.code = Errc::not_found, .detail = "a sticker is named, not a file"};
    }
    if (!media.url.empty()) {  // somebody else's address: without our token
      HttpCall call;
      call.method = "GET";
      call.url = media.url;
      call.content_type.clear();
      call.download = true;
      return call;
    }
    if (media.platform_id.empty()) {
      return Error{.code = Errc::malformed, .detail = "the medium has no message id"};
    }
    return line::content_download(channel, media.platform_id);
  }

  Step resume(const Media&, const Channel&, std::string_view, int,
              const HttpAnswer& answer) const override {
    if (auto error = error_from_status(answer)) return *std::move(error);
    if (answer.status == 202) {
      return Error{.code = Errc::unavailable, .detail = "LINE is still preparing the file"};
    }
    const bool ours = answer.status == 401;
    return Error{.code = ours ? Errc::misconfigured : Errc::rejected,
                 .detail = "HTTP " + std::to_string(answer.status),
                 .code_text = std::to_string(answer.status)};
  }
};

}  // namespace

Entry make_line() {
  Entry entry;
  entry.connector = std::make_unique<Line>();
  entry.typing = std::make_unique<LineTyping>();
  entry.media_source = std::make_unique<LineMedia>();
  entry.stand_in = line::make_stand_in;
  entry.maturity = Maturity::stable;
  return entry;
}

}  // namespace parley::connectors
