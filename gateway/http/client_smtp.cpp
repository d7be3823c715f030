#include "gateway/http/client_smtp.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/crypto.hpp"
#include "gateway/http/smtp_reply.hpp"
#include "gateway/http/syntax.hpp"

namespace parley::gateway::http {
namespace {

constexpr auto kAsTuple = net::as_tuple(net::use_awaitable);
constexpr std::size_t kRecipientsMax = 100;
constexpr std::size_t kAddressBytesMax = 320;

Error failed(Errc code, std::string detail, Delivery delivery = Delivery::not_sent) {
  return {.code = code, .delivery = delivery, .detail = "SMTP: " + std::move(detail)};
}

std::string header_of(const ClientRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

// What could end the command or the angle brackets it stands in.
bool is_address(std::string_view text) {
  return text.size() <= kAddressBytesMax && text.find('@') != std::string_view::npos &&
         std::ranges::none_of(
             text, [](unsigned char c) { return c <= 0x20 || c == 0x7f || c == '<' || c == '>'; });
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

// The lines of one connection, and where it stands.
class Talk {
 public:
  Talk(Connection& connection, const ClientRequest& request, MailTerms terms)
      : connection_(connection), request_(request), terms_(std::move(terms)) {}

  net::awaitable<Result<ClientAnswer>> run();

 private:
  using Reply = SmtpReply;
  using Said = Result<Reply>;

  net::awaitable<Said> read_reply();
  net::awaitable<Result<void>> write(std::string text);
  net::awaitable<Said> ask(std::string command, std::string line);
  net::awaitable<Said> greet();
  net::awaitable<Result<bool>> log_in(SmtpReply offers);
  net::awaitable<Result<bool>> envelope(SmtpReply offers);
  net::awaitable<Result<ClientAnswer>> data();
  // Remembers the reply as the answer; true if it is of the class wanted (2 or 3).
  bool fine(const Reply& reply, int wanted);
  ClientAnswer answer() const;

  Connection& connection_;
  const ClientRequest& request_;
  MailTerms terms_;
  SmtpReplies replies_;
  std::string command_ = "connect";
  Reply last_;
  Delivery delivery_ = Delivery::not_sent;
};

net::awaitable<Result<void>> Talk::write(std::string text) {
  connection_.tcp().expires_at(terms_.until);
  boost::system::error_code error;
  if (auto* tls = std::get_if<TlsOut>(&connection_.stream)) {
    error = std::get<0>(co_await net::async_write(*tls, net::buffer(text), kAsTuple));
  } else {
    auto& plain = std::get<PlainOut>(connection_.stream);
    error = std::get<0>(co_await net::async_write(plain, net::buffer(text), kAsTuple));
  }
  if (error) co_return failed(Errc::unavailable, "writing failed: " + error.message(), delivery_);
  co_return Result<void>{};
}

net::awaitable<Talk::Said> Talk::read_reply() {
  for (;;) {
    auto next = replies_.next();
    if (!next) {
      next.error().detail += " after " + command_;
      next.error().delivery = delivery_;
      co_return std::move(next.error());
    }
    if (*next) co_return **std::move(next);
    connection_.tcp().expires_at(terms_.until);
    char bytes[1'024];
    boost::system::error_code error;
    std::size_t count = 0;
    if (auto* tls = std::get_if<TlsOut>(&connection_.stream)) {
      std::tie(error, count) = co_await tls->async_read_some(net::buffer(bytes), kAsTuple);
    } else {
      auto& plain = std::get<PlainOut>(connection_.stream);
      std::tie(error, count) = co_await plain.async_read_some(net::buffer(bytes), kAsTuple);
    }
    if (error) {
      const bool late = error == beast::error::timeout;
      co_return failed(Errc::unavailable,
                       (late ? "timed out" : "the connection ended") + (" after " + command_),
                       delivery_);
    }
    replies_.feed({bytes, count});
  }
}

net::awaitable<Talk::Said> Talk::ask(std::string command, std::string line) {
  command_ = std::move(command);
  if (auto written = co_await write(std::move(line) + "\r\n"); !written) {
    co_return std::move(written.error());
  }
  co_return co_await read_reply();
}

bool Talk::fine(const Reply& reply, int wanted) {
  last_ = reply;
  return reply.code / 100 == wanted;
}

ClientAnswer Talk::answer() const {
  return {.status = last_.code, .headers = {{"smtp-command", command_}}, .body = last_.text()};
}

net::awaitable<Talk::Said> Talk::greet() {
  boost::system::error_code ignored;
  const auto here = connection_.tcp().socket().local_endpoint(ignored).address();
  co_return co_await ask(
      "ehlo", std::string("EHLO [") + (here.is_v6() ? "IPv6:" : "") + here.to_string() + "]");
}

net::awaitable<Result<ClientAnswer>> Talk::run() {
  auto greeting = co_await read_reply();
  if (!greeting) co_return std::move(greeting.error());
  if (!fine(*greeting, 2)) co_return answer();
  auto offers = co_await greet();
  if (!offers) co_return std::move(offers.error());
  if (!fine(*offers, 2)) co_return answer();
  if (!terms_.secure && offers->offer("STARTTLS")) {
    auto begun = co_await ask("starttls", "STARTTLS");
    if (!begun) co_return std::move(begun.error());
    if (!fine(*begun, 2)) co_return answer();
    replies_.forget();
    if (auto secured = co_await terms_.start_tls(); !secured) co_return std::move(secured.error());
    terms_.secure = true;
    offers = co_await greet();
    if (!offers) co_return std::move(offers.error());
    if (!fine(*offers, 2)) co_return answer();
  }
  if (!terms_.secure && !terms_.clear_is_allowed) {
    co_return failed(Errc::rejected, "the server offers no TLS and is not listed as private");
  }
  auto logged_in = co_await log_in(*offers);
  if (!logged_in) co_return std::move(logged_in.error());
  if (!*logged_in) co_return answer();
  auto accepted = co_await envelope(std::move(*offers));
  if (!accepted) co_return std::move(accepted.error());
  if (!*accepted) co_return answer();
  co_return co_await data();
}

// False: the server said no.
net::awaitable<Result<bool>> Talk::log_in(SmtpReply offers) {
  const std::string user = header_of(request_, "user");
  const std::string password = header_of(request_, "password");
  if (user.empty()) co_return true;
  const auto* ways = offers.offer("AUTH");
  const auto offers_way = [&](std::string_view way) {
    for (std::string_view rest = ways ? std::string_view(*ways) : ""; !rest.empty();) {
      const auto end = rest.find(' ');
      if (equal_ignoring_case(rest.substr(0, end), way)) return true;
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return false;
  };
  if (offers_way("PLAIN")) {
    std::string secret(1, '\0');
    secret += user;
    secret += '\0';
    secret += password;
    auto done = co_await ask("auth", "AUTH PLAIN " + to_base64(secret));
    if (!done) co_return std::move(done.error());
    co_return fine(*done, 2);
  }
  if (!offers_way("LOGIN")) {
    co_return failed(Errc::misconfigured, "the server takes neither AUTH PLAIN nor AUTH LOGIN");
  }
  for (const auto& line : {std::string("AUTH LOGIN"), to_base64(user)}) {
    auto more = co_await ask("auth", line);
    if (!more) co_return std::move(more.error());
    if (!fine(*more, 3)) co_return false;
  }
  auto done = co_await ask("auth", to_base64(password));
  if (!done) co_return std::move(done.error());
  co_return fine(*done, 2);
}

net::awaitable<Result<bool>> Talk::envelope(SmtpReply offers) {
  std::string extra;
  bool ascii = true;
  for (const auto& [name, value] : request_.headers) {
    if (name == "mail-from" || name == "rcpt-to") ascii = ascii && is_ascii(value);
  }
  if (!ascii) {
    if (!offers.offer("SMTPUTF8")) {
      co_return failed(Errc::rejected, "an address is not ASCII and the server takes no SMTPUTF8");
    }
    extra += " SMTPUTF8";
  }
  if (!is_ascii(request_.body) && offers.offer("8BITMIME")) extra += " BODY=8BITMIME";
  auto from = co_await ask("mail", "MAIL FROM:<" + header_of(request_, "mail-from") + ">" + extra);
  if (!from) co_return std::move(from.error());
  if (!fine(*from, 2)) co_return false;
  for (const auto& [name, value] : request_.headers) {
    if (name != "rcpt-to") continue;
    // One refused recipient refuses the mail: a send has one, and half a mail is none.
    auto to = co_await ask("rcpt", "RCPT TO:<" + value + ">");
    if (!to) co_return std::move(to.error());
    if (!fine(*to, 2)) co_return false;
  }
  co_return true;
}

net::awaitable<Result<ClientAnswer>> Talk::data() {
  auto ready = co_await ask("data", "DATA");
  if (!ready) co_return std::move(ready.error());
  if (!fine(*ready, 3)) co_return answer();
  command_ = "message";
  // From the first byte on: the end may arrive though we never learn that it was written.
  delivery_ = Delivery::unknown;
  if (auto written = co_await write(mail_data(request_.body)); !written) {
    co_return std::move(written.error());
  }
  auto taken = co_await read_reply();
  if (!taken) co_return std::move(taken.error());
  last_ = std::move(*taken);
  const auto done = answer();
  auto ignored = co_await write("QUIT\r\n");  // politeness; the mail's fate is known
  co_return done;
}

}  // namespace

Result<void> check_envelope(const ClientRequest& request) {
  std::size_t recipients = 0;
  for (const auto& [name, value] : request.headers) {
    if (name == "rcpt-to") {
      ++recipients;
      if (!is_address(value)) return failed(Errc::misconfigured, "rcpt-to is no mail address");
    } else if (name == "mail-from") {
      if (!is_address(value)) return failed(Errc::misconfigured, "mail-from is no mail address");
    } else if (name != "user" && name != "password" && name != "content-type") {
      return failed(Errc::misconfigured, "unknown member of the envelope: " + name);
    }
  }
  if (recipients == 0 || recipients > kRecipientsMax) {
    return failed(Errc::misconfigured, "expected 1 to 100 rcpt-to");
  }
  if (header_of(request, "mail-from").empty()) {
    return failed(Errc::misconfigured, "mail-from is missing");
  }
  if (header_of(request, "user").empty() != header_of(request, "password").empty()) {
    return failed(Errc::misconfigured, "user and password: expected both or none");
  }
  return {};
}

net::awaitable<Result<ClientAnswer>> submit_mail(Connection& connection,
                                                 const ClientRequest& request, MailTerms terms) {
  Talk talk(connection, request, std::move(terms));
  co_return co_await talk.run();
}

std::string mail_data(std::string_view message) {
  std::string out;
  out.reserve(message.size() + message.size() / 32 + 8);
  bool line_start = true;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    // A bare CR or LF ends a line for some servers and not for others: a way to smuggle a second
    // mail. Every one becomes the real thing.
    if (c == '\r' || c == '\n') {
      if (c == '\r' && i + 1 < message.size() && message[i + 1] == '\n') ++i;
      out += "\r\n";
      line_start = true;
      continue;
    }
    if (line_start && c == '.') out += '.';
    line_start = false;
    out += c;
  }
  if (!line_start) out += "\r\n";
  out += ".\r\n";
  return out;
}

}  // namespace parley::gateway::http
