// What a new process makes of the rows an old one left: nothing lost, nothing doubled, in order.
#include <algorithm>
#include <atomic>
#include <latch>

#include "tests/pipeline/gateway_bench.hpp"

namespace parley::gateway {
namespace {

using enum DeliveryState;
using test::Answer;
using test::Asked;

// A life that ends in the middle of its first call; the second one begins over what was synced.
struct Crash {
  explicit Crash(PlatformTraits traits, int messages = 1)
      : shop(traits), first(store, shop.tenant({.platform_port = stalled.port()})) {
    first.meet("ann");
    for (int i = 0; i < messages; ++i) first.send("ann", std::to_string(i));
    EXPECT_TRUE(stalled.wait_for(1));
    left = store.reopened_for_test();
  }
  ~Crash() { released.count_down(); }

  ManualClock clock;
  storage::MemoryStore store{storage::Options{}, clock};
  std::latch released{1};
  Platform stalled{[this](const Asked&) {
    released.wait();
    return Platform::ok();
  }};
  Shop shop;
  Life first;
  std::unique_ptr<storage::MemoryStore> left;
  Platform platform;
};

TEST(Recover, ACallThatMayHaveArrivedIsNotRepeated) {
  Crash world({});
  Life second(*world.left, world.shop.tenant({.platform_port = world.platform.port()}));
  ASSERT_TRUE(second.wait_for_state("ann", uncertain));
  second.send("ann", "next");
  ASSERT_TRUE(second.wait_for_state("ann", sent));
  EXPECT_EQ(world.platform.texts("ann"), std::vector<std::string>{"next"});
  const auto letters = second.rows<DeadLetter>(RowKind::dead_letter);
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].send.message.delivery->state, uncertain);
}

TEST(Recover, APlatformThatKnowsOurKeyIsAskedAgainWithIt) {
  Crash world({.idempotent = true});
  Life second(*world.left, world.shop.tenant({.platform_port = world.platform.port()}));
  ASSERT_TRUE(second.wait_for_state("ann", sent));
  const auto before = world.stalled.calls(), after = world.platform.calls();
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].key, before.at(0).key);
}

TEST(Recover, WhatWaitedGoesInTheOrderItWasSaid) {
  constexpr int kMessages = 40;  // their numbers have one, two and three digits
  Crash world({.idempotent = true}, kMessages);
  Life second(*world.left, world.shop.tenant({.platform_port = world.platform.port()}));
  ASSERT_TRUE(second.wait_for_state("ann", sent, kMessages));
  std::vector<std::string> wanted;
  for (int i = 0; i < kMessages; ++i) wanted.push_back(std::to_string(i));
  EXPECT_EQ(world.platform.texts("ann"), wanted);
  EXPECT_TRUE(second.rows<Send>(RowKind::send).empty());
}

TEST(Recover, AnUnansweredTurnIsAnswered) {
  ManualClock clock;
  storage::MemoryStore store(storage::Options{}, clock);
  std::latch released(1);
  test::LittleServer bot([&](const Asked&) -> Answer {
    released.wait();
    return {200, R"({"text":"too late"})", {}};
  });
  test::LittleServer next_bot(
      [](const Asked&) -> Answer { return {200, R"({"text":"hello"})", {}}; });
  Platform platform;
  const Shop shop;
  const auto tenant = [&](std::uint16_t port) {
    return shop.tenant({.platform_port = platform.port(),
                        .first_outcome = {HolderKind::bot, "faq"},
                        .bot_url = "http://127.0.0.1:" + std::to_string(port) + "/turn"});
  };
  Life first(store, tenant(bot.port()));
  first.must("ann", says("ann", "anybody there?"));
  ASSERT_TRUE(bot.wait_for(1));
  const auto left = store.reopened_for_test();
  {
    Life second(*left, tenant(next_bot.port()));
    ASSERT_TRUE(second.wait_for_state("ann", sent));
    EXPECT_EQ(platform.texts("ann"), std::vector<std::string>{"hello"});
    ASSERT_EQ(next_bot.asked().size(), 1u);
    EXPECT_NE(next_bot.asked()[0].body.find("anybody there?"), std::string::npos);
    EXPECT_TRUE(second.rows<BotCall>(RowKind::bot_call).empty());
  }
  released.count_down();
}

TEST(Recover, ARowThatCannotBeReadStopsTheStartAndNamesItself) {
  ManualClock clock;
  storage::MemoryStore store(storage::Options{}, clock);
  std::promise<bool> put;
  storage::Commit commit{.tenant = kShop};
  commit.rows.push_back({.kind = RowKind::send, .id = "snd_broken", .body = "\x01{"});
  store.commit(std::move(commit), [&](auto result) { put.set_value(result.has_value()); });
  ASSERT_TRUE(get_soon(put.get_future()));
  const Shop shop;
  Bench bench;
  SystemClock now;
  const auto analyzer = routing::make_plain_analyzer();
  Gateway gateway({.store = store,
                   .clock = now,
                   .analyzer = *analyzer,
                   .cores = bench.cores,
                   .tasks = bench.tasks,
                   .client = *bench.client,
                   .metrics = bench.metrics,
                   .options = {},
                   .on_fatal = [](std::string) {}});
  const auto tenant = shop.tenant();
  gateway.set_tenants({{kShop, tenant}});
  const auto recovered = gateway.recover_blocking();
  ASSERT_FALSE(recovered);
  EXPECT_NE(recovered.error().detail.find("snd_broken"), std::string::npos);
  EXPECT_FALSE(gateway.ready().ready);
  store.close();
  bench.stop();
}

}  // namespace
}  // namespace parley::gateway
