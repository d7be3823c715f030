// /v1/stream: from a cursor on, live, no gap, no duplicate.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <list>

#include "base/crypto.hpp"
#include "tests/api/api_fixture.hpp"

namespace parley::gateway {
namespace {

// The peer's end: what it said, what it was told, how it ended.
class FakeSocket final : public http::WebSocket {
 public:
  explicit FakeSocket(net::io_context& io) : wake_(io, net::steady_timer::time_point::max()) {}

  net::awaitable<Result<std::string>> receive() override {
    while (inbox.empty() && !closed) {
      wake_.expires_at(net::steady_timer::time_point::max());
      co_await wake_.async_wait(net::as_tuple(net::use_awaitable));
    }
    if (inbox.empty()) co_return Error{.code = Errc::unavailable, .detail = "closed"};
    auto text = std::move(inbox.front());
    inbox.pop_front();
    co_return text;
  }
  void send(http::Frame text) override {
    got.push_back(*text);
    if (slow) unwritten.push_back(std::move(text));
  }
  void close(std::uint16_t code, std::string_view why) override {
    if (closed) return;
    closed = true;
    close_code = code;
    close_reason = why;
    wake_.cancel();
  }
  void say(std::string text) {
    inbox.push_back(std::move(text));
    wake_.cancel();
  }
  void hang_up() { close(1000, "peer"); }

  std::deque<std::string> inbox;
  std::vector<std::string> got;
  std::list<http::Frame> unwritten;  // of a peer that does not read
  bool slow = false, closed = false;
  std::uint16_t close_code = 0;
  std::string close_reason;

 private:
  net::steady_timer wake_;
};

std::string text_of(const std::string& frame, const std::string& name) {
  const auto at = frame.find("\"" + name + "\":\"");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 4;
  return frame.substr(from, frame.find('"', from) - from);
}

class Stream : public ApiTest {
 protected:
  explicit Stream(ApiLimits limits = {}) : ApiTest(limits) {}

