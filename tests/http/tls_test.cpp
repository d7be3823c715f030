#include "gateway/http/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <string>

#include "tests/http/client_fixture.hpp"
#include "tests/http/scripted_peer.hpp"
#include "tests/http/test_ca.hpp"
#include "tests/http/ws_client.hpp"

namespace parley::gateway::http {
namespace {

// A blocking TLS client on a raw socket, with the limits the test wants.
class TlsClient {
 public:
  TlsClient(const RunningServer& running, const std::string& name, int version_max = 0)
      : raw_(running.client()), context_(SSL_CTX_new(TLS_client_method())) {
    if (version_max != 0) {
      SSL_CTX_set_max_proto_version(context_, version_max);
      SSL_CTX_set_cipher_list(context_, "ALL:@SECLEVEL=0");
    }
    ssl_ = SSL_new(context_);
    SSL_set_tlsext_host_name(ssl_, name.c_str());
    SSL_set_fd(ssl_, raw_.fd());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  bool connected() const { return connected_; }
  std::string peer_name() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    char name[256] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, 256);
    X509_free(certificate);
    return name;
  }
  std::string exchange(const std::string& request, std::size_t bytes_min) {
    SSL_write(ssl_, request.data(), static_cast<int>(request.size()));
    std::string got;
    char buffer[4'096];
    while (got.size() < bytes_min) {
      const int count = SSL_read(ssl_, buffer, sizeof buffer);
      if (count <= 0) break;
      got.append(buffer, static_cast<std::size_t>(count));
    }
    return got;
  }
  std::string cipher() const { return SSL_get_cipher_name(ssl_); }

 private:
  RawClient raw_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

const std::string kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

ClientOptions trusting(const TestCa& ca, const std::string& host) {
  ClientOptions options;
  options.ca_file = ca.ca_file();
  options.private_hosts_allowed = {host};
  options.look_up = [](const std::string&) { return std::vector<std::string>{"127.0.0.1"}; };
  return options;
}
std::string url_of(const RunningServer& running, const std::string& host) {
  return "https://" + host + ":" + std::to_string(running.server->port()) + "/x";
}

struct TrustCase {
  const char* name;
  CertificateWish wish;
  const char* called;  // the host in the URL
  bool good;
};
void PrintTo(const TrustCase& row, std::ostream* out) { *out << row.name; }
class TlsTrust : public testing::TestWithParam<TrustCase> {};
TEST_P(TlsTrust, DecidesBeforeAByteOfThePayload) {
  TestCa ca;
  RunningServer running({}, {ca.issue(GetParam().wish)});
  RunningClient client(trusting(ca, GetParam().called));
  const auto answer = client.post(url_of(running, GetParam().called), "secret payload");
  EXPECT_EQ(answer.has_value(), GetParam().good) << (answer ? "" : answer.error().detail);
  EXPECT_EQ(running.handler.requests().size(), GetParam().good ? 1u : 0u);
  if (answer) return;
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(answer.error().delivery, Delivery::not_sent);
  EXPECT_TRUE(answer.error().detail.starts_with("TLS: ")) << answer.error().detail;
}
INSTANTIATE_TEST_SUITE_P(
    Table, TlsTrust,
    testing::Values(
        TrustCase{"Good", {.host = "service.test"}, "service.test", true},
        TrustCase{"GoodAddress", {.host = "127.0.0.1"}, "127.0.0.1", true},
        TrustCase{"GoodWildcard", {.host = "*.brand.test"}, "service.brand.test", true},
        TrustCase{"WrongHost", {.host = "other.test"}, "service.test", false},
        TrustCase{"NameForAddress", {.host = "service.test"}, "127.0.0.1", false},
        TrustCase{"WildcardTooDeep", {.host = "*.brand.test"}, "a.b.brand.test", false},
        TrustCase{"PartialWildcard", {.host = "s*.brand.test"}, "service.brand.test", false},
        TrustCase{"Expired", {.days_from = -9, .days_until = -1}, "service.test", false},
        TrustCase{"NotYetValid", {.days_from = 1, .days_until = 9}, "service.test", false},
        TrustCase{"SelfSigned", {.self_signed = true}, "service.test", false}),
    [](const auto& row) { return row.param.name; });

TEST(TlsClientSide, AnotherAuthorityIsNotTrusted) {
  TestCa ca, stranger;
  RunningServer running({}, {stranger.issue({})});
  RunningClient client(trusting(ca, "service.test"));
  EXPECT_FALSE(client.get(url_of(running, "service.test")));
  EXPECT_TRUE(running.handler.requests().empty());
}

TEST(TlsClientSide, AMissingCaFileIsMisconfiguredAndOnlyForHttps) {
  ScriptedPeer peer([](PeerConnection& c, int) {
    c.read_request();
    c.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  auto options = RunningClient::listed();
  options.ca_file = "/no/such/file.pem";
  RunningClient client(options);
  EXPECT_EQ(client.get("https://127.0.0.1/").error().code, Errc::misconfigured);
  EXPECT_TRUE(client.get(peer.url()));
}

TEST(TlsClientSide, KeepsAndReusesTheConnection) {
  TestCa ca;
  RunningServer running({}, {ca.issue({})});
  RunningClient client(trusting(ca, "service.test"));
  for (const std::size_t size : {10u, 5'000u, 20'000u, 100'000u}) {
    const auto answer = client.post(url_of(running, "service.test"), std::string(size, 'x'));
    ASSERT_TRUE(answer) << size << " " << answer.error().detail;
    EXPECT_EQ(answer->body.size(), size + 8);
  }
  EXPECT_NE(running.metrics.text().find("http_connections_total 1\n"), std::string::npos);
  EXPECT_TRUE(running.handler.requests()[0].secure);
}

TEST(TlsClientSide, AHandshakeThatHangsEndsInTimeAndSentNothing) {
  ScriptedPeer peer([](PeerConnection& c, int) { c.wait_for_end(); });
  auto options = RunningClient::listed();
  options.connect_timeout = Milliseconds{150};
  RunningClient client(options);
  const auto answer = client.post("https://127.0.0.1:" + std::to_string(peer.port()) + "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().delivery, Delivery::not_sent);
}

TEST(TlsServerSide, ReadsALargeBody) {
  TestCa ca;
  RunningServer running({}, {ca.issue({})});
  TlsClient client(running, "service.test");
  const std::string body(100'000, 'x');
  const auto answer = client.exchange(
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + body, 100'100);
  EXPECT_EQ(body_of(answer).size(), 100'008u);
}

TEST(TlsServerSide, SpeaksOnlyModernTls) {
  TestCa ca;
  RunningServer running({}, {ca.issue({})});
  EXPECT_TRUE(TlsClient(running, "service.test").connected());
  TlsClient at_1_2(running, "service.test", TLS1_2_VERSION);
  ASSERT_TRUE(at_1_2.connected());
  EXPECT_TRUE(at_1_2.cipher().starts_with("ECDHE-")) << at_1_2.cipher();
  EXPECT_EQ(at_1_2.cipher().find("CBC"), std::string::npos);
  EXPECT_FALSE(TlsClient(running, "service.test", TLS1_1_VERSION).connected());
  EXPECT_FALSE(TlsClient(running, "service.test", TLS1_VERSION).connected());
}

TEST(TlsServerSide, TheServerNamePicksTheCertificate) {
  TestCa ca;
  RunningServer running({}, {ca.issue({.host = "one.test"}), ca.issue({.host = "two.test"})});
  EXPECT_EQ(TlsClient(running, "one.test").peer_name(), "one.test");
  EXPECT_EQ(TlsClient(running, "two.test").peer_name(), "two.test");
  EXPECT_EQ(TlsClient(running, "unknown.test").peer_name(), "one.test");
}

TEST(TlsServerSide, ReloadChangesNewConnectionsAndABadFileChangesNothing) {
  TestCa ca;
  RunningServer running({}, {ca.issue({.host = "old.test"})});
  TlsClient before(running, "x.test");
  EXPECT_EQ(before.peer_name(), "old.test");
  const auto fresh = ca.issue({.host = "new.test"});
  const auto other = ca.issue({.host = "other.test"});
  const auto mixed =
      running.server->reload_tls({{.certificate = fresh.certificate, .key = other.key}});
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code, Errc::misconfigured);
  EXPECT_FALSE(running.server->reload_tls({{.certificate = "/none", .key = "/none"}}));
  EXPECT_EQ(TlsClient(running, "x.test").peer_name(), "old.test");
  ASSERT_TRUE(running.server->reload_tls({fresh}));
  EXPECT_EQ(TlsClient(running, "x.test").peer_name(), "new.test");
  EXPECT_TRUE(before.exchange(kGet, 60).starts_with("HTTP/1.1 200"));
}

TEST(TlsServerSide, ReloadOfAPlainListenerWithoutCertificatesIsNothing) {
  RunningServer running;
  ASSERT_TRUE(running.server->reload_tls({}));
  auto raw = running.client();
  raw.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status_of(raw.read_answer()), 200);
}

TEST(TlsServerSide, PlainTextAndSilenceAreDropped) {
  TestCa ca;
  Limits limits;
  limits.handshake_timeout = Milliseconds{100};
  RunningServer running(limits, {ca.issue({})});
  auto plain = running.client();
  plain.send(kGet);
  EXPECT_EQ(status_of(plain.read_to_end()), 0);
  auto silent = running.client();
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_TRUE(running.handler.requests().empty());
  EXPECT_TRUE(running.counted("http_refused_total{reason=\"slow_handshake\"}"));
}

TEST(TlsServerSide, WebSocketsWorkToo) {
  TestCa ca;
  RunningServer running({}, {ca.issue({})});
  TlsClient client(running, "service.test");
  const auto opened = client.exchange(ws_handshake("/ws"), 100);
  EXPECT_EQ(status_of(opened), 101);
  EXPECT_EQ(client.exchange(ws_frame({.payload = "hello"}), 7), "\x81\x05hello");
  EXPECT_EQ(client.exchange(ws_frame({.payload = "bye"}), 4), "\x88\x02\x03\xe8");
}

TEST(TlsServerSide, AMissingCertificateIsAnErrorAtStart) {
  Metrics metrics;
  Cores cores({.count = 1});
  TaskGroup tasks;
  EchoForTest handler;
  ServerOptions options;
  options.tls = {{.certificate = "/none.pem", .key = "/none.key"}};
  const auto started = Server(options, cores, tasks, handler, metrics).start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::misconfigured);
}

}  // namespace
}  // namespace parley::gateway::http
