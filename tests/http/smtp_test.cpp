// Mail submission against a server that says what the test wants.
#include "gateway/http/client_smtp.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <string>
#include <vector>

#include "tests/http/client_fixture.hpp"
#include "tests/http/scripted_peer.hpp"
#include "tests/http/test_ca.hpp"

namespace parley::gateway::http {
namespace {

using Replies = std::map<std::string, std::string>;  // verb -> reply; "drop" ends the connection

Replies good() {
  return {{"connect", "220 mail.test ESMTP\r\n"},
          {"EHLO", "250-mail.test\r\n250-AUTH LOGIN PLAIN\r\n250 8BITMIME\r\n"},
          {"AUTH", "235 2.7.0 welcome\r\n"},
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "354 go on\r\n"},
          {".", "250 2.0.0 queued as 42\r\n"}};
}

Replies with(std::string verb, std::string reply) {
  auto replies = good();
  replies[std::move(verb)] = std::move(reply);
  return replies;
}

// Plays one connection; `read` and `send` may be those of a TLS session over it.
template <class Read, class Send>
void play(const Replies& replies, Read read, Send send) {
  for (;;) {
    const std::string line = read("\r\n");
    const std::string verb = line.substr(0, line.find_first_of(" \r"));
    const auto reply = replies.find(verb);
    if (line.empty() || reply == replies.end() || reply->second == "drop") return;
    send(reply->second);
    if (verb != "DATA" || !reply->second.starts_with('3')) continue;
    if (read("\r\n.\r\n").empty() || replies.at(".") == "drop") return;
    send(replies.at("."));
  }
}

ScriptedPeer::Script script(Replies replies) {
  return [replies = std::move(replies)](PeerConnection& peer, int) {
    if (replies.at("connect") == "drop") return;
    peer.send(replies.at("connect"));
    play(
        replies, [&](std::string_view end) { return peer.read_until(end); },
        [&](const std::string& text) { peer.send(text); });
  };
}

ClientRequest mail(const std::string& url) {
  return {.method = "SEND",
          .url = url,
          .headers = {{"mail-from", "shop@example.com"},
                      {"rcpt-to", "ann@example.net"},
                      {"user", "shop"},
                      {"password", "correct horse"}},
          .body = "Subject: hi\n\n.hidden\nend"};
}
std::string url_of(const ScriptedPeer& peer) {
  return "smtp://127.0.0.1:" + std::to_string(peer.port());
}

TEST(Smtp, SubmitsTheEnvelopeAndTheMessage) {
  ScriptedPeer peer(script(good()));
  RunningClient client;
  const auto answer = client.call(mail(url_of(peer)));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 250);
  EXPECT_EQ(answer->body, "2.0.0 queued as 42");
  const auto said = peer.received();
  EXPECT_TRUE(
      said.starts_with("EHLO [127.0.0.1]\r\nAUTH PLAIN AHNob3AAY29ycmVjdCBob3JzZQ==\r\n"
                       "MAIL FROM:<shop@example.com>\r\nRCPT TO:<ann@example.net>\r\n"
                       "DATA\r\nSubject: hi\r\n\r\n..hidden\r\nend\r\n.\r\n"))
      << said;
}

TEST(Smtp, LogsInByLoginWhereThereIsNoPlain) {
  auto replies = with("EHLO", "250-mail.test\r\n250 AUTH LOGIN\r\n");
  replies["AUTH"] = "334 VXNlcm5hbWU6\r\n";
  replies["c2hvcA=="] = "334 UGFzc3dvcmQ6\r\n";
  replies["Y29ycmVjdCBob3JzZQ=="] = "235 welcome\r\n";
  ScriptedPeer peer(script(replies));
  RunningClient client;
  const auto answer = client.call(mail(url_of(peer)));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 250);
}

struct StepCase {
  const char* verb;
  const char* command;  // as the answer names it
  Delivery after_a_drop;
};
void PrintTo(const StepCase& row, std::ostream* out) { *out << row.command; }
class SmtpSteps : public testing::TestWithParam<StepCase> {};

