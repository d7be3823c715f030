#include "connectors/email/email_parse.hpp"

#include <algorithm>
#include <chrono>

#include "base/crypto.hpp"
#include "connectors/charset.hpp"
#include "connectors/email/email_send.hpp"
#include "connectors/email/encoding.hpp"
#include "connectors/email/mime.hpp"
#include "connectors/email/words.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::email {
namespace {

constexpr std::size_t kReferencesBytesMax = 500;
constexpr std::size_t kSubjectBytesMax = 500;
constexpr std::size_t kDiagnosticBytesMax = 200;
constexpr std::chrono::minutes kClockAhead{5};
constexpr std::chrono::hours kUnderWayMax{24 * 6};  // mail servers give up after five days

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

// A text of at most so many bytes, not cut inside a character.
std::string cut(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  text.resize(bytes);
  return text;
}

// Whoever answers these answers a machine (RFC 3834 section 2, RFC 5230 section 4.6).
bool is_automatic(const MimePart& mail) {
  const std::string submitted = lower_ascii(mail.header("auto-submitted"));
  if (!submitted.empty() && !submitted.starts_with("no")) return true;
  const std::string precedence = lower_ascii(mail.header("precedence"));
  for (const std::string_view machine : {"bulk", "junk", "list", "auto_reply"}) {
    if (precedence == machine) return true;
  }
  for (const char* mark : {"x-autoreply", "x-autorespond", "x-auto-reply", "x-loop",
                           "x-failed-recipients", "list-id", "list-help", "list-subscribe",
                           "list-unsubscribe", "list-post", "list-owner", "list-archive"}) {
    if (!mail.header(mark).empty()) return true;
  }
  return mail.header("return-path") == "<>";
}

bool is_postmaster(std::string_view address) {
  const auto name = address.substr(0, address.find('@'));
  return name == "mailer-daemon" || name == "postmaster";
}

bool wants_no_answer(std::string_view address) {
  const auto name = address.substr(0, address.find('@'));
  return name.starts_with("no-reply") || name.starts_with("noreply") ||
         name.starts_with("donotreply") || name.starts_with("do-not-reply");
}

const MimePart* find_part(const MimePart& part, std::string_view type) {
  if (part.type == type) return &part;
  for (const auto& inner : part.parts) {
    if (const MimePart* found = find_part(inner, type)) return found;
  }
  return nullptr;
}

// "Action: failed" out of a delivery status, whose groups of fields look like headers.
std::string status_field(std::string_view body, std::string_view name) {
  while (!body.empty()) {
    const auto end = body.find('\n');
    const auto line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || lower_ascii(line.substr(0, colon)) != name) continue;
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    while (value.ends_with('\r') || value.ends_with(' ')) value.remove_suffix(1);
    return clean_utf8(value);
  }
  return {};
}

