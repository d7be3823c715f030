// One owner of a platform's access token: a crowd makes one renewal, a refused token does not come
// back, and a platform that is down for tokens does not stop sends while the old one is good.
#include "gateway/pipeline/tokens.hpp"

#include <atomic>
#include <latch>
#include <string>
#include <vector>

#include "tests/pipeline/bench.hpp"
#include "tests/pipeline/shop.hpp"
#include "tests/support/plain_http.hpp"

namespace parley::gateway {
namespace {

using test::Answer;
using test::Asked;
using test::LittleServer;

constexpr Milliseconds kLifetime{7'200'000};

Answer token(int number, Milliseconds lifetime = kLifetime) {
  return {200, "t" + std::to_string(number) + " " + std::to_string(lifetime.count()), {}};
}

struct TokensTest : testing::Test {
  std::latch released{1};  // for answers that wait for the test
  // What the platform answers to the n-th request (1: the first).
  std::function<Answer(int)> answer = [](int n) { return token(n); };
  std::atomic<int> count{0};
  LittleServer platform{[this](const Asked&) { return answer(++count); }};
  Bench bench;
  ManualClock clock;
  Shop shop{{.tokens = true}};
  std::shared_ptr<const Tenant> tenant = shop.tenant({.platform_port = platform.port()});
  Tokens tokens{*bench.client, clock};