TEST_P(SmtpSteps, ARefusalIsTheAnswer) {
  ScriptedPeer peer(script(with(GetParam().verb, "550-5.7.1 not\r\n550 5.7.1 here\r\n")));
  RunningClient client;
  const auto answer = client.call(mail(url_of(peer)));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 550);
  EXPECT_EQ(answer->body, "5.7.1 not 5.7.1 here");
  EXPECT_EQ(answer->headers.front().second, GetParam().command);
}

TEST_P(SmtpSteps, AConnectionThatEndsSaysWhetherTheMailMayHaveGone) {
  ScriptedPeer peer(script(with(GetParam().verb, "drop")));
  RunningClient client;
  const auto answer = client.call(mail(url_of(peer)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(answer.error().delivery, GetParam().after_a_drop);
}

TEST_P(SmtpSteps, NoiseIsNoReply) {
  for (const auto& noise :
       {std::string("hello\r\n"), std::string("25\r\n"), std::string(5'000, '2')}) {
    ScriptedPeer peer(script(with(GetParam().verb, noise)));
    RunningClient client;
    const auto answer = client.call(mail(url_of(peer)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().delivery, GetParam().after_a_drop);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, SmtpSteps,
                         testing::Values(StepCase{"connect", "connect", Delivery::not_sent},
                                         StepCase{"EHLO", "ehlo", Delivery::not_sent},
                                         StepCase{"AUTH", "auth", Delivery::not_sent},
                                         StepCase{"MAIL", "mail", Delivery::not_sent},
                                         StepCase{"RCPT", "rcpt", Delivery::not_sent},
                                         StepCase{"DATA", "data", Delivery::not_sent},
                                         StepCase{".", "message", Delivery::unknown}));

// The server's side of a TLS session over an accepted connection.
void serve_tls(PeerConnection& peer, const TlsFiles& files, const Replies& replies,
               std::string& inside) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str());
  SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM);
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, peer.fd());
  if (SSL_accept(ssl) == 1) {
    play(
        replies,
        [&](std::string_view end) {
          std::string text;
          char byte = 0;
          while (!text.ends_with(end)) {
            if (SSL_read(ssl, &byte, 1) != 1) return std::string();
            text += byte;
          }
          inside += text;
          return text;
        },
        [&](const std::string& text) {
          SSL_write(ssl, text.data(), static_cast<int>(text.size()));
        });
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
}

TEST(SmtpTls, StartTlsComesBeforeThePasswordAndForgetsWhatWasSaidInTheClear) {
  TestCa ca;
  const auto files = ca.issue({.host = "mail.test"});
  std::string inside;
  ScriptedPeer peer([&](PeerConnection& connection, int) {
    connection.send("220 mail.test\r\n");
    connection.read_until("\r\n");
    connection.send("250-mail.test\r\n250 STARTTLS\r\n");
    connection.read_until("\r\n");
    // The second line is an attacker's: read as said inside, it would be the EHLO's reply.
    connection.send("220 go\r\n250 AUTH NOTHING\r\n");
    serve_tls(connection, files, good(), inside);
  });
  ClientOptions options;
  options.ca_file = ca.ca_file();
  options.private_hosts_allowed = {"mail.test"};
  options.look_up = [](const std::string&) { return std::vector<std::string>{"127.0.0.1"}; };
  RunningClient client(options);
  const auto answer = client.call(mail("smtp://mail.test:" + std::to_string(peer.port())));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 250);
  EXPECT_EQ(peer.received(), "EHLO [127.0.0.1]\r\nSTARTTLS\r\n");
  EXPECT_TRUE(inside.starts_with("EHLO [127.0.0.1]\r\nAUTH PLAIN ")) << inside;
}

TEST(SmtpTls, ACertificateOfAnotherNameSendsNothing) {
  TestCa ca;
  const auto files = ca.issue({.host = "other.test"});
  std::string inside;
  ScriptedPeer peer([&](PeerConnection& connection, int) {
    connection.send("220 mail.test\r\n");
    connection.read_until("\r\n");
    connection.send("250 STARTTLS\r\n");
    connection.read_until("\r\n");
    connection.send("220 go\r\n");
    serve_tls(connection, files, good(), inside);
  });
  ClientOptions options;
  options.ca_file = ca.ca_file();
  options.private_hosts_allowed = {"mail.test"};
  options.look_up = [](const std::string&) { return std::vector<std::string>{"127.0.0.1"}; };
  RunningClient client(options);
  const auto answer = client.call(mail("smtp://mail.test:" + std::to_string(peer.port())));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().delivery, Delivery::not_sent);
  EXPECT_EQ(inside, "");
}

net::awaitable<void> submit_to(std::uint16_t port, std::promise<Result<ClientAnswer>>* done) {
  const auto executor = co_await net::this_coro::executor;
  Metrics metrics;
  auto count = std::make_shared<OpenSlot::Count>(1, metrics.gauge("open", "open"));
  Connection connection{std::make_unique<OpenSlot>(count), PlainOut(executor)};
  const net::ip::tcp::endpoint at(net::ip::make_address("127.0.0.1"), port);
  co_await connection.tcp().async_connect(at, net::use_awaitable);
  const auto request = mail("smtp://127.0.0.1");
  done->set_value(co_await submit_mail(
      connection, request,
      {.until = std::chrono::steady_clock::now() + kPatience, .clear_is_allowed = false}));
}

TEST(SmtpTls, WithoutTlsNothingLeavesInTheClear) {
  ScriptedPeer peer(script(good()));
  RunningClient client;
  std::promise<Result<ClientAnswer>> done;
  client.tasks.spawn(client.cores.context(0).get_executor(), "mail", submit_to(peer.port(), &done));
  const auto answer = done.get_future().get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::rejected);
  EXPECT_EQ(peer.received(), "EHLO [127.0.0.1]\r\n");
}