// "rfc822; li@example.com" or "smtp; 550 no such user": what stands after the kind.
std::string after_kind(const std::string& field) {
  const auto semicolon = field.find(';');
  auto value = std::string_view(field).substr(semicolon == std::string::npos ? 0 : semicolon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return std::string(value);
}

class MailReader {
 public:
  MailReader(const MimePart& mail, std::string_view raw, const Channel& channel, TimePoint now)
      : mail_(mail), raw_(raw), channel_(channel), now_(now) {}

  Parsed read() {
    if (const MimePart* status = find_part(mail_, "message/delivery-status")) {
      return read_bounce(*status);
    }
    if (is_automatic(mail_)) return {};
    auto senders = read_addresses(mail_.header("from"));
    if (senders.empty()) return {.events = {}, .stopped = malformed("the mail has no sender")};
    if (is_postmaster(senders.front().address)) return {};
    // A form on a site writes as nobody, for the one who is to be answered.
    const auto answer_to = read_addresses(mail_.header("reply-to"));
    if (wants_no_answer(senders.front().address)) senders = answer_to;
    const std::string inbox = lower_ascii(channel_.setting("inbox"));
    if (senders.empty() || senders.front().address == inbox) return {};
    return read_message(senders.front(), answer_to, inbox);
  }

  // After read().
  std::vector<InlineFile> files() const {
    std::vector<InlineFile> out;
    for (const auto& [place, part] : files_) {
      out.push_back({.event = 0, .part = place, .bytes = part->body});
    }
    return out;
  }

 private:
  Identity identity_of(const MailAddress& who) const {
    Identity out;
    out.key = {.scope = "email", .scheme = "email", .value = who.address};
    out.display_name = cut(who.name, kSubjectBytesMax);
    out.verification = is_proven() ? Verification::channel : Verification::asserted;
    return out;
  }

  // Anybody can write any sender; our own mail server may have checked whether it is true. Only the
  // topmost result is its own: a sender can put others below.
  bool is_proven() const {
    const std::string server = lower_ascii(channel_.setting("authserv_id"));
    const std::string result = lower_ascii(mail_.header("authentication-results"));
    if (server.empty() || !result.starts_with(server)) return false;
    const auto after = result.substr(server.size());
    return (after.starts_with(';') || after.starts_with(' ')) &&
           after.find("dmarc=pass") != std::string::npos;
  }

  Parsed read_message(const MailAddress& sender, const std::vector<MailAddress>& answer_to,
                      const std::string& inbox) {
    const std::string id = read_message_id(mail_.header("message-id"));
    Incoming in;
    // A mail without an id is known by its bytes.
    in.dedup_key = id.empty() ? "sha256:" + to_hex(sha256(raw_)) : id;
    in.identity = identity_of(sender);
    in.account = account_of(inbox);
    const std::string subject = cut(decode_words(mail_.header("subject")), kSubjectBytesMax);
    in.recipient = to_recipient({.address = where_to_answer(sender, answer_to),
                                 .message_id = id,
                                 .references = references(),
                                 .subject = subject});
    in.occurred_at = plausible_date();

    MessageIn said;
    Message& message = said.message;
    message.direction = Direction::inbound;
    message.external_id = id;
    message.external_time = read_mail_date(mail_.header("date"));
    message.author = {.type = AuthorType::customer,
                      .id = sender.address,
                      .display_name = in.identity.display_name};
    message.reply_to = read_message_id(mail_.header("in-reply-to"));
    if (message.reply_to.empty()) message.reply_to = read_message_id(mail_.header("references"));
    if (!subject.empty()) message.attributes["subject"] = subject;
    add_content(message);
    message.fallback_text = fallback_text(message.content);
    in.what = std::move(said);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  // Whoever writes in another's name must not have the answers, and all that is sent to that
  // customer later, come to themselves: elsewhere than to the sender only where it is proven that
  // it is them, or within their own domain.
  std::string where_to_answer(const MailAddress& sender,
                              const std::vector<MailAddress>& answer_to) const {
    if (answer_to.empty()) return sender.address;
    const std::string& wanted = answer_to.front().address;
    const auto domain = [](const std::string& address) {
      return std::string_view(address).substr(address.rfind('@'));
    };
    return is_proven() || domain(wanted) == domain(sender.address) ? wanted : sender.address;
  }

  // The sender's clock may be years off, and what happened long ago would not be listened to: then
  // it happened when it arrived.
  std::optional<TimePoint> plausible_date() const {
    const auto date = read_mail_date(mail_.header("date"));
    if (!date || *date > now_ + kClockAhead || *date + kUnderWayMax < now_) return std::nullopt;
    return date;
  }

  // Which of our addresses it came to.
  std::string account_of(const std::string& inbox) const {
    std::string first;
    for (const char* header : {"delivered-to", "x-original-to", "to", "cc"}) {
      for (const auto& one : read_addresses(mail_.header(header))) {
        if (one.address == inbox) return inbox;
        if (first.empty()) first = one.address;
      }
    }
    return first.empty() ? inbox : first;
  }

  std::string references() const {
    std::string all(mail_.header("references"));
    if (all.size() > kReferencesBytesMax) {
      all.erase(0, std::min(all.find('<', all.size() - kReferencesBytesMax), all.size()));
    }
    return clean_utf8(all);
  }

  void add_content(Message& message) {
    std::string text = text_in(mail_);
    if (channel_.setting("keep_quotes") != "true") text = without_quotes(text);
    text = cut(std::move(text), kTextBytesMax);
    if (!text.empty()) message.content.emplace_back(Text{.text = std::move(text)});
    add_attachments(mail_, message.content);
    if (message.content.empty()) {
      message.content.emplace_back(Unsupported{.provider_type = "empty mail", .raw_ref = ""});
    }
  }

  // Of alternatives the plain one; of several texts all.
  static std::string text_in(const MimePart& part) {
    if (part.attachment) return {};
    if (part.type == "text/plain") return text_of(part);
    if (part.type == "text/html") return text_of_html(text_of(part));
    if (part.type == "multipart/alternative") {
      std::string html;
      for (const auto& inner : part.parts) {
        std::string text = text_in(inner);
        if (text.find_first_not_of(" \t\r\n") == std::string::npos) continue;
        if (inner.type == "text/plain") return text;
        html = std::move(text);
      }
      return html;
    }
    std::string out;
    if (!part.type.starts_with("multipart/")) return out;
    for (const auto& inner : part.parts) {
      const std::string text = text_in(inner);
      if (!out.empty() && !text.empty()) out += '\n';
      out += text;
    }
    return out;
  }

  void add_attachments(const MimePart& part, std::vector<Part>& parts) {
    const bool text = part.type == "text/plain" || part.type == "text/html";
    const bool container = part.type.starts_with("multipart/");
    if (!container && (part.attachment || !text) && parts.size() < kPartsMax) {
      Media media;
      media.kind = part.type.starts_with("image/")   ? MediaKind::image
                   : part.type.starts_with("audio/") ? MediaKind::audio
                   : part.type.starts_with("video/") ? MediaKind::video
                                                     : MediaKind::file;
      media.mime = clean_utf8(part.type);
      media.name = part.filename;
      media.size_bytes = part.body.size();
      files_.emplace_back(parts.size(), &part);
      parts.emplace_back(std::move(media));
      return;
    }
    for (const auto& inner : part.parts) add_attachments(inner, parts);
  }

  // A report of a mail server: about whom, and which mail of ours, as far as it says. Some say it
  // in their headers alone.
  Parsed read_bounce(const MimePart& status) const {
    std::string action = lower_ascii(status_field(status.body, "action"));
    auto who = read_addresses(after_kind(status_field(status.body, "final-recipient")));
    if (who.empty()) {
      who = read_addresses(mail_.header("x-failed-recipients"));
      if (action.empty() && !who.empty()) action = "failed";
    }
    const std::string id = reported_id();
    const auto send = send_of_message_id(id, channel_);
    const bool over = action == "failed" || action == "delivered";
    if (!over || who.empty() || !send) return {};
    Incoming in;
    in.dedup_key = "report:" + id + ":" + action + ":" + who.front().address;
    in.account = channel_.setting("inbox");
    in.identity = identity_of(who.front());
    in.recipient = who.front().address;
    in.occurred_at = plausible_date();
    ReceiptIn receipt{.external_id = id,
                      .state = DeliveryState::delivered,
                      .error_code = "",
                      .error = "",
                      .send = *send};
    if (action == "failed") {
      receipt.state = DeliveryState::failed;
      receipt.error_code = cut(status_field(status.body, "status"), 20);
      receipt.error =
          cut(after_kind(status_field(status.body, "diagnostic-code")), kDiagnosticBytesMax);
    }
    in.what = std::move(receipt);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  // The Message-ID of the mail a report brings back, whole or by its headers; "" if it does not.
  std::string reported_id() const {
    for (const char* type : {"message/rfc822", "text/rfc822-headers"}) {
      const MimePart* original = find_part(mail_, type);
      if (original == nullptr) continue;
      std::string id = original->parts.empty()
                           ? read_message_id(status_field(original->body, "message-id"))
                           : read_message_id(original->parts.front().header("message-id"));
      if (!id.empty()) return id;
    }
    return {};
  }

  const MimePart& mail_;
  std::string_view raw_;
  const Channel& channel_;
  const TimePoint now_;
  std::vector<std::pair<std::size_t, const MimePart*>> files_;  // by their place in the content
};

}  // namespace

Result<std::string> mail_in(const WebhookRequest& request) {
  const std::string type(request.header("content-type"));
  const std::string lower = lower_ascii(type);
  std::string mail;
  if (lower.starts_with("application/x-www-form-urlencoded")) {
    mail = form_value(request.body, "body-mime");
    if (mail.empty()) mail = form_value(request.body, "email");
  } else if (lower.starts_with("multipart/form-data")) {
    const auto form = parse_mime_body(type, request.body);
    if (!form) return form.error();
    for (const auto& field : form->parts) {
      if (field.form_name == "email" || field.form_name == "body-mime") mail = field.body;
    }
  } else {
    return std::string(request.body);
  }
  if (mail.empty()) return malformed("the form holds no mail");
  return mail;
}

Parsed parse_mail(std::string_view raw, const Channel& channel, TimePoint now) {
  const auto mail = parse_mime(raw);
  if (!mail) return {.events = {}, .stopped = mail.error()};
  return MailReader(*mail, raw, channel, now).read();
}

std::vector<InlineFile> files_in_mail(std::string_view raw, const Channel& channel) {
  const auto mail = parse_mime(raw);
  if (!mail) return {};
  MailReader reader(*mail, raw, channel, {});
  if (reader.read().events.empty()) return {};
  return reader.files();
}

std::string to_recipient(const Destination& to) {
  std::vector<std::pair<std::string, std::string>> fields;
  if (!to.message_id.empty()) fields.emplace_back("in-reply-to", to.message_id);
  if (!to.references.empty()) fields.emplace_back("references", to.references);
  if (!to.subject.empty()) fields.emplace_back("subject", to.subject);
  return to.address + (fields.empty() ? "" : "?" + form_encode(fields));
}

Destination from_recipient(std::string_view recipient) {
  Destination out;
  const auto question = recipient.find('?');
  const auto address = recipient.substr(0, question);
  if (is_mail_address(address)) out.address = lower_ascii(address);
  if (question == std::string_view::npos) return out;
  const auto fields = recipient.substr(question + 1);
  out.message_id = read_message_id(form_value(fields, "in-reply-to"));
  out.references = form_value(fields, "references");
  out.subject = form_value(fields, "subject");
  return out;
}

}  // namespace parley::connectors::email
