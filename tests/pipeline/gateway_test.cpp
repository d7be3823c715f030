// The pieces together behind Service: passive answers, a store that fails, media that come back.
#include <algorithm>
#include <latch>
#include <thread>

#include "tests/pipeline/gateway_bench.hpp"

namespace parley::gateway {
namespace {

using test::Answer;
using test::Asked;

struct GatewayTest : testing::Test {
  ManualClock store_clock;
  storage::MemoryStore store{storage::Options{}, store_clock};
};

TEST_F(GatewayTest, TheWebhookItselfCarriesAnAnswerThatIsThereInTime) {
  Platform platform;
  const Shop shop({.passive_reply = true});
  Life life(store, shop.tenant({.platform_port = platform.port(),
                                .first_outcome = {HolderKind::bot, "faq"}}));
  const auto answer = life.webhook("m1|ann|hours");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "our-account: We are open.");
  ASSERT_TRUE(life.wait_for_state("ann", DeliveryState::sent));
  EXPECT_EQ(life.webhook("m1|ann|hours").body, "ack") << "a repeat is not answered again";
  EXPECT_TRUE(platform.calls().empty());
}

TEST_F(GatewayTest, TheNoticeOfAQueueGoesTheSameWay) {
  Platform platform;
  const Shop shop({.passive_reply = true});
  Life life(store, shop.tenant({.platform_port = platform.port(), .queue_notice = "One moment."}));
  EXPECT_EQ(life.webhook("m1|ann|hi").body, "our-account: One moment.");
  EXPECT_EQ(life.webhook("m2|ann|anybody?").body, "ack") << "said once";
  EXPECT_TRUE(platform.calls().empty());
}

TEST_F(GatewayTest, WhatCannotBeReadIsRefusedUnlessItWouldComeBackForDays) {
  const Shop shop, insisting({.insists = true});
  Life life(store, shop.tenant());
  EXPECT_EQ(life.webhook("nonsense").status, 400);
  life.set_tenant(insisting.tenant());
  const auto answer = life.webhook("nonsense");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "ack");
  life.set_tenant(shop.tenant());
}

TEST_F(GatewayTest, AnAnswerThatIsLateGoesByCall) {
  Platform platform;
  std::latch released(1);
  test::LittleServer bot([&](const Asked&) -> Answer {
    released.wait();
    return {200, R"({"text":"here I am"})", {}};
  });
  auto options = quick_options();
  options.shards.passive_wait = Milliseconds(30);
  const Shop shop({.passive_reply = true});
  Life life(store,
            shop.tenant({.platform_port = platform.port(),
                         .first_outcome = {HolderKind::bot, "faq"},
                         .bot_url = "http://127.0.0.1:" + std::to_string(bot.port()) + "/turn"}),
            options);
  EXPECT_EQ(life.webhook("m1|ann|hello").body, "ack");
  released.count_down();
  ASSERT_TRUE(life.wait_for_state("ann", DeliveryState::sent));
  EXPECT_EQ(platform.texts("ann"), std::vector<std::string>{"here I am"});
}

// Some platforms hand out a right to answer with each message instead of holding the line.
TEST_F(GatewayTest, TheRightToAnswerGoesToTheFirstAnswer) {
  Platform platform;
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port(),
                                .first_outcome = {HolderKind::bot, "faq"}}));
  EXPECT_EQ(life.webhook("m1|ann|hours^right-1").body, "ack");
  ASSERT_TRUE(life.wait_for_state("ann", DeliveryState::sent));
  life.send("ann", "and one more");
  ASSERT_TRUE(life.wait_for_state("ann", DeliveryState::sent, 2));
  const auto calls = platform.calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].reply, "right-1");
  EXPECT_EQ(calls[1].reply, "") << "it is good once";
}

TEST_F(GatewayTest, OneMessageToldUnderTwoNamesIsTakenOnce) {
  Platform platform;
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port(),
                                .first_outcome = {HolderKind::bot, "faq"}}));
  EXPECT_EQ(life.webhook("m1=at-12:00|ann|hours").body, "ack");
  EXPECT_EQ(life.webhook("m2=at-12:00|ann|hours").body, "ack") << "as a mention, once more";
  ASSERT_TRUE(life.wait_for_state("ann", DeliveryState::sent));
  EXPECT_EQ(life.webhook("m3=at-12:01|ann|hours").body, "ack");
  ASSERT_TRUE(life.wait_for_state("ann", DeliveryState::sent, 2));
  EXPECT_EQ(platform.calls().size(), 2u);
}

