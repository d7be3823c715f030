#include "gateway/runtime/mailbox.hpp"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>

#include <optional>
#include <thread>
#include <vector>

namespace parley::gateway {
namespace {

namespace net = boost::asio;
using Numbers = std::vector<int>;

TEST(MailboxTake, GetsAllThatWaitsInOneGoAsPut) {
  net::io_context core(1);
  std::vector<Numbers> bursts;
  Mailbox<int> mailbox(core, [&](Numbers& burst) { bursts.push_back(burst); });
  for (const int item : {3, 1, 2}) mailbox.put(item);
  EXPECT_EQ(core.poll(), 1u) << "one wake-up for three";
  EXPECT_EQ(bursts, (std::vector<Numbers>{{3, 1, 2}}));
  mailbox.put(4);
  core.restart();
  core.poll();
  EXPECT_EQ(bursts.back(), Numbers{4}) << "what was taken is not taken again";
}

TEST(MailboxTake, WhatIsPutMeanwhileComesInTheNextGo) {
  net::io_context core(1);
  std::vector<Numbers> bursts;
  std::optional<Mailbox<int>> mailbox;
  mailbox.emplace(core, [&](Numbers& burst) {
    bursts.push_back(burst);
    if (burst.front() < 3) mailbox->put(burst.front() + 1);
  });
  mailbox->put(1);
  core.run();
  EXPECT_EQ(bursts, (std::vector<Numbers>{{1}, {2}, {3}}));
}

TEST(MailboxTake, IsNotCalledOnceTheMailboxIsGone) {
  net::io_context core(1);
  int calls = 0;
  std::optional<Mailbox<int>> mailbox(std::in_place, core, [&](Numbers&) { ++calls; });
  mailbox->put(1);
  mailbox.reset();
  EXPECT_EQ(core.poll(), 1u) << "the posted look is still there";
  EXPECT_EQ(calls, 0);
}

TEST(MailboxPut, FromManyThreadsLosesNothingAndKeepsEachThreadsOrder) {
  constexpr int kThreads = 4, kEach = 5'000;
  net::io_context core(1);
  Numbers last(kThreads, -1);
  int taken = 0;
  Mailbox<std::pair<int, int>> mailbox(core, [&](std::vector<std::pair<int, int>>& burst) {
    for (const auto& [thread, item] : burst) {
      EXPECT_EQ(item, std::exchange(last[static_cast<std::size_t>(thread)], item) + 1);
    }
    taken += static_cast<int>(burst.size());
    if (taken == kThreads * kEach) core.stop();
  });
  const auto busy = net::make_work_guard(core);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&mailbox, thread] {
      for (int item = 0; item < kEach; ++item) mailbox.put({thread, item});
    });
  }
  core.run();
  EXPECT_EQ(taken, kThreads * kEach);
}

}  // namespace
}  // namespace parley::gateway
