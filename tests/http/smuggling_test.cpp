// Each vector of smuggling_vectors.cpp is followed by a canary that a server with the wrong idea of
// the end would execute.
#include <gtest/gtest.h>

#include <string>

#include "tests/http/smuggling_vectors.hpp"
#include "tests/http/wire_fixture.hpp"

namespace parley::gateway::http {
namespace {

TEST(Smuggling, NoVectorGetsACanaryExecuted) {
  const auto all = smuggling_vectors();
  EXPECT_GE(all.size(), 217u);
  RunningServer running;
  for (const auto& row : all) {
    SCOPED_TRACE(row.name);
    auto raw = running.client();
    raw.send(row.bytes + kCanary);
    const auto answer = raw.read_to_end();
    EXPECT_EQ(status_of(answer), row.status) << answer;
    EXPECT_EQ(answer.find("HTTP/1.1", 8), std::string::npos) << "one answer, then the end";
  }
  for (const auto& request : running.handler.requests()) {
    ADD_FAILURE() << "executed: " << request.method << " " << request.path;
  }
  std::cout << all.size() << " vectors\n";
}

TEST(Smuggling, TheCanaryIsExecutedAfterAGoodRequest) {
  // The other side of the test above: it would pass on a server that executes nothing.
  RunningServer running;
  auto raw = running.client();
  raw.send(post_with("Content-Length: 5\r\n", "hello") + kCanary);
  EXPECT_EQ(body_of(raw.read_answer()), "POST /x hello");
  EXPECT_EQ(body_of(raw.read_answer()), "GET /canary ");
}

}  // namespace
}  // namespace parley::gateway::http
