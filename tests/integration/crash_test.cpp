// kill -9 in the middle of load, again and again over one directory; a process that is stopped for
// longer than all its deadlines; a storm of restarts over thousands of sends that wait.
// PARLEY_CRASH_CYCLES (50), PARLEY_CRASH_SEED, PARLEY_STORM_SENDS (300).
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <random>

#include "tests/integration/crash_shop.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

int from_environment(const char* name, int otherwise) {
  const char* given = ::getenv(name);
  return given == nullptr ? otherwise : std::atoi(given);
}

class Crash : public testing::Test {
 protected:
  Crash() { std::cout << "seed " << seed_ << '\n'; }
  int between(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }

  const int seed_ =
      from_environment("PARLEY_CRASH_SEED", static_cast<int>(std::random_device{}() & 0x7fffffff));
  std::mt19937 random_{static_cast<unsigned>(seed_)};
};

TEST_F(Crash, KillNineUnderLoadLosesAndDoublesNothingAcked) {
  const int cycles = from_environment("PARLEY_CRASH_CYCLES", 50);
  CrashShop shop;
  int lives = 0;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    if (cycle % 5 == 4) {  // while it starts
      auto gateway = shop.start();
      gateway->port(between(0, 60));
      gateway->kill_now();
      continue;
    }
    ++lives;
    shop.live(between(1, 100), [](GatewayProcess& gateway) { gateway.kill_now(); });
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(shop.lives_ended_in_flight() * 10, lives * 3);  // else this test looks at nothing
  shop.come_to_rest();
  shop.expect_promises_kept();
  std::cout << cycles << " kills, " << shop.lives_ended_in_flight() << " with requests in flight\n";
}

// As a virtual machine that is paused: the platform has taken what was sent and answers, but who
// asked is not there to hear it before its deadline has passed.
TEST_F(Crash, StoppedForLongerThanAllDeadlinesDoublesNothing) {
  CrashShop shop({},
                 "[sends]\ncall_timeout_ms = 500\nretry_base_ms = 50\n[pipeline]\n"
                 "passive_wait_ms = 200\n[bots]\ndeadline_default_ms = 500\n");
  for (int round = 0; round < 3; ++round) {
    shop.platform().hold();
    shop.live(20, [&shop](GatewayProcess& gateway) {
      gateway.freeze();
      gateway.settle();
      const auto since = std::chrono::steady_clock::now();
      World::eventually([&] {
        return std::chrono::steady_clock::now() - since > std::chrono::milliseconds(1'500);
      });
      shop.platform().go_on();
      gateway.go_on();
      EXPECT_EQ(gateway.end_gracefully(), 0);
    });
  }
  shop.come_to_rest();
  shop.expect_promises_kept();
}

// The platform takes nothing while thousands of answers gather; the gateway dies and starts again
// and again; then the platform is back.
TEST_F(Crash, AStormOfRestartsOverWaitingSendsSendsEachOnce) {
  const int sends = from_environment("PARLEY_STORM_SENDS", 300);
  constexpr int kRestarts = 20;
  constexpr std::size_t kInFlight = 8;
  CrashShop shop({}, "[sends]\nin_flight_per_channel_max = " + std::to_string(kInFlight) +
                         "\nretry_base_ms = 200\nretry_max_ms = 1000\nattempts_max = 100\n");
  shop.platform().set_down(true);
  int lives = kRestarts;
  for (int acks = 0; acks < sends; acks += 500, ++lives) {
    shop.live(std::min(500, sends - acks), [](GatewayProcess& gateway) { gateway.kill_now(); });
  }
  std::int64_t slowest = 0;
  for (int i = 0; i < kRestarts; ++i) {
    const auto since = std::chrono::steady_clock::now();
    auto gateway = shop.start();
    ASSERT_NE(gateway->port(), 0) << gateway->said();
    slowest = std::max(slowest, std::chrono::ceil<std::chrono::milliseconds>(
                                    std::chrono::steady_clock::now() - since)
                                    .count());
    const int calls = shop.platform().calls();
    World::eventually([&] { return shop.platform().calls() > calls; });
    gateway->kill_now();
  }
  std::cout << kRestarts << " restarts over " << shop.acked() << " sends, ready within " << slowest
            << " ms, " << shop.platform().calls() << " calls turned away\n";
  shop.platform().set_down(false);
  shop.come_to_rest();
  shop.expect_promises_kept();
  // What was under way when the process died may have arrived: those few are not sent again.
  EXPECT_EQ(shop.platform().taken().size() + shop.unsettled(), shop.acked());
  EXPECT_LE(shop.unsettled(), kInFlight * static_cast<std::size_t>(lives));
}

}  // namespace
}  // namespace parley::test
