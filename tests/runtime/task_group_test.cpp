#include "gateway/runtime/task_group.hpp"

#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <stdexcept>

#include "gateway/runtime/cores.hpp"

namespace parley::gateway {
namespace {

constexpr Milliseconds kSoon{10'000};  // a bound for what should happen at once
constexpr auto kNever = std::chrono::hours(1);

net::awaitable<void> count_one(std::atomic<int>* count) {
  ++*count;
  co_return;
}

net::awaitable<void> wait_for_ever(std::atomic<int>* started, std::atomic<int>* aborted) {
  net::steady_timer timer(co_await net::this_coro::executor);
  timer.expires_after(kNever);
  ++*started;
  const auto [error] = co_await timer.async_wait(net::as_tuple(net::use_awaitable));
  if (error == net::error::operation_aborted) ++*aborted;
}

net::awaitable<void> wait_for_ever_throwing(std::promise<void>* started) {
  net::steady_timer timer(co_await net::this_coro::executor);
  timer.expires_after(kNever);
  started->set_value();
  co_await timer.async_wait(net::use_awaitable);
}

net::awaitable<void> fail() {
  throw std::runtime_error("as the test wants");
  co_return;
}

class TaskGroupRuns : public testing::Test {
 protected:
  TaskGroupRuns() : cores_({.count = 2}) { cores_.start(); }
  // Returns when everything posted to the core before has run.
  void settle(std::size_t core) {
    std::promise<void> done;
    net::post(cores_.context(core), [&] { done.set_value(); });
    done.get_future().wait();
  }
  Cores cores_;
  TaskGroup group_;
};

TEST_F(TaskGroupRuns, RunsEachTaskAndForgetsIt) {
  std::atomic<int> count = 0;
  for (std::size_t i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(group_.spawn(cores_.context(i % 2).get_executor(), "count", count_one(&count)));
  }
  EXPECT_TRUE(group_.wait_blocking(kSoon));
  EXPECT_EQ(count, 1'000);
  EXPECT_EQ(group_.size(), 0u);
}

TEST_F(TaskGroupRuns, CancelEndsWhatWaits) {
  std::atomic<int> started = 0, aborted = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    group_.spawn(cores_.context(i % 2).get_executor(), "wait", wait_for_ever(&started, &aborted));
  }
  EXPECT_FALSE(group_.wait_blocking(Milliseconds{1}));
  // A task whose start is still queued ends too, without having begun.
  group_.close();
  group_.cancel_all();
  EXPECT_TRUE(group_.wait_blocking(kSoon));
  EXPECT_EQ(started, aborted);
  EXPECT_EQ(group_.stray_exceptions(), 0u);
}

TEST_F(TaskGroupRuns, TheExceptionOfACancelledTaskIsNoError) {
  std::promise<void> started;
  group_.spawn(cores_.context(0).get_executor(), "wait", wait_for_ever_throwing(&started));
  started.get_future().wait();
  group_.cancel_all();
  EXPECT_TRUE(group_.wait_blocking(kSoon));
  EXPECT_EQ(group_.stray_exceptions(), 0u);
}

TEST_F(TaskGroupRuns, AnExceptionIsCountedAndEndsItsTaskOnly) {
  std::atomic<int> count = 0;
  group_.spawn(cores_.context(0).get_executor(), "fail", fail());
  group_.spawn(cores_.context(0).get_executor(), "count", count_one(&count));
  EXPECT_TRUE(group_.wait_blocking(kSoon));
  EXPECT_EQ(group_.stray_exceptions(), 1u);
  EXPECT_EQ(count, 1);
}

TEST_F(TaskGroupRuns, AClosedGroupStartsNothing) {
  std::atomic<int> count = 0;
  group_.close();
  EXPECT_FALSE(group_.spawn(cores_.context(0).get_executor(), "count", count_one(&count)));
  settle(0);
  EXPECT_EQ(count, 0);
}

TEST_F(TaskGroupRuns, CancelWhileTasksEndIsHarmless) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> count = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      group_.spawn(cores_.context(i % 2).get_executor(), "count", count_one(&count));
    }
    group_.cancel_all();
    ASSERT_TRUE(group_.wait_blocking(kSoon));
  }
  EXPECT_EQ(group_.stray_exceptions(), 0u);
}

TEST(TaskGroupEnds, TasksDestroyedWithTheirContextAreForgotten) {
  TaskGroup group;
  std::atomic<int> started = 0, aborted = 0;
  {
    net::io_context context;
    group.spawn(context.get_executor(), "wait", wait_for_ever(&started, &aborted));
    group.spawn(context.get_executor(), "never started", wait_for_ever(&started, &aborted));
    context.run_one();
    EXPECT_EQ(group.size(), 2u);
  }
  EXPECT_EQ(group.size(), 0u);
  EXPECT_EQ(aborted, 0);
}

}  // namespace
}  // namespace parley::gateway
