// connectors/email/email_send.hpp
// A message as a mail, and what the mail server says of it. One call: the whole message with its
// envelope (HttpCall::url with smtps:// or smtp://), or, where an api_base stands in for the mail
// server, the same as a POST to api_base/submit that answers with SMTP's codes as its status.
#pragma once

#include <optional>

#include "connectors/connector.hpp"

namespace parley::connectors::email {

SendStep start_mail(const SendContext& context);
SendStep resume_mail(const SendContext& context, const HttpAnswer& answer);

// What the mail is known by: the send's id and a proof of it at the inbox's domain. The same when
// it is sent again.
std::string message_id_of(const SendContext& context);
// The send's id out of a Message-ID somebody brings back. nullopt: it is none that we made (anybody
// can write a report; nobody else can name a mail of ours that they never saw).
std::optional<std::string> send_of_message_id(std::string_view id, const Channel& channel);

bool is_mail_address(std::string_view text);

}  // namespace parley::connectors::email
