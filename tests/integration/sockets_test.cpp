// Many visitors' sockets of the real binary: hundreds that come back at once after they were all
// cut off, thousands that say nothing, and some that do not read.
//   PARLEY_SOCKETS (300)  that return together; PARLEY_IDLE_SOCKETS (500) that only stay
#include <gtest/gtest.h>
#include <stdlib.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "tests/http/ws_client.hpp"
#include "tests/integration/gateway_process.hpp"
#include "tests/integration/world.hpp"
#include "tests/soak/client.hpp"
#include "tests/soak/process_figures.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;
namespace net = boost::asio;
using soak::TextSocket;

constexpr std::chrono::seconds kPatience{60};

std::size_t from_environment(const char* name, std::size_t otherwise) {
  const char* given = ::getenv(name);
  return given == nullptr ? otherwise : std::strtoul(given, nullptr, 10);
}

struct Visitor {
  std::unique_ptr<TextSocket> socket;
  std::string token, conversation;
  std::uint64_t last_seq = 0;
  std::vector<std::string> heard;
  bool fine = false;
};

class Sockets : public testing::Test {
 protected:
  Sockets() {
    auto name = (fs::temp_directory_path() / "parley-sockets-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    fs::create_directories(directory_ + "/tenants");
    std::ofstream(directory_ + "/parley.toml")
        << "tenants = \"tenants\"\n[http]\nport = 0\n[http.limits]\nwrite_timeout_ms = 1000\n"
           "[admin]\nport = 0\n[client]\nprivate_hosts_allowed = [\"127.0.0.1\"]\n[log]\nlevel = "
           "\"error\"\n[storage]\npath = \""
        << directory_ << "/data\"\nballast_bytes = 0\nfree_bytes_min = 1048576\n";
    std::ofstream(directory_ + "/tenants/faq.tsv") << "What are your hours?\tFrom 9 to 18.\n";
    std::ofstream(directory_ + "/tenants/shop.toml") << tenant_toml({.id = "shop"});
    gateway_ = std::make_unique<GatewayProcess>(directory_ + "/parley.toml");
    EXPECT_NE(gateway_->port(), 0) << gateway_->said();
  }
  ~Sockets() override {
    gateway_.reset();
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  // All at once; true when every one was welcomed.
  bool open_all(std::vector<Visitor>& visitors, std::size_t from, std::size_t to) {
    for (auto i = from; i < to; ++i) net::co_spawn(io_, open(visitors[i]), soak::rethrow);
    run();
    for (auto i = from; i < to; ++i) {
      if (!visitors[i].fine) return false;
    }
    return true;
  }
  net::awaitable<void> open(Visitor& visitor) {
    visitor.fine = false;
    visitor.socket = std::make_unique<TextSocket>(io_);
    if (!co_await visitor.socket->open(gateway_->port(), "/chat/shop/web", {})) co_return;
    const std::string hello = visitor.token.empty()
                                  ? std::string(R"({"type":"hello"})")
                                  : R"({"type":"hello","token":")" + visitor.token +
                                        R"(","last_seq":)" + std::to_string(visitor.last_seq) + "}";
    if (!co_await visitor.socket->send(hello)) co_return;
    const auto welcome = co_await visitor.socket->receive(kPatience);
    if (!welcome) co_return;
    visitor.token = soak::text_of(*welcome, "token");
    visitor.conversation = soak::text_of(*welcome, "conversation_id");
    visitor.fine = soak::text_of(*welcome, "type") == "welcome";
  }
  // Until so many messages to them have come, each number later than the one before.
  bool hear_all(std::vector<Visitor>& visitors, std::size_t count) {
    for (auto& visitor : visitors) net::co_spawn(io_, hear(visitor, count), soak::rethrow);
    run();
    bool fine = true;
    for (auto& visitor : visitors) fine = fine && visitor.fine;
    return fine;
  }
  net::awaitable<void> hear(Visitor& visitor, std::size_t count) {
    visitor.fine = false;
    while (visitor.heard.size() < count) {
      const auto frame = co_await visitor.socket->receive(kPatience);
      if (!frame) co_return;
      const auto type = soak::text_of(*frame, "type");
      if (type == "ack" || type == "typing" || type == "welcome") continue;
      const auto seq = soak::number_of(*frame, "seq");
      EXPECT_GT(seq, visitor.last_seq) << "shown again: " << *frame;
      visitor.last_seq = seq;
      if (type == "message.created" && soak::text_of(*frame, "direction") == "outbound") {
        visitor.heard.push_back(soak::text_of(*frame, "text"));
      }
    }
    visitor.fine = true;
  }
  net::awaitable<void> say_hello(Visitor& visitor) {
    visitor.fine = co_await visitor.socket->send(
        R"({"type":"message","id":"c1","text":"What are your hours?"})");
  }
  void run() {
    io_.restart();
    io_.run();
  }
  // A message of the shop to one of them.
  Answer tell(const Visitor& visitor, const std::string& text) const {
    return ask(gateway_->port(), "POST", "/v1/messages",
               {{"authorization", "Bearer shop-admin"}, {"content-type", "application/json"}},
               R"({"to":{"conversation":")" + visitor.conversation +
                   R"("},"content":[{"type":"text","text":")" + text + "\"}]}");
  }
  soak::Figures figures() const {
    return soak::figures_of(gateway_->pid(), gateway_->admin_port());
  }
  double closed_with(const std::string& reason) const {
    const auto text = ask(gateway_->admin_port(), "GET", "/metrics", {}, "").body;
    const auto at = text.find("http_web_sockets_closed_total{reason=\"" + reason + "\"} ");
    return at == std::string::npos ? 0 : std::stod(text.substr(text.find("} ", at) + 2));
  }

  std::string directory_;
  net::io_context io_{1};
  std::unique_ptr<GatewayProcess> gateway_;
};

