// The spine from socket to socket: what a customer, an agent and an operator would see.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

Answer telegram_ok(const Asked& asked) {
  static std::atomic<int> next{1000};
  if (asked.target.find("sendMessage") == std::string::npos) return {200, R"({"ok":true})", {}};
  return {200, R"({"ok":true,"result":{"message_id":)" + std::to_string(++next) + "}}", {}};
}

constexpr const char* kCreated = R"("type":"message.created")";

TEST(Spine, AQuestionIsStoredDecidedAnsweredAndDelivered) {
  LittleServer platform(telegram_ok);
  World world({{.id = "shop", .platform_port = platform.port()}});
  ASSERT_EQ(world.telegram("shop", 1, 7, "What are your opening hours?").status, 200);
  ASSERT_TRUE(platform.wait_for(1));
  const auto asked = platform.asked();
  EXPECT_NE(asked[0].body.find("open"), std::string::npos) << asked[0].body;
  const auto conversation = World::conversation_of_telegram("shop", 7);
  ASSERT_TRUE(World::eventually([&] {
    return count_containing(world.events("shop-admin", conversation), R"("state":"sent")") == 1;
  })) << world.api("shop-admin", "GET", "/v1/conversations/" + conversation + "/events").body;
  const auto events = world.events("shop-admin", conversation);
  EXPECT_EQ(count_containing(events, kCreated), 2u);
  EXPECT_EQ(count_containing(events, R"("type":"routing.decided")"), 1u);
}

TEST(Spine, AWebhookFiftyTimesAtOnceAndAgainAfterARestartHasOneEffect) {
  LittleServer platform(telegram_ok);
  World world({{.id = "shop", .platform_port = platform.port()}});
  constexpr int kCopies = 50;
  std::latch start(kCopies);
  std::atomic<int> acked{0};
  std::vector<std::thread> senders;
  for (int i = 0; i < kCopies; ++i) {
    senders.emplace_back([&] {
      start.arrive_and_wait();
      if (world.telegram("shop", 5, 8, "What are your opening hours?").status == 200) ++acked;
    });
  }
  for (auto& sender : senders) sender.join();
  EXPECT_EQ(acked, kCopies);
  ASSERT_TRUE(platform.wait_for(1));
  const auto conversation = World::conversation_of_telegram("shop", 8);
  ASSERT_TRUE(World::eventually([&] {
    return count_containing(world.events("shop-admin", conversation), R"("state":"sent")") == 1;
  }));
  world.restart();
  EXPECT_EQ(world.telegram("shop", 5, 8, "What are your opening hours?").status, 200);
  const auto events = world.events("shop-admin", conversation);
  EXPECT_EQ(count_containing(events, kCreated), 2u);  // the question and its answer
  EXPECT_EQ(platform.asked().size(), 1u);
}

TEST(Spine, AnAngryCustomerWaitsForAPersonWithTheReasonAndIsAnswered) {
  LittleServer platform(telegram_ok);
  World world({{.id = "shop", .platform_port = platform.port()}});
  ASSERT_EQ(world.telegram("shop", 1, 9, "this is terrible").status, 200);
  const auto queues = world.api("shop-admin", "GET", "/v1/queues");
  EXPECT_NE(queues.body.find("complaints"), std::string::npos);
  const auto conversation = World::conversation_of_telegram("shop", 9);
  EXPECT_NE(queues.body.find(conversation.substr(4)), std::string::npos) << queues.body;
  const auto claimed = world.api("shop-admin", "POST", "/v1/claim", R"({"agent":"anna"})");
  ASSERT_EQ(claimed.status, 200) << claimed.body;
  const auto said = world.api("shop-admin", "POST",
                              "/v1/conversations/" + conversation + "/messages",
                              R"({"agent":"anna","content":[{"type":"text","text":"Sorry!"}]})");
  ASSERT_EQ(said.status / 100, 2) << said.body;
  ASSERT_TRUE(World::eventually([&] {
    return count_containing(world.events("shop-admin", conversation), R"("state":"sent")") >= 1;
  }));
  EXPECT_NE(platform.asked().back().body.find("Sorry"), std::string::npos);
}

