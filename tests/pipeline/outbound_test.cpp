// Sends on their way out: in order, within what the platform allows, and never twice where a second
// copy could not be told from the first.
#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <set>

#include "tests/pipeline/gateway_bench.hpp"

namespace parley::gateway {
namespace {

using enum DeliveryState;
using std::chrono::duration_cast;
using test::Answer;
using test::Asked;

std::vector<std::string> numbered(const std::string& prefix, int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back(prefix + std::to_string(i));
  return out;
}

struct OutboundTest : testing::Test {
  ManualClock store_clock;
  storage::MemoryStore store{storage::Options{}, store_clock};
};

TEST_F(OutboundTest, ASlowHeadHoldsItsOwnConversationAndNoOther) {
  std::latch released(1);
  std::atomic<int> ann_in_flight{0}, ann_worst{0};
  Platform platform([&](const Asked& asked) {
    if (asked.target == "/send/ann") ann_worst = std::max<int>(ann_worst, ++ann_in_flight);
    if (asked.body == "ann-0") released.wait();
    if (asked.target == "/send/ann") --ann_in_flight;
    return Platform::ok();
  });
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  life.meet("ann");
  life.meet("bob");
  for (int i = 0; i < 5; ++i) {
    life.send("ann", "ann-" + std::to_string(i));
    life.send("bob", "bob-" + std::to_string(i));
  }
  ASSERT_TRUE(life.wait_for_state("bob", sent, 5));
  ASSERT_TRUE(platform.wait_for(6));
  EXPECT_EQ(platform.texts("ann"), numbered("ann-", 1));
  released.count_down();
  ASSERT_TRUE(life.wait_for_state("ann", sent, 5));
  EXPECT_EQ(platform.texts("ann"), numbered("ann-", 5));
  EXPECT_EQ(platform.texts("bob"), numbered("bob-", 5));
  EXPECT_EQ(ann_worst, 1) << "one at a time";
  EXPECT_TRUE(life.rows<Send>(RowKind::send).empty());
  EXPECT_TRUE(life.rows<DeadLetter>(RowKind::dead_letter).empty());
}

// Order within a conversation and people before campaigns: the two together must not leave an
// answer behind thousands of offers, only because its customer is to get one of them.
TEST_F(OutboundTest, AnAnswerBehindAnOfferTakesTheOfferAlong) {
  std::latch released(1);
  Platform platform([&](const Asked& asked) {
    if (asked.body == "first") released.wait();
    return Platform::ok();
  });
  const Shop shop;
  auto options = quick_options();
  options.sends.in_flight_per_channel_max = 1;
  Life life(store, shop.tenant({.platform_port = platform.port()}), options);
  const std::vector<std::string> many = {"bob", "cid", "ann"};
  for (const auto& user : many) life.meet(user);
  life.meet("zoe");
  life.send("zoe", "first");
  ASSERT_TRUE(platform.wait_for(1));
  for (const auto& user : many) {
    life.must(user, routing::SystemSays{
                        .actor = "api:key", .message = text_message("offer"), .bulk = true});
  }
  life.send("ann", "answer");
  released.count_down();
  ASSERT_TRUE(platform.wait_for(5));
  const auto calls = platform.calls();
  EXPECT_EQ(calls[1].user + ' ' + calls[1].text, "ann offer");
  EXPECT_EQ(platform.texts("ann"), (std::vector<std::string>{"offer", "answer"}));
}

TEST_F(OutboundTest, TooManyPausesTheWholeChannelForAsLongAsThePlatformSays) {
  std::atomic<int> asked_so_far{0};
  Platform platform([&](const Asked&) {
    if (++asked_so_far == 1) return Answer{429, "", {{"Retry-After", "1"}}};
    return Platform::ok();
  });
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  for (const std::string user : {"ann", "bob", "cem"}) life.meet(user);
  life.send("ann", "first");
  ASSERT_TRUE(life.wait_for_state("ann", throttled));
  life.send("bob", "second");
  life.send("cem", "third");
  for (const std::string user : {"ann", "bob", "cem"}) {
    ASSERT_TRUE(life.wait_for_state(user, sent)) << user;
  }
  const auto calls = platform.calls();
  ASSERT_EQ(calls.size(), 4u);
  for (std::size_t i = 1; i < calls.size(); ++i) {
    EXPECT_GE(duration_cast<Milliseconds>(calls[i].at - calls[0].at).count(), 990)
        << calls[i].user << " was not held back";
  }
  EXPECT_EQ(platform.texts("ann"), (std::vector<std::string>{"first", "first"}));
}

// "Too many" is no failure of the message: it uses up no attempts while the account is held back,
// and ends with its age.
TEST_F(OutboundTest, ThrottledForEverExpiresInTheEnd) {
  Platform platform([](const Asked&) { return Answer{429, "", {{"Retry-After", "0"}}}; });
  auto options = quick_options();
  options.sends.attempts_max = 2;
  options.sends.age_max = Milliseconds(3'500);
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port()}), options);
  life.meet("ann");
  life.send("ann", "x");
  ASSERT_TRUE(life.wait_for_state("ann", expired));
  EXPECT_EQ(life.count("ann", failed), 0u);
  EXPECT_GE(platform.calls().size(), 2u);
  EXPECT_LE(platform.calls().size(), 6u) << "a second apart, whatever the platform allows";
}

