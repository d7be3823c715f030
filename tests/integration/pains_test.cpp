// What users of other desks suffered, a test each, named after it, through a whole gateway: signed
// webhooks in, the platform's API out, agents over /v1. tests/routing/pains_test.cpp has those that
// a desk alone can show.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <thread>

#include "conversation/ids.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

constexpr const char* kAdmin = "shop-admin";

// "person" leads to the queue "desk", which gives its customers to Carl, one at a time; who writes
// "bye" has their case closed.
constexpr const char* kDesk = R"(
[[queue]]
id = "desk"
name = "Desk"
mode = "least_loaded"
[[agent]]
id = "carl"
name = "Carl"
queues = ["desk"]
capacity = 1
[[rule]]
name = "desk"
when = { text_contains = ["person"] }
then = "queue:desk"
[rating]
question_zh = "How did we do?"
question_en = "How did we do?"
)";

Answer telegram_ok(const Asked& asked) {
  static std::atomic<int> next{1000};
  if (asked.target.find("sendMessage") == std::string::npos) return {200, R"({"ok":true})", {}};
  return {200, R"({"ok":true,"result":{"message_id":)" + std::to_string(++next) + "}}", {}};
}

// Of a form, as it is read.
std::string plain(const std::string& form) {
  std::string out;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '%' && i + 2 < form.size()) {
      out += static_cast<char>(std::stoi(form.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += form[i] == '+' ? ' ' : form[i];
    }
  }
  return out;
}

std::string member(const std::string& body, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view text;
  if (parser.parse(body).get(document) || document.at_pointer(pointer).get(text)) return {};
  return std::string(text);
}

class Pains : public testing::Test {
 protected:
  void open(TenantText text = {}) {
    text.id = "shop";
    text.platform_port = platform_.port();
    text.extra = kDesk + text.extra;
    world_ = std::make_unique<World>(std::vector<TenantText>{std::move(text)});
  }
  void says(std::int64_t user, const std::string& words) {
    ASSERT_EQ(world_->telegram("shop", ++update_, user, words).status, 200);
  }
  static std::string conversation(std::int64_t user) {
    return World::conversation_of_telegram("shop", user);
  }
  static std::string person(std::int64_t user) { return "per_" + conversation(user).substr(4); }
  Answer post(const std::string& path, const std::string& body) const {
    return world_->api(kAdmin, "POST", path, body);
  }
  Answer on(std::int64_t user, const std::string& verb, const std::string& body) const {
    return post("/v1/conversations/" + conversation(user) + "/" + verb, body);
  }
  int agent_says(std::int64_t user, const std::string& agent, const std::string& words,
                 const std::string& more = {}) const {
    return on(user, "messages",
              R"({"agent":")" + agent + R"(","content":[{"type":"text","text":")" + words +
                  R"("}])" + more + "}")
        .status;
  }
  void presence(const std::string& agent, const std::string& what) const {
    EXPECT_EQ(world_
                  ->api(kAdmin, "PUT", "/v1/agents/" + agent + "/presence",
                        R"({"presence":")" + what + R"("})")
                  .status,
              200);
  }
  // "agent:carl", "queue:desk", "bot:helper", "none"
  std::string holder(std::int64_t user) const {
    return member(world_->api(kAdmin, "GET", "/v1/conversations/" + conversation(user)).body,
                  "/control/holder");
  }
  testing::AssertionResult comes_to(std::int64_t user, const std::string& wanted) const {
    if (World::eventually([&] { return holder(user) == wanted; })) {
      return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << "it is with " << holder(user) << ", not " << wanted;
  }
  std::vector<std::string> events(std::int64_t user) const {
    return world_->events(kAdmin, conversation(user));
  }
  // What reached the customers, oldest first.
  std::vector<std::string> heard() const {
    std::vector<std::string> out;
    for (const Asked& asked : platform_.asked()) {
      if (asked.target.find("sendMessage") != std::string::npos) {
        out.push_back(asked.target + " " + plain(asked.body));
      }
    }
    return out;
  }
  bool hears(const std::string& words, std::size_t times = 1) const {
    return World::eventually([&] { return count_containing(heard(), words) >= times; });
  }
  World& world() { return *world_; }

 private:
  LittleServer platform_{telegram_ok};
  std::unique_ptr<World> world_;
  std::int64_t update_ = 0;
};

// ---- queues and limits

TEST_F(Pains, WhenTheAgentIsBusyTheNextCustomersAreLost) {
  open();
  presence("carl", "online");
  for (std::int64_t user = 1; user <= 3; ++user) {
    says(user, "a person please");
    ASSERT_TRUE(comes_to(user, user == 1 ? "agent:carl" : "queue:desk"));
  }
  ASSERT_EQ(on(1, "close", R"({"reason":"done"})").status, 200);
  EXPECT_TRUE(comes_to(2, "agent:carl")) << "and nobody had to click for it";
  EXPECT_EQ(holder(3), "queue:desk");
  ASSERT_EQ(on(2, "close", "{}").status, 200);
  EXPECT_TRUE(comes_to(3, "agent:carl"));
}

