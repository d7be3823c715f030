// What a platform tells of a new customer, and joining them with whom they already are: after the
// answer, once, whatever crashes, and never twice.
#include <algorithm>
#include <atomic>
#include <latch>

#include "connectors/http_status.hpp"
#include "routing/decide.hpp"
#include "tests/pipeline/gateway_bench.hpp"

namespace parley::gateway {
namespace {

using namespace connectors;
using test::Answer;
using test::Asked;

class Telling final : public Connector {
 public:
  explicit Telling(const Connector& plain) : plain_(plain), capabilities_(plain.capabilities()) {
    capabilities_.profiles = true;
  }
  std::string_view platform() const noexcept override { return plain_.platform(); }
  const Capabilities& capabilities() const noexcept override { return capabilities_; }
  const std::vector<Setting>& settings() const noexcept override { return plain_.settings(); }
  Result<void> authenticate(const WebhookRequest&, const Channel&) const override { return {}; }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return plain_.parse(request, channel);
  }
  SendStep start(const SendContext& context) const override { return plain_.start(context); }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return plain_.resume(context, step, answer);
  }

 private:
  const Connector& plain_;
  Capabilities capabilities_;
};

// GET <api_base>/profile/<user> -> "<name>|<union id>".
class Profiles final : public ProfileSource {
 public:
  HttpCall ask(const Channel& channel, const IdentityKey& who, std::string_view) const override {
    return {.method = "GET", .url = channel.api_base + "/profile/" + who.value, .content_type = ""};
  }
  Read read(const IdentityKey&, const HttpAnswer& answer) const override {
    if (auto error = error_from_status(answer)) return *std::move(error);
    if (answer.status != 200) return Error{.code = Errc::not_found, .detail = "unknown"};
    const auto bar = std::min(answer.body.find('|'), answer.body.size() - 1);
    return Profile{.display_name = std::string(answer.body.substr(0, bar)),
                   .union_id = std::string(answer.body.substr(bar + 1))};
  }
};

struct ProfilesTest : testing::Test {
  Answer hear(const Asked& asked) {
    constexpr std::string_view kProfile = "/profile/";
    if (!asked.target.starts_with(kProfile)) return Platform::ok();
    const auto user = asked.target.substr(kProfile.size());
    asked_of.change([&](auto& list) { list.push_back(user); });
    return profile(user);
  }
  std::shared_ptr<const Tenant> tenant() {
    auto out = std::make_shared<Tenant>(*shop.tenant(
        {.platform_port = platform.port(), .first_outcome = {HolderKind::bot, "faq"}}));
    entry.connector = std::make_unique<Telling>(*shop.entry().connector);
    entry.profile_source = std::make_unique<Profiles>();
    out->entries[kChannel] = &entry;
    auto policy = std::make_shared<routing::Policy>(*out->policy);
    policy->channels[kChannel].capabilities = &entry.connector->capabilities();
    out->policy = std::move(policy);
    return out;
  }
  static bool wait_for(const Life& life, EventType type, std::size_t count = 1) {
    return life.events.wait_for([&](const auto& list) {
      return static_cast<std::size_t>(std::ranges::count(list, type, &Event::type)) >= count;
    });
  }
  bool wait_for_asked(std::size_t count) const {
    return asked_of.wait_for([&](const auto& list) { return list.size() >= count; });
  }
  static std::size_t count(const Life& life, EventType type) {
    const auto list = life.events.get();
    return static_cast<std::size_t>(std::ranges::count(list, type, &Event::type));
  }
  // Every relay of these is done.
  static bool wait_for_no_relays(const Life& life) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!life.rows<Relay>(RowKind::relay).empty()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::yield();
    }
    return true;
  }

  ManualClock store_clock;
  storage::MemoryStore store{storage::Options{}, store_clock};
  Watched<std::vector<std::string>> asked_of;
  std::function<Answer(const std::string&)> profile = [](const std::string& user) {
    return Answer{200, "Name of " + user + "|oUnion", {}};
  };
  Platform platform{[this](const Asked& asked) { return hear(asked); }};
  Shop shop;
  Entry entry;
};