TEST(SmtpEnvelope, RefusesWhatWouldSplitACommand) {
  const auto with_header = [](std::string name, std::string value) {
    auto request = mail("smtp://127.0.0.1");
    std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
    if (!value.empty()) request.headers.emplace_back(std::move(name), std::move(value));
    return request;
  };
  EXPECT_TRUE(check_envelope(with_header("rcpt-to", "o'neil+tag@example.net")));
  for (const std::string bad : {"a@b>\r\nRCPT TO:<c@d", "a@b\n", "no-at-sign", "a b@c", "a@<b>"}) {
    EXPECT_FALSE(check_envelope(with_header("rcpt-to", bad))) << bad;
    EXPECT_FALSE(check_envelope(with_header("mail-from", bad))) << bad;
  }
  EXPECT_FALSE(check_envelope(with_header("rcpt-to", "")));
  EXPECT_FALSE(check_envelope(with_header("mail-from", "")));
  EXPECT_FALSE(check_envelope(with_header("password", "")));
  EXPECT_FALSE(check_envelope(with_header("x-else", "1")));
}

TEST(SmtpData, EveryLineEndIsOneAndDotsAreDoubled) {
  EXPECT_EQ(mail_data("a\r\nb"), "a\r\nb\r\n.\r\n");
  EXPECT_EQ(mail_data(""), ".\r\n");
  EXPECT_EQ(mail_data(".\n..\nx.y\n"), "..\r\n...\r\nx.y\r\n.\r\n");
  // What one server takes for the end of the mail and the next one does not.
  for (const std::string end : {"\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r.\n"}) {
    const auto sent = mail_data("a" + end + "MAIL FROM:<b@c>");
    EXPECT_EQ(sent, "a\r\n..\r\nMAIL FROM:<b@c>\r\n.\r\n");
  }
}

}  // namespace
}  // namespace parley::gateway::http