TEST_F(Pains, AnAgentWhoComesBackGetsNoWaitingChat) {
  open();
  says(1, "a person please");
  ASSERT_TRUE(comes_to(1, "queue:desk"));
  presence("carl", "online");
  EXPECT_TRUE(comes_to(1, "agent:carl"));
}

TEST_F(Pains, ManyClicksAtOnceExceedTheAgentsLimit) {
  open();
  constexpr std::int64_t kCustomers = 6;
  for (std::int64_t user = 1; user <= kCustomers; ++user) {
    says(user, "a person please");
    ASSERT_TRUE(comes_to(user, "queue:desk"));
  }
  constexpr int kClicks = 8;
  std::latch start(kClicks + 1);
  std::vector<std::thread> hands;
  for (int i = 0; i < kClicks; ++i) {
    hands.emplace_back([&] {
      start.arrive_and_wait();
      post("/v1/claim", R"({"agent":"carl"})");
    });
  }
  start.arrive_and_wait();
  presence("carl", "online");  // the desk gives him somebody too, at the same time
  for (auto& hand : hands) hand.join();
  ASSERT_TRUE(World::eventually([&] {
    const auto agents = world().api(kAdmin, "GET", "/v1/agents").body;
    return agents.find(R"("used":1)") != std::string::npos;
  }));
  int with_carl = 0;
  for (std::int64_t user = 1; user <= kCustomers; ++user) with_carl += holder(user) == "agent:carl";
  EXPECT_EQ(with_carl, 1);
}

// ---- stuck and invisible

TEST_F(Pains, WhoWaitsIsSeenByNobody) {
  open();
  auto stream = Socket::open(world().port(), "/v1/stream?cursor=0",
                             {{"authorization", std::string("Bearer ") + kAdmin}});
  ASSERT_TRUE(stream);
  says(1, "a person please");
  bool told = false;
  for (int i = 0; i < 50 && !told; ++i) {
    const auto frame = stream->receive();
    ASSERT_TRUE(frame);
    told = frame->find("conversation.queued") != std::string::npos;
  }
  EXPECT_TRUE(told) << "who watches need not ask again";
  const auto queues = world().api(kAdmin, "GET", "/v1/queues").body;
  EXPECT_NE(queues.find(conversation(1)), std::string::npos) << queues;
  EXPECT_NE(queues.find(R"("position":1)"), std::string::npos) << queues;
}

TEST_F(Pains, ARestartLeavesQueuedChatsStuck) {
  open();
  presence("carl", "online");
  for (std::int64_t user = 1; user <= 2; ++user) {
    says(user, "a person please");
    ASSERT_TRUE(comes_to(user, user == 1 ? "agent:carl" : "queue:desk"));
  }
  world().restart();
  EXPECT_EQ(holder(1), "agent:carl");
  EXPECT_EQ(holder(2), "queue:desk");
  ASSERT_EQ(on(1, "close", "{}").status, 200);
  EXPECT_TRUE(comes_to(2, "agent:carl")) << "he is online still";
}

TEST_F(Pains, AQueuedChatCanBeNeitherTakenMovedNorClosed) {
  open();
  for (std::int64_t user = 1; user <= 3; ++user) {
    says(user, "a person please");
    ASSERT_TRUE(comes_to(user, "queue:desk"));
  }
  EXPECT_EQ(on(1, "control", R"({"action":"claim","agent":"carl"})").status, 200);
  EXPECT_EQ(on(2, "transfer", R"({"to":"queue:complaints"})").status, 200);
  EXPECT_EQ(on(3, "close", "{}").status, 200);
  EXPECT_EQ(holder(1), "agent:carl");
  EXPECT_EQ(holder(2), "queue:complaints");
  EXPECT_EQ(holder(3), "none");
}

TEST_F(Pains, TheAutomaticTakesAChatFromWhomItWasGivenToByHand) {
  open();
  says(1, "a person please");
  ASSERT_TRUE(comes_to(1, "queue:desk"));
  ASSERT_EQ(on(1, "transfer", R"({"to":"agent:bo","note":"he knows them"})").status, 200);
  presence("carl", "online");
  says(2, "a person please");
  ASSERT_TRUE(comes_to(2, "agent:carl")) << "the desk has looked at all who wait";
  EXPECT_EQ(holder(1), "agent:bo");
}

// ---- who is who

