// Who hears of what happened: in order, only their own, only while they want to.
#include "gateway/pipeline/hub.hpp"

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "tests/pipeline/bench.hpp"

namespace parley::gateway {
namespace {

const TenantId kShop{"shop"}, kOther{"other"};
const PersonId kAnn{"per_00000000000000000000000000000001"};
const PersonId kBob{"per_00000000000000000000000000000002"};

std::vector<Event> events(const PersonId& person, std::vector<std::uint64_t> seqs) {
  std::vector<Event> out;
  for (const auto seq : seqs) {
    Event& event = out.emplace_back();
    event.seq = seq;
    event.person = person;
    event.tenant = kShop;
    event.note = "note " + std::to_string(seq);
  }
  return out;
}

struct HubTest : testing::Test {
  using Heard = Watched<std::vector<StreamEvent>>;
  std::shared_ptr<Subscription> listen(Heard& heard, std::optional<PersonId> person,
                                       const TenantId& tenant = kShop, std::size_t core = 0) {
    return hub.subscribe(tenant, std::move(person), bench.cores.context(core).get_executor(),
                         [&heard](const StreamEvent& event) {
                           heard.change([&](auto& list) { list.push_back(event); });
                         });
  }
  Bench bench;
  Hub hub{5};
};

TEST_F(HubTest, EachHearsTheirOwnInOrder) {
  Heard all, ann, bob, other;
  const auto a = listen(all, std::nullopt), b = listen(ann, kAnn), c = listen(bob, kBob),
             d = listen(other, std::nullopt, kOther);
  for (std::uint64_t i = 0; i < 100; ++i) {
    hub.publish_tenant(kShop, i + 1, events(kAnn, {2 * i + 1, 2 * i + 2}));
    hub.publish_person(kShop, kAnn, i + 1, events(kAnn, {2 * i + 1, 2 * i + 2}));
  }
  hub.publish_person(kShop, kBob, 101, events(kBob, {1}));
  hub.publish_person(kOther, kAnn, 101, events(kAnn, {9}));
  ASSERT_TRUE(all.wait_for([](const auto& list) { return list.size() == 200; }));
  ASSERT_TRUE(ann.wait_for([](const auto& list) { return list.size() == 200; }));
  ASSERT_TRUE(bob.wait_for([](const auto& list) { return list.size() == 1; }));
  bench.settle();
  std::uint64_t seq = 0;
  for (const auto& one : all.get()) {
    EXPECT_EQ(one.seq, ++seq);
    EXPECT_EQ(one.position, (seq + 1) / 2);
    ASSERT_TRUE(one.json);
    EXPECT_NE(one.json->find("note " + std::to_string(seq)), std::string::npos);
    EXPECT_FALSE(one.event);
  }
  seq = 0;
  for (const auto& one : ann.get()) {
    EXPECT_EQ(one.seq, ++seq);
    ASSERT_TRUE(one.event);
    EXPECT_FALSE(one.json);
  }
  EXPECT_TRUE(other.get().empty()) << "another tenant's";
}

TEST_F(HubTest, AfterUnsubscribingNothingComesAnyMore) {
  Heard ann;
  auto subscription = listen(ann, kAnn);
  EXPECT_TRUE(hub.has_person(kShop, kAnn));
  EXPECT_FALSE(hub.has_person(kShop, kBob));
  EXPECT_FALSE(hub.has_person(kOther, kAnn));
  std::promise<void> block;
  net::post(bench.cores.context(0), [&] { block.get_future().wait(); });
  hub.publish_person(kShop, kAnn, 1, events(kAnn, {1}));  // posted, not yet delivered
  subscription.reset();
  block.set_value();
  bench.settle();
  EXPECT_TRUE(ann.get().empty()) << "what was on its way is dropped too";
  EXPECT_FALSE(hub.has_person(kShop, kAnn));
  hub.publish_person(kShop, kAnn, 2, events(kAnn, {2}));
  bench.settle();
  EXPECT_TRUE(ann.get().empty());
}

TEST_F(HubTest, SubscriptionsHaveALimitAndAPlaceComesBack) {
  Heard heard;
  std::vector<std::shared_ptr<Subscription>> held;
  for (int i = 0; i < 5; ++i) {
    held.push_back(listen(heard, i % 2 == 0 ? std::optional(kAnn) : std::nullopt));
    ASSERT_TRUE(held.back());
  }
  EXPECT_FALSE(listen(heard, kBob));
  EXPECT_FALSE(listen(heard, std::nullopt));
  held.pop_back();
  EXPECT_TRUE(listen(heard, kBob));
}

TEST_F(HubTest, APushReachesThePersonsSocketsOnly) {
  Heard all, ann;
  const auto a = listen(all, std::nullopt), b = listen(ann, kAnn);
  hub.push_person(kShop, kAnn, std::make_shared<const std::string>("{}"));
  ASSERT_TRUE(ann.wait_for([](const auto& list) { return list.size() == 1; }));
  EXPECT_FALSE(ann.get()[0].event);
  EXPECT_EQ(*ann.get()[0].json, "{}");
  bench.settle();
  EXPECT_TRUE(all.get().empty());
}

// A stream that comes or goes must not cost a customer's socket an event.
TEST_F(HubTest, APersonMissesNothingWhileOthersComeAndGo) {
  Heard ann;
  const auto subscription = listen(ann, kAnn);
  std::atomic<bool> ending{false};
  std::vector<std::thread> visitors;
  for (int i = 0; i < 2; ++i) {
    visitors.emplace_back([&] {
      while (!ending) {
        hub.subscribe(kShop, std::nullopt, bench.cores.context(1).get_executor(),
                      [](const StreamEvent&) {});
      }
    });
  }
  constexpr std::uint64_t kCount = 50'000;
  for (std::uint64_t seq = 1; seq <= kCount; ++seq) {
    hub.publish_person(kShop, kAnn, seq, events(kAnn, {seq}));
  }
  ending = true;
  for (auto& visitor : visitors) visitor.join();
  bench.settle();
  const auto list = ann.get();
  ASSERT_EQ(list.size(), kCount);
  for (std::uint64_t seq = 1; seq <= kCount; ++seq) ASSERT_EQ(list[seq - 1].seq, seq);
}

TEST_F(HubTest, ManyCoresPublishToManyListeners) {
  Heard all, ann, bob;
  const auto a = listen(all, std::nullopt), b = listen(ann, kAnn, kShop, 1), c = listen(bob, kBob);
  std::vector<std::thread> shards;
  for (const auto& who : {kAnn, kBob}) {
    shards.emplace_back([&, who] {
      for (std::uint64_t seq = 1; seq <= 500; ++seq) {
        hub.publish_person(kShop, who, seq, events(who, {seq}));
      }
    });
  }
  for (auto& shard : shards) shard.join();
  bench.settle();
  for (const auto& heard : {ann.get(), bob.get()}) {
    ASSERT_EQ(heard.size(), 500u);
    for (std::size_t i = 0; i < heard.size(); ++i) ASSERT_EQ(heard[i].seq, i + 1);
  }
}

}  // namespace
}  // namespace parley::gateway
