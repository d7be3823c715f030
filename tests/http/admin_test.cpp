#include "gateway/admin/admin_server.hpp"

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

#include <future>
#include <string>

#include "tests/http/wire_fixture.hpp"

namespace parley::gateway {
namespace {

using http::body_of;
using http::eventually;
using http::RawClient;
using http::status_of;

class AdminPages : public testing::Test {
 protected:
  AdminPages()
      : cores_({.count = 1, .tick = Milliseconds{2}}),
        admin_({.stuck_after = Milliseconds{100}}, cores_, metrics_,
               {.ready = [this] { return std::pair(ready_.load(), std::string("disk is full")); },
                .extra_metrics = [] { return std::string("extra_total 5\n"); }}) {
    cores_.start();
    const auto started = admin_.start();
    EXPECT_TRUE(started) << started.error().detail;
  }
  std::string get(const std::string& path, const std::string& method = "GET") {
    RawClient raw(admin_.port());
    raw.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return raw.read_answer(method != "HEAD");
  }
  std::atomic<bool> ready_{true};
  Metrics metrics_;
  Cores cores_;
  AdminServer admin_;
};

TEST_F(AdminPages, ReadyFollowsItsSource) {
  EXPECT_EQ(status_of(get("/readyz")), 200);
  ready_ = false;
  const auto answer = get("/readyz");
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_EQ(body_of(answer), "not ready: disk is full\n");
}

TEST_F(AdminPages, LiveFallsWhileACoreIsStuckAndRises) {
  EXPECT_EQ(status_of(get("/livez")), 200);
  std::promise<void> release;
  net::post(cores_.context(0), [&] { release.get_future().wait(); });
  EXPECT_TRUE(eventually([&] { return status_of(get("/livez")) == 503; }));
  release.set_value();
  EXPECT_TRUE(eventually([&] { return status_of(get("/livez")) == 200; }));
}

TEST_F(AdminPages, MetricsAreBothTexts) {
  metrics_.counter("turns_total", "Turns.").add(2);
  const auto answer = get("/metrics");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4"), std::string::npos);
  EXPECT_NE(answer.find("turns_total 2\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("extra_total 5\n"));
}

TEST_F(AdminPages, NothingElseIsThere) {
  EXPECT_EQ(status_of(get("/")), 404);
  EXPECT_EQ(status_of(get("/metrics/x")), 404);
  EXPECT_EQ(status_of(get("/v1/messages")), 404);
  EXPECT_EQ(status_of(get("/livez", "POST")), 405);
  EXPECT_EQ(status_of(get("/livez", "HEAD")), 200);
}

TEST_F(AdminPages, StopsTwice) {
  admin_.stop();
  admin_.stop();
}

}  // namespace
}  // namespace parley::gateway
