// tests/pipeline/shard_bench.hpp
// One shard on one core over a memory store whose syncs the test holds back, and everything the
// shard did: answers, effects, fatal reports.
#pragma once

#include <string>
#include <vector>

#include "conversation/codec.hpp"
#include "gateway/pipeline/shard.hpp"
#include "tests/pipeline/bench.hpp"
#include "tests/pipeline/shop.hpp"
#include "tests/pipeline/slow_reads.hpp"

namespace parley::gateway {

struct ShardBench {
  using Answer = std::future<Result<Outcome>>;

  explicit ShardBench(bool slow_reads = false, std::size_t cache_max = 1'000,
                      ShardOptions limits = {})
      : slow(memory) {
    options.shards = limits;
    storage::Store& store = slow_reads ? static_cast<storage::Store&>(slow) : memory;
    shard = std::make_unique<Shard>(
        ShardContext{.store = store,
                     .clock = clock,
                     .analyzer = *analyzer,
                     .hub = hub,
                     .metrics = bench.metrics,
                     .options = options,
                     .route =
                         [this](Job job) {
                           routed.change([](int& count) { ++count; });
                           shard->post(std::move(job));
                         },
                     .run_effects =
                         [this](const std::shared_ptr<const Tenant>&,
                                const std::shared_ptr<const State>&, Transition& transition) {
                           effects.change([&](auto& list) { list.push_back(transition.events); });
                         },
                     .on_fatal =
                         [this](std::string why) {
                           fatal.change([&](auto& list) { list.push_back(std::move(why)); });
                         }},
        bench.cores.context(0), cache_max);
  }
  ~ShardBench() {
    slow.hold_reads(false);
    memory.close();  // its callbacks use the shard
    bench.stop();
    shard.reset();
  }

  Answer post(const PersonId& person, routing::Command command, bool create = true) {
    auto promise = std::make_shared<std::promise<Result<Outcome>>>();
    auto future = promise->get_future();
    Job job{.tenant = tenant, .person = person, .command = std::move(command), .rows = {}};
    job.create = create;
    job.done = [promise](Result<Outcome> outcome) { promise->set_value(std::move(outcome)); };
    shard->post(std::move(job));
    return future;
  }
  Answer say(const std::string& user, const std::string& text, const std::string& dedup = {}) {
    return post(person_of_user(user), says(user, text, dedup));
  }
  // What customers said, in the order of the log; fails the test on a gap.
  std::vector<std::string> said(const std::string& user) const {
    std::vector<std::string> out;
    const auto history = memory.history_blocking(kShop, person_of_user(user), 0, 1'000'000);
    std::uint64_t seq = 0;
    for (const auto& item : *history) {
      EXPECT_EQ(item.seq, ++seq);
      const auto event = from_stored<Event>(item.body);
      if (!event) {
        ADD_FAILURE() << event.error().detail;
        continue;
      }
      EXPECT_EQ(event->seq, seq);
      const bool inbound = event->type == EventType::message_created && event->message &&
                           event->message->direction == Direction::inbound;
      if (inbound) out.push_back(plain_text(*event->message));
    }
    return out;
  }
  std::shared_ptr<const State> cached(const PersonId& person) {
    std::promise<std::shared_ptr<const State>> out;
    net::post(bench.cores.context(0), [&] { out.set_value(shard->cached(kShop, person)); });
    return get_soon(out.get_future());
  }
  // Blocks until so many commits wait for the sync that is held back.
  bool held(std::uint64_t count) {
    bench.settle();
    return memory.health().pending == count;
  }

  Bench bench;
  ManualClock clock;
  std::unique_ptr<routing::Analyzer> analyzer = routing::make_plain_analyzer();
  storage::MemoryStore memory{storage::Options{}, clock};
  SlowReads slow;
  Hub hub{100};
  PipelineOptions options;
  Shop shop;
  std::shared_ptr<const Tenant> tenant = shop.tenant();
  Watched<std::vector<std::vector<Event>>> effects;
  Watched<std::vector<std::string>> fatal;
  Watched<int> routed;
  std::unique_ptr<Shard> shard;
};

}  // namespace parley::gateway