TEST_F(ProfilesTest, OneCustomerOnTwoAccountsBecomesOnePersonOnceBothAreAnswered) {
  Life life(store, tenant());
  ASSERT_EQ(life.webhook("m1|ann|hours").status, 200);
  ASSERT_TRUE(wait_for(life, EventType::identity_linked));
  ASSERT_EQ(life.webhook("m2|bob|hours").status, 200);
  ASSERT_TRUE(wait_for(life, EventType::person_merged, 2)) << "in both logs";
  EXPECT_EQ(platform.texts("bob"), std::vector<std::string>{"We are open."}) << "answered first";

  const auto list = life.events.get();
  const auto merged = std::ranges::find(list, EventType::person_merged, &Event::type);
  EXPECT_EQ(merged->link->reason, "same union id");
  EXPECT_EQ(merged->actor, "system");
  ASSERT_EQ(life.webhook("m3|bob|hours").status, 200);
  ASSERT_TRUE(platform.wait_for(3));
  const auto after = life.events.get();
  const auto last = std::ranges::find_if(after.rbegin(), after.rend(), [](const Event& event) {
    return event.message && event.message->direction == Direction::inbound;
  });
  EXPECT_EQ(last->person, person_of_user("ann")) << "one conversation from now on";
  ASSERT_TRUE(wait_for_no_relays(life));
  EXPECT_EQ(asked_of.get(), (std::vector<std::string>{"ann", "bob"})) << "each asked of once";
}

TEST_F(ProfilesTest, NoWebhookWaitsForIt) {
  std::latch released(1);
  profile = [&](const std::string&) -> Answer {
    released.wait();
    return {200, "Ann|", {}};
  };
  Life life(store, tenant());
  EXPECT_EQ(life.webhook("m1|ann|hours").status, 200);
  ASSERT_TRUE(wait_for_asked(1));
  EXPECT_TRUE(life.wait_for_state("ann", DeliveryState::sent));
  released.count_down();
  ASSERT_TRUE(wait_for_no_relays(life));
  EXPECT_EQ(count(life, EventType::identity_linked), 0u) << "there was no id to join by";
}

TEST_F(ProfilesTest, WhatACrashCutShortIsAskedAgain) {
  std::latch released(1);
  std::atomic<int> asked{0};
  profile = [&](const std::string&) -> Answer {
    if (++asked == 1) released.wait();
    return {200, "Ann|oUnion", {}};
  };
  const auto owner = tenant();
  Life first(store, owner);
  ASSERT_EQ(first.webhook("m1|ann|hours").status, 200);
  ASSERT_TRUE(wait_for_asked(1));
  ASSERT_TRUE(first.wait_for_state("ann", DeliveryState::sent));
  const auto left = store.reopened_for_test();
  {
    Life second(*left, owner);
    ASSERT_TRUE(wait_for(second, EventType::identity_linked));
    EXPECT_TRUE(wait_for_no_relays(second));
  }
  released.count_down();
}

TEST_F(ProfilesTest, ARefusalEndsTheAsking) {
  profile = [](const std::string&) -> Answer { return {404, "", {}}; };
  Life life(store, tenant());
  ASSERT_EQ(life.webhook("m1|ann|hours").status, 200);
  ASSERT_TRUE(wait_for_asked(1));
  ASSERT_TRUE(wait_for_no_relays(life));
  ASSERT_EQ(life.webhook("m2|ann|hours").status, 200);
  ASSERT_TRUE(platform.wait_for(2));
  EXPECT_EQ(asked_of.get().size(), 1u);
}

TEST_F(ProfilesTest, ACrowdWithOneIdIsOnePerson) {
  constexpr std::size_t kCrowd = 20;
  Life life(store, tenant());
  std::vector<std::future<http::Response>> webhooks;
  for (std::size_t i = 0; i < kCrowd; ++i) {
    const auto n = std::to_string(i);
    webhooks.push_back(std::async(
        std::launch::async, [&life, n] { return life.webhook("m" + n + "|u" + n + "|hours"); }));
  }
  for (auto& webhook : webhooks) EXPECT_EQ(get_soon(std::move(webhook)).status, 200);
  ASSERT_TRUE(wait_for(life, EventType::person_merged, 2 * (kCrowd - 1)));
  ASSERT_TRUE(wait_for_no_relays(life));
  EXPECT_EQ(count(life, EventType::identity_linked), 1u);
  EXPECT_EQ(count(life, EventType::person_merged), 2 * (kCrowd - 1));
}

}  // namespace
}  // namespace parley::gateway
