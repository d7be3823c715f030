#include "gateway/http/client.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/http/client_fixture.hpp"
#include "tests/http/scripted_peer.hpp"

namespace parley::gateway::http {
namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Answers every request of every connection.
void answer_all(PeerConnection& peer, int) {
  while (!peer.read_request().empty()) peer.send(kOk);
}

std::string header_of(const ClientAnswer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(HttpClient, CallsAndReusesTheConnection) {
  RunningServer server;
  RunningClient client;
  const auto url = "http://127.0.0.1:" + std::to_string(server.server->port()) + "/p?q=1";
  for (int i = 0; i < 5; ++i) {
    const auto answer = client.post(url, "hi");
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "POST /p hi");
    EXPECT_EQ(header_of(*answer, "content-type"), "text/plain");
  }
  EXPECT_NE(server.metrics.text().find("http_connections_total 1\n"), std::string::npos);
}

TEST(HttpClient, CarriesLargeBodiesBothWays) {
  RunningServer server;
  RunningClient client;
  const auto url = "http://127.0.0.1:" + std::to_string(server.server->port()) + "/p";
  for (const std::size_t size : {1'000u, 20'000u, 70'000u, 200'000u}) {
    const auto answer = client.post(url, std::string(size, 'x'));
    ASSERT_TRUE(answer) << size << " " << answer.error().detail;
    EXPECT_EQ(answer->body.size(), size + 8);
  }
}

TEST(HttpClient, AnotherCoreHasItsOwnConnections) {
  ScriptedPeer peer(answer_all);
  RunningClient client;
  for (std::size_t i = 0; i < 6; ++i) {
    ASSERT_TRUE(client.call({.url = peer.url()}, i % 2));
  }
  EXPECT_EQ(peer.accepted(), 2);
}

TEST(HttpClient, ARedirectIsAnAnswer) {
  ScriptedPeer peer([](PeerConnection& c, int) {
    c.read_request();
    c.send("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
    c.wait_for_end();
  });
  RunningClient client;
  const auto answer = client.get(peer.url());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(peer.accepted(), 1);
}

struct AnswerCase {
  const char* name;
  std::string bytes;
  int status;  // 0: an error
  const char* body = "";
};
void PrintTo(const AnswerCase& row, std::ostream* out) { *out << row.name; }
class HttpClientAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(HttpClientAnswer, IsReadOrRefused) {
  ScriptedPeer peer([](PeerConnection& c, int) {
    c.read_request();
    c.send(GetParam().bytes);
  });
  RunningClient client;
  ClientRequest request{.method = "POST", .url = peer.url(), .body = "x"};
  request.answer_bytes_max = 1'000;
  const auto answer = client.call(request);
  ASSERT_EQ(answer.has_value(), GetParam().status != 0) << (answer ? "" : answer.error().detail);
  if (answer) {
    EXPECT_EQ(answer->status, GetParam().status);
    EXPECT_EQ(answer->body, GetParam().body);
  } else {
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_EQ(answer.error().delivery, Delivery::unknown) << "the request was written";
  }
  EXPECT_EQ(peer.accepted(), 1) << "a POST is never repeated";
}
const AnswerCase kAnswers[] = {
    {"Sized", kOk, 200, "ok"},
    {"Chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200,
     "ok"},
    {"UntilTheEnd", "HTTP/1.0 200 OK\r\n\r\nok", 200, "ok"},
    {"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", 204},
    {"AfterInterim",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + kOk, 200, "ok"},
    {"ServerError", "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", 500},
    {"Nothing", "", 0},
    {"CutHead", "HTTP/1.1 200 O", 0},
    {"CutBody", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok", 0},
    {"CutChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", 0},
    {"TooLarge", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1'001, 'x'), 0},
    {"TooLargeChunked",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n" + std::string(1'001, 'x') +
         "\r\n0\r\n\r\n",
     0},
    {"TooLargeUntilTheEnd", "HTTP/1.0 200 OK\r\n\r\n" + std::string(5'000, 'x'), 0},
    {"HugeHeader", "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), 0},
    {"EndlessChunkExtension",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;" + std::string(200'000, 'x'), 0},
    {"OddTransferEncoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok", 0},
    {"SwitchingProtocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n", 0},
    {"OnlyInterim",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" +
         kOk,
     0},
    {"NotHttp", "SSH-2.0-OpenSSH_9.2\r\n", 0},
    {"TwoLengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!", 0},
};
INSTANTIATE_TEST_SUITE_P(Table, HttpClientAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& row) { return row.param.name; });

TEST(HttpClientDelivery, ARefusedConnectionSentNothing) {
  std::uint16_t port = 0;
  {
    ScriptedPeer gone(answer_all);
    port = gone.port();
  }
  RunningClient client;
  const auto answer = client.post("http://127.0.0.1:" + std::to_string(port) + "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(answer.error().delivery, Delivery::not_sent);
}

TEST(HttpClientDelivery, NoAnswerInTimeIsUnknown) {
  ScriptedPeer peer([](PeerConnection& c, int) { c.wait_for_end(); });
  RunningClient client;
  ClientRequest request{.method = "POST", .url = peer.url(), .body = "x"};
  request.timeout = Milliseconds{150};
  const auto answer = client.call(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().delivery, Delivery::unknown);
  EXPECT_NE(answer.error().detail.find("timed out"), std::string::npos);
}

TEST(HttpClientDelivery, NoFirstByteInTimeIsUnknown) {
  ScriptedPeer peer([](PeerConnection& c, int) { c.wait_for_end(); });
  auto options = RunningClient::listed();
  options.first_byte_timeout = Milliseconds{150};
  RunningClient client(options);
  EXPECT_EQ(client.post(peer.url()).error().delivery, Delivery::unknown);
}

TEST(HttpClientDelivery, AnAnswerThatStopsHalfWayIsUnknown) {
  ScriptedPeer peer([](PeerConnection& c, int) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal");
    c.wait_for_end();
  });
  RunningClient client;
  ClientRequest request{.method = "POST", .url = peer.url(), .body = "x"};
  request.timeout = Milliseconds{200};
  EXPECT_EQ(client.call(request).error().delivery, Delivery::unknown);
}

// Answers the first request of the first connection, then reads the next one and hangs up: what a
// server does whose keep-alive ran out at that moment.
void hang_up_on_the_second(PeerConnection& peer, int number) {
  peer.read_request();
  peer.send(kOk);
  if (number > 0) {
    answer_all(peer, number);
  } else {
    peer.read_request();
  }
}

TEST(HttpClientRetry, AGetOnAStaleConnectionIsRepeatedOnce) {
  ScriptedPeer peer(hang_up_on_the_second);
  RunningClient client;
  ASSERT_TRUE(client.get(peer.url("/1")));
  EXPECT_TRUE(client.get(peer.url("/2")));
  EXPECT_EQ(peer.accepted(), 2);
}

TEST(HttpClientRetry, APostOnAStaleConnectionIsUnknownAndNotRepeated) {
  ScriptedPeer peer(hang_up_on_the_second);
  RunningClient client;
  ASSERT_TRUE(client.post(peer.url("/1")));
  const auto answer = client.post(peer.url("/2"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().delivery, Delivery::unknown);
  EXPECT_EQ(peer.accepted(), 1);
  const auto all = peer.received();
  EXPECT_EQ(all.find("POST /2"), all.rfind("POST /2")) << "sent once";
}

TEST(HttpClientRetry, AConnectionThatWasClosedMeanwhileIsNotUsed) {
  ScriptedPeer peer([&](PeerConnection& c, int number) {
    c.read_request();
    c.send(kOk);
    if (number > 0) answer_all(c, number);
  });
  RunningClient client;
  ASSERT_TRUE(client.post(peer.url()));
  // The peer hangs up after its answer. Whenever that arrives, the next POST must not be lost: a
  // second connection shows that the first was found dead.
  EXPECT_TRUE(eventually([&] {
    const auto answer = client.post(peer.url());
    return answer.has_value() && peer.accepted() >= 2;
  }));
}

TEST(HttpClientRetry, UnaskedBytesMakeAConnectionUnusable) {
  ScriptedPeer peer([](PeerConnection& c, int) {
    c.read_request();
    c.send(kOk + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    c.wait_for_end();
  });
  RunningClient client;
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.get(peer.url());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "ok");
  }
  EXPECT_EQ(peer.accepted(), 3);
}

TEST(HttpClientGuard, RefusesPlainHttpAndPrivateAddressesThatAreNotListed) {
  ScriptedPeer peer(answer_all);
  ClientOptions options;
  options.look_up = [](const std::string& host) -> std::vector<std::string> {
    if (host == "rebind.test") return {"93.184.216.34", "127.0.0.1"};
    if (host == "mapped.test") return {"::ffff:127.0.0.1"};
    if (host == "metadata.test") return {"169.254.169.254"};
    return {};
  };
  RunningClient client(options);
  const auto port = ":" + std::to_string(peer.port()) + "/";
  for (const std::string& host : {"http://127.0.0.1", "https://127.0.0.1", "https://rebind.test",
                                  "https://mapped.test", "https://metadata.test", "https://[::1]",
                                  "https://[::ffff:7f00:1]", "http://93.184.216.34"}) {
    const auto answer = client.post(host + port);
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().code, Errc::rejected) << host << ": " << answer.error().detail;
    EXPECT_EQ(answer.error().delivery, Delivery::not_sent);
  }
  EXPECT_EQ(peer.accepted(), 0);
}

TEST(HttpClientGuard, AListedHostMayBePrivateButNeverMetadata) {
  ScriptedPeer peer(answer_all);
  ClientOptions options;
  options.look_up = [](const std::string& host) -> std::vector<std::string> {
    return {host == "bot.test" ? "127.0.0.1" : "169.254.169.254"};
  };
  options.private_hosts_allowed = {"Bot.Test:" + std::to_string(peer.port()), "evil.test"};
  RunningClient client(options);
  EXPECT_TRUE(client.get("http://bot.test:" + std::to_string(peer.port()) + "/"));
  EXPECT_NE(peer.received().find("Host: bot.test:"), std::string::npos);
  EXPECT_EQ(client.get("http://bot.test:1/").error().code, Errc::rejected) << "another port";
  EXPECT_EQ(client.get("http://evil.test/").error().code, Errc::rejected);
  client.client->allow_private({});
  EXPECT_EQ(client.get("http://bot.test:" + std::to_string(peer.port()) + "/").error().code,
            Errc::rejected);
}

TEST(HttpClientGuard, ControlCharactersAndBadUrlsSendNothing) {
  ScriptedPeer peer(answer_all);
  RunningClient client;
  ClientRequest request{.url = peer.url()};
  request.headers = {{"x-name", "a\r\nX-Evil: 1"}};
  EXPECT_EQ(client.call(request).error().code, Errc::misconfigured);
  EXPECT_EQ(client.get(peer.url("/a b")).error().code, Errc::misconfigured);
  EXPECT_EQ(client.get(peer.url("/\r\nX: y")).error().code, Errc::misconfigured);
  EXPECT_EQ(client.get("ftp://127.0.0.1/").error().code, Errc::misconfigured);
  EXPECT_EQ(peer.accepted(), 0);
}

TEST(HttpClientNames, AreLookedUpElsewhereAndInTime) {
  std::promise<void> release;
  const auto released = release.get_future().share();
  ClientOptions options;
  options.connect_timeout = Milliseconds{100};
  options.look_up = [released](const std::string& host) -> std::vector<std::string> {
    if (host == "slow.test") released.wait();
    return {};
  };
  RunningClient client(options);
  const auto slow = client.get("https://slow.test/");
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, Errc::unavailable);
  EXPECT_EQ(slow.error().delivery, Delivery::not_sent);
  const auto none = client.get("https://none.test/");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().detail.find("no address"), std::string::npos);
  release.set_value();
}

// A name server that does not answer: all who ask for the name wait for one look-up, and other
// names are looked up meanwhile.
TEST(HttpClientNames, OneNameIsLookedUpOnceHoweverManyAsk) {
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::atomic<int> looked_up{0};
  ClientOptions options;
  options.connect_timeout = Milliseconds{300};
  options.look_up = [&, released](const std::string& host) -> std::vector<std::string> {
    if (host != "dead.test") return {};
    ++looked_up;
    released.wait();
    return {};
  };
  RunningClient client(options);
  std::vector<std::thread> askers;
  for (int i = 0; i < 20; ++i) {
    askers.emplace_back([&] {
      const auto dead = client.get("https://dead.test/");
      EXPECT_FALSE(dead);
      EXPECT_EQ(dead.error().code, Errc::unavailable) << dead.error().detail;
      EXPECT_EQ(dead.error().delivery, Delivery::not_sent);
    });
  }
  for (auto& asker : askers) asker.join();
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(client.get("https://dead.test/"));
  EXPECT_EQ(looked_up, 1);
  const auto none = client.get("https://known.test/");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().detail.find("no address"), std::string::npos) << none.error().detail;
  release.set_value();
}

// It fails, answers, fails: each time as it is then, nothing is remembered of the failure.
TEST(HttpClientNames, AFailureIsNotRemembered) {
  ScriptedPeer peer(answer_all);
  std::atomic<int> looked_up{0};
  auto options = RunningClient::listed();
  options.private_hosts_allowed = {"flaps.test"};
  options.look_up = [&](const std::string&) -> std::vector<std::string> {
    if (++looked_up % 2 == 1) return {};
    return {"127.0.0.1"};
  };
  RunningClient client(options);
  const auto port = peer.url().substr(peer.url().rfind(':'));
  for (int i = 0; i < 3; ++i) {
    const auto failed = client.get("http://flaps.test" + port);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().delivery, Delivery::not_sent);
    const auto answered = client.post("http://flaps.test" + port);
    EXPECT_TRUE(answered) << answered.error().detail;
    // The connection that is kept needs no name: the next round asks anew.
    client.client->close();
    client.client = std::make_unique<Client>(options, client.cores, client.metrics);
  }
  EXPECT_EQ(looked_up, 6);
}

TEST(HttpClientLimits, PastOpenMaxIsOverloaded) {
  ScriptedPeer peer(answer_all);
  auto options = RunningClient::listed();
  options.open_max = 0;
  RunningClient client(options);
  EXPECT_EQ(client.get(peer.url()).error().code, Errc::overloaded);
  EXPECT_EQ(peer.accepted(), 0);
}

TEST(HttpClientLimits, AClosedClientCallsNobody) {
  ScriptedPeer peer(answer_all);
  RunningClient client;
  client.client->close();
  EXPECT_EQ(client.get(peer.url()).error().code, Errc::shutting_down);
  EXPECT_EQ(peer.accepted(), 0);
}

TEST(HttpClientLimits, IdleConnectionsAreClosedInTime) {
  ScriptedPeer peer(answer_all);
  auto options = RunningClient::listed();
  options.idle_timeout = Milliseconds{50};
  RunningClient client(options);
  ASSERT_TRUE(client.get(peer.url()));
  EXPECT_TRUE(eventually([&] {
    return client.metrics.text().find("http_client_connections_count 0") != std::string::npos;
  }));
}

TEST(HttpClientCancel, ACancelledCallEndsItsConnection) {
  ScriptedPeer peer([](PeerConnection& c, int) { c.wait_for_end(); });
  RunningClient client;
  struct Caller {
    static net::awaitable<void> run(Client* to, std::string url) {
      ClientRequest request{.url = std::move(url)};
      ignore_error(co_await to->call(std::move(request)), "the test looks at the connection");
    }
  };
  client.tasks.spawn(client.cores.context(0).get_executor(), "call",
                     Caller::run(client.client.get(), peer.url()));
  EXPECT_TRUE(eventually([&] { return peer.accepted() == 1; }));
  client.tasks.cancel_all();
  EXPECT_TRUE(client.tasks.wait_blocking(kPatience));
  EXPECT_NE(client.metrics.text().find("http_client_connections_count 0"), std::string::npos);
}

}  // namespace
}  // namespace parley::gateway::http
