// Our reading of requests against node's (llhttp), which is another's idea of the same standard:
// what we carry out, node must have carried out too, in the same order with the same bodies. And
// behind node as a front proxy, no vector makes us see a request that the proxy did not send.
// Where node is not installed nothing is compared, and the test says so.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "base/crypto.hpp"
#include "tests/http/smuggling_vectors.hpp"
#include "tests/http/wire_fixture.hpp"

namespace parley::gateway::http {
namespace {

constexpr const char* kNode = "/usr/bin/node";

// What was carried out: "POST 68656c6c6f", a request each.
using Requests = std::vector<std::string>;

std::vector<Requests> ask_node(const std::string& mode, const std::vector<std::string>& inputs,
                               std::uint16_t port = 0) {
  std::string name = "/tmp/parley-oracle-XXXXXX";
  const int fd = ::mkstemp(name.data());
  EXPECT_GE(fd, 0);
  ::close(fd);
  {
    std::ofstream file(name);
    for (const auto& input : inputs) file << to_hex(input) << '\n';
  }
  const auto command = std::string(kNode) + " " + PARLEY_SOURCE_DIR +
                       "/tests/http/node_oracle.js " + mode + " " + name + " " +
                       std::to_string(port);
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  char buffer[64 * 1024];
  for (std::size_t got; (got = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, got);
  }
  EXPECT_EQ(::pclose(pipe), 0);
  ::unlink(name.c_str());
  std::vector<Requests> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    auto& requests = out.emplace_back();
    std::istringstream parts(line);
    for (std::string part; std::getline(parts, part, ';');) requests.push_back(part);
  }
  EXPECT_EQ(out.size(), inputs.size());
  out.resize(inputs.size());
  return out;
}

// What the server carried out, for one client after the other.
class Recorder {
 public:
  explicit Recorder(RunningServer& running) : running_(running) {
    running.handler.on_request = [this](Request request) { return record(std::move(request)); };
  }
  Requests send(const std::string& bytes) {
    auto raw = running_.client();
    raw.send(bytes);
    raw.end_sending();
    raw.read_to_end();
    return take();
  }
  Requests take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(seen_, {});
  }

 private:
  net::awaitable<Response> record(Request request) {
    const std::scoped_lock lock(mutex_);
    seen_.push_back(request.method + " " + to_hex(request.body));
    co_return Response{.content_type = "text/plain"};
  }
  RunningServer& running_;
  std::mutex mutex_;
  Requests seen_;
};

const std::vector<std::string>& seeds() {
  static const std::vector<std::string> kSeeds = {
      "GET /x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /x?y=1 HTTP/1.1\r\nHost: a:8080\r\nAccept: */*\r\nX: y\r\n\r\n" + kCanary,
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + kCanary,
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" +
          kCanary,
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX: 1\r\n\r\n"
      "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n" +
          kCanary,
      "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n" + kCanary,
      "DELETE /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + kCanary,
      "POST /x HTTP/1.0\r\nHost: a\r\nContent-Length: 2\r\n\r\nok",
  };
  return kSeeds;
}

std::string mutated(std::mt19937& draw) {
  static const std::string kBytes = {'\r', '\n', '\t', ' ', ':', ',', ';',    '0',    '5', '\0',
                                     '\v', '"',  '-',  '+', 'x', 'G', '\x80', '\x7f', '/', '%'};
  static const std::vector<std::string> kLines = {"Content-Length: 5\r\n",
                                                  "Content-Length: 0\r\n",
                                                  "content-length:5\r\n",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "Transfer-Encoding:chunked\r\n",
                                                  "Transfer-Encoding: identity\r\n",
                                                  "Transfer-Encoding : chunked\r\n",
                                                  "Host: b\r\n",
                                                  " folded: x\r\n",
                                                  "Connection: close\r\n",
                                                  "Connection: keep-alive, x\r\n",
                                                  "Expect: 100-continue\r\n",
                                                  "X: y\r\n",
                                                  "Trailer: X\r\n",
                                                  "\r\n"};
  auto out = seeds()[draw() % seeds().size()];
  for (auto times = 1 + draw() % 3; times > 0; --times) {
    const auto at = draw() % out.size();
    switch (draw() % 6) {
      case 0:
        out[at] = kBytes[draw() % kBytes.size()];
        break;
      case 1:
        out.insert(at, 1, kBytes[draw() % kBytes.size()]);
        break;
      case 2:
        out.erase(at, 1 + draw() % 3);
        break;
      case 3: {  // a line more, at the end of another one
        const auto end = out.find("\r\n", at);
        if (end != out.npos) out.insert(end + 2, kLines[draw() % kLines.size()]);
        break;
      }
      case 4:
        out[at] = static_cast<char>(out[at] ^ 0x20);
        break;
      default:
        out[at] = static_cast<char>(draw());
    }
    if (out.empty()) out = "x";
  }
  return out;
}

