// A channel's rate: bursts, steady pace, pauses, and no more than that from many cores at once.
#include "gateway/pipeline/rate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <thread>
#include <vector>

namespace parley::gateway {
namespace {

SteadyPoint at(std::int64_t ms) { return SteadyPoint{Milliseconds{1'000'000 + ms}}; }
std::int64_t since_start(SteadyPoint point) { return (point - at(0)).count(); }

TEST(RateGate, WithoutARateEverythingGoesAtOnce) {
  RateGate gate(0, 0);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(gate.reserve(at(5)), at(5));
}

TEST(RateGate, ABurstGoesAtOnceAndTheRestAtThePace) {
  RateGate gate(10, 5);  // one in 100 ms, five at once
  std::vector<std::int64_t> got;
  for (int i = 0; i < 10; ++i) got.push_back(since_start(gate.reserve(at(0))));
  EXPECT_EQ(got, (std::vector<std::int64_t>{0, 0, 0, 0, 0, 100, 200, 300, 400, 500}));
}

TEST(RateGate, ABurstOfNothingIsOneAtATime) {
  RateGate gate(10, 0);
  EXPECT_EQ(gate.reserve(at(0)), at(0));
  EXPECT_EQ(gate.reserve(at(0)), at(100));
  EXPECT_EQ(gate.reserve(at(150)), at(200));
  EXPECT_EQ(gate.reserve(at(1'000)), at(1'000)) << "an idle time is not saved up beyond the burst";
  EXPECT_EQ(gate.reserve(at(1'000)), at(1'100));
}

TEST(RateGate, TheBurstComesBackWithTime) {
  RateGate gate(10, 5);
  for (int i = 0; i < 5; ++i) gate.reserve(at(0));
  EXPECT_EQ(gate.reserve(at(200)), at(200));
  EXPECT_EQ(gate.reserve(at(200)), at(200)) << "two places in 200 ms";
  EXPECT_EQ(gate.reserve(at(200)), at(300));
}

TEST(RateGate, AFractionOfACallASecond) {
  RateGate gate(0.5, 1);
  EXPECT_EQ(gate.reserve(at(0)), at(0));
  EXPECT_EQ(gate.reserve(at(0)), at(2'000));
}

TEST(RateGate, APauseHoldsEverybodyAndOnlyGrows) {
  RateGate gate(0, 0);
  gate.pause_until(at(500));
  EXPECT_TRUE(gate.paused(at(0)));
  EXPECT_TRUE(gate.paused(at(499)));
  EXPECT_FALSE(gate.paused(at(500)));
  EXPECT_EQ(gate.reserve(at(0)), at(500));
  gate.pause_until(at(300));
  EXPECT_EQ(gate.reserve(at(0)), at(500)) << "a shorter one does not end a longer one";
  gate.pause_until(at(900));
  EXPECT_EQ(gate.reserve(at(0)), at(900));
  EXPECT_EQ(gate.reserve(at(901)), at(901));
}

TEST(RateGate, AfterAPauseThePaceHolds) {
  RateGate gate(10, 1);
  gate.reserve(at(0));
  gate.pause_until(at(1'000));
  EXPECT_EQ(gate.reserve(at(10)), at(1'000));
  EXPECT_EQ(gate.reserve(at(10)), at(1'100));
}

// In any window there are at most the burst and what the pace gives in it.
void expect_within_rate(std::vector<std::int64_t> times, double per_s, double burst) {
  std::sort(times.begin(), times.end());
  for (std::size_t from = 0; from < times.size(); ++from) {
    for (std::size_t to = from; to < times.size(); ++to) {
      const double allowed =
          burst + static_cast<double>(times[to] - times[from]) * per_s / 1'000.0 + 1e-6;
      // Rounding up to whole milliseconds may push one more into a window.
      ASSERT_LE(static_cast<double>(to - from + 1), allowed + 1)
          << times[from] << ".." << times[to];
    }
  }
}

TEST(RateGate, ManyThreadsTogetherGetNoMoreThanTheRateAndAllOfIt) {
  constexpr int kThreads = 4, kEach = 250;
  constexpr double kPerSecond = 100, kBurst = 10;
  RateGate gate(kPerSecond, kBurst);
  std::latch start(kThreads);
  std::vector<std::vector<std::int64_t>> got(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int i = 0; i < kEach; ++i) {
        got[static_cast<std::size_t>(t)].push_back(since_start(gate.reserve(at(0))));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<std::int64_t> all;
  for (const auto& one : got) {
    EXPECT_TRUE(std::is_sorted(one.begin(), one.end())) << "a later call went before";
    all.insert(all.end(), one.begin(), one.end());
  }
  expect_within_rate(all, kPerSecond, kBurst);
  EXPECT_EQ(*std::max_element(all.begin(), all.end()),
            (kThreads * kEach - static_cast<int>(kBurst)) * 10)
      << "nothing was wasted";
}

TEST(RateGate, PausesFromManyThreadsKeepTheLongest) {
  RateGate gate(0, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&gate, t] {
      for (int i = 0; i <= 1'000; ++i) gate.pause_until(at((i * 7919 + t * 31) % 1'009));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(gate.reserve(at(0)), at(1'008));
}

}  // namespace
}  // namespace parley::gateway
