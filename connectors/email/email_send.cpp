#include "connectors/email/email_send.hpp"

#include <algorithm>
#include <array>

#include "base/crypto.hpp"
#include "connectors/email/email_parse.hpp"
#include "connectors/email/encoding.hpp"
#include "connectors/email/mime.hpp"
#include "connectors/http_status.hpp"
#include "connectors/plain_message.hpp"

namespace parley::connectors::email {
namespace {

constexpr std::string_view kReply = "Re: ";
constexpr std::size_t kProofDigits = 16;

// "Thu, 09 Oct 2025 08:53:20 +0000"
std::string mail_date(TimePoint time) {
  using namespace std::chrono;
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string text = format_time(time);  // 2025-10-09T08:53:20.000Z
  const auto day = floor<days>(time);
  const year_month_day date{day};
  return std::string(kDays[weekday(day).c_encoding()]) + ", " + text.substr(8, 2) + " " +
         std::string(kMonths[static_cast<unsigned>(date.month()) - 1]) + " " + text.substr(0, 4) +
         " " + text.substr(11, 8) + " +0000";
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return std::string(at == std::string_view::npos ? address : address.substr(at + 1));
}

// Ids out of a header somebody else wrote: nothing but them goes into ours, each on a line.
std::string references_of(const Destination& to) {
  std::string out;
  std::string_view rest = to.references;
  const auto add = [&](const std::string& id) {
    if (!id.empty() && out.find(id) == std::string::npos) out += (out.empty() ? "" : "\r\n ") + id;
  };
  while (!rest.empty()) {
    const auto end = rest.find('>');
    if (end == std::string_view::npos) break;
    add(read_message_id(rest.substr(0, end + 1)));
    rest.remove_prefix(end + 1);
  }
  add(to.message_id);
  return out;
}

std::string subject_of(const SendContext& context, const Destination& to) {
  const auto& attributes = context.send.message.attributes;
  if (const auto own = attributes.find("subject"); own != attributes.end()) {
    if (const auto* text = std::get_if<std::string>(&own->second); text && !text->empty()) {
      return *text;
    }
  }
  if (to.subject.empty()) return std::string(context.channel.setting("subject"));
  const std::string begin = lower_ascii(to.subject.substr(0, 4));
  const bool again =
      begin.starts_with("re:") || begin.starts_with("aw:") || begin.starts_with("sv:");
  return (again ? "" : std::string(kReply)) + to.subject;
}

std::string from_of(const Channel& channel) {
  const std::string address(channel.setting("inbox"));
  const std::string name(channel.setting("from_name"));
  if (name.empty()) return address;
  std::string words = encoded_words(name);
  if (words == name) {
    std::string quoted = "\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    words = quoted + "\"";
  }
  return words + " <" + address + ">";
}

std::string mail_of(const SendContext& context, const Destination& to, const std::string& text) {
  std::string mail;
  const auto header = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) mail += std::string(name) + ": " + value + "\r\n";
  };
  header("From", from_of(context.channel));
  header("To", to.address);
  header("Subject", encoded_words(subject_of(context, to)));
  header("Date", mail_date(context.now));
  header("Message-ID", message_id_of(context));
  header("In-Reply-To", to.message_id);
  header("References", references_of(to));
  // What no person wrote says so, or the machine on the other side would answer it.
  const auto author = context.send.message.author.type;
  const bool person = author == AuthorType::agent;
  if (!person) {
    header("Auto-Submitted", to.message_id.empty() ? "auto-generated" : "auto-replied");
    header("X-Auto-Response-Suppress", "OOF, AutoReply");  // what Exchange goes by
  }
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", "base64");
  std::string body;
  for (const char c : text) {
    if (c == '\n' && !body.ends_with('\r')) body += '\r';
    body += c;
  }
  return mail + "\r\n" + base64_lines(body + "\r\n");
}

// ".0123456789abcdef", made with the channel's secret; "" if it has none.
std::string proof_of(const std::string& send, const Channel& channel) {
  const std::string& secret = channel.secret("webhook_secret").reveal();
  if (secret.empty()) return {};
  return "." + to_hex(hmac_sha256(secret, "message-id " + send)).substr(0, kProofDigits);
}

