#include "gateway/http/web_socket.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "tests/http/ws_client.hpp"

namespace parley::gateway::http {
namespace {

TEST(WebSocketOpen, ShakesHandsAndEchoes) {
  RunningServer running;
  WsClient client(running, "/protocol?x=1");
  EXPECT_NE(client.handshake.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
  EXPECT_NE(client.handshake.find("sec-websocket-protocol: parley.v1"), std::string::npos)
      << client.handshake;
  EXPECT_EQ(client.handshake.find("Beast"), std::string::npos);
  EXPECT_EQ(client.handshake.find("permessage-deflate"), std::string::npos);
  client.raw.send(ws_frame({.payload = "\xe4\xbd\xa0"}));
  const auto echo = client.read();
  EXPECT_EQ(echo.opcode, kText);
  EXPECT_EQ(echo.payload, "\xe4\xbd\xa0");
  client.raw.send(ws_frame({.payload = ""}));
  EXPECT_EQ(client.read().payload, "");
  client.raw.send(ws_frame({.payload = std::string(64 * 1024, 'x')}));
  EXPECT_EQ(client.read().payload.size(), 64u * 1024);
}

TEST(WebSocketOpen, CutAtEveryByteTheMessageIsTheSame) {
  RunningServer running;
  const auto frame = ws_frame({.payload = "cut"}) + ws_frame({.opcode = kPing, .payload = "p"}) +
                     ws_frame({.payload = std::string(200, 'y')});
  for (std::size_t cut = 1; cut < frame.size(); ++cut) {
    WsClient client(running);
    client.raw.send(frame.substr(0, cut));
    client.raw.send(frame.substr(cut));
    std::vector<std::string> texts;
    bool pong = false;
    while (texts.size() < 2 || !pong) {
      const auto got = client.read();
      ASSERT_TRUE(got.opcode == kText || got.opcode == kPong) << cut;
      if (got.opcode == kText) texts.push_back(got.payload);
      pong = pong || (got.opcode == kPong && got.payload == "p");
    }
    EXPECT_EQ(texts, (std::vector<std::string>{"cut", std::string(200, 'y')})) << cut;
  }
}

struct UpgradeCase {
  const char* name;
  std::string bytes;
  int status;
};
void PrintTo(const UpgradeCase& row, std::ostream* out) { *out << row.name; }
class WebSocketUpgrade : public testing::TestWithParam<UpgradeCase> {};
TEST_P(WebSocketUpgrade, IsRefusedAsHttp) {
  RunningServer running;
  auto raw = running.client();
  raw.send(GetParam().bytes);
  EXPECT_EQ(status_of(raw.read_answer()), GetParam().status);
}
INSTANTIATE_TEST_SUITE_P(
    Table, WebSocketUpgrade,
    testing::Values(UpgradeCase{"ByTheHandler", ws_handshake("/closed"), 403},
                    UpgradeCase{"Version8", ws_handshake("/ws", "", "8"), 426},
                    UpgradeCase{"NoVersion", ws_handshake("/ws", "", ""), 426},
                    UpgradeCase{"NoKey", ws_handshake("/ws", "", "13", ""), 400},
                    UpgradeCase{"ShortKey", ws_handshake("/ws", "", "13", "AAAA"), 400},
                    UpgradeCase{"BytesBehind", ws_handshake("/ws") + "x", 400},
                    UpgradeCase{"WithABody", ws_handshake("/ws", "Content-Length: 1\r\n") + "x",
                                400},
                    UpgradeCase{"TwoHosts", ws_handshake("/ws", "Host: b\r\n"), 400}),
    [](const auto& row) { return row.param.name; });

TEST(WebSocketUpgrade, OtherUpgradesAreOrdinaryRequests) {
  RunningServer running;
  const auto answer =
      running.exchange("GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
  EXPECT_EQ(body_of(answer), "GET /x ");
}

struct AbuseCase {
  const char* name;
  std::string bytes;
  unsigned close_code;
};
void PrintTo(const AbuseCase& row, std::ostream* out) { *out << row.name; }
class WebSocketAbuse : public testing::TestWithParam<AbuseCase> {};
Limits quick_close() {
  Limits limits;
  limits.ws_close_timeout = Milliseconds{100};  // these clients do not answer a close
  return limits;
}
TEST_P(WebSocketAbuse, IsClosedWithTheCode) {
  RunningServer running(quick_close());
  WsClient client(running);
  client.raw.send(GetParam().bytes);
  EXPECT_EQ(client.read_close(), GetParam().close_code);
  // The bytes behind the offence do not reach anybody.
  EXPECT_EQ(client.raw.read_to_end(), "");
}
std::string text_of(unsigned opcode, std::string payload, bool fin) {
  return ws_frame({.opcode = opcode, .payload = std::move(payload), .fin = fin});
}
std::string bytes(std::initializer_list<unsigned> values) {
  std::string out;
  for (const unsigned value : values) out += static_cast<char>(value);
  return out;
}
const AbuseCase kAbuse[] = {
    {"Unmasked", ws_frame({.payload = "x", .masked = false}), 1002},
    {"Rsv1", ws_frame({.payload = "x", .rsv = 4}), 1002},
    {"Rsv2", ws_frame({.payload = "x", .rsv = 2}), 1002},
    {"Rsv3", ws_frame({.payload = "x", .rsv = 1}), 1002},
    {"Rsv1OnPing", ws_frame({.opcode = kPing, .rsv = 4}), 1002},
    {"Opcode3", ws_frame({.opcode = 3}), 1002},
    {"Opcode7", ws_frame({.opcode = 7}), 1002},
    {"Opcode11", ws_frame({.opcode = 11}), 1002},
    {"Opcode15", ws_frame({.opcode = 15}), 1002},
    {"FragmentedPing", text_of(kPing, "x", false), 1002},
    {"FragmentedClose", text_of(kClose, bytes({3, 232}), false), 1002},
    {"LongPing", ws_frame({.opcode = kPing, .payload = std::string(126, 'x')}), 1002},
    {"LongClose", ws_close(1000, std::string(124, 'x')), 1002},
    {"ContinuationFirst", text_of(0, "x", true), 1002},
    {"TextInsideText", text_of(kText, "a", false) + text_of(kText, "b", true), 1002},
    {"CloseOfOneByte", ws_frame({.opcode = kClose, .payload = "x"}), 1002},
    {"Close999", ws_close(999), 1002},
    {"Close1004", ws_close(1004), 1002},
    {"Close1005", ws_close(1005), 1002},
    {"Close1006", ws_close(1006), 1002},
    {"Close1016", ws_close(1016), 1002},
    {"Close2999", ws_close(2999), 1002},
    {"Close5000", ws_close(5000), 5000},
    {"LengthNotMinimal16", bytes({0x81, 0xFE, 0, 1, 1, 2, 3, 4, 'x' ^ 1}), 1002},
    {"LengthNotMinimal64", bytes({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 'x' ^ 1}), 1002},
    {"Binary", ws_frame({.opcode = kBinary, .payload = "x"}), 1003},
    {"EmptyBinary", ws_frame({.opcode = kBinary}), 1003},
    {"NotUtf8", ws_frame({.payload = "\xff"}), 1007},
    {"Overlong", ws_frame({.payload = "\xc0\xaf"}), 1007},
    {"Surrogate", ws_frame({.payload = "\xed\xa0\x80"}), 1007},
    {"PastUnicode", ws_frame({.payload = "\xf4\x90\x80\x80"}), 1007},
    {"Utf8CutByTheEnd", ws_frame({.payload = "a\xe4\xbd"}), 1007},
    {"Utf8BadAcrossFragments", text_of(kText, "\xe4\xbd", false) + text_of(0, "x", true), 1007},
    {"TooLarge", ws_frame({.payload = std::string(64 * 1024 + 1, 'x')}), 1009},
    {"TooLargeInFragments",
     text_of(kText, std::string(40'000, 'x'), false) + text_of(0, std::string(40'000, 'x'), true),
     1009},
    {"HugeAnnounced", bytes({0x81, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4}),
     1009},
    {"LengthHighBit", bytes({0x81, 0xFF, 0xFF, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4}),
     1009},
    {"CloseNormal", ws_close(1000), 1000},
    {"CloseWithReason", ws_close(1001, "bye"), 1001},
    {"CloseApplication", ws_close(3000), 3000},
    {"ClosePrivate", ws_close(4999), 4999},
};
INSTANTIATE_TEST_SUITE_P(Table, WebSocketAbuse, testing::ValuesIn(kAbuse),
                         [](const auto& row) { return row.param.name; });

TEST(WebSocketFrames, FragmentsMakeOneMessageAndPingsGoBetween) {
  RunningServer running;
  WsClient client(running);
  client.raw.send(text_of(kText, "\xe4", false) + ws_frame({.opcode = kPing, .payload = "now"}) +
                  text_of(0, "\xbd", false) + text_of(0, "", false) + text_of(0, "\xa0!", true));
  std::string text, pong;
  while (text.empty() || pong.empty()) {
    const auto frame = client.read();
    ASSERT_NE(frame.opcode, 0u);
    (frame.opcode == kPong ? pong : text) = frame.payload;
  }
  EXPECT_EQ(text, "\xe4\xbd\xa0!");
  EXPECT_EQ(pong, "now");
}

TEST(WebSocketLimits, TooManyMessagesAre1008) {
  Limits limits;
  limits.ws_messages_burst_max = 5;
  limits.ws_messages_per_minute_max = 1;
  RunningServer running(limits);
  WsClient client(running);
  for (int i = 0; i < 6; ++i) client.raw.send(ws_frame({.payload = "x"}));
  EXPECT_EQ(client.read_close(), 1008u);
}

TEST(WebSocketLimits, TooManyPingsAre1008) {
  RunningServer running;
  WsClient client(running);
  for (int i = 0; i < 12; ++i) client.raw.send(ws_frame({.opcode = kPing}));
  EXPECT_EQ(client.read_close(), 1008u);
}

TEST(WebSocketLimits, TinyFragmentsAre1008) {
  RunningServer running;
  WsClient client(running);
  std::string flood = text_of(kText, "x", false);
  for (int i = 0; i < 5'000; ++i) flood += text_of(0, "x", false);
  client.raw.send(flood);
  EXPECT_EQ(client.read_close(), 1008u);
}

TEST(WebSocketLimits, AMessageThatNeverEndsIs1008) {
  Limits limits;
  limits.ws_fragment_timeout = Milliseconds{100};
  RunningServer running(limits);
  WsClient client(running);
  client.raw.send(text_of(kText, "half", false));
  EXPECT_EQ(client.read_close(), 1008u);
}

TEST(WebSocketLimits, APeerThatAnswersNoPingIsDropped) {
  Limits limits;
  limits.ws_ping_interval = Milliseconds{100};
  RunningServer running(limits);
  WsClient client(running);
  EXPECT_EQ(client.read().opcode, kPing);
  client.raw.read_to_end();
  EXPECT_TRUE(eventually([&] { return running.server->connections() == 0; }));
  EXPECT_TRUE(eventually([&] { return running.handler.ends().size() == 1; }));
  EXPECT_EQ(running.handler.ends(), std::vector<std::string>{"no_answer_to_ping"});
}

TEST(WebSocketLimits, APeerThatAnswersNoCloseIsDropped) {
  Limits limits;
  limits.ws_close_timeout = Milliseconds{100};
  RunningServer running(limits);
  WsClient leaves(running), offends(running);
  leaves.raw.send(ws_frame({.payload = "bye"}));
  EXPECT_EQ(leaves.read_close(), 1000u);
  offends.raw.send(ws_frame({.opcode = 3}));
  EXPECT_EQ(offends.read_close(), 1002u);
  // Neither answers nor closes.
  EXPECT_TRUE(eventually([&] { return running.server->connections() == 0; }));
}

net::awaitable<void> flood(Request, std::shared_ptr<WebSocket> socket) {
  const auto frame = std::make_shared<const std::string>(1'000, 'x');
  for (int i = 0; i < 1'000; ++i) socket->send(frame);
  while ((co_await socket->receive()).has_value()) {
  }
}

TEST(WebSocketQueue, ASlowConsumerIsClosedWith1013) {
  RunningServer running(quick_close());
  running.handler.on_socket = flood;
  WsClient client(running);
  int texts = 0;
  for (;;) {
    const auto frame = client.read();
    if (frame.opcode == kText) {
      ++texts;
      continue;
    }
    EXPECT_EQ(frame.close_code(), 1013u);
    EXPECT_EQ(frame.payload.substr(2), "slow consumer");
    break;
  }
  EXPECT_LE(texts, 64);
  EXPECT_TRUE(eventually(
      [&] { return running.counted("http_web_sockets_closed_total{reason=\"closed 1013\"}"); }));
}

net::awaitable<void> send_one_large(Request, std::shared_ptr<WebSocket> socket) {
  socket->send(std::make_shared<const std::string>(60 << 20, 'x'));
  while ((co_await socket->receive()).has_value()) {
  }
}

TEST(WebSocketQueue, AClientThatStopsReadingIsCut) {
  Limits limits;
  limits.write_timeout = Milliseconds{150};
  limits.ws_queue_bytes_max = 100 << 20;
  RunningServer running(limits);
  running.handler.on_socket = send_one_large;
  WsClient client(running, "/ws", 4'096);
  EXPECT_TRUE(eventually(
      [&] { return running.counted("http_web_sockets_closed_total{reason=\"closed 1013\"}"); }));
  EXPECT_TRUE(eventually([&] { return running.server->connections() == 0; }));
}

net::awaitable<void> only_read(std::shared_ptr<WebSocket> socket) {
  while ((co_await socket->receive()).has_value()) {
  }
}

TEST(WebSocketQueue, SendsFromAnotherThreadKeepTheirOrder) {
  RunningServer running;
  std::promise<std::shared_ptr<WebSocket>> opened;
  running.handler.on_socket = [&](Request, std::shared_ptr<WebSocket> socket) {
    opened.set_value(socket);
    return only_read(socket);
  };
  WsClient client(running);
  auto socket = opened.get_future().get();
  for (int i = 0; i < 50; ++i) {
    socket->send(std::make_shared<const std::string>(std::to_string(i)));
  }
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.read().payload, std::to_string(i));
  socket->close(4001, "token revoked");
  const auto last = client.read();
  EXPECT_EQ(last.close_code(), 4001u);
  EXPECT_EQ(last.payload.substr(2), "token revoked");
}

TEST(WebSocketDrain, DeliversWhatIsQueuedThenCloses1012) {
  RunningServer running;
  running.handler.on_socket = nullptr;
  WsClient client(running);
  client.raw.send(ws_frame({.payload = "one"}));
  EXPECT_EQ(client.read().payload, "one");
  running.server->drain();
  const auto frame = client.read();
  EXPECT_EQ(frame.close_code(), 1012u);
  client.raw.send(ws_close(1012));
  EXPECT_EQ(client.raw.read_to_end(), "");
  EXPECT_TRUE(running.tasks.wait_blocking(kPatience));
}

TEST(WebSocketOpen, AnExceptionInServeClosesWith1011) {
  RunningServer running;
  running.handler.on_socket = [](Request,
                                 std::shared_ptr<WebSocket> socket) -> net::awaitable<void> {
    ignore_error(co_await socket->receive(), "any message will do");
    throw boost::system::system_error(net::error::operation_aborted);
  };
  WsClient client(running);
  client.raw.send(ws_frame({.payload = "x"}));
  EXPECT_EQ(client.read_close(), 1011u);
}

}  // namespace
}  // namespace parley::gateway::http