TEST_F(Sockets, AStormOfReturnsShowsEachWhatTheyMissedAndNothingTwice) {
  const auto count = from_environment("PARLEY_SOCKETS", 300);
  std::vector<Visitor> visitors(count);
  ASSERT_TRUE(open_all(visitors, 0, count));
  for (auto& visitor : visitors) net::co_spawn(io_, say_hello(visitor), soak::rethrow);
  run();
  ASSERT_TRUE(hear_all(visitors, 1)) << "the bot answered each";
  for (int storm = 0; storm < 3; ++storm) {
    for (auto& visitor : visitors) visitor.socket.reset();  // without a word
    const auto text = "while you were away " + std::to_string(storm);
    // Some are told something while nobody is there to hear it.
    for (std::size_t i = 0; i < count; i += 3) EXPECT_EQ(tell(visitors[i], text).status, 202);
    ASSERT_TRUE(open_all(visitors, 0, count)) << "storm " << storm;
    for (std::size_t i = 1; i < count; i += 3) EXPECT_EQ(tell(visitors[i], text).status, 202);
    for (std::size_t i = 2; i < count; i += 3) EXPECT_EQ(tell(visitors[i], text).status, 202);
    ASSERT_TRUE(hear_all(visitors, 2 + static_cast<std::size_t>(storm)));
    for (const auto& visitor : visitors) EXPECT_EQ(visitor.heard.back(), text);
  }
  EXPECT_TRUE(World::eventually([&] {
    return figures().connections <= static_cast<double>(count) + 1;
  })) << "those that were cut off are forgotten";
  EXPECT_EQ(gateway_->end_gracefully(), 0);
}