std::string command_of(const HttpAnswer& answer) {
  return lower_ascii(answer.header("smtp-command"));
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const auto read = read_addresses(text);
  return read.size() == 1 && read.front().name.empty() && read.front().address == lower_ascii(text);
}

std::string message_id_of(const SendContext& context) {
  const std::string& send = context.send.id.value;
  return "<" + send + proof_of(send, context.channel) + "@" +
         domain_of(context.channel.setting("inbox")) + ">";
}

std::optional<std::string> send_of_message_id(std::string_view id, const Channel& channel) {
  const auto at = id.rfind('@');
  if (!id.starts_with('<') || at == std::string_view::npos) return std::nullopt;
  const auto local = id.substr(1, at - 1);
  std::string send(local.substr(0, local.find('.')));
  if (send.empty() || !equal_constant_time(local, send + proof_of(send, channel))) {
    return std::nullopt;
  }
  return send;
}

SendStep start_mail(const SendContext& context) {
  const Destination to = from_recipient(context.send.recipient);
  if (to.address.empty()) {
    return Error{.code = Errc::rejected, .detail = "the recipient is not a mail address"};
  }
  const std::string& base = context.channel.api_base;
  const std::string url =
      base.empty() ? std::string(context.channel.setting("smtp_url")) : base + "/submit";
  if (url.empty()) {
    return Error{.code = Errc::misconfigured, .detail = "the channel has no smtp_url to send by"};
  }
  const auto plain = plain_message(context.send.message, {.media = false});
  if (plain.text.empty()) {
    return Error{.code = Errc::rejected, .detail = "the message has nothing a mail can carry"};
  }
  HttpCall call;
  call.url = url;
  call.headers = {{"mail-from", std::string(context.channel.setting("inbox"))},
                  {"rcpt-to", to.address}};
  const std::string user(context.channel.setting("smtp_user"));
  const std::string& password = context.channel.secret("smtp_password").reveal();
  if (!user.empty() && base.empty()) {
    call.headers.emplace_back("user", user);
    call.headers.emplace_back("password", password);
  } else if (!user.empty()) {
    call.headers.emplace_back("authorization", "Basic " + to_base64(user + ":" + password));
  }
  call.content_type = "message/rfc822";
  call.body = mail_of(context, to, plain.text);
  return call;
}

SendStep resume_mail(const SendContext& context, const HttpAnswer& answer) {
  if (answer.status / 100 == 2) {
    auto plain = plain_message(context.send.message, {.media = false});
    for (std::size_t i = 0; i < plain.templates.size(); ++i) {
      plain.degraded.emplace_back("template: left out, a mail has none");
    }
    return Sent{.external_ids = {message_id_of(context)}, .degraded = std::move(plain.degraded)};
  }
  const std::string command = command_of(answer);
  if (command.empty()) {  // not of a mail server, but of what stands in for it
    if (auto error = error_from_status(answer)) return *std::move(error);
  }
  Error error{.code = Errc::rejected,
              .detail = "the mail server answered " + std::to_string(answer.status),
              .code_text = std::to_string(answer.status)};
  if (!command.empty()) error.detail += " to " + command.substr(0, 20);
  const bool login = answer.status == 535 || answer.status == 530 || command.starts_with("auth");
  const bool mailbox = command.starts_with("rcpt") &&
                       (answer.status == 550 || answer.status == 551 || answer.status == 553);
  const bool to_one =
      command.starts_with("rcpt") || command.starts_with("data") || command.starts_with("message");
  if (answer.status / 100 == 4) {
    // Not now: this mail (a full mailbox, greylisting), or whatever we send ("too many
    // connections").
    error.code = to_one ? Errc::unavailable : Errc::throttled;
  } else if (login || command.starts_with("mail")) {
    error.code = Errc::misconfigured;
  } else if (mailbox) {
    error.code = Errc::recipient_gone;
  }
  return error;
}

}  // namespace parley::connectors::email