TEST_F(GatewayTest, AWebhookIsNotAcknowledgedBeforeItIsSynced) {
  const Shop shop;
  Life life(store, shop.tenant());
  store.hold_for_test();
  auto first = std::async(std::launch::async, [&] { return life.webhook("m1|ann|hi"); });
  auto again = std::async(std::launch::async, [&] { return life.webhook("m1|ann|hi"); });
  while (store.health().pending == 0) std::this_thread::yield();
  life.bench.settle();
  EXPECT_FALSE(is_ready(first));
  EXPECT_FALSE(is_ready(again));
  store.release_for_test();
  EXPECT_EQ(get_soon(std::move(first)).status, 200);
  EXPECT_EQ(get_soon(std::move(again)).status, 200);
}

TEST_F(GatewayTest, AFailedSyncIsToldOnceAndEveryWebhookIsAskedToComeBack) {
  const Shop shop;
  Life life(store, shop.tenant());
  store.hold_for_test();
  std::vector<std::future<http::Response>> webhooks;
  for (int i = 0; i < 20; ++i) {  // on both cores
    const auto n = std::to_string(i);
    webhooks.push_back(std::async(std::launch::async,
                                  [&life, n] { return life.webhook("m" + n + "|u" + n + "|hi"); }));
  }
  while (store.health().pending < 20) std::this_thread::yield();
  store.fail_commit_for_test(1, {.code = Errc::unavailable, .detail = "sync failed"});
  store.release_for_test();
  for (auto& webhook : webhooks) {
    const auto answer = get_soon(std::move(webhook));
    EXPECT_EQ(answer.status, 503);
    const bool told = std::ranges::any_of(
        answer.headers, [](const auto& header) { return header.first == "Retry-After"; });
    EXPECT_TRUE(told);
  }
  life.bench.settle();
  EXPECT_EQ(life.fatal.get(), std::vector<std::string>{"sync failed"});
  EXPECT_FALSE(life.gateway->ready().ready);
  EXPECT_TRUE(life.events.get().empty());
}

// Commands that fill the queue of the core a person lives on, until the store goes on.
std::vector<std::future<Result<Outcome>>> crowd(Life& life, const std::string& user, int count) {
  const auto core = [](const std::string& name) {
    return partition_of(kShop, person_of_user(name)) % 2;
  };
  std::vector<std::future<Result<Outcome>>> out;
  for (int i = 0; static_cast<int>(out.size()) < count; ++i) {
    const auto name = "crowd-" + std::to_string(i);
    if (core(name) == core(user)) out.push_back(life.start(name, says(name, "hi")));
  }
  return out;
}

double metric(Life& life, const std::string& name) {
  const auto text = life.bench.metrics.text();
  const auto at = text.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::stod(text.substr(at + name.size() + 2));
}

TEST_F(GatewayTest, ABotsTurnIsNotLostInACrowd) {
  std::latch released(1);
  test::LittleServer bot([&](const Asked&) -> Answer {
    released.wait();
    return {200, R"({"text":"hello"})", {}};
  });
  auto options = quick_options();
  options.shards.queue_max = 4;
  const Shop shop;
  Life life(store,
            shop.tenant({.first_outcome = {HolderKind::bot, "faq"},
                         .bot_url = "http://127.0.0.1:" + std::to_string(bot.port()) + "/turn"}),
            options);
  life.must("ann", says("ann", "help"));
  ASSERT_TRUE(bot.wait_for(1));
  store.hold_for_test();
  auto crowded = crowd(life, "ann", 4);
  life.bench.settle();
  released.count_down();
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (metric(life, "parley_commands_refused_total") < 2) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::yield();
  }
  store.release_for_test();
  for (auto& one : crowded) EXPECT_TRUE(get_soon(std::move(one)));
  EXPECT_TRUE(life.events.wait_for([](const auto& list) {
    return std::ranges::any_of(list, [](const Event& event) {
      return event.person == person_of_user("ann") && event.type == EventType::conversation_queued;
    });
  })) << "answered or queued, never silent";
}

TEST_F(GatewayTest, TwoMergesThatCrossAreTakenBack) {
  const Shop shop;
  Life life(store, shop.tenant());
  life.meet("ann");
  life.meet("bob");
  store.hold_for_test();
  const auto merge = [](const std::string& into) {
    return routing::MergeInto{
        .survivor = person_of_user(into), .actor = "api:key", .reason = "same"};
  };
  auto one = life.start("ann", merge("bob")), two = life.start("bob", merge("ann"));
  life.bench.settle();
  store.release_for_test();
  EXPECT_TRUE(get_soon(std::move(one)));
  EXPECT_TRUE(get_soon(std::move(two)));
  ASSERT_TRUE(life.events.wait_for([](const auto& list) {
    return std::ranges::any_of(
        list, [](const Event& event) { return event.type == EventType::person_unmerged; });
  }));
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!life.rows<Relay>(RowKind::relay).empty()) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    life.bench.settle();
  }
  EXPECT_FALSE(life.must("ann", says("ann", "am I here?")).events.empty());
  EXPECT_FALSE(life.must("bob", says("bob", "and I?")).events.empty());
}

