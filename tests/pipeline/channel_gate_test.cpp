// Who may call next: people before bulk, so many at once, one at a time after a rest, and nobody
// waits past their time or past the end.
#include <algorithm>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "gateway/pipeline/channel_gate.hpp"
#include "tests/pipeline/bench.hpp"

namespace parley::gateway {
namespace {

class Gate : public testing::Test {
 protected:
  using Place = std::optional<ChannelGate::Place>;

  ~Gate() override {
    gate->close();
    held.change([](auto& list) { list.clear(); });
    bench.stop();
  }
  // Stands in line and keeps the place it gets.
  void stand(const std::string& name, bool bulk = false, SteadyPoint give_up = SteadyPoint::max()) {
    started.push_back(bench.start(enter(name, bulk, give_up)));
    bench.settle();
  }
  net::awaitable<void> enter(std::string name, bool bulk, SteadyPoint give_up) {
    const auto rank = std::make_shared<ChannelGate::Rank>(bulk);
    ranks[name] = rank;
    auto place = co_await gate->enter(clock, bench.cores.context(0).get_executor(), rank, give_up);
    const bool in = place.has_value();
    if (in) held.change([&](auto& list) { list.push_back(std::move(place)); });
    order.change([&](auto& list) { list.push_back(in ? name : name + " left"); });
  }
  net::awaitable<void> hurry(std::string name) {
    ranks.at(name)->hurry();
    co_return;
  }
  // The place of whoever has held theirs longest; they may be about to get it.
  void give_back() {
    for (bool done = false; !done;) {
      bench.settle();
      held.change([&](auto& list) {
        if (list.empty()) return;
        list.pop_front();
        done = true;
      });
    }
  }
  bool came(const std::vector<std::string>& names) const {
    return order.wait_for([&](const auto& list) { return list == names; });
  }

  Bench bench;
  SystemClock clock;
  std::shared_ptr<ChannelGate> gate = std::make_shared<ChannelGate>(0, 0, 2);
  std::vector<std::future<void>> started;
  std::map<std::string, std::shared_ptr<ChannelGate::Rank>> ranks;  // on the core
  Watched<std::vector<std::string>> order;

  struct Held {
    std::mutex mutex;
    std::list<Place> list;
    void change(const std::function<void(std::list<Place>&)>& what) {
      const std::lock_guard lock(mutex);
      what(list);
    }
  } held;
};

TEST_F(Gate, PeopleGoBeforeBulkAndEachKindInItsOrder) {
  stand("a");
  stand("b");
  ASSERT_TRUE(came({"a", "b"}));
  stand("offer 1", true);
  stand("offer 2", true);
  stand("c");
  stand("d");
  for (int i = 0; i < 4; ++i) give_back();
  EXPECT_TRUE(came({"a", "b", "c", "d", "offer 1", "offer 2"}));
}

TEST_F(Gate, OneOfManyThatAMessageWaitsBehindGoesWithThePeople) {
  stand("a");
  stand("b");
  ASSERT_TRUE(came({"a", "b"}));
  stand("offer 1", true);
  stand("offer 2", true);
  stand("c");
  bench.run(hurry("offer 2"));
  for (int i = 0; i < 3; ++i) give_back();
  EXPECT_TRUE(came({"a", "b", "c", "offer 2", "offer 1"}));
}

TEST_F(Gate, AfterARestOneTriesAndTheOthersFollowItsAnswer) {
  const Milliseconds rest{50};
  EXPECT_FALSE(gate->failed(clock.steady(), 2, rest));
  EXPECT_TRUE(gate->failed(clock.steady(), 2, rest)) << "two in a row";
  EXPECT_TRUE(gate->resting());
  for (const std::string name : {"a", "b", "c"}) stand(name);
  ASSERT_TRUE(came({"a"}));
  bench.settle();
  EXPECT_EQ(order.get().size(), 1u) << "although there are two places";
  EXPECT_FALSE(gate->failed(clock.steady(), 2, rest)) << "it rested already";
  give_back();
  ASSERT_TRUE(came({"a", "b"}));
  EXPECT_TRUE(gate->answered(clock.steady()));
  EXPECT_FALSE(gate->resting());
  EXPECT_TRUE(came({"a", "b", "c"})) << "both places again";
}

TEST_F(Gate, AnAnswerFromBeforeARestDoesNotEndIt) {
  gate->told_to_wait(clock.steady(), clock.steady() + Milliseconds(60'000));
  EXPECT_FALSE(gate->answered(clock.steady()));
  EXPECT_TRUE(gate->resting());
}

TEST_F(Gate, NobodyWaitsPastTheirTimeOrPastTheEnd) {
  stand("a");
  stand("b");
  stand("late", false, clock.steady() + Milliseconds(20));
  ASSERT_TRUE(came({"a", "b", "late left"}));
  stand("c");
  stand("offer", true);
  gate->close();
  EXPECT_TRUE(order.wait_for([](const auto& list) { return list.size() == 5; }));
  EXPECT_EQ(std::ranges::count(order.get(), "c left"), 1);
  EXPECT_EQ(std::ranges::count(order.get(), "offer left"), 1);
}

// Whoever stops waiting, the line goes on.
TEST_F(Gate, AWaiterThatIsCancelledLeavesItsPlaceInTheLine) {
  stand("a");
  stand("b");
  TaskGroup other;
  auto gone = bench.start_in(other, enter("gone", false, SteadyPoint::max()));
  bench.settle();
  stand("c");
  other.cancel_all();
  EXPECT_TRUE(other.wait_blocking(kPatience));
  give_back();
  EXPECT_TRUE(came({"a", "b", "c"}));
}

}  // namespace
}  // namespace parley::gateway
