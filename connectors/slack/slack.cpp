#include "connectors/slack/slack.hpp"

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "connectors/http_status.hpp"
#include "connectors/slack/slack_api.hpp"
#include "connectors/slack/slack_parse.hpp"
#include "connectors/slack/slack_plan.hpp"
#include "connectors/slack/slack_send.hpp"
#include "connectors/slack/stand_in.hpp"
#include "connectors/url.hpp"

namespace parley::connectors {
namespace {

constexpr std::int64_t kToleranceS = 300;

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "slack";
  can.content = {{"text", Level::native},        {"image", Level::native},
                 {"file", Level::native},        {"audio", Level::native},
                 {"voice", Level::native},       {"video", Level::native},
                 {"card", Level::native},        {"action_response", Level::native},
                 {"sticker", Level::converted},  {"location", Level::converted},
                 {"contact", Level::converted},  {"link", Level::converted},
                 {"carousel", Level::converted}, {"list", Level::converted},
                 {"form", Level::converted},     {"product", Level::converted},
                 {"order", Level::converted},    {"edit", Level::converted},
                 {"form_response", Level::none}, {"template", Level::none},
                 {"reaction", Level::none},      {"delete", Level::none}};
  can.text_max = slack::kTextMax;
  can.text_unit = TextUnit::code_points;
  can.quick_replies = true;
  can.body_signed = true;
  can.ack_deadline = Milliseconds(3'000);
  can.text_kind = "chat";
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "signing_secret",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the app's signing secret; Slack signs each request with it"},
    {.name = "bot_token",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the bot's token, \"xoxb-...\", to post and to fetch files with"},
};

Error refused(std::string detail) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(detail)};
}

class Slack final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "slack"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
    const std::string& token = channel.secret("bot_token").reveal();
    if (token.empty() || !std::ranges::all_of(token, printable)) {
      return "bot_token must be one word without white space";
    }
    return {};
  }

  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    auto challenge = slack::challenge_in(request.body);
    // Without a good signature it is no challenge of Slack's; authenticate() will say so.
    if (!challenge || !authenticate(request, channel)) return std::nullopt;
    Reply reply;
    reply.body = *std::move(challenge);
    return reply;
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    if (slack::is_ssl_check(request.body)) return {};  // says nothing, so nothing needs proof
    const auto given = request.header("x-slack-signature");
    const auto time = request.header("x-slack-request-timestamp");
    if (given.empty() || time.empty()) {
      return refused("x-slack-signature or x-slack-request-timestamp is missing");
    }
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(time.data(), time.data() + time.size(), seconds);
    if (error != std::errc() || end != time.data() + time.size()) {
      return refused("x-slack-request-timestamp is not a time in seconds");
    }
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(request.received_at.time_since_epoch())
            .count();
    if (seconds < now - kToleranceS || seconds > now + kToleranceS) {
      return refused("x-slack-request-timestamp is too far from now");
    }
    const std::string& secret = channel.secret("signing_secret").reveal();
    std::string text = "v0:";
    text.append(time).append(":").append(request.body);
    const std::string expected = "v0=" + to_hex(hmac_sha256(secret, text));
    if (!secret.empty() && equal_constant_time(given, expected)) return {};
    return refused("x-slack-signature does not match");
  }

  Parsed parse(const WebhookRequest& request, const Channel&) const override {
    return slack::parse_request(request.body);
  }

  SendStep start(const SendContext& context) const override { return slack::start_send(context); }

  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return slack::resume_send(context, step, answer);
  }
};

// Where a file is shared from another workspace the message holds its id alone: then its address
// is asked for first.
class SlackMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view) const override {
    if (!media.url.empty()) return download(media.url, channel, 1);
    if (media.platform_id.empty()) {
      return Error{.code = Errc::malformed, .detail = "the medium has neither address nor id"};
    }
    return slack::form_call(channel, "files.info", {{"file", media.platform_id}});
  }

  Step resume(const Media&, const Channel& channel, std::string_view, int step,
              const HttpAnswer& answer) const override {
    if (step == 0) {
      auto result = slack::read_answer(answer);
      if (!result) return std::move(result.error());
      return download(result->file_url, channel, 1);
    }
    if (auto error = error_from_status(answer)) return *std::move(error);
    // A page to log in on is what Slack shows to a token that may not read files.
    return Error{.code = answer.status == 200 ? Errc::misconfigured : Errc::rejected,
                 .detail = answer.status == 200 ? "no file but a page: files:read may be missing"
                                                : "HTTP " + std::to_string(answer.status)};
  }

 private:
  static Step download(const std::string& url, const Channel& channel, int step) {
    auto call = slack::file_download(channel, url);
    if (!call) return Error{.code = Errc::rejected, .detail = "the file does not lie at Slack"};
    call->step = step;
    return *std::move(call);
  }
};

}  // namespace

Entry make_slack() {
  Entry entry;
  entry.connector = std::make_unique<Slack>();
  entry.media_source = std::make_unique<SlackMedia>();
  entry.stand_in = slack::make_stand_in;
  entry.maturity = Maturity::stable;
  return entry;
}

}  // namespace parley::connectors
