// How busy a queue is, from what the desk shows.
#include "gateway/pipeline/load_watch.hpp"

#include <gtest/gtest.h>

namespace parley::gateway {
namespace {

const TimePoint kNow{Milliseconds{1'760'000'000'000}};

routing::Policy policy() {
  routing::Policy out;
  out.agents[{"anna"}] = {.id = {"anna"}, .queues = {{"vip"}}};
  out.agents[{"ben"}] = {.id = {"ben"}, .queues = {{"vip"}, {"other"}}};
  out.agents[{"cleo"}] = {.id = {"cleo"}, .queues = {{"other"}}};
  out.load_queues = {"gone", "vip"};
  return out;
}

QueueView queue(std::string id, std::vector<int> waited_s) {
  QueueView out{.id = {std::move(id)}};
  for (const int seconds : waited_s) {
    QueueEntry entry;
    entry.since = kNow - std::chrono::seconds(seconds);
    out.waiting.push_back(entry);
  }
  return out;
}

TEST(LoadWatch, CountsWhoServesTheQueue) {
  const std::vector<AgentView> agents = {
      {.id = {"anna"}, .presence = "online", .capacity = 2, .load = 2},
      {.id = {"ben"}, .presence = "away", .capacity = 2, .load = 0},
      {.id = {"cleo"}, .presence = "online", .capacity = 2, .load = 0},
      {.id = {"gone"}, .presence = "online", .capacity = 2, .load = 0}};
  const auto load =
      load_of(policy(), agents, {queue("other", {5}), queue("vip", {60, 30, 0})}, kNow);
  ASSERT_EQ(load.queues.size(), 1u);  // of the queues that rules ask for, and that there are
  EXPECT_EQ(load.queues[0], (QueueLoad{.queue = "vip",
                                       .waiting = 3,
                                       .online = 1,
                                       .free = 0,
                                       .oldest_wait_s = 60,
                                       .estimated_wait_s = 80}));
}

TEST(LoadWatch, NobodyWaitsLongWhileAnAgentIsFree) {
  const std::vector<AgentView> agents = {
      {.id = {"anna"}, .presence = "online", .capacity = 2, .load = 1}};
  const auto load = load_of(policy(), agents, {queue("vip", {10})}, kNow);
  EXPECT_EQ(load.queues.at(0).free, 1u);
  EXPECT_EQ(load.queues[0].estimated_wait_s, 0);
  EXPECT_EQ(load_of(policy(), {}, {queue("vip", {})}, kNow).queues.at(0).estimated_wait_s, 0);
}

}  // namespace
}  // namespace parley::gateway
