// Clients that send or take a byte now and then, all kinds at once: each is cut off by its deadline
// while a good one is served as if they were not there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/http/wire_fixture.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

namespace http = gateway::http;

constexpr int kOfEachKind = 25;

void furnish(const std::string& directory) {
  std::filesystem::create_directories(directory + "/tenants");
  std::ofstream(directory + "/parley.toml")
      << "tenants = \"tenants\"\n[http]\nport = 0\n[http.limits]\nheader_timeout_ms = 700\n"
         "body_timeout_ms = 1500\nbody_grace_ms = 300\nwrite_timeout_ms = 500\n"
         "keep_alive_timeout_ms = 700\n[client]\nprivate_hosts_allowed = "
         "[\"127.0.0.1\"]\n[admin]\nport = 0\n[storage]\npath = \""
      << directory
      << "/data\"\nfree_bytes_min = 1048576\nballast_bytes = 0\n[log]\n"
         "level = \"error\"\n";
  std::ofstream(directory + "/tenants/faq.tsv") << "What are your hours?\tFrom 9 to 18.\n";
  std::ofstream(directory + "/tenants/shop.toml") << tenant_toml({.id = "shop"});
}

// A page of events of some sixty kilobytes.
std::string large_page(const World& world) {
  const auto to = R"("to":{"identity":{"channel":"web","scheme":"visitor","value":"v1"}})";
  const std::string text(12'000, 'x');
  std::string conversation;
  for (int i = 0; i < 10; ++i) {
    const auto answer = world.api(
        "shop-admin", "POST", "/v1/messages",
        "{" + std::string(to) + R"(,"content":[{"type":"text","text":")" + text + "\"}]}");
    EXPECT_EQ(answer.status, 202) << answer.body;
    const auto at = answer.body.find("cnv_");
    conversation = answer.body.substr(at, answer.body.find('"', at) - at);
  }
  return "/v1/conversations/" + conversation + "/events?limit=6";
}

TEST(SlowHttp, EveryKindIsCutOffWhileAGoodClientIsServed) {
  World world(furnish);
  const auto page = large_page(world);
  const std::string get =
      "GET " + page + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer shop-admin\r\n";
  std::vector<http::RawClient> silent, headers, bodies, readers;
  for (int i = 0; i < kOfEachKind; ++i) {
    silent.emplace_back(world.port());
    headers.emplace_back(world.port());
    headers.back().send("GET / HTTP/1.1\r\nHost: a\r\nX-A: ");
    bodies.emplace_back(world.port());
    bodies.back().send(
        "POST /webhooks/shop/tg HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{");
    readers.emplace_back(world.port(), 4'096);
    for (int requests = 0; requests < 100; ++requests) readers.back().send(get + "\r\n");
  }
  // A drip of each while the good client has its turns.
  std::int64_t update = 0;
  const auto open = [&] {
    const auto text = "\n" + ask(world.admin_port(), "GET", "/metrics", {}, "").body;
    const auto at = text.find("\nhttp_connections_count ");
    return std::stoi(text.substr(at + 24));
  };
  int served = 0;
  EXPECT_TRUE(World::eventually([&] {
    for (auto* kind : {&headers, &bodies}) {
      for (auto& client : *kind) client.send("a");
    }
    ++update;
    EXPECT_EQ(world.telegram("shop", update, update, "hello").status, 200) << update;
    EXPECT_EQ(world.api("shop-admin", "GET", page).status, 200);
    ++served;
    return served >= 20 && open() == 0;
  })) << open()
      << " connections are still open";
  const auto metrics = ask(world.admin_port(), "GET", "/metrics", {}, "").body;
  const auto counted = [&](const std::string& reason, int least) {
    const auto at = metrics.find("http_refused_total{reason=\"" + reason + "\"} ");
    if (at == std::string::npos) return false;
    return std::stoi(metrics.substr(metrics.find(' ', at) + 1)) >= least;
  };
  EXPECT_TRUE(counted("slow_header", kOfEachKind)) << metrics;
  EXPECT_TRUE(counted("slow_body", kOfEachKind)) << metrics;
  for (auto& client : silent) EXPECT_EQ(client.read_to_end(), "");
  for (auto& client : headers) EXPECT_EQ(http::status_of(client.read_to_end()), 408);
  for (auto& client : bodies) EXPECT_EQ(http::status_of(client.read_to_end()), 408);
}

// Ranges are no feature of ours: thousands of them are one answer, once and whole.
TEST(SlowHttp, ThousandsOfRangesAreOneAnswer) {
  World world(furnish);
  const auto page = large_page(world);
  const auto whole = world.api("shop-admin", "GET", page).body;
  std::string ranges = "bytes=0-0";
  while (ranges.size() < 7'000) ranges += ",0-" + std::to_string(ranges.size());
  http::RawClient client(world.port());
  client.send("GET " + page +
              " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer shop-admin\r\nRange: " + ranges +
              "\r\nConnection: close\r\n\r\n");
  const auto answer = client.read_to_end();
  EXPECT_EQ(http::status_of(answer), 200);
  EXPECT_EQ(http::body_of(answer), whole);
}

}  // namespace
}  // namespace parley::test
