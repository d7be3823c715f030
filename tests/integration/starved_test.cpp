// A gateway that runs out of descriptors, and one whose log nobody reads: the real binary.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/http/wire_fixture.hpp"
#include "tests/integration/crash_shop.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

// The value of a line of /metrics; -1 when it is not there.
double metric(const GatewayProcess& gateway, const std::string& name) {
  const auto text = "\n" + ask(gateway.admin_port(), "GET", "/metrics", {}, "").body;
  const auto at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

// A process directory like CrashShop's, whose pieces this test needs one by one.
class Starved : public testing::Test {
 protected:
  explicit Starved() {
    auto name = (std::filesystem::temp_directory_path() / "parley-starved-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    std::filesystem::create_directories(directory_ + "/tenants");
    std::ofstream(config())
        << "tenants = \"tenants\"\n[http]\nport = 0\n[admin]\nport = 0\n[client]\n"
           "private_hosts_allowed = [\"127.0.0.1\"]\n[log]\nlevel = \"info\"\nqueue_max = 16\n"
           "[storage]\npath = \""
        << directory_ << "/data\"\nballast_bytes = 0\nfree_bytes_min = 1048576\n";
    std::ofstream(directory_ + "/tenants/faq.tsv")
        << "What are your opening hours?\tFrom 9 to 18.\n";
    std::ofstream(directory_ + "/tenants/shop.toml")
        << tenant_toml({.id = "shop", .platform_port = platform_.port()});
  }
  ~Starved() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string config() const { return directory_ + "/parley.toml"; }
  static int write(const GatewayProcess& gateway, std::int64_t user,
                   const std::string& secret = "tg-shop-secret") {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const std::string id = std::to_string(user);
    return ask(const_cast<GatewayProcess&>(gateway).port(), "POST", "/webhooks/shop/tg",
               {{"content-type", "application/json"}, {"x-telegram-bot-api-secret-token", secret}},
               R"({"update_id":)" + id + R"(,"message":{"message_id":)" + id + R"(,"date":)" +
                   std::to_string(now) + R"(,"from":{"id":)" + id +
                   R"(,"first_name":"N"},"chat":{"id":)" + id +
                   R"(,"type":"private"},"text":"What are your opening hours?"}})")
        .status;
  }

  std::string directory_;
  CrashPlatform platform_;
};

TEST_F(Starved, OutOfDescriptorsItServesWhoIsThereAndRecovers) {
  constexpr std::uint64_t kDescriptors = 200;
  GatewayProcess gateway(config(), {.descriptors = kDescriptors});
  ASSERT_NE(gateway.port(), 0) << gateway.said();
  EXPECT_EQ(metric(gateway, "process_max_fds"), static_cast<double>(kDescriptors));
  auto visitor = Socket::open(gateway.port(), "/chat/shop/web", {});
  ASSERT_TRUE(visitor);
  visitor->send(R"({"type":"hello"})");
  ASSERT_TRUE(visitor->receive());
  // Twice as many as there are descriptors, and they stay.
  std::vector<gateway::http::RawClient> crowd;
  for (std::uint64_t i = 0; i < 2 * kDescriptors; ++i) {
    crowd.emplace_back(gateway.port());
    crowd.back().send("GET /v1/queues HTTP/1.1\r\nHost: a\r\nAuthor");
  }
  EXPECT_TRUE(World::eventually([&] {
    return metric(gateway, "process_open_fds") >= 0.85 * static_cast<double>(kDescriptors);
  }));
  // Who is there is served: the store writes, the platform is called, the operator sees it.
  for (int turn = 0; turn < 5; ++turn) {
    const auto id = std::to_string(turn);
    visitor->send(R"({"type":"message","id":"c)" + id +
                  R"(","text":"What are your opening hours?"})");
    for (;;) {
      const auto frame = visitor->receive();
      ASSERT_TRUE(frame) << "the visitor was cut off";
      if (frame->find(R"("direction":"outbound")") != std::string::npos) break;
    }
  }
  const auto sent = ask(gateway.admin_port(), "GET", "/readyz", {}, "");
  EXPECT_EQ(sent.status, 200) << sent.body;
  EXPECT_LT(metric(gateway, "process_open_fds"), static_cast<double>(kDescriptors));
  // It waits for room without turning in circles: next to no time of the processor goes by.
  const auto busy = [&] {
    std::ifstream stat("/proc/" + std::to_string(gateway.pid()) + "/stat");
    std::string field;
    for (int i = 0; i < 13; ++i) stat >> field;
    double user = 0, system = 0;
    stat >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  };
  const double before = busy();
  const auto since = std::chrono::steady_clock::now();
  World::eventually(
      [&] { return std::chrono::steady_clock::now() - since > std::chrono::milliseconds(1'500); });
  EXPECT_LT(busy() - before, 1.0);
  crowd.clear();
  EXPECT_TRUE(World::eventually([&] { return write(gateway, 1) == 200; }));
  EXPECT_TRUE(World::eventually([&] { return platform_.taken().contains("1"); }));
  EXPECT_EQ(gateway.end_gracefully(), 0) << gateway.said();
}

TEST_F(Starved, ALogThatNobodyReadsHoldsUpNothingNotEvenTheEnd) {
  GatewayProcess gateway(config(), {.pipe_bytes = 4'096});
  ASSERT_NE(gateway.port(), 0) << gateway.said();
  // Each forged webhook is a line; far more of them than the pipe and the queue hold.
  for (std::int64_t i = 0; i < 200; ++i) EXPECT_EQ(write(gateway, i, "forged"), 401);
  for (std::int64_t i = 1; i <= 30; ++i) EXPECT_EQ(write(gateway, i), 200) << i;
  EXPECT_GT(metric(gateway, "parley_log_lines_dropped_total"), 50);
  EXPECT_TRUE(World::eventually([&] { return platform_.taken().size() == 30; }));
  EXPECT_EQ(ask(gateway.admin_port(), "GET", "/livez", {}, "").status, 200);
  EXPECT_EQ(gateway.end_gracefully(), 0);
}

// Whoever starts it may tell it to stop as soon as it says that it listens.
TEST_F(Starved, ASignalRightAfterItSaysThatItListensIsHeard) {
  for (int i = 0; i < 10; ++i) {
    GatewayProcess gateway(config());
    ASSERT_NE(gateway.port(), 0) << gateway.said();
    EXPECT_EQ(gateway.end_gracefully(), 0) << gateway.said();
  }
}

}  // namespace
}  // namespace parley::test