TEST_F(OutboundTest, WhatMayHaveArrivedIsNeverSentAgain) {
  Platform platform([](const Asked& asked) {
    if (asked.body == "error") return Answer{500, "oops", {}};
    if (asked.body == "lost") return Answer{0, "", {}};  // taken, then the line is dead
    return Platform::ok();
  });
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  life.meet("ann");
  const auto error = life.send("ann", "error"), lost = life.send("ann", "lost");
  life.send("ann", "next");
  ASSERT_TRUE(life.wait_for_state("ann", sent)) << "the line goes on";
  EXPECT_EQ(life.count("ann", uncertain), 2u);
  EXPECT_EQ(platform.texts("ann"), (std::vector<std::string>{"error", "lost", "next"}));
  std::set<std::string> letters;
  for (const auto& letter : life.rows<DeadLetter>(RowKind::dead_letter)) {
    letters.insert(letter.send.id.value);
    EXPECT_EQ(letter.send.message.delivery->state, uncertain);
    EXPECT_FALSE(letter.reason.empty());
  }
  EXPECT_EQ(letters, (std::set<std::string>{error.value, lost.value}));
}

TEST_F(OutboundTest, AFileGivenByItsAddressIsFetchedAndUploaded) {
  test::LittleServer library([](const Asked& asked) -> Answer {
    if (asked.target == "/there") return {200, "the bytes", {}};
    return {404, "no such file", {}};
  });
  const std::string base = "http://127.0.0.1:" + std::to_string(library.port());
  Platform platform;
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  life.meet("ann");
  life.send("ann", "file " + base + "/there");
  ASSERT_TRUE(life.wait_for_state("ann", sent));
  ASSERT_EQ(platform.calls().size(), 1u);
  EXPECT_NE(platform.texts("ann").at(0).find("name=\"f\"; filename=\"a.bin\""), std::string::npos);
  EXPECT_NE(platform.texts("ann").at(0).find("\r\n\r\nthe bytes\r\n"), std::string::npos);
  life.send("ann", "file " + base + "/gone");
  ASSERT_TRUE(life.wait_for_state("ann", failed));
  EXPECT_EQ(platform.calls().size(), 1u) << "nothing went to the platform";
}

TEST_F(OutboundTest, APlatformThatKnowsOurKeyIsAskedAgainWithTheSameOne) {
  std::atomic<int> count{0};
  Platform platform([&](const Asked&) {
    const int n = ++count;
    if (n == 1) return Answer{503, "", {}};
    if (n == 2) return Answer{0, "", {}};
    return Platform::ok();
  });
  const Shop shop({.idempotent = true});
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  life.meet("ann");
  life.send("ann", "x");
  ASSERT_TRUE(life.wait_for_state("ann", sent));
  const auto calls = platform.calls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_FALSE(calls[0].key.empty());
  EXPECT_EQ(calls[1].key, calls[0].key);
  EXPECT_EQ(calls[2].key, calls[0].key);
  const auto events = life.events.get();
  EXPECT_EQ(events.back().delivery->status.attempts, 3u);
}