TEST_F(Sockets, IdleOnesCostLittleAndEachIsStillThere) {
  const auto count = from_environment("PARLEY_IDLE_SOCKETS", 500);
  constexpr std::size_t kAtOnce = 500;
  constexpr double kKibEach = 16, kBudgetMib = 512;  // the bench measures more sharply
  const auto before = figures();
  std::vector<Visitor> visitors(count);
  for (std::size_t from = 0; from < count; from += kAtOnce) {
    ASSERT_TRUE(open_all(visitors, from, std::min(count, from + kAtOnce))) << from;
  }
  const auto during = figures();
  EXPECT_EQ(during.connections, static_cast<double>(count));
  const double each = (during.rss_mib - before.rss_mib) * 1'024 / static_cast<double>(count);
  std::cout << count << " idle sockets: " << before.rss_mib << " -> " << during.rss_mib << " MiB, "
            << each << " KiB each\n";
  constexpr double kFixedMib = 16;  // threads' caches and the like, whatever the count
  EXPECT_LE(during.rss_mib - before.rss_mib,
            kFixedMib + kKibEach * static_cast<double>(count) / 1'024);
  EXPECT_LE(during.rss_mib, kBudgetMib);
  std::vector<Visitor*> some;
  for (std::size_t i = 0; i < count; i += 50) some.push_back(&visitors[i]);
  for (auto* visitor : some) net::co_spawn(io_, say_hello(*visitor), soak::rethrow);
  run();
  for (auto* visitor : some) net::co_spawn(io_, hear(*visitor, 1), soak::rethrow);
  run();
  for (const auto* visitor : some) EXPECT_TRUE(visitor->fine);
}

// It stops reading while hundreds of kilobytes are said to it: closed with the reason, others hear
// everything meanwhile, and coming back it is shown all it missed, at the pace it reads.
TEST_F(Sockets, WhoDoesNotReadIsClosedAndCatchesUpWhenTheyReturn) {
  std::vector<Visitor> visitors(2);
  ASSERT_TRUE(open_all(visitors, 0, 2));
  for (auto& visitor : visitors) net::co_spawn(io_, say_hello(visitor), soak::rethrow);
  run();
  ASSERT_TRUE(hear_all(visitors, 1));
  auto& slow = visitors[0];
  slow.socket.reset();
  // The same visitor on a socket with next to no room, which is never read again.
  gateway::http::RawClient deaf(gateway_->port(), 4'096);
  deaf.send(gateway::http::ws_handshake("/chat/shop/web"));
  ASSERT_EQ(gateway::http::status_of(deaf.read_answer(false)), 101);
  deaf.send(gateway::http::ws_frame(
      {.payload = R"({"type":"hello","token":")" + slow.token + R"(","last_seq":0})"}));
  const auto before = figures();
  std::size_t told = 0;
  for (; told < 2'000 && closed_with("closed 1013") == 0; ++told) {
    const auto text = std::to_string(told) + "-" + std::string(16'000, 'x');
    ASSERT_EQ(tell(slow, text).status, 202) << told;
    if (told % 10 == 0) ASSERT_EQ(tell(visitors[1], "other " + std::to_string(told)).status, 202);
  }
  EXPECT_EQ(closed_with("closed 1013"), 1) << told << " messages later";
  EXPECT_GT(told, 64u) << "it is history that a return has to carry";
  EXPECT_LE(figures().rss_mib, before.rss_mib + 64);
  std::vector<Visitor> other;
  other.push_back(std::move(visitors[1]));
  ASSERT_TRUE(hear_all(other, 1 + (told + 9) / 10));
  std::vector<Visitor> back;
  back.push_back(std::move(visitors[0]));
  ASSERT_TRUE(open_all(back, 0, 1));
  ASSERT_TRUE(hear_all(back, 1 + told)) << back[0].heard.size() << " of " << told;
  for (std::size_t i = 0; i < told; ++i) {
    ASSERT_TRUE(back[0].heard[1 + i].starts_with(std::to_string(i) + "-")) << i;
  }
  EXPECT_EQ(tell(back[0], "and on").status, 202);
  EXPECT_TRUE(hear_all(back, told + 2)) << "live again";
}

}  // namespace
}  // namespace parley::test
