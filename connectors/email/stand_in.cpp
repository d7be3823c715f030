// A customer's mail program, the server that hands their mails on, and the one that takes ours.
#include "connectors/email/stand_in.hpp"

#include <array>

#include "base/crypto.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::email {
namespace {

constexpr std::string_view kSecret = "sample-secret-of-the-mail-server";

// "09 Oct 2025 08:53:20 +0000", out of 2025-10-09T08:53:20.000Z.
std::string date_line(TimePoint time) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string iso = format_time(time);
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + iso[6] - '0');
  return "Date: " + iso.substr(8, 2) + " " + std::string(kMonths.at(month - 1)) + " " +
         iso.substr(0, 4) + " " + iso.substr(11, 8) + " +0000\r\n";
}

std::string header_in(std::string_view mail, std::string_view name) {
  const auto head = mail.substr(0, mail.find("\r\n\r\n"));
  const std::string start = "\r\n" + std::string(name) + ": ";
  const auto at = head.find(start);
  if (at == std::string_view::npos) return {};
  const auto value = head.substr(at + start.size());
  return std::string(value.substr(0, value.find("\r\n")));
}

std::string words_in(std::string_view mail) {
  const auto body = mail.find("\r\n\r\n");
  if (body == std::string_view::npos) return {};
  std::string digits;
  for (const char c : mail.substr(body)) {
    if (c != '\r' && c != '\n') digits += c;
  }
  std::string text = from_base64(digits).value_or("");
  std::string out;
  for (const char c : text) {
    if (c != '\r') out += c;
  }
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

ApiAnswer reply(int code, std::string command, std::string words) {
  return {.status = code,
          .content_type = "text/plain",
          .headers = {{"smtp-command", std::move(command)}},
          .body = std::move(words)};
}

class EmailStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    std::vector<Channel> out;
    for (const char* mode : {"", "basic", "mailgun"}) {
      Channel channel = sample_channel("email", mode, api_base);
      channel.settings["inbox"] = "care@example.com";
      channel.settings["from_name"] = "Acme Care";
      channel.settings["subject"] = "Your request";
      channel.settings["webhook_auth"] = *mode == '\0' ? "key" : mode;
      channel.settings["webhook_user"] = "mail";
      channel.settings["smtp_user"] = "care";
      channel.secrets.emplace("webhook_secret", Secret(std::string(kSecret)));
      channel.secrets.emplace("smtp_password", Secret("sample-password-of-care"));
      out.push_back(std::move(channel));
    }
    return out;
  }

  std::string user(std::uint64_t number) const override {
    return "customer" + std::to_string(number) + "@customers.example";
  }

  Redelivery redelivery() const override { return {3, Milliseconds(30'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (said.user.find('@') == std::string::npos || said.user.find(' ') != std::string::npos) {
      return Error{.code = Errc::misconfigured, .detail = "a user is a mail address"};
    }
    std::string mail = "From: A Customer <" + said.user + ">\r\n";
    mail += "To: " + std::string(channel.setting("inbox")) + "\r\n";
    mail += "Subject: A question\r\n" + date_line(said.said_at);
    mail += "Message-ID: <" + std::to_string(said.number) + "." + said.user + ">\r\n";
    mail += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
    mail += "Content-Transfer-Encoding: base64\r\n\r\n" + to_base64(said.text) + "\r\n";
    return Dispatch{.webhooks = {handed_over(channel, mail, said.sent_at)}};
  }

  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint at) const override {
    const bool failed = state == DeliveryState::failed;
    if (!failed && state != DeliveryState::delivered) return std::nullopt;
    std::string mail = "From: MAILER-DAEMON@mx.example\r\nTo: care@example.com\r\n";
    mail += date_line(at) + "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n";
    mail += "Content-Type: multipart/report; report-type=delivery-status; boundary=\"=r\"\r\n\r\n";
    mail += "--=r\r\n\r\nThis is the mail system.\r\n";
    mail += "--=r\r\nContent-Type: message/delivery-status\r\n\r\n";
    mail += "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; " + send.to + "\r\n";
    mail += failed ? "Action: failed\r\nStatus: 5.1.1\r\n"
                     "Diagnostic-Code: smtp; 550 no such user\r\n"
                   : "Action: delivered\r\nStatus: 2.0.0\r\n";
    mail += "--=r\r\nContent-Type: text/rfc822-headers\r\n\r\n";
    mail += "Message-ID: " + send.external_id + "\r\n\r\n--=r--\r\n";
    return Dispatch{.webhooks = {handed_over(channel, mail, at)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.method == "POST" && request.path == "/submit" &&
           !request.header("rcpt-to").empty();
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (!is_send(request)) return std::nullopt;
    if (!request.header("authorization").starts_with("Basic ")) {
      return ApiOutcome{reply(530, "mail", "5.7.0 authentication required")};
    }
    AcceptedSend send;
    send.method = "mail";
    send.to = request.header("rcpt-to");
    send.text = words_in(request.body);
    send.external_id = header_in(request.body, "Message-ID");
    return ApiOutcome{reply(250, "message", "2.0.0 queued"), {std::move(send)}};
  }

  ApiAnswer throttled(int) const override {
    return reply(421, "connect", "4.7.0 too many connections");
  }

 private:
  // With a new proof each time.
  static Webhook handed_over(const Channel& channel, const std::string& mail, TimePoint at) {
    const auto auth = channel.setting("webhook_auth");
    const std::string& secret = channel.secret("webhook_secret").reveal();
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.headers = {{"Content-Type", "message/rfc822"}};
    hook.body = mail;
    if (auth == "mailgun") {
      const std::string time = std::to_string(unix_seconds(at));
      const std::string token = to_hex(sha256(mail + time));
      hook.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
      hook.body = form_encode({{"recipient", std::string(channel.setting("inbox"))},
                               {"timestamp", time},
                               {"token", token},
                               {"signature", to_hex(hmac_sha256(secret, time + token))},
                               {"body-mime", mail}});
    } else if (auth == "basic") {
      const std::string user(channel.setting("webhook_user"));
      hook.headers.emplace_back("Authorization", "Basic " + to_base64(user + ":" + secret));
    } else {
      hook.target += "?key=" + percent_encode(secret);
    }
    return hook;
  }
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<EmailStandIn>(); }

}  // namespace parley::connectors::email