TEST_F(OutboundTest, ATenantMayChooseDoublesOverSilence) {
  std::atomic<int> count{0};
  Platform platform(
      [&](const Asked&) { return ++count == 1 ? Answer{500, "", {}} : Platform::ok(); });
  auto options = quick_options();
  options.sends.uncertain = Uncertain::retry;
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port()}), options);
  life.meet("ann");
  life.send("ann", "x");
  ASSERT_TRUE(life.wait_for_state("ann", sent));
  EXPECT_EQ(platform.calls().size(), 2u);
}

TEST_F(OutboundTest, WhatWasSurelyNotSentIsTriedAgain) {
  Platform platform;
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = 1}));  // nobody there: refused
  life.meet("ann");
  life.send("ann", "x");
  life.send("ann", "y");
  ASSERT_TRUE(life.wait_for_state("ann", queued, 2)) << "tried, and again";
  life.set_tenant(shop.tenant({.platform_port = platform.port()}));
  ASSERT_TRUE(life.wait_for_state("ann", sent, 2));
  EXPECT_EQ(platform.texts("ann"), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(life.count("ann", uncertain), 0u);
}

TEST_F(OutboundTest, ARefusalIsADeadLetterAndTheNextOneGoes) {
  Platform platform([](const Asked& asked) {
    return asked.body == "bad" ? Answer{400, "", {}} : Platform::ok();
  });
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  life.meet("ann");
  life.send("ann", "bad");
  life.send("ann", "good");
  ASSERT_TRUE(life.wait_for_state("ann", sent));
  EXPECT_EQ(life.count("ann", failed), 1u);
  EXPECT_EQ(platform.texts("ann"), (std::vector<std::string>{"bad", "good"}));
  EXPECT_EQ(life.rows<DeadLetter>(RowKind::dead_letter).size(), 1u);
}

TEST_F(OutboundTest, TwoReplaysOfOneDeadLetterAreOneSend) {
  std::atomic<bool> broken{true};
  Platform platform([&](const Asked&) { return broken ? Answer{400, "", {}} : Platform::ok(); });
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  life.meet("ann");
  life.send("ann", "x");
  ASSERT_TRUE(life.wait_for_state("ann", failed));
  const auto letters = life.rows<DeadLetter>(RowKind::dead_letter);
  ASSERT_EQ(letters.size(), 1u);
  broken = false;
  store.hold_for_test();
  const routing::ReplaySend replay{.letter = letters[0], .actor = "api:key"};
  auto one = life.start("ann", replay), two = life.start("ann", replay);
  life.bench.settle();
  store.release_for_test();
  const auto a = get_soon(std::move(one)), b = get_soon(std::move(two));
  ASSERT_TRUE(a && b);
  EXPECT_NE(a->duplicate, b->duplicate);
  life.send("ann", "later");
  ASSERT_TRUE(life.wait_for_state("ann", sent, 2));
  EXPECT_EQ(platform.texts("ann"), (std::vector<std::string>{"x", "x", "later"}));
}

TEST_F(OutboundTest, AStuckHeadGivesUpItsPlaceInTime) {
  auto options = quick_options();
  options.sends.attempts_max = 1'000'000;
  options.sends.head_blocked_max = Milliseconds(400);
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = 1}), options);
  life.meet("ann");
  const auto begun = std::chrono::steady_clock::now();
  const auto head = life.send("ann", "stuck");
  life.send("ann", "next");
  ASSERT_TRUE(life.wait_for_state("ann", failed));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, Milliseconds(200));
  const auto letters = life.rows<DeadLetter>(RowKind::dead_letter);
  ASSERT_GE(letters.size(), 1u);
  EXPECT_EQ(letters[0].send.id, head);
  Platform platform;
  life.set_tenant(shop.tenant({.platform_port = platform.port()}));
  ASSERT_TRUE(life.wait_for_state("ann", sent)) << "the next one had a time of its own";
  EXPECT_EQ(platform.texts("ann"), std::vector<std::string>{"next"});
}

