#include "gateway/http/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <string>

#include "tests/http/wire_fixture.hpp"

namespace parley::gateway::http {
namespace {

std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
std::string post(const std::string& path, const std::string& body, const std::string& fields = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  RunningServer running;
  auto raw = running.client();
  for (int i = 0; i < 5; ++i) {
    raw.send(post("/p?x=1", "hi"));
    const auto answer = raw.read_answer();
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_EQ(body_of(answer), "POST /p hi");
    EXPECT_EQ(answer.find("Server:"), std::string::npos);
    EXPECT_EQ(answer.find("Connection:"), std::string::npos);
  }
  const auto seen = running.handler.requests();
  ASSERT_EQ(seen.size(), 5u);
  EXPECT_EQ(seen[0].query, "x=1");
  EXPECT_EQ(seen[0].remote, "127.0.0.1");
  EXPECT_EQ(seen[0].header("HOST"), "a");
  EXPECT_FALSE(seen[0].secure);
}

TEST(HttpServer, CutAtEveryByteTheRequestIsTheSame) {
  RunningServer running;
  const std::string sized = post("/s", "hello");
  const std::string chunks =
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
  for (const auto& text : {sized, chunks}) {
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      auto raw = running.client();
      raw.send(text.substr(0, cut));
      raw.send(text.substr(cut));
      EXPECT_TRUE(body_of(raw.read_answer()).ends_with(" hello")) << cut;
    }
  }
  auto raw = running.client();
  for (const char c : chunks) raw.send(std::string_view(&c, 1));
  EXPECT_EQ(body_of(raw.read_answer()), "POST /c hello");
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  RunningServer running;
  auto raw = running.client();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    all += i % 2 == 0 ? get("/" + std::to_string(i)) : post("/" + std::to_string(i), "b");
  }
  raw.send(all);
  for (int i = 0; i < 200; ++i) {
    const auto want = (i % 2 == 0 ? "GET /" : "POST /") + std::to_string(i);
    EXPECT_TRUE(body_of(raw.read_answer()).starts_with(want)) << i;
  }
}

TEST(HttpServer, OneDotZeroAndConnectionCloseEndAfterTheAnswer) {
  RunningServer running;
  for (const std::string text : {"GET /x HTTP/1.0\r\nHost: a\r\n\r\n",
                                 "GET /x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
                                 "GET /x HTTP/1.1\r\nHost: a\r\nConnection: Foo, Close\r\n\r\n"}) {
    auto raw = running.client();
    raw.send(text);
    const auto answer = raw.read_to_end();
    EXPECT_EQ(status_of(answer), 200) << text;
    EXPECT_NE(answer.find("Connection: close"), std::string::npos) << text;
  }
}

TEST(HttpServer, HeadHasTheLengthAndNoBody) {
  RunningServer running;
  auto raw = running.client();
  raw.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/y"));
  const auto head = raw.read_answer(false);
  EXPECT_NE(head.find("Content-Length: 8\r\n"), std::string::npos) << head;
  EXPECT_EQ(body_of(raw.read_answer()), "GET /y ");
}

