// gateway/http/client_smtp.hpp
// A mail handed to a submission server on a fresh connection: greeting, EHLO, STARTTLS, AUTH, the
// envelope, the message, QUIT.
//
// Shape    a ClientRequest with an smtp:// URL; its headers are the envelope: "mail-from",
//          "rcpt-to" (one or more), "user" and "password" (both or none); its body is the whole
//          message, line ends of any kind. The answer's status is the server's last reply code,
//          its body that reply's text, header "smtp-command" the command it answered.
// Promise  nothing leaves in the clear unless the operator listed the host: no password, no
//          message. What came before the TLS handshake is forgotten after it.
// Errors   misconfigured (an envelope with characters no address has, a password but no AUTH),
//          rejected (no TLS to be had); unavailable: delivery unknown once the message's end was
//          written and no reply came, else not_sent.
// Limits   a reply of 64 lines of 2 KiB; 100 recipients
// Source   RFC 5321, 3207, 4954, 6531 (SMTPUTF8), 6152 (8BITMIME)
// Threads  the connection's core.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/client.hpp"
#include "gateway/http/client_pool.hpp"

namespace parley::gateway::http {

struct MailTerms {
  std::chrono::steady_clock::time_point until;
  bool secure = false;            // TLS from the first byte
  bool clear_is_allowed = false;  // the operator listed the host
  // Makes the connection a TLS one.
  std::function<net::awaitable<Result<void>>()> start_tls;
};

// Of the envelope alone; before anything is opened.
Result<void> check_envelope(const ClientRequest& request);

// The connection outlives the call and is of no use after it.
net::awaitable<Result<ClientAnswer>> submit_mail(Connection& connection,
                                                 const ClientRequest& request, MailTerms terms);

// As DATA carries it: every line end CRLF, leading dots doubled, the final dot.
std::string mail_data(std::string_view message);

}  // namespace parley::gateway::http
