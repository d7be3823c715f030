// connectors/email/email.hpp
// E-mail: raw messages in over HTTP, messages out by SMTP submission.
//
// Source   RFC 5322, 2045 to 2047, 2231, 3464 (delivery reports), 3834 (automatic answers)
// Auth     who hands the mail over shows a secret (in the address, or as credentials) or, for
//          Mailgun, signs time and token. The mail's sender is asserted, unless our own mail server
//          says that DMARC passed
// Limits   8 levels of parts, 200 parts; of a text 64 KiB; of the files in a mail what the tenant
//          takes as media
// Errors   of SMTP: 4yz unavailable, or throttled before a recipient was named; 535 and 530
//          misconfigured, an unknown mailbox recipient_gone, other 5yz rejected
#pragma once

#include "connectors/registry.hpp"

namespace parley::connectors {

Entry make_email();

}  // namespace parley::connectors