TEST(Spine, TwoAgentsClaimingAtOnceGetOneCustomerEach) {
  World world({{.id = "shop"}});
  for (int user = 1; user <= 2; ++user) {
    ASSERT_EQ(world.telegram("shop", user, user, "terrible").status, 200);
  }
  std::latch start(4);
  std::vector<std::string> got(4);
  std::vector<std::thread> agents;
  for (int i = 0; i < 4; ++i) {
    agents.emplace_back([&, i] {
      start.arrive_and_wait();
      const auto answer =
          world.api("shop-admin", "POST", "/v1/claim",
                    std::string(R"({"agent":")") + (i % 2 == 0 ? "anna" : "bo") + "\"}");
      got[static_cast<std::size_t>(i)] = answer.body;
    });
  }
  for (auto& agent : agents) agent.join();
  const auto of = [](std::int64_t user) {
    return World::conversation_of_telegram("shop", user).substr(4);
  };
  EXPECT_EQ(count_containing(got, of(1)), 1u);
  EXPECT_EQ(count_containing(got, of(2)), 1u);
}

TEST(Spine, ABotAnswerThatArrivesAfterTheHandOverIsNotSent) {
  LittleServer platform(telegram_ok);
  std::latch released(1);
  LittleServer bot([&](const Asked&) -> Answer {
    released.wait();
    return {200, R"({"messages":[{"text":"late words of the bot"}]})", {}};
  });
  World world({{.id = "shop", .platform_port = platform.port(), .bot_port = bot.port(),
                .bot_deadline_ms = 15'000}});
  ASSERT_EQ(world.telegram("shop", 1, 11, "hello").status, 200);
  ASSERT_TRUE(bot.wait_for(1));
  const auto conversation = World::conversation_of_telegram("shop", 11);
  const auto taken = world.api("shop-admin", "POST",
                               "/v1/conversations/" + conversation + "/control",
                               R"({"action":"takeover","agent":"anna"})");
  ASSERT_EQ(taken.status / 100, 2) << taken.body;
  released.count_down();
  ASSERT_TRUE(World::eventually([&] {
    return count_containing(world.events("shop-admin", conversation), "late words") == 1;
  }));
  const auto events = world.events("shop-admin", conversation);
  for (const auto& event : events) {
    if (event.find("late words") != std::string::npos) {
      EXPECT_NE(event.find(R"("direction":"internal")"), std::string::npos) << event;
    }
  }
  // A word of the agent goes out; had the draft been queued it would have gone before it.
  const auto said = world.api("shop-admin", "POST",
                              "/v1/conversations/" + conversation + "/messages",
                              R"({"agent":"anna","content":[{"type":"text","text":"I am here"}]})");
  ASSERT_EQ(said.status / 100, 2) << said.body;
  ASSERT_TRUE(platform.wait_for(1));
  for (const auto& asked : platform.asked()) {
    EXPECT_EQ(asked.body.find("late"), std::string::npos);
  }
}

TEST(Spine, ADeadBotLeadsToTheQueue) {
  World world({{.id = "shop", .bot_port = 1}});
  ASSERT_EQ(world.telegram("shop", 1, 12, "hello").status, 200);
  const auto hex = World::conversation_of_telegram("shop", 12).substr(4);
  EXPECT_TRUE(World::eventually([&] {
    return world.api("shop-admin", "GET", "/v1/queues").body.find(hex) != std::string::npos;
  }));
}

TEST(Spine, ADeadPlatformKeepsTheSendAndATurnedDownOneIsADeadLetter) {
  LittleServer platform([](const Asked&) -> Answer {
    return {400, R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found"})", {}};
  });
  World world({{.id = "shop", .platform_port = platform.port()},
               {.id = "other", .platform_port = 1}});
  ASSERT_EQ(world.telegram("shop", 1, 13, "What are your opening hours?").status, 200);
  ASSERT_TRUE(World::eventually([&] {
    return world.api("shop-admin", "GET", "/v1/dead-letters").body.find("snd_") !=
           std::string::npos;
  }));
  ASSERT_EQ(world.telegram("other", 1, 13, "What are your opening hours?").status, 200);
  const auto conversation = World::conversation_of_telegram("other", 13);
  ASSERT_TRUE(World::eventually([&] {
    return count_containing(world.events("other-admin", conversation), kCreated) == 2;
  }));
  EXPECT_EQ(world.api("other-admin", "GET", "/v1/dead-letters").body.find("snd_"),
            std::string::npos);
}

TEST(Spine, ABadWebhookIsRefusedAndLeavesNothing) {
  World world({{.id = "shop"}});
  const std::string body = R"({"update_id":1})";
  EXPECT_EQ(ask(world.port(), "POST", "/webhooks/shop/tg", {}, body).status, 401);
  EXPECT_EQ(ask(world.port(), "POST", "/webhooks/shop/tg",
                {{"x-telegram-bot-api-secret-token", "tg-shop-secreT"}}, body)
                .status,
            401);
  EXPECT_EQ(ask(world.port(), "POST", "/webhooks/shop/tg",
                {{"x-telegram-bot-api-secret-token", "tg-shop-secret"}}, "{")
                .status,
            400);
  EXPECT_EQ(ask(world.port(), "POST", "/webhooks/shop/nowhere", {}, body).status, 404);
  EXPECT_EQ(ask(world.port(), "POST", "/webhooks/nobody/tg", {}, body).status, 404);
  EXPECT_EQ(world.api("shop-admin", "GET", "/v1/conversations").body.find("cnv_"),
            std::string::npos);
}

TEST(Spine, ATenantSeesNothingOfAnother) {
  World world({{.id = "shop"}, {.id = "other"}});
  ASSERT_EQ(world.telegram("shop", 1, 14, "terrible").status, 200);
  const auto conversation = World::conversation_of_telegram("shop", 14);
  ASSERT_EQ(world.api("shop-admin", "GET", "/v1/conversations/" + conversation).status, 200);
  const auto own = world.api("other-admin", "GET", "/v1/conversations/" + conversation);
  const auto unknown = world.api("other-admin", "GET",
                                 "/v1/conversations/cnv_00000000000000000000000000000000");
  EXPECT_EQ(own.status, 404);
  EXPECT_EQ(own.body, unknown.body);
  EXPECT_EQ(world.api("other-admin", "GET", "/v1/queues").body.find("cnv_"), std::string::npos);
  EXPECT_EQ(world.api("other-admin", "GET", "/v1/conversations").body.find("cnv_"),
            std::string::npos);
}

TEST(Spine, AVisitorResumesBySequenceAndSeesNoNotes) {
  World world({{.id = "shop"}});
  auto socket = Socket::open(world.port(), "/chat/shop/web", {});
  ASSERT_TRUE(socket);
  socket->send(R"({"type":"hello"})");
  const auto welcome = socket->receive();
  ASSERT_TRUE(welcome);
  const auto field = [&](const std::string& name) {
    const auto at = welcome->find("\"" + name + "\":\"") + name.size() + 4;
    return welcome->substr(at, welcome->find('"', at) - at);
  };
  const std::string token = field("token"), conversation = field("conversation_id");
  socket->send(
      R"({"type":"message","id":"c1","content":[{"type":"text","text":"What are your opening hours?"}]})");
  std::string seen;
  while (seen.find("We are open") == std::string::npos) {
    const auto text = socket->receive();
    ASSERT_TRUE(text) << seen;
    seen += *text;
  }
  EXPECT_EQ(seen.find("routing.decided"), std::string::npos);
  EXPECT_EQ(seen.find("sentiment"), std::string::npos);
  socket->close();
  const auto note = world.api("shop-admin", "POST",
                              "/v1/conversations/" + conversation + "/notes",
                              R"({"text":"internal words"})");
  ASSERT_EQ(note.status / 100, 2) << note.body;
  auto again = Socket::open(world.port(), "/chat/shop/web", {});
  ASSERT_TRUE(again);
  again->send(R"({"type":"hello","token":")" + token + R"(","last_seq":0})");
  std::string replayed;
  while (replayed.find("We are open") == std::string::npos) {
    const auto text = again->receive();
    ASSERT_TRUE(text) << replayed;
    replayed += *text;
  }
  again->send(
      R"({"type":"message","id":"c2","content":[{"type":"text","text":"thanks"}]})");
  while (replayed.find("\"c2\"") == std::string::npos) {
    const auto text = again->receive();
    ASSERT_TRUE(text) << replayed;
    replayed += *text;
  }
  EXPECT_EQ(replayed.find("internal words"), std::string::npos);
}

}  // namespace
}  // namespace parley::test