TEST_F(Pains, TwoContactsOfOneCustomerStayTwoThreads) {
  open();
  says(1, "a person please");
  says(2, "it is me, from my other phone");
  ASSERT_TRUE(comes_to(1, "queue:desk"));
  ASSERT_EQ(on(1, "control", R"({"action":"claim","agent":"carl"})").status, 200);
  const auto merged =
      post("/v1/persons/" + person(2) + "/merge", R"({"into":")" + person(1) + "\"}");
  ASSERT_EQ(merged.status, 200) << merged.body;
  says(2, "written from the other phone");
  ASSERT_TRUE(World::eventually([&] {
    return count_containing(events(1), "written from the other phone") == 1;
  })) << "one thread, the one that was named";
  EXPECT_EQ(holder(1), "agent:carl") << "and Carl still has it";
  ASSERT_EQ(agent_says(1, "carl", "got it"), 202);
  EXPECT_TRUE(hears("got it"));
  EXPECT_NE(heard().back().find("chat_id=2&"), std::string::npos)
      << "answered where they wrote last: " << heard().back();
  const auto both = world().api(kAdmin, "GET", "/v1/persons/" + person(1) + "/timeline").body;
  EXPECT_NE(both.find("my other phone"), std::string::npos) << "with all that was said before";
}

TEST_F(Pains, PeopleMergedByMistakeStayMerged) {
  open();
  says(1, "a person please");
  says(2, "hello");
  ASSERT_EQ(post("/v1/persons/" + person(2) + "/merge", R"({"into":")" + person(1) + "\"}").status,
            200);
  says(2, "together");
  ASSERT_TRUE(World::eventually([&] { return count_containing(events(1), "together") == 1; }));
  ASSERT_EQ(post("/v1/persons/" + person(2) + "/unmerge", R"({"reason":"not them"})").status, 200);
  ASSERT_TRUE(World::eventually(
      [&] { return count_containing(events(1), R"("type":"person.unmerged")") == 1; }));
  says(2, "apart");
  ASSERT_TRUE(World::eventually([&] { return count_containing(events(2), "apart") == 1; }));
  EXPECT_EQ(count_containing(events(1), "apart"), 0u);
}

TEST_F(Pains, TheAnswerLeavesFromTheWrongNumber) {
  const auto number = [](const std::string& id, std::uint16_t port) {
    return "[[channel]]\nid = \"" + id +
           "\"\nplatform = \"telegram\"\napi_base = \"http://127.0.0.1:" + std::to_string(port) +
           "\"\nbot_token = \"1:" + id + "-bot\"\nsecret_token = \"tg-shop-secret\"\n";
  };
  LittleServer platform(telegram_ok);
  open({.channels = number("tg", platform.port()) + number("sales", platform.port())});
  says(1, "a person please");
  ASSERT_TRUE(comes_to(1, "queue:desk"));
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const std::string body =
      R"({"update_id":900,"message":{"message_id":900,"date":)" + std::to_string(now) +
      R"(,"from":{"id":1,"first_name":"Nic"},"chat":{"id":1,"type":"private"},)"
      R"("text":"and about that offer"}})";
  ASSERT_EQ(ask(world().port(), "POST", "/webhooks/shop/sales",
                {{"content-type", "application/json"},
                 {"x-telegram-bot-api-secret-token", "tg-shop-secret"}},
                body)
                .status,
            200);
  EXPECT_EQ(count_containing(events(1), "about that offer"), 1u) << "one customer, one thread";
  ASSERT_EQ(on(1, "control", R"({"action":"claim","agent":"carl"})").status, 200);
  ASSERT_EQ(agent_says(1, "carl", "the offer stands"), 202);
  ASSERT_EQ(agent_says(1, "carl", "your parcel is here", R"(,"channel":"tg")"), 202);
  ASSERT_TRUE(platform.wait_for(2));
  std::vector<std::string> left;
  for (const Asked& each : platform.asked()) left.push_back(each.target + " " + plain(each.body));
  for (const auto& each : left) {
    if (each.find("the offer stands") != std::string::npos) {
      EXPECT_NE(each.find("sales-bot"), std::string::npos) << "where they wrote last: " << each;
    }
    if (each.find("your parcel is here") != std::string::npos) {
      EXPECT_NE(each.find("tg-bot"), std::string::npos) << "where the agent wanted: " << each;
    }
  }
  EXPECT_EQ(count_containing(left, "the offer stands"), 1u);
  EXPECT_EQ(count_containing(left, "your parcel is here"), 1u);
}

// ---- bots and people

