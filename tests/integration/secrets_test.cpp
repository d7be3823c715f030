// Secrets and customers' words, planted in configuration and traffic of a running gateway, are
// looked for in everything it tells: its log at its most talkative, metrics, and the API's answers.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "base/json_writer.hpp"
#include "gateway/runtime/log.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

constexpr const char* kWords = "my-card-4929-canary";

// As world.cpp writes them into the tenant's file.
const std::vector<std::string>& secrets() {
  static const std::vector<std::string> kSecrets = {"1:shop-bot", "tg-shop-secret",
                                                    "shop-visitor-secret-0123456789", "shop-admin",
                                                    "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5"};
  return kSecrets;
}

void expect_none(const std::string& text, const std::string& where, bool words_too) {
  for (const auto& secret : secrets()) {
    EXPECT_EQ(text.find(secret), std::string::npos) << secret << " in " << where;
  }
  if (words_too) EXPECT_EQ(text.find(kWords), std::string::npos) << "words in " << where;
}

// Answers that a careless client would log whole, with the URL and its token.
Answer hostile(const Asked& asked) {
  static std::atomic<int> count{0};
  switch (++count % 5) {
    case 0:
      return {500, "failed for " + asked.target + " " + asked.body, {}};
    case 1:
      return {400, R"({"ok":false,"description":)" + json_quote(asked.target) + "}", {}};
    case 2:
      return {200, asked.body, {}};
    case 3:
      return {429, R"({"ok":false,"parameters":{"retry_after":1}})", {}};
    default:
      return {401, asked.target, {}};
  }
}

TEST(Secrets, AreNowhereInWhatTheGatewayTells) {
  LittleServer platform(hostile), bot(hostile);
  const auto directory = std::filesystem::temp_directory_path() / "parley-secrets-test";
  std::filesystem::create_directories(directory);
  const auto file = (directory / "log").string();
  std::filesystem::remove(file);
  gateway::start_logging({.level = gateway::LogLevel::debug, .file = file});
  std::string told;
  {
    World world({{.id = "shop", .platform_port = platform.port(), .bot_port = bot.port()}});
    for (int i = 0; i < 12; ++i) {
      const auto answer =
          world.telegram("shop", i, 7 + i % 3, std::string("this is ") + kWords + " terrible");
      told += answer.body;
    }
    // Wrong in every way.
    for (const auto& [name, value] : Headers{{"x-telegram-bot-api-secret-token", "tg-shop-secreu"},
                                             {"x-telegram-bot-api-secret-token", ""},
                                             {"authorization", "Bearer shop-admin"}}) {
      told += ask(world.port(), "POST", "/webhooks/shop/tg",
                  {{"content-type", "application/json"}, {name, value}},
                  std::string("{\"text\":\"") + kWords + "\"")
                  .body;
    }
    for (const auto* path : {"/v1/channels", "/v1/channels/tg/capabilities", "/v1/agents",
                             "/v1/queues", "/v1/audit", "/v1/conversations", "/v1/nothing",
                             "/v1/channels?cursor=x", "/webhooks/shop/nothing", "/media/shop/x"}) {
      told += world.api("shop-admin", "GET", path).body;
      told += world.api("shop-admim", "GET", path).body;
    }
    const auto bad = world.api("shop-admin", "POST", "/v1/messages",
                               std::string("{\"to\":{\"x\":\"") + kWords + "\"},");
    told += bad.body;
    EXPECT_EQ(bad.status, 400);
    const auto metrics = ask(world.admin_port(), "GET", "/metrics", {}, "");
    EXPECT_EQ(metrics.status, 200);
    expect_none(metrics.body, "metrics", true);
    const auto letters = world.api("shop-admin", "GET", "/v1/dead-letters");
    expect_none(letters.body, "dead letters", false);  // what was to be said stands there
  }
  gateway::stop_logging();
  expect_none(told, "answers", true);
  std::ifstream in(file);
  const std::string log{std::istreambuf_iterator<char>(in), {}};
  EXPECT_FALSE(log.empty()) << "or nothing was looked at";
  expect_none(log, "the log", true);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace parley::test
