// The pure pieces: head scan, framing rules, chunk decoder, what may go on the wire.
#include <gtest/gtest.h>

#include <iostream>
#include <random>
#include <string>

#include "gateway/http/chunked_body.hpp"
#include "gateway/http/forwarded.hpp"
#include "gateway/http/framing_guard.hpp"
#include "gateway/http/head_parser.hpp"
#include "gateway/http/ledger.hpp"
#include "gateway/http/syntax.hpp"
#include "gateway/http/wire.hpp"
#include "gateway/http/ws_rates.hpp"

namespace parley::gateway::http {
namespace {

const std::string kHead = "POST /p?q=1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\n";

TEST(HeadScan, FindsTheEndHoweverItArrives) {
  const auto text = kHead + "hello";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto first = scan_head(std::string_view(text).substr(0, cut), 0, {});
    ASSERT_FALSE(first.refusal) << cut;
    ASSERT_EQ(first.head_bytes, cut >= kHead.size() ? kHead.size() : 0) << cut;
    if (first.head_bytes > 0) continue;
    EXPECT_EQ(scan_head(text, first.scanned, {}).head_bytes, kHead.size()) << cut;
  }
}

TEST(HeadScan, RefusesABadByteBeforeTheHeadIsComplete) {
  EXPECT_EQ(scan_head("GET / HTTP/1.1\nHost", 0, {}).refusal->reason, "bare_lf");
  EXPECT_EQ(scan_head("GET / HTTP/1.1\rHost", 0, {}).refusal->reason, "bare_cr");
  EXPECT_EQ(scan_head(std::string_view("GET /\0", 6), 0, {}).refusal->reason, "control_character");
  EXPECT_EQ(scan_head("\r\nGET", 0, {}).refusal->reason, "empty_first_line");
  EXPECT_EQ(scan_head("\n", 0, {}).refusal->reason, "bare_lf");
  EXPECT_FALSE(scan_head("GET / HTTP/1.1\r", 0, {}).refusal) << "its LF may still come";
}

TEST(HeadScan, LimitsTargetHeaderAndFields) {
  const HeadLimits limits{.target_bytes_max = 100, .header_bytes_max = 200, .fields_max = 3};
  const auto status = [&](const std::string& text) {
    const auto scan = scan_head(text, 0, limits);
    return scan.refusal ? scan.refusal->status : 0;
  };
  const std::string line = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(status("GET /" + std::string(99, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
  EXPECT_EQ(status("GET /" + std::string(200, 'a')), 414);
  EXPECT_EQ(status("GET /" + std::string(200, 'a') + " HTTP/1.1\r\n\r\n"), 414);
  EXPECT_EQ(status(line + "A: b\r\nC: d\r\nE: f\r\n\r\n"), 0);
  EXPECT_EQ(status(line + "A: b\r\nC: d\r\nE: f\r\nG: h\r\n\r\n"), 431);
  EXPECT_EQ(status(line + "A: " + std::string(250, 'x')), 431);
}

TEST(FramingGuard, ParserAndGuardNeverDisagreeOnRandomHeads) {
  // Whatever passes both has one Host, one length, and none of the bytes heads are split with.
  constexpr unsigned kSeed = 4'600'001;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937 random(kSeed);
  const std::string_view pieces[] = {"GET",
                                     "POST",
                                     " ",
                                     "/",
                                     "/a",
                                     "HTTP/1.1",
                                     "HTTP/1.0",
                                     "\r\n",
                                     "\r\n\r\n",
                                     "\n",
                                     "\r",
                                     ":",
                                     "Host",
                                     "Host: a\r\n",
                                     "Content-Length: 5\r\n",
                                     "Content-Length: 0\r\n",
                                     "\t",
                                     ",",
                                     "\x01",
                                     "Transfer-Encoding: chunked\r\n",
                                     "Transfer-Encoding",
                                     "chunked",
                                     "X-A: b\r\n",
                                     "5",
                                     "\xc3"};
  int accepted = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = random() % 4 == 0 ? "" : "POST / HTTP/1.1\r\nHost: a\r\n";
    for (auto left = random() % 6; left > 0; --left) text += pieces[random() % std::size(pieces)];
    text += "\r\n\r\n";
    const auto scan = scan_head(text, 0, {});
    if (scan.refusal || scan.head_bytes == 0) continue;
    const auto head = text.substr(0, scan.head_bytes);
    if (refuse_raw_head(head)) continue;
    const auto parsed = parse_head(head);
    if (!parsed || framing_of(*parsed).refusal) continue;
    ++accepted;
    int hosts = 0, lengths = 0, transfers = 0;
    for (const auto& [name, value] : parsed->fields) {
      hosts += name == "host";
      lengths += name == "content-length";
      transfers += name == "transfer-encoding";
      EXPECT_TRUE(is_field_value(value));
    }
    EXPECT_EQ(hosts, 1) << head;
    EXPECT_LE(lengths + transfers, 1) << head;
  }
  EXPECT_GT(accepted, 100) << "the generator must reach the accepting side too";
}

TEST(ChunkedBody, DecodesHoweverItIsCut) {
  const std::string wire = "5\r\nhello\r\n6\r\n world\r\n00\r\n\r\nGET /next";
  const auto body_bytes = wire.size() - std::string_view("GET /next").size();
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    ChunkedBody chunked(100);
    std::string body;
    auto used = chunked.feed(std::string_view(wire).substr(0, cut), body);
    if (chunked.state() == ChunkedBody::State::more) {
      used += chunked.feed(std::string_view(wire).substr(cut), body);
    }
    ASSERT_EQ(chunked.state(), ChunkedBody::State::complete) << cut;
    EXPECT_EQ(body, "hello world") << cut;
    EXPECT_EQ(used, body_bytes) << cut;
  }
}

struct ChunkCase {
  std::string_view wire;
  int status;
};
constexpr ChunkCase kBadChunks[] = {
    {"5;a=b\r\nhello\r\n0\r\n\r\n", 400},
    {"5 \r\nhello\r\n0\r\n\r\n", 400},
    {" 5\r\nhello\r\n0\r\n\r\n", 400},
    {"0x5\r\nhello\r\n0\r\n\r\n", 400},
    {"+5\r\nhello\r\n0\r\n\r\n", 400},
    {"-5\r\nhello\r\n0\r\n\r\n", 400},
    {"5\nhello\r\n0\r\n\r\n", 400},
    {"5\rhello\r\n0\r\n\r\n", 400},
    {"5\r\nhelloX\r\n0\r\n\r\n", 400},
    {"5\r\nhello\n0\r\n\r\n", 400},
    {"5\r\nhello\rX0\r\n\r\n", 400},
    {"\r\n", 400},
    {"g\r\n", 400},
    {"0\r\nTrailer: x\r\n\r\n", 400},
    {"0\r\n\rX", 400},
    {"000000005\r\nhello\r\n", 400},
    {"FFFFFFFFFFFFFFFF\r\n", 400},
    {"10000000000000005\r\nhello", 400},
    {"65\r\n", 413},
    {"FFFFFFFF\r\n", 413},
    {"5\r\nhello\r\n60\r\n", 413},
};
TEST(ChunkedBody, RefusesEverythingElse) {
  for (const auto& row : kBadChunks) {
    ChunkedBody chunked(100);
    std::string body;
    chunked.feed(row.wire, body);
    ASSERT_EQ(chunked.state(), ChunkedBody::State::refused) << row.wire;
    EXPECT_EQ(chunked.refusal().status, row.status) << row.wire;
    const auto before = body;
    EXPECT_EQ(chunked.feed("5\r\nhello\r\n0\r\n\r\n", body), 0u) << "a refused body stays refused";
    EXPECT_EQ(body, before);
  }
}

TEST(ChunkedBody, LimitsTheNumberOfChunks) {
  ChunkedBody chunked(1 << 30);
  std::string body;
  std::size_t fed = 0;
  while (chunked.state() == ChunkedBody::State::more && fed < 2 * ChunkedBody::kChunksMax) {
    chunked.feed("1\r\nx\r\n", body);
    ++fed;
  }
  EXPECT_EQ(chunked.state(), ChunkedBody::State::refused);
  EXPECT_EQ(chunked.refusal().status, 413);
  EXPECT_EQ(fed, ChunkedBody::kChunksMax + 1);
}

TEST(ResponseHead, NoBytesInAnyFieldSplitTheAnswer) {
  constexpr unsigned kSeed = 12;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937 random(kSeed);
  const auto noise = [&] {
    std::string text;
    for (auto left = random() % 12; left > 0; --left) text += static_cast<char>(random() & 0xFF);
    return text;
  };
  for (int round = 0; round < 20'000; ++round) {
    Response response{.status = 200, .content_type = noise(), .body = "x", .headers = {}};
    response.headers.emplace_back(round % 2 == 0 ? "x-test" : noise(), noise());
    const auto wire = response_head(response, false, true);
    std::size_t lines = 0;
    std::string_view rest = wire.head;
    for (std::size_t end = 0; (end = rest.find("\r\n")) != std::string_view::npos; ++lines) {
      EXPECT_EQ(rest.substr(0, end).find_first_of(std::string_view("\r\n\0", 3)),
                std::string_view::npos);
      rest.remove_prefix(end + 2);
    }
    EXPECT_TRUE(rest.empty());
    EXPECT_LE(lines, 6u);
    EXPECT_EQ(wire.head.find("\r\n\r\n"), wire.head.size() - 4);
  }
}

TEST(ResponseHead, ASplittingValueBecomes500WithoutIt) {
  const Response evil{.status = 200, .headers = {{"x-user", "a\r\nSet-Cookie: evil=1"}}};
  const auto wire = response_head(evil, false, true);
  EXPECT_TRUE(wire.replaced);
  EXPECT_FALSE(wire.body_follows);
  EXPECT_TRUE(wire.head.starts_with("HTTP/1.1 500 ")) << wire.head;
  EXPECT_EQ(wire.head.find("evil"), std::string::npos);
}

TEST(ResponseHead, FramingIsNotForTheHandlerToSet) {
  const Response odd{.status = 200,
                     .body = "four",
                     .headers = {{"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}}};
  const auto wire = response_head(odd, false, true);
  EXPECT_NE(wire.head.find("Content-Length: 4\r\n"), std::string::npos) << wire.head;
  EXPECT_EQ(wire.head.find("chunked"), std::string::npos);
  EXPECT_EQ(wire.head.find("Content-Length: 1\r\n"), std::string::npos);
}

TEST(ResponseHead, SomeAnswersHaveNoBody) {
  EXPECT_FALSE(response_head({.status = 204}, false, true).body_follows);
  EXPECT_EQ(response_head({.status = 204}, false, true).head.find("Content-Length"),
            std::string::npos);
  EXPECT_FALSE(response_head({.status = 304}, false, true).body_follows);
  const auto head = response_head({.status = 200, .body = "four"}, true, true);
  EXPECT_FALSE(head.body_follows);
  EXPECT_NE(head.head.find("Content-Length: 4\r\n"), std::string::npos);
}

TEST(RequestHead, RefusesWhatWouldSplitAndHidesTheValue) {
  const auto url = *parse_client_url("https://example.com/x");
  ClientRequest request;
  request.headers = {{"authorization", "Bearer hunter2\r\nX: y"}};
  const auto head = request_head(request, url);
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().code, Errc::misconfigured);
  EXPECT_EQ(head.error().detail.find("hunter2"), std::string::npos);
  request.headers = {{"bad name", "x"}};
  EXPECT_FALSE(request_head(request, url));
  request.headers = {};
  request.method = "GET /evil HTTP/1.1\r\nX:";
  EXPECT_FALSE(request_head(request, url));
}

TEST(RequestHead, SetsItsOwnFraming) {
  const auto url = *parse_client_url("https://example.com:8443/x?y=1");
  ClientRequest request{.method = "POST", .body = "hello"};
  request.headers = {{"content-length", "99"}, {"Host", "evil"}, {"x-a", "b"}};
  EXPECT_EQ(*request_head(request, url),
            "POST /x?y=1 HTTP/1.1\r\nHost: example.com:8443\r\nx-a: b\r\nUser-Agent: parley\r\n"
            "Accept-Encoding: identity\r\nContent-Length: 5\r\n\r\n");
}

TEST(HttpDate, IsImfFixdate) { EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT"); }

TEST(Problem, IsAnRfc9457Document) {
  const auto answer = problem(404, "not-found", "Not Found", "no \"such\" thing");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.content_type, "application/problem+json");
  EXPECT_EQ(answer.body,
            R"({"type":"urn:parley:problem:not-found","title":"Not Found","status":404,)"
            R"("detail":"no \"such\" thing"})");
}

Request from(std::string remote, std::vector<std::pair<std::string, std::string>> headers) {
  Request request;
  request.remote = std::move(remote);
  request.headers = std::move(headers);
  return request;
}

TEST(Forwarded, AStrangersClaimIsRemoved) {
  const TrustedProxies proxies({"10.0.0.0/8"});
  auto request = from("8.8.8.8", {{"x-forwarded-for", "1.2.3.4"},
                                  {"x-forwarded-proto", "https"},
                                  {"forwarded", "for=1.2.3.4"},
                                  {"x-real-ip", "1.2.3.4"},
                                  {"x-other", "stays"}});
  proxies.apply(request);
  EXPECT_EQ(request.remote, "8.8.8.8");
  EXPECT_FALSE(request.secure);
  ASSERT_EQ(request.headers.size(), 1u);
  EXPECT_EQ(request.headers[0].first, "x-other");
}

TEST(Forwarded, ATrustedProxyNamesTheCallerAndCannotBeFooledByTheLeft) {
  const TrustedProxies proxies({"10.0.0.0/8", "2001:db8::1", "nonsense", "1.2.3.4/99"});
  auto request = from("10.0.0.9", {{"x-forwarded-for", "6.6.6.6, 5.5.5.5, 10.1.1.1"},
                                   {"x-forwarded-proto", "https"}});
  proxies.apply(request);
  EXPECT_EQ(request.remote, "5.5.5.5");
  EXPECT_TRUE(request.secure);
  auto garbage = from("2001:db8::1", {{"x-forwarded-for", "1.2.3.4, <script>"}});
  proxies.apply(garbage);
  EXPECT_EQ(garbage.remote, "2001:db8::1");
  EXPECT_FALSE(proxies.trusts("1.2.3.4"));
  EXPECT_FALSE(proxies.trusts("11.0.0.1"));
}

TEST(Ledger, CountsAllAndPerAddressAndForgets) {
  Metrics metrics;
  const auto ledger = std::make_shared<Ledger>(4, 2, metrics.gauge("open_count", "open"));
  using Verdict = Ledger::Verdict;
  auto a1 = ledger->admit("1.1.1.1", true), a2 = ledger->admit("1.1.1.1", true);
  EXPECT_EQ(a2.verdict, Verdict::admitted);
  EXPECT_EQ(ledger->admit("1.1.1.1", true).verdict, Verdict::address_full);
  auto v6a = ledger->admit("2001:db8:0:1::1", true), v6b = ledger->admit("2001:db8:0:1::2", true);
  EXPECT_EQ(ledger->admit("2.2.2.2", true).verdict, Verdict::full);
  v6b.ticket = {};
  EXPECT_EQ(ledger->size(), 3u);
  auto again = ledger->admit("2001:db8:0:1:ffff::", true);
  EXPECT_EQ(ledger->admit("2001:db8:0:1::3", true).verdict, Verdict::full);
  a1.ticket = {};
  EXPECT_EQ(ledger->admit("2001:db8:0:1::3", true).verdict, Verdict::address_full) << "same /64";
  EXPECT_EQ(ledger->admit("1.1.1.1", false).verdict, Verdict::admitted);
}

TEST(MessageBucket, AllowsABurstThenTheRate) {
  const MessageBucket::Time start{};
  MessageBucket bucket(60, 3, start);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start));
  EXPECT_TRUE(bucket.take(start + std::chrono::seconds(1)));
  EXPECT_FALSE(bucket.take(start + std::chrono::seconds(1)));
  EXPECT_TRUE(bucket.take(start + std::chrono::hours(1)));
}

}  // namespace
}  // namespace parley::gateway::http
