// connectors/email/email_parse.hpp
// A mail in, events out: what a person wrote, or what became of a mail of ours.
//
// Errors   malformed: no mail, or one without a sender. Mails of machines
//          (automatic answers, lists, our own) are no event, or two machines would never stop.
#pragma once

#include "connectors/connector.hpp"
#include "connectors/inline_files.hpp"

namespace parley::connectors::email {

// The mail inside a request: the body itself, or the field a provider puts it in.
Result<std::string> mail_in(const WebhookRequest& request);

Parsed parse_mail(std::string_view raw, const Channel& channel, TimePoint now);

// The attachments of what parse_mail() reads from the same mail, by their place in its content.
std::vector<InlineFile> files_in_mail(std::string_view raw, const Channel& channel);

// Where an answer goes and which mail it answers, written like a mailto address (RFC 6068):
// "li@example.com?in-reply-to=%3Ca%40b%3E&references=...&subject=...". An address alone will do.
struct Destination {
  std::string address, message_id, references, subject;
};
std::string to_recipient(const Destination& destination);
Destination from_recipient(std::string_view recipient);

}  // namespace parley::connectors::email