TEST_F(OutboundTest, AReloadThatTakesTheChannelAwayEndsWhatIsOnItsWay) {
  std::latch released(1);
  Platform platform([&](const Asked&) {
    released.wait();
    return Answer{500, "", {}};
  });
  const Shop shop;
  const auto tenant = shop.tenant({.platform_port = platform.port()});
  Life life(store, tenant);
  life.meet("ann");
  life.send("ann", "in flight");
  life.send("ann", "waiting");
  ASSERT_TRUE(platform.wait_for(1));
  auto without = std::make_shared<Tenant>(*tenant);
  without->channels.clear();
  without->entries.clear();
  life.set_tenant(without);
  released.count_down();
  ASSERT_TRUE(life.wait_for_state("ann", uncertain));
  ASSERT_TRUE(life.wait_for_state("ann", failed));
  EXPECT_EQ(life.rows<DeadLetter>(RowKind::dead_letter).size(), 2u);
  EXPECT_EQ(platform.calls().size(), 1u);
}

TEST_F(OutboundTest, APlatformThatIsDownIsLeftInPeaceForAWhile) {
  std::atomic<bool> down{true};
  Platform platform([&](const Asked&) { return down ? Answer{503, "", {}} : Platform::ok(); });
  auto options = quick_options();
  options.bots.circuit_failures = 3;
  options.bots.circuit_open = Milliseconds(800);
  const Shop shop({.idempotent = true});
  Life life(store, shop.tenant({.platform_port = platform.port()}), options);
  life.meet("ann");
  life.send("ann", "x");
  ASSERT_TRUE(life.wait_for_state("ann", queued, 3));
  down = false;
  ASSERT_TRUE(life.wait_for_state("ann", sent));
  const auto calls = platform.calls();
  ASSERT_EQ(calls.size(), 4u);
  EXPECT_GE(duration_cast<Milliseconds>(calls[3].at - calls[2].at).count(), 780);
}

TEST_F(OutboundTest, AnExpiredTokenCostsOneRenewalForAllAndNoMessage) {
  std::atomic<int> renewals{0};
  Platform platform([&](const Asked& asked) -> Answer {
    if (asked.target == "/token") return {200, "t" + std::to_string(++renewals) + " 7200000", {}};
    for (const auto& [name, value] : asked.headers) {
      if (name == "x-token" && value == "t1") return {401, "expired", {}};
    }
    return Platform::ok();
  });
  const Shop shop({.tokens = true});
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  constexpr int kUsers = 40;
  for (int i = 0; i < kUsers; ++i) life.meet("u" + std::to_string(i));
  for (int i = 0; i < kUsers; ++i) life.send("u" + std::to_string(i), "x");
  for (int i = 0; i < kUsers; ++i) {
    const auto user = "u" + std::to_string(i);
    ASSERT_TRUE(life.wait_for_state(user, sent)) << user;
    const auto texts = platform.texts(user);
    EXPECT_LE(texts.size(), 2u) << "asked again once";
  }
  EXPECT_EQ(renewals, 2);
}

TEST_F(OutboundTest, ABotsAnswerThatSomebodyHasOvertakenStaysBehind) {
  std::latch released(1);
  std::atomic<int> count{0};
  Platform platform([&](const Asked&) {
    if (++count == 1) released.wait();
    return Platform::ok();
  });
  const Shop shop;
  Life life(store, shop.tenant({.platform_port = platform.port(),
                                .first_outcome = {HolderKind::bot, "faq"}}));
  life.must("ann", says("ann", "hours"));
  ASSERT_TRUE(platform.wait_for(1));  // the first answer is with the platform
  life.must("ann", says("ann", "hours"));
  ASSERT_TRUE(life.events.wait_for([](const auto& list) {
    return 2 == std::ranges::count_if(list, [](const Event& event) {
             return event.type == EventType::message_created && event.message &&
                    event.message->direction == Direction::outbound;
           });
  })) << "the second one waits behind it";
  life.must("ann", routing::TakeOver{.agent = {"anna"}, .actor = "agent:anna"});
  released.count_down();
  ASSERT_TRUE(life.wait_for_state("ann", suppressed));
  EXPECT_EQ(life.count("ann", sent), 1u);
  life.must("ann", routing::AgentSays{.agent = {"anna"}, .message = text_message("I am here")});
  ASSERT_TRUE(life.wait_for_state("ann", sent, 2));
  EXPECT_EQ(platform.texts("ann"), (std::vector<std::string>{"We are open.", "I am here"}));
}

}  // namespace
}  // namespace parley::gateway