// Node knows a list of methods; we take any token, and the routes refuse it. The one reviewed
// difference: a request from there on is not compared.
void end_at_unknown_method(Requests& requests) {
  const auto known = [](const std::string& request) {
    for (const auto* method : {"GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH "}) {
      if (request.starts_with(method)) return true;
    }
    return false;
  };
  requests.erase(std::ranges::find_if_not(requests, known), requests.end());
}

bool is_prefix(const Requests& ours, const Requests& theirs) {
  return ours.size() <= theirs.size() && std::equal(ours.begin(), ours.end(), theirs.begin());
}

std::string shown(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    if (c == '\r')
      out += "\\r";
    else if (c == '\n')
      out += "\\n\n";
    else if (c < ' ' || c > '~')
      out += "\\x" + to_hex(std::string(1, c));
    else
      out += c;
  }
  return out;
}

std::string shown(const Requests& requests) {
  std::string out;
  for (const auto& each : requests) out += each + "; ";
  return out;
}

std::size_t rounds() {
  const char* given = std::getenv("PARLEY_DIFFERENTIAL");
  return given ? std::strtoul(given, nullptr, 10) : 1'500;
}

bool has_node() {
  if (::access(kNode, X_OK) == 0) return true;
  std::cout << kNode << " is not there: NOT COMPARED\n";
  return false;
}

TEST(Differential, WhatWeCarryOutNodeDoesToo) {
  if (!has_node()) return;
  std::mt19937 draw(46);
  auto inputs = seeds();
  while (inputs.size() < rounds()) inputs.push_back(mutated(draw));
  const auto theirs = ask_node("direct", inputs);
  RunningServer running;
  Recorder recorder(running);
  std::size_t both = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto ours = recorder.send(inputs[i]);
    end_at_unknown_method(ours);
    if (!ours.empty() && ours == theirs[i]) ++both;
    EXPECT_TRUE(is_prefix(ours, theirs[i]))
        << shown(inputs[i]) << "\nours: " << shown(ours) << "\nnode: " << shown(theirs[i]);
    if (i < seeds().size()) {
      EXPECT_EQ(ours, theirs[i]) << "an honest request: " << shown(inputs[i]);
    }
  }
  EXPECT_GT(both, inputs.size() / 20) << "or nothing was compared";
  std::cout << inputs.size() << " requests, " << both << " carried out by both\n";
}

TEST(Differential, BehindAProxyNoVectorBecomesTwoRequests) {
  if (!has_node()) return;
  std::vector<std::string> inputs;
  for (const auto& vector : smuggling_vectors()) inputs.push_back(vector.bytes + kCanary);
  RunningServer running;
  Recorder recorder(running);
  const auto sent = ask_node("proxy", inputs, running.server->port());
  Requests forwarded;
  for (const auto& each : sent) forwarded.insert(forwarded.end(), each.begin(), each.end());
  const auto ours = recorder.take();
  std::size_t at = 0;  // some we refuse behind the proxy too; none do we see that it did not send
  for (const auto& request : ours) {
    while (at < forwarded.size() && forwarded[at] != request) ++at;
    ASSERT_LT(at, forwarded.size()) << "nobody sent: " << request;
    ++at;
  }
  std::cout << inputs.size() << " vectors, " << forwarded.size() << " requests passed the proxy, "
            << ours.size() << " came\n";
}

}  // namespace
}  // namespace parley::gateway::http