  std::future<Result<std::string>> ask(std::string refused = {}, std::size_t core = 0) {
    return bench.start(tokens.get(tenant, kChannel, std::move(refused)), core);
  }
  static std::string text_of(std::future<Result<std::string>> future) {
    auto got = get_soon(std::move(future));
    return got ? *got : "error: " + std::string(to_string(got.error().code));
  }
  std::string get(std::string refused = {}) { return text_of(ask(std::move(refused))); }
};

TEST_F(TokensTest, APlatformWithoutTokensHasNone) {
  const Shop plain;
  auto got = bench.run(tokens.get(plain.tenant(), kChannel, ""));
  EXPECT_EQ(*got, "");
  EXPECT_EQ(*bench.run(tokens.get(tenant, {"no such channel"}, "")), "");
  EXPECT_EQ(count, 0);
}

TEST_F(TokensTest, AThousandCallersMakeOneRenewal) {
  answer = [&](int n) {
    released.wait();
    return token(n);
  };
  std::vector<std::future<Result<std::string>>> callers;
  for (std::size_t i = 0; i < 1'000; ++i) callers.push_back(ask({}, i % 2));
  ASSERT_TRUE(platform.wait_for(1));
  bench.settle();
  released.count_down();
  for (auto& caller : callers) EXPECT_EQ(text_of(std::move(caller)), "t1");
  EXPECT_EQ(platform.asked().size(), 1u);
  EXPECT_EQ(platform.asked()[0].body, "renew");
}

TEST_F(TokensTest, AThousandRefusalsOfOneTokenMakeOneRenewal) {
  ASSERT_EQ(get(), "t1");
  std::vector<std::future<Result<std::string>>> callers;
  for (std::size_t i = 0; i < 1'000; ++i) callers.push_back(ask("t1", i % 2));
  for (auto& caller : callers) EXPECT_EQ(text_of(std::move(caller)), "t2");
  ASSERT_EQ(platform.asked().size(), 2u);
  EXPECT_EQ(platform.asked()[1].body, "force") << "a cached one must not come back";
  EXPECT_EQ(get(), "t2");
  EXPECT_EQ(get("t1"), "t2") << "refused long ago, replaced since";
  EXPECT_EQ(platform.asked().size(), 2u);
}

TEST_F(TokensTest, ARefusedTokenIsNotGivenWhileItsRenewalRuns) {
  ASSERT_EQ(get(), "t1");
  answer = [&](int n) {
    released.wait();
    return token(n);
  };
  auto first = ask("t1"), second = ask("t1", 1);
  ASSERT_TRUE(platform.wait_for(2));
  bench.settle();
  EXPECT_FALSE(is_ready(second));
  released.count_down();
  EXPECT_EQ(text_of(std::move(first)), "t2");
  EXPECT_EQ(text_of(std::move(second)), "t2");
  EXPECT_EQ(platform.asked().size(), 2u);
}

TEST_F(TokensTest, ItIsRenewedEarlyAndTheOldOneServesMeanwhile) {
  ASSERT_EQ(get(), "t1");
  clock.advance(kLifetime - Milliseconds(300'001));
  EXPECT_EQ(get(), "t1");
  EXPECT_EQ(count, 1);
  clock.advance(Milliseconds(2));
  answer = [&](int n) {
    released.wait();
    return token(n);
  };
  auto renewing = ask();
  ASSERT_TRUE(platform.wait_for(2));
  EXPECT_EQ(get(), "t1") << "nobody waits for an early renewal";
  released.count_down();
  EXPECT_EQ(text_of(std::move(renewing)), "t2");
  EXPECT_EQ(get(), "t2");
  EXPECT_EQ(count, 2);
}

TEST_F(TokensTest, AShortLivedOneIsRenewedAtNineTenths) {
  answer = [](int n) { return token(n, Milliseconds(10'000)); };
  ASSERT_EQ(get(), "t1");
  clock.advance(Milliseconds(8'999));
  EXPECT_EQ(get(), "t1");
  clock.advance(Milliseconds(1));
  EXPECT_EQ(get(), "t2");
}

TEST_F(TokensTest, TheOldOneIsUsedWhileARenewalFails) {
  ASSERT_EQ(get(), "t1");
  answer = [](int) { return Answer{500, "down", {}}; };
  clock.advance(kLifetime - Milliseconds(200'000));
  EXPECT_EQ(get(), "t1") << "whoever tried to renew it has the old one too";
  EXPECT_EQ(get(), "t1");
  EXPECT_EQ(count, 2) << "and the failure is remembered";
  clock.advance(Milliseconds(2'000));
  EXPECT_EQ(get(), "t1");
  EXPECT_EQ(count, 3);
  clock.advance(Milliseconds(198'000));
  EXPECT_EQ(get(), "error: unavailable") << "it has expired";
  answer = [](int n) { return token(n); };
  clock.advance(Milliseconds(2'000));
  EXPECT_EQ(get(), "t5");
}

TEST_F(TokensTest, AFailureIsRememberedTwoSeconds) {
  answer = [](int) { return Answer{400, "bad secret", {}}; };
  EXPECT_EQ(get(), "error: misconfigured");
  EXPECT_EQ(get(), "error: misconfigured");
  clock.advance(Milliseconds(1'999));
  EXPECT_EQ(get(), "error: misconfigured");
  EXPECT_EQ(count, 1);
  clock.advance(Milliseconds(1));
  answer = [](int n) { return token(n); };
  EXPECT_EQ(get(), "t2");
}

TEST_F(TokensTest, WhoWaitedForAFailedRenewalIsToldAndMakesNoStorm) {
  answer = [&](int) {
    released.wait();
    return Answer{503, "", {}};
  };
  std::vector<std::future<Result<std::string>>> callers;
  for (std::size_t i = 0; i < 200; ++i) callers.push_back(ask({}, i % 2));
  ASSERT_TRUE(platform.wait_for(1));
  bench.settle();
  released.count_down();
  for (auto& caller : callers) {
    EXPECT_EQ(get_soon(std::move(caller)).error().code, Errc::unavailable);
  }
  EXPECT_EQ(platform.asked().size(), 1u);
}

TEST_F(TokensTest, AnAnswerThatIsLostSendsNothingToACustomer) {
  answer = [](int) { return Answer{0, "", {}}; };  // accepted, then gone
  const auto got = get_soon(ask());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::unavailable);
  EXPECT_EQ(got.error().delivery, Delivery::not_sent);
}

TEST_F(TokensTest, ACancelledRenewalLetsTheNextBegin) {
  answer = [&](int n) {
    if (n == 1) released.wait();
    return token(n);
  };
  TaskGroup doomed;
  auto lost = bench.start_in(doomed, tokens.get(tenant, kChannel, ""));
  ASSERT_TRUE(platform.wait_for(1));
  auto waiting = ask({}, 1);
  bench.settle();
  doomed.cancel_all();
  ASSERT_TRUE(doomed.wait_blocking(kPatience));
  EXPECT_EQ(text_of(std::move(waiting)), "t2") << "who waited for it goes on in its place";
  released.count_down();
  EXPECT_EQ(get(), "t2");
}

TEST_F(TokensTest, TenantsShareNothing) {
  const auto other = shop.tenant(TenantId{"other"}, {.platform_port = platform.port()});
  EXPECT_EQ(get(), "t1");
  EXPECT_EQ(*bench.run(tokens.get(other, kChannel, "")), "t2");
  EXPECT_EQ(get(), "t1");
}

}  // namespace
}  // namespace parley::gateway
