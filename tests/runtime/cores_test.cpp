#include "gateway/runtime/cores.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <boost/asio/post.hpp>

#include <future>
#include <string>

namespace parley::gateway {
namespace {

using std::chrono::steady_clock;

std::string thread_name() {
  char name[16] = {};
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

template <class Function>
auto on(Cores& cores, std::size_t core, Function function) {
  std::promise<decltype(function())> answer;
  net::post(cores.context(core), [&] { answer.set_value(function()); });
  return answer.get_future().get();
}

TEST(CoresRun, OneNamedThreadEachThatKnowsItsNumber) {
  Cores cores({.count = 3});
  cores.start();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(on(cores, i, [&] { return cores.here(); }), i);
    EXPECT_EQ(on(cores, i, thread_name), "io/" + std::to_string(i));
  }
  EXPECT_EQ(cores.here(), cores.size()) << "the test's thread is none of the cores";
}

TEST(CoresRun, AThreadOfAnotherSetIsNotHere) {
  Cores ours({.count = 1}), others({.count = 1});
  ours.start();
  others.start();
  EXPECT_EQ(on(others, 0, [&] { return ours.here(); }), ours.size());
}

TEST(CoresRun, ZeroMeansTheMachines) {
  Cores cores({.count = 0});
  EXPECT_EQ(cores.size(), std::max(1u, std::thread::hardware_concurrency()));
}

TEST(CoresRun, StopsTwiceAndWithoutAStart) {
  Cores cores({.count = 1});
  cores.stop();
  cores.stop();
}

TEST(CoresWatchdog, CountsAStallOnceAndShowsItWhileItLasts) {
  Cores cores({.count = 2, .tick = Milliseconds{2}, .stall = Milliseconds{20}});
  cores.start();
  std::promise<void> release;
  net::post(cores.context(1), [&] { release.get_future().wait(); });
  const auto give_up = steady_clock::now() + std::chrono::seconds(20);
  while (cores.stalls() == 0 && steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_GE(cores.worst_lateness(), Milliseconds{20});
  EXPECT_EQ(cores.stalls(), 1u);
  release.set_value();
  while (cores.worst_lateness() >= Milliseconds{20} && steady_clock::now() < give_up) {
    std::this_thread::yield();
  }
  EXPECT_LT(cores.worst_lateness(), Milliseconds{20}) << "a core that runs again is well again";
}

TEST(CoresWatchdog, NoTickNoThread) {
  Cores cores({.count = 1, .tick = Milliseconds{0}});
  cores.start();
  EXPECT_EQ(on(cores, 0, [] { return 7; }), 7);
  EXPECT_EQ(cores.worst_lateness(), Milliseconds{0});
}

}  // namespace
}  // namespace parley::gateway
