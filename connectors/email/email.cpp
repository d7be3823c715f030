#include "connectors/email/email.hpp"

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "connectors/email/email_parse.hpp"
#include "connectors/email/email_send.hpp"
#include "connectors/email/stand_in.hpp"
#include "connectors/inline_files.hpp"
#include "connectors/url.hpp"

namespace parley::connectors {
namespace {

constexpr Milliseconds kTolerance{300'000};

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "email";
  can.content.push_back({"text", Level::native});
  for (const char* type :
       {"image", "file", "audio", "voice", "video", "sticker", "location", "contact", "link",
        "card", "carousel", "list", "form", "product", "order", "action_response"}) {
    can.content.push_back({type, Level::converted});
  }
  for (const char* type : {"reaction", "edit", "delete", "template"}) {
    can.content.push_back({type, Level::none});
  }
  can.text_max = kTextBytesMax;
  can.text_unit = TextUnit::bytes;
  can.delivery_receipts = true;  // reports of mail servers
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "inbox", .required = true, .what = "our address, \"care@example.com\""},
    {.name = "from_name", .what = "the name beside it in what we send"},
    {.name = "subject", .default_value = "Your request", .what = "of a mail that answers none"},
    {.name = "webhook_auth",
     .kind = SettingKind::choice,
     .default_value = "key",
     .choices = {"key", "basic", "mailgun", "none"},
     .what = "what whoever hands mails over shows; \"none\" believes everybody who knows the "
             "address"},
    {.name = "webhook_user", .default_value = "mail", .what = "the user name of \"basic\""},
    {.name = "webhook_secret",
     .kind = SettingKind::secret,
     .what = "?key=SECRET in the address, the password of \"basic\", Mailgun's signing key"},
    {.name = "authserv_id",
     .what = "the name our own mail server signs its Authentication-Results with"},
    {.name = "keep_quotes", .kind = SettingKind::flag, .what = "keep the mail an answer quotes"},
    {.name = "smtp_url", .what = "the submission server: \"smtps://mail.example.com\""},
    {.name = "smtp_user", .what = "the user to log in as there"},
    {.name = "smtp_password", .kind = SettingKind::secret, .what = "that user's password"},
};

Error refused(std::string why) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(why)};
}

// Mailgun signs time and a token that is used once; not the mail.
Result<void> verify_mailgun(const WebhookRequest& request, const std::string& key) {
  const std::string stamp = form_value(request.body, "timestamp");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(stamp.data(), stamp.data() + stamp.size(), seconds);
  const bool whole = error == std::errc() && end == stamp.data() + stamp.size() && seconds >= 0 &&
                     seconds < 253'402'300'800;
  if (!whole) return refused("timestamp is missing");
  const auto apart = request.received_at - TimePoint{std::chrono::seconds(seconds)};
  if (apart > kTolerance || apart < -kTolerance) return refused("timestamp is too old");
  const std::string text = stamp + form_value(request.body, "token");
  if (equal_constant_time(form_value(request.body, "signature"), to_hex(hmac_sha256(key, text)))) {
    return {};
  }
  return refused("signature does not match");
}

class Email final : public Connector, public InlineFiles {
 public:
  std::string_view platform() const noexcept override { return "email"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    if (!email::is_mail_address(channel.setting("inbox"))) {
      return "inbox must be a mail address, \"care@example.com\"";
    }
    const auto url = channel.setting("smtp_url");
    if (!url.empty() && !url.starts_with("smtps://") && !url.starts_with("smtp://")) {
      return "smtp_url must begin with smtps://, or smtp:// for a server that knows STARTTLS";
    }
    const bool user = !channel.setting("smtp_user").empty();
    if (user == channel.secret("smtp_password").empty()) {
      return "smtp_user and smtp_password are needed together";
    }
    if (channel.setting("webhook_auth") != "none" && channel.secret("webhook_secret").empty()) {
      return "webhook_secret is missing (webhook_auth = \"none\" believes whoever knows the "
             "address)";
    }
    return {};
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const auto auth = channel.setting("webhook_auth");
    if (auth == "none") return {};
    const std::string& secret = channel.secret("webhook_secret").reveal();
    if (secret.empty()) return refused("the channel has no webhook_secret");
    if (auth == "mailgun") return verify_mailgun(request, secret);
    if (auth == "basic") {
      const std::string want =
          "Basic " + to_base64(std::string(channel.setting("webhook_user")) + ":" + secret);
      if (equal_constant_time(request.header("authorization"), want)) return {};
      return refused("authorization is missing or wrong");
    }
    if (equal_constant_time(request.query_value("key"), secret)) return {};
    return refused("key is missing or wrong");
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    auto mail = email::mail_in(request);
    if (!mail) return {.events = {}, .stopped = std::move(mail.error())};
    return email::parse_mail(*mail, channel, request.received_at);
  }

  std::vector<InlineFile> files(const WebhookRequest& request,
                                const Channel& channel) const override {
    const auto mail = email::mail_in(request);
    return mail ? email::files_in_mail(*mail, channel) : std::vector<InlineFile>();
  }

  SendStep start(const SendContext& context) const override { return email::start_mail(context); }
  SendStep resume(const SendContext& context, int, const HttpAnswer& answer) const override {
    return email::resume_mail(context, answer);
  }
};

}  // namespace

Entry make_email() {
  Entry entry;
  entry.connector = std::make_unique<Email>();
  entry.maturity = Maturity::alpha;
  entry.stand_in = email::make_stand_in;
  return entry;
}

}  // namespace parley::connectors