  std::shared_ptr<FakeSocket> open(const std::string& query = {},
                                   std::string_view key = "acme-read-key") {
    auto socket = std::make_shared<FakeSocket>(io);
    socket->slow = slow;
    auto what = request("GET", "/v1/stream", {}, key);
    what.query = query;
    ++running;
    net::co_spawn(io, api.stream(std::move(what), socket), [this](std::exception_ptr failed) {
      --running;
      if (failed) std::rethrow_exception(failed);
    });
    settle();
    return socket;
  }
  // Ids of the events it was sent.
  static std::vector<std::string> events(const FakeSocket& socket) {
    std::vector<std::string> out;
    for (const auto& frame : socket.got) {
      if (text_of(frame, "type") != "event") continue;
      const auto at = frame.find("\"evt_");
      out.push_back(frame.substr(at + 1, frame.find('"', at + 1) - at - 1));
    }
    return out;
  }
  std::vector<std::string> all_events() {
    std::vector<std::string> out;
    for (const auto& item : *service.store().stream_blocking(kAcme, 0, 10'000)) {
      const auto at = item.event.body.find("\"evt_");
      out.push_back(item.event.body.substr(at + 1, item.event.body.find('"', at + 1) - at - 1));
    }
    return out;
  }
  void TearDown() override { EXPECT_EQ(running, 0) << "a stream outlived its socket"; }
  void end(const std::shared_ptr<FakeSocket>& socket) {
    socket->hang_up();
    socket->unwritten.clear();
    settle();
  }

  bool slow = false;
  int running = 0;
};

TEST_F(Stream, WithoutACursorItBeginsNow) {
  service.customer_says(kAcme, "a", "before");
  const auto before = all_events().size();
  const auto socket = open();
  ASSERT_EQ(socket->got.size(), 1u);
  EXPECT_EQ(text_of(socket->got[0], "type"), "ready");
  service.customer_says(kAcme, "a", "after");
  settle();
  auto want = all_events();
  want.erase(want.begin(), want.begin() + static_cast<std::ptrdiff_t>(before));
  EXPECT_EQ(events(*socket), want);
  end(socket);
}

TEST_F(Stream, OfOneTenantOnly) {
  const auto socket = open("cursor=0");
  service.customer_says(kBolt, "b", "theirs");
  service.customer_says(kAcme, "a", "ours");
  settle();
  EXPECT_EQ(events(*socket), all_events());
  for (const auto& frame : socket->got) EXPECT_EQ(frame.find("theirs"), std::string::npos);
  end(socket);
}

TEST_F(Stream, PagesOfHistoryAndThenLiveWithoutAGap) {
  for (int i = 0; i < 120; ++i) service.customer_says(kAcme, "a" + std::to_string(i % 7), "x");
  const auto socket = open("cursor=0");
  EXPECT_EQ(events(*socket), all_events());
  for (int i = 0; i < 5; ++i) {
    service.customer_says(kAcme, "a", "live");
    settle();
  }
  EXPECT_EQ(events(*socket), all_events());
  end(socket);
}

// Cut after every single frame and resumed from its cursor: each event exactly once.
TEST_F(Stream, ResumesAfterAnyFrame) {
  for (int i = 0; i < 4; ++i) service.customer_says(kAcme, "a" + std::to_string(i % 2), "x");
  const auto first = open("cursor=0");
  const auto want = events(*first);
  ASSERT_GT(want.size(), 8u);
  end(first);
  for (std::size_t cut = 0; cut < first->got.size(); ++cut) {
    const auto cursor = text_of(first->got[cut], "cursor");
    const auto rest = open("cursor=" + cursor);
    auto joined =
        std::vector<std::string>(want.begin(), want.begin() + static_cast<std::ptrdiff_t>(cut));
    const auto after = events(*rest);
    joined.insert(joined.end(), after.begin(), after.end());
    EXPECT_EQ(joined, want) << "cut after frame " << cut << ", cursor " << cursor;
    end(rest);
  }
}

TEST_F(Stream, WaitsForASlowReaderAndLosesNothing) {
  for (int i = 0; i < 30; ++i) service.customer_says(kAcme, "a", "x");
  slow = true;
  const auto socket = open("cursor=0");
  EXPECT_EQ(socket->got.size(), 8u) << "as many as may be in flight";
  for (int i = 0; i < 1'000 && !socket->unwritten.empty(); ++i) {
    socket->unwritten.pop_front();
    settle();
    EXPECT_LE(socket->unwritten.size(), 8u);
  }
  EXPECT_EQ(events(*socket), all_events());
  end(socket);
}

TEST_F(Stream, AnswersAPingAndNothingElse) {
  const auto socket = open();
  socket->say(R"({"type":"ping"})");
  settle();
  ASSERT_EQ(socket->got.size(), 2u);
  EXPECT_EQ(socket->got[1], R"({"type":"pong"})");
  socket->say(R"({"type":"subscribe"})");
  settle();
  EXPECT_EQ(socket->close_code, 1008);
}

TEST_F(Stream, TakesTheKeyInTheFirstFrame) {
  const auto socket = open("cursor=0", "");
  EXPECT_TRUE(socket->got.empty());
  socket->say(R"({"type":"auth","token":"acme-read-key"})");
  settle();
  ASSERT_EQ(socket->got.size(), 1u);
  EXPECT_EQ(text_of(socket->got[0], "type"), "ready");
  end(socket);
}

TEST_F(Stream, EndsWhenTheKeyIsWithdrawn) {
  const auto socket = open();
  auto changed = std::make_shared<Tenant>(*service.tenant(kAcme));
  std::erase_if(changed->api_keys, [](const ApiKey& key) { return key.id == "read"; });
  service.set_tenant(changed);
  service.customer_says(kAcme, "a", "secret");
  settle();
  EXPECT_EQ(socket->close_code, 1008);
  EXPECT_EQ(socket->close_reason, "the key was withdrawn");
  EXPECT_TRUE(events(*socket).empty());
}

struct Refused {
  const char* name;
  const char* query;
  const char* key;
  const char* first_frame;
  int code;
};
void PrintTo(const Refused& c, std::ostream* out) { *out << c.name; }

class RefusedStream : public Stream, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedStream, IsClosedWithTheReason) {
  const auto socket = open(GetParam().query, GetParam().key);
  if (*GetParam().first_frame) {
    socket->say(GetParam().first_frame);
    settle();
  }
  EXPECT_EQ(socket->close_code, GetParam().code);
  EXPECT_TRUE(socket->got.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Table, RefusedStream,
    testing::Values(Refused{"WrongKey", "", "wrong", "", 1008},
                    Refused{"ScopeTooSmall", "", "acme-messages-key", "", 1008},
                    Refused{"WrongKeyInAFrame", "", "", R"({"type":"auth","token":"x"})", 1008},
                    Refused{"NoAuthFrame", "", "", R"({"type":"ping"})", 1008},
                    Refused{"NoJson", "", "", "hello", 1008},
                    Refused{"BadCursor", "cursor=x", "acme-read-key", "", 1008},
                    Refused{"CursorOfNoCommit", "cursor=0-3", "acme-read-key", "", 1008},
                    Refused{"UnknownParameter", "token=acme-read-key", "acme-read-key", "", 1008}),
    [](const auto& test) { return test.param.name; });

class ImpatientStream : public Stream {
 protected:
  ImpatientStream() : Stream({.stream_auth_timeout = Milliseconds{0}}) {}
};

TEST_F(ImpatientStream, ClosesWhoSaysNothing) {
  const auto socket = open("", "");
  settle();
  EXPECT_EQ(socket->close_code, 1008);
  EXPECT_EQ(socket->close_reason, "no key in time");
}

}  // namespace
}  // namespace parley::gateway