class Bot {
 public:
  Bot()
      : server_([](const Asked& asked) -> Answer {
          if (asked.body.find("hand me over") != std::string::npos) {
            return {200, R"({"messages":[{"text":"a colleague will help"}],"handover":{}})", {}};
          }
          return {200, R"({"messages":[{"text":"the bot's words"}]})", {}};
        }) {}
  std::uint16_t port() const { return server_.port(); }
  std::vector<Asked> asked() const { return server_.asked(); }

 private:
  LittleServer server_;
};

TEST_F(Pains, TheBotTalksOverTheAgent) {
  Bot bot;
  open({.bot_port = bot.port()});
  says(1, "hello");
  ASSERT_TRUE(hears("the bot's words"));
  ASSERT_EQ(on(1, "control", R"({"action":"takeover","agent":"anna"})").status, 200);
  says(1, "is anybody there?");
  ASSERT_EQ(agent_says(1, "anna", "I am"), 202);
  ASSERT_TRUE(hears("I am"));
  EXPECT_EQ(bot.asked().size(), 1u) << "it was not even asked";
  EXPECT_EQ(count_containing(heard(), "the bot's words"), 1u);
}

TEST_F(Pains, NobodyAnswersAfterTheTalkReturnsToTheBot) {
  Bot bot;
  open({.bot_port = bot.port()});
  says(1, "hello");
  ASSERT_TRUE(hears("the bot's words"));
  ASSERT_EQ(on(1, "control", R"({"action":"takeover","agent":"anna"})").status, 200);
  ASSERT_EQ(agent_says(1, "anna", "it was sent on Monday"), 202);
  ASSERT_EQ(on(1, "control", R"({"action":"release"})").status, 200);
  EXPECT_EQ(holder(1), "bot:helper");
  says(1, "thanks, and one more thing");
  ASSERT_TRUE(hears("the bot's words", 2));
  ASSERT_EQ(bot.asked().size(), 2u);
  EXPECT_NE(bot.asked()[1].body.find("it was sent on Monday"), std::string::npos)
      << "and the bot knows what the person said meanwhile";
}

TEST_F(Pains, TheCustomerHearsTwoGoodbyes) {
  Bot bot;
  open({.bot_port = bot.port()});
  says(1, "hand me over");
  ASSERT_TRUE(comes_to(1, "queue:service"));
  ASSERT_TRUE(hears("a colleague will help"));
  ASSERT_EQ(on(1, "control", R"({"action":"claim","agent":"anna"})").status, 200);
  ASSERT_EQ(agent_says(1, "anna", "all done"), 202);
  std::latch start(2);
  std::atomic<int> closed{0};
  std::vector<std::thread> hands;
  for (int i = 0; i < 2; ++i) {
    hands.emplace_back([&] {
      start.arrive_and_wait();
      closed += on(1, "close", "{}").status == 200;
    });
  }
  for (auto& hand : hands) hand.join();
  EXPECT_EQ(closed, 1);
  ASSERT_TRUE(hears("How did we do?"));
  says(1, "5");
  ASSERT_TRUE(World::eventually([&] { return count_containing(events(1), "case.rated") == 1; }));
  EXPECT_EQ(count_containing(heard(), "How did we do?"), 1u);
  EXPECT_EQ(count_containing(heard(), "a colleague will help"), 1u);
}

TEST_F(Pains, ThereIsNoWayFromTheBotToAPerson) {
  Bot bot;
  open({.bot_port = bot.port()});
  says(1, "talk to a human");
  EXPECT_TRUE(comes_to(1, "queue:service")) << "the customer asks";
  says(2, "hand me over");
  EXPECT_TRUE(comes_to(2, "queue:service")) << "the bot asks";
  says(3, "hello");
  ASSERT_TRUE(hears("the bot's words"));
  EXPECT_EQ(on(3, "transfer", R"({"to":"queue:service"})").status, 200) << "a system asks";
  EXPECT_EQ(holder(3), "queue:service");
  says(4, "hello");
  EXPECT_EQ(on(4, "control", R"({"action":"takeover","agent":"anna"})").status, 200)
      << "a person takes it";
  EXPECT_EQ(holder(4), "agent:anna");
}

// ---- rules that are wrong are refused before they are tried

TEST_F(Pains, ARuleOnTheMoodIsWrongAndNobodySaysSo) {
  open();
  const auto tried = [&](const std::string& when) {
    return post("/v1/decisions/replay", R"({"rules":"[[rule]]\nname = \"mood\"\nwhen = )" + when +
                                            R"(\nthen = \"queue:desk\"\n"})");
  };
  EXPECT_EQ(tried("{ unhappy = true, repeats_at_least = 2 }").status, 200)
      << tried("{ unhappy = true, repeats_at_least = 2 }").body;
  const auto no_flag = tried("{ unhappy = 1 }");
  EXPECT_EQ(no_flag.status, 400);
  EXPECT_NE(no_flag.body.find("rule.when.unhappy"), std::string::npos) << no_flag.body;
  const auto too_many = tried("{ repeats_at_least = 6 }");
  EXPECT_EQ(too_many.status, 400);
  EXPECT_NE(too_many.body.find("expected 1 to 5"), std::string::npos) << too_many.body;
}

}  // namespace
}  // namespace parley::test