TEST_F(GatewayTest, ATenantThatIsGoneIsNotFound) {
  const Shop shop;
  Life life(store, shop.tenant());
  const TenantId gone{"gone"};
  auto& gateway = *life.gateway;
  EXPECT_EQ(life.bench.run(gateway.agents(gone)).error().code, Errc::not_found);
  EXPECT_EQ(life.bench.run(gateway.queues(gone)).error().code, Errc::not_found);
  const AgentId anna{"anna"};
  const auto presence = life.bench.run(gateway.set_presence(gone, anna, "online"));
  EXPECT_EQ(presence.error().code, Errc::not_found);
  EXPECT_EQ(life.bench.run(gateway.claim(gone, anna, {})).error().code, Errc::not_found);
}

TEST_F(GatewayTest, AFileIsReadBackWhateverItsNameIs) {
  const Shop shop;
  Life life(store, shop.tenant());
  const auto put = [&](std::string name) {
    return life.bench.run(life.gateway->store_media(kShop, "\x89PNG\r\n\x1a\n", "text/html", name));
  };
  for (const std::string name : {"图.png", "caf\xe9.png", "\xff\xff", "a\r\nb\"c", ""}) {
    const auto kept = put(name);
    ASSERT_TRUE(kept) << kept.error().detail;
    const MediaId id{kept->media_id};
    const auto loaded = life.bench.run(life.gateway->load_media(kShop, id));
    ASSERT_TRUE(loaded) << testing::PrintToString(name) << ": " << loaded.error().detail;
    EXPECT_EQ(loaded->first.mime, "image/png");
    EXPECT_EQ(loaded->second, "\x89PNG\r\n\x1a\n");
  }
}

TEST_F(GatewayTest, AMediaUrlOpensItsFileForItsTimeAndItsTenantOnly) {
  const Shop shop;
  Life life(store, shop.tenant());
  const auto tenant = shop.tenant();
  const auto other = shop.tenant({"other"}, {});
  const std::string url = life.gateway->media_url(*tenant, {"med_1"}, Milliseconds(60'000));
  const auto query = url.substr(url.find('?') + 1);
  EXPECT_TRUE(life.gateway->check_media_url(*tenant, "med_1", query));
  EXPECT_FALSE(life.gateway->check_media_url(*tenant, "med_2", query));
  EXPECT_FALSE(life.gateway->check_media_url(*other, "med_1", query));
  EXPECT_FALSE(life.gateway->check_media_url(*tenant, "med_1", ""));
  auto later = query;
  later.replace(later.find("exp=") + 4, 1, "9");
  EXPECT_FALSE(life.gateway->check_media_url(*tenant, "med_1", later));
  const auto old = life.gateway->media_url(*tenant, {"med_1"}, Milliseconds(-2'000));
  EXPECT_FALSE(life.gateway->check_media_url(*tenant, "med_1", old.substr(old.find('?') + 1)));
}

TEST_F(GatewayTest, ABotsHandOverInItsOwnWordsCanBeReadAgain) {
  std::string reason;
  for (int i = 0; i < 100; ++i) reason += "难";
  test::LittleServer bot([&](const Asked&) -> Answer {
    return {200, R"({"handover":{"reason":")" + reason + "\"}}", {}};
  });
  const Shop shop;
  const auto tenant =
      shop.tenant({.first_outcome = {HolderKind::bot, "faq"},
                   .bot_url = "http://127.0.0.1:" + std::to_string(bot.port()) + "/turn"});
  std::unique_ptr<storage::MemoryStore> left;
  {
    Life life(store, tenant);
    life.must("ann", says("ann", "help"));
    ASSERT_TRUE(life.events.wait_for([](const auto& list) {
      return std::ranges::any_of(
          list, [](const Event& event) { return event.type == EventType::conversation_queued; });
    }));
    left = store.reopened_for_test();
  }
  Life next(*left, tenant);  // fails the test when a row cannot be read
  next.must("ann", says("ann", "still there?"));
  EXPECT_EQ(next.rows<QueueEntry>(RowKind::queue_entry).size(), 1u);
}

}  // namespace
}  // namespace parley::gateway