TEST(HttpServer, ExpectContinueAsksForTheBody) {
  RunningServer running;
  auto raw = running.client();
  raw.send("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(raw.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.send("hi");
  EXPECT_EQ(body_of(raw.read_answer()), "POST /x hi");
}

TEST(HttpServer, ExpectContinueOfATooLargeBodyIsRefusedAtOnce) {
  RunningServer running;
  auto raw = running.client();
  raw.send("POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(status_of(raw.read_to_end()), 413);
}

TEST(HttpServer, ALargeAnswerAndALargeBodyArriveWhole) {
  RunningServer running;
  auto raw = running.client();
  const std::string body(1 << 20, 'x');
  raw.send(post("/big", body));
  EXPECT_EQ(body_of(raw.read_answer()).size(), body.size() + 10);
}

struct LimitCase {
  const char* name;
  std::string bytes;
  int status;
};
void PrintTo(const LimitCase& row, std::ostream* out) { *out << row.name; }
class HttpLimits : public testing::TestWithParam<LimitCase> {};
TEST_P(HttpLimits, PastTheLimitIsRefusedAndClosed) {
  RunningServer running;
  auto raw = running.client();
  raw.send(GetParam().bytes);  // may fail half-way: the server need not read it all
  EXPECT_EQ(status_of(raw.read_to_end()), GetParam().status);
  EXPECT_TRUE(running.handler.requests().empty());
}
std::string fields(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "X-" + std::to_string(i) + ": y\r\n";
  return text;
}
std::string tiny_chunks(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "1\r\nx\r\n";
  return text;
}
const std::string kChunkedHead =
    "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
INSTANTIATE_TEST_SUITE_P(
    Table, HttpLimits,
    testing::Values(
        LimitCase{"Target", get("/" + std::string(9'000, 'a')), 414},
        LimitCase{"TargetWithoutEnd", "GET /" + std::string(200'000, 'a'), 414},
        LimitCase{"HeaderBytes", get("/", "X: " + std::string(9'000, 'a') + "\r\n"), 431},
        LimitCase{"HeaderWithoutEnd", "GET / HTTP/1.1\r\nX: " + std::string(200'000, 'a'), 431},
        LimitCase{"Fields", get("/", fields(101)), 431},
        LimitCase{"BodyBytes", post("/small", "12345678901"), 413},
        LimitCase{"BodyAnnounced",
                  "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n", 413},
        LimitCase{"ChunkedBody",
                  "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n6\r\n123456\r\n5\r\n",
                  413},
        LimitCase{"ChunkAnnounced", kChunkedHead + "7FFFFFFF\r\n", 413},
        LimitCase{"ChunkExtension", kChunkedHead + "5;" + std::string(100'000, 'a'), 400},
        LimitCase{"ChunkSizeDigits", kChunkedHead + std::string(100'000, '0'), 400},
        LimitCase{"Trailers", kChunkedHead + "0\r\nX: " + std::string(100'000, 'a'), 400},
        LimitCase{"TinyChunks", kChunkedHead + tiny_chunks(20'000), 413}),
    [](const auto& row) { return row.param.name; });

Limits short_limits() {
  Limits limits;
  limits.header_timeout = limits.body_timeout = limits.keep_alive_timeout = Milliseconds{150};
  limits.write_timeout = limits.handler_timeout = Milliseconds{150};
  return limits;
}

TEST(HttpTimeouts, ASlowHeaderIs408AndClosed) {
  RunningServer running(short_limits());
  auto raw = running.client();
  raw.send("GET / HTT");
  EXPECT_EQ(status_of(raw.read_to_end()), 408);
  EXPECT_TRUE(running.counted("http_refused_total{reason=\"slow_header\"}"));
}

TEST(HttpTimeouts, TheHeadersDeadlineIsAbsolute) {
  RunningServer running(short_limits());
  auto raw = running.client();
  raw.send("GET / HTTP/1.1\r\n");
  // Bytes keep coming until the server has had enough.
  const auto started = std::chrono::steady_clock::now();
  while (raw.send("X: y\r\n") && std::chrono::steady_clock::now() - started < kPatience) {
    pollfd wait{.fd = raw.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, 5) > 0) break;
  }
  const int status = status_of(raw.read_to_end());
  EXPECT_TRUE(status == 408 || status == 431) << status;
}

TEST(HttpTimeouts, SilenceIsClosedWithoutAWord) {
  RunningServer running(short_limits());
  auto raw = running.client();
  EXPECT_EQ(raw.read_to_end(), "");
  auto idle = running.client();
  idle.send(get("/x"));
  EXPECT_EQ(status_of(idle.read_answer()), 200);
  EXPECT_EQ(idle.read_to_end(), "") << "keep-alive that is not used";
}

TEST(HttpTimeouts, ASlowBodyIs408) {
  RunningServer running(short_limits());
  for (const std::string& head : {post("/x", "hello").substr(0, 50), kChunkedHead + "5\r\nhe"}) {
    auto raw = running.client();
    raw.send(head);
    EXPECT_EQ(status_of(raw.read_to_end()), 408) << head;
  }
}

TEST(HttpTimeouts, ABodyBelowTheLeastRateIs408BeforeItsDeadline) {
  Limits limits;
  limits.body_grace = Milliseconds{100};
  RunningServer running(limits);  // the absolute deadline is 30 s
  auto raw = running.client();
  raw.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhello");
  EXPECT_EQ(status_of(raw.read_to_end()), 408);
}

net::awaitable<Response> never(Request) {
  net::steady_timer timer(co_await net::this_coro::executor);
  timer.expires_after(std::chrono::hours(1));
  co_await timer.async_wait(net::use_awaitable);
  co_return Response{};
}

TEST(HttpTimeouts, AHandlerThatTakesTooLongIs503) {
  RunningServer running(short_limits());
  running.handler.on_request = never;
  auto raw = running.client();
  raw.send(get("/x"));
  const auto answer = raw.read_to_end();
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_NE(answer.find("retry-after: "), std::string::npos);
}

TEST(HttpTimeouts, AClientThatDoesNotReadItsAnswerIsDropped) {
  auto limits = short_limits();
  RunningServer running(limits);
  running.handler.on_request = [](Request) -> net::awaitable<Response> {
    Response big{.content_type = "text/plain", .body = std::string(8 << 10, 'x')};
    co_return big;
  };
  auto raw = running.client(4'096);
  std::string many;
  for (int i = 0; i < 2'000; ++i) many += get("/x");
  raw.send(many);
  EXPECT_TRUE(
      eventually([&] { return running.counted("http_refused_total{reason=\"slow_reader\"}"); }));
  EXPECT_TRUE(eventually([&] { return running.server->connections() == 0; }));
}

net::awaitable<Response> throwing(Request) {
  throw std::runtime_error("a bug");
  co_return Response{};
}

TEST(HttpServer, AHandlerThatThrowsIs500AndTheConnectionLives) {
  RunningServer running;
  running.handler.on_request = throwing;
  auto raw = running.client();
  raw.send(get("/x") + get("/y"));
  EXPECT_EQ(status_of(raw.read_answer()), 500);
  EXPECT_EQ(status_of(raw.read_answer()), 500);
}

TEST(HttpServer, AnAnswerThatWouldSplitIs500AndClosed) {
  RunningServer running;
  running.handler.on_request = [](Request request) -> net::awaitable<Response> {
    Response answer{.content_type = "text/plain"};
    answer.headers.emplace_back("x-echo", "a\r\nSet-Cookie: evil=1\r\n\r\n" + request.path);
    co_return answer;
  };
  auto raw = running.client();
  raw.send(get("/x") + get("/y"));
  const auto all = raw.read_to_end();
  EXPECT_EQ(status_of(all), 500);
  EXPECT_EQ(all.find("evil"), std::string::npos);
  EXPECT_EQ(running.handler.requests().size(), 1u);
}

TEST(HttpServer, TheCapPerAddressRefusesTheNextOne) {
  Limits limits;
  limits.connections_per_address_max = 3;
  RunningServer running(limits);
  std::vector<RawClient> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(running.client());
    open.back().send(get("/x"));
    EXPECT_EQ(status_of(open.back().read_answer()), 200);
  }
  auto fourth = running.client();
  const auto refused = fourth.read_to_end();
  EXPECT_EQ(status_of(refused), 503) << refused;
  EXPECT_TRUE(running.counted("http_refused_total{reason=\"connections_per_address_max\"}"));
  open.pop_back();
  EXPECT_TRUE(eventually([&] { return running.server->connections() == 2; }));
  EXPECT_EQ(status_of(running.exchange(get("/x"))), 200);
}

TEST(HttpServer, TheGlobalCapRefusesTheNextOneAndATrustedProxyHasNoOwnCap) {
  Limits limits;
  limits.connections_per_address_max = 1;
  limits.connections_max = 2;
  RunningServer running(limits, {}, {"127.0.0.0/8"});
  auto first = running.client(), second = running.client();
  for (auto* one : {&first, &second}) {
    one->send(get("/x", "X-Forwarded-For: 5.5.5.5\r\n"));
    EXPECT_EQ(status_of(one->read_answer()), 200);
  }
  EXPECT_EQ(running.handler.requests()[0].remote, "5.5.5.5");
  EXPECT_EQ(status_of(running.client().read_to_end()), 503);
}

TEST(HttpServer, TooManyRequestsInFlightAre503WithRetryAfter) {
  Limits limits;
  limits.requests_in_flight_max = 1;
  RunningServer running(limits);
  running.handler.on_request = never;
  auto busy = running.client();
  busy.send(get("/x"));
  EXPECT_TRUE(eventually([&] { return running.handler.requests().size() == 1; }));
  const auto answer = running.exchange(get("/y"));
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_NE(answer.find("retry-after: "), std::string::npos);
}

// A request that waits in the Handler until the test lets it go.
struct Gate {
  std::promise<void> arrived;
  std::function<void()> open;

  std::function<net::awaitable<Response>(Request)> as_handler() {
    return [this](Request request) { return wait(this, std::move(request)); };
  }
  static net::awaitable<Response> wait(Gate* gate, Request request) {
    const auto executor = co_await net::this_coro::executor;
    auto timer = std::make_shared<net::steady_timer>(executor);
    timer->expires_after(std::chrono::hours(1));
    gate->open = [timer, executor] { net::post(executor, [timer] { timer->cancel(); }); };
    gate->arrived.set_value();
    co_await timer->async_wait(net::as_tuple(net::use_awaitable));
    Response answer{.content_type = "text/plain"};
    answer.body = "done " + request.path;
    co_return answer;
  }
};

TEST(HttpDrain, FinishesTheRequestAtHandThenCloses) {
  RunningServer running;
  Gate gate;
  running.handler.on_request = gate.as_handler();
  auto busy = running.client();
  busy.send(get("/slow"));
  gate.arrived.get_future().wait();
  auto idle = running.client();
  EXPECT_TRUE(eventually([&] { return running.server->connections() == 2; }));
  running.server->drain();
  EXPECT_EQ(idle.read_to_end(), "") << "nobody waits for an idle connection";
  EXPECT_TRUE(eventually([&] { return running.server->connections() == 1; }));
  gate.open();
  const auto answer = busy.read_to_end();
  EXPECT_EQ(body_of(answer), "done /slow");
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(running.tasks.wait_blocking(kPatience));
  EXPECT_FALSE(running.client().connected()) << "the port is closed";
}

TEST(HttpDrain, ARequestAcceptedJustBeforeIsStillAnswered) {
  RunningServer running;
  // Connected, not yet accepted or read: whatever the drain meets, it must not be reset.
  std::vector<RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(running.client());
    clients.back().send(get("/x"));
  }
  running.server->drain();
  for (auto& raw : clients) EXPECT_EQ(status_of(raw.read_to_end()), 200);
}

TEST(HttpServer, OutOfDescriptorsItRecovers) {
  RunningServer running({}, {}, {}, 1);
  std::vector<RawClient> before;
  for (int i = 0; i < 3; ++i) {
    before.push_back(running.client());
    before.back().send(get("/x"));
    ASSERT_EQ(status_of(before.back().read_answer()), 200);
  }
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  auto waiting = running.client();  // its descriptor exists before the limit falls
  waiting.send(get("/x"));
  ASSERT_EQ(status_of(waiting.read_answer()), 200);
  const int next_fd = ::dup(0);
  ::close(next_fd);
  // Room for the client's own socket and for nothing else: the server's accept finds none.
  rlimit tight = old;
  tight.rlim_cur = static_cast<rlim_t>(next_fd) + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  auto dropped = running.client();
  dropped.send(get("/x"));
  const auto got = dropped.read_to_end();
  before[0].send(get("/y"));
  const auto alive = before[0].read_answer();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_EQ(got, "") << "taken and dropped, not left hanging";
  EXPECT_EQ(status_of(alive), 200) << "open connections are served on";
  EXPECT_EQ(status_of(running.exchange(get("/x"))), 200) << "and new ones again";
  EXPECT_TRUE(running.counted("http_refused_total{reason=\"out_of_descriptors\"}"));
}

TEST(HttpServer, ABusyPortOrABadAddressIsAnErrorAtStart) {
  Metrics metrics;
  Cores cores({.count = 1});
  TaskGroup tasks;
  EchoForTest handler;
  ServerOptions bad;
  bad.address = "not-an-address";
  EXPECT_EQ(Server(bad, cores, tasks, handler, metrics).start().error().code, Errc::misconfigured);
  const int taken = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(taken, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  socklen_t size = sizeof at;
  ASSERT_EQ(::getsockname(taken, reinterpret_cast<sockaddr*>(&at), &size), 0);
  ServerOptions busy;
  busy.port = ntohs(at.sin_port);
  EXPECT_EQ(Server(busy, cores, tasks, handler, metrics).start().error().code, Errc::unavailable);
  ::close(taken);
}

}  // namespace
}  // namespace parley::gateway::http
