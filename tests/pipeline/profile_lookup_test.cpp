// What the tenant's systems know of a customer reaches the very first decision, and no turn is
// lost, refused or overtaken for want of it.
#include <algorithm>
#include <atomic>
#include <latch>

#include "connectors/standard_webhook.hpp"
#include "tests/pipeline/gateway_bench.hpp"

namespace parley::gateway {
namespace {

using test::Answer;
using test::Asked;

const Secret kSecret("whsec_ZGVtby1jdXN0b20tc2VjcmV0LTAxMjM0NTY3ODk=");

struct ProfileLookupTest : testing::Test {
  Answer hear(const Asked& asked) {
    if (asked.target != "/profile") return Platform::ok();
    questions.change([&](auto& list) { list.push_back(asked); });
    return profile();
  }
  std::shared_ptr<const Tenant> tenant(Milliseconds deadline = Milliseconds(2'000)) {
    auto out = std::make_shared<Tenant>(*shop.tenant({.platform_port = platform.port()}));
    out->profile_endpoint =
        ProfileEndpoint{.url = "http://127.0.0.1:" + std::to_string(platform.port()) + "/profile",
                        .secret = kSecret,
                        .deadline = deadline};
    auto policy = *out->policy;
    routing::Condition gold;
    gold.test = routing::Test::attribute;
    gold.name = "tier";
    gold.values = {"gold"};
    policy.segments = {{.name = "vip", .when = gold}};
    out->policy = *routing::compile(std::move(policy));
    return out;
  }
  static std::vector<Decision> decisions(const Life& life) {
    return life.rows<Decision>(RowKind::decision);
  }

  ManualClock store_clock;
  storage::MemoryStore store{storage::Options{}, store_clock};
  Watched<std::vector<Asked>> questions;
  std::function<Answer()> profile = [] {
    return Answer{200, R"({"attributes":{"tier":"gold","orders":12},"display_name":"Ann"})", {}};
  };
  Platform platform{[this](const Asked& asked) { return hear(asked); }};
  Shop shop;
};

TEST_F(ProfileLookupTest, TheFirstTurnIsDecidedWithIt) {
  Life life(store, tenant());
  ASSERT_EQ(life.webhook("m1|ann|hello").status, 200);
  ASSERT_EQ(decisions(life).size(), 1u);
  EXPECT_EQ(decisions(life)[0].inputs.segment, "vip");
  const auto asked = questions.get();
  ASSERT_EQ(asked.size(), 1u);
  std::string id, at, signature;
  for (const auto& [name, value] : asked[0].headers) {
    if (name == connectors::kWebhookId) id = value;
    if (name == connectors::kWebhookTimestamp) at = value;
    if (name == connectors::kWebhookSignature) signature = value;
  }
  EXPECT_EQ(signature, connectors::sign_webhook(kSecret, id, std::stoll(at), asked[0].body));
  ASSERT_EQ(life.webhook("m2|ann|again").status, 200);
  EXPECT_EQ(questions.get().size(), 1u) << "fresh for a while";
}

TEST_F(ProfileLookupTest, ADeadEndpointCostsNothingButTheSegment) {
  profile = [] { return Answer{500, "", {}}; };
  Life life(store, tenant());
  ASSERT_EQ(life.webhook("m1|ann|hello").status, 200);
  ASSERT_EQ(life.webhook("m2|bob|hello").status, 200);
  ASSERT_EQ(decisions(life).size(), 2u);
  EXPECT_EQ(decisions(life)[0].inputs.segment, "new");
  EXPECT_EQ(questions.get().size(), 1u) << "left alone for a while after a failure";
}

TEST_F(ProfileLookupTest, ASlowEndpointIsNotWaitedForPastItsDeadline) {
  std::latch release(1);
  profile = [&] {
    release.wait();
    return Answer{200, "{}", {}};
  };
  Life life(store, tenant(Milliseconds(20)));
  EXPECT_EQ(life.webhook("m1|ann|hello").status, 200) << "answered while the endpoint still thinks";
  EXPECT_EQ(decisions(life).size(), 1u);
  release.count_down();
}

TEST_F(ProfileLookupTest, GarbageIsNoProfile) {
  for (const char* body : {"", "[]", "{\"attributes\":7}", R"({"attributes":{"a":{}}})",
                           R"({"attributes":{"a":null}})", R"({"display_name":5})"}) {
    EXPECT_FALSE(parse_profile(body)) << body;
  }
  const auto fine = parse_profile(R"({"more":1,"attributes":{"a":"x","b":2,"c":true}})");
  ASSERT_TRUE(fine);
  EXPECT_EQ(profile_json(*fine), R"({"attributes":{"a":"x","b":2,"c":true}})");
  profile = [] { return Answer{200, "not json", {}}; };
  Life life(store, tenant());
  EXPECT_EQ(life.webhook("m1|ann|hello").status, 200);
  EXPECT_EQ(decisions(life).size(), 1u);
}

TEST_F(ProfileLookupTest, ALaterTurnDoesNotOvertakeTheOneThatIsLookingUp) {
  std::latch asked(1), release(1);
  profile = [&] {
    asked.count_down();
    release.wait();
    return Answer{200, R"({"attributes":{"tier":"gold"}})", {}};
  };
  Life life(store, tenant());
  auto first = std::async(std::launch::async, [&] { return life.webhook("m1|ann|one").status; });
  asked.wait();
  auto second = std::async(std::launch::async, [&] { return life.webhook("m2|ann|two").status; });
  release.count_down();
  EXPECT_EQ(first.get(), 200);
  EXPECT_EQ(second.get(), 200);
  std::vector<std::string> said;
  for (const auto& event : life.events.get()) {
    if (event.type == EventType::message_created &&
        event.message->direction == Direction::inbound) {
      said.push_back(event.message->fallback_text);
    }
  }
  EXPECT_EQ(said, (std::vector<std::string>{"one", "two"}));
}

// What was pushed before the customer ever came is used up by their first turn.
TEST_F(ProfileLookupTest, AKeptProfileIsThereAtTheFirstTurn) {
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  const auto person = person_of_user("ann");
  auto put = [&]() -> net::awaitable<Result<void>> {
    std::vector<Row> rows{{.kind = RowKind::profile,
                           .id = "crm-1",
                           .body = std::string(1, kStoredVersion) +
                                   R"({"attributes":{"tier":"gold"},"display_name":"Ann"})"}};
    co_return co_await life.gateway->put_rows(kShop, std::move(rows));
  };
  ASSERT_TRUE(life.bench.run(put()));
  ProfileLookup lookup(*life.gateway, *life.bench.client);
  auto command = says("ann", "hello");
  command.external_user = "crm-1";
  auto look = [&]() -> net::awaitable<bool> {
    const auto hold = co_await lookup.before_turn(life.gateway->tenant(kShop), person, command);
    co_return hold != nullptr;
  };
  ASSERT_TRUE(life.bench.run(look()));
  ASSERT_TRUE(command.profile);
  EXPECT_EQ(command.profile->kept_for, "crm-1");
  const auto outcome = life.must("ann", command);
  EXPECT_EQ(std::get<std::string>(outcome.state->attributes.at("tier")), "gold");
  EXPECT_EQ(outcome.state->display_name, "Ann");
  EXPECT_EQ(store.rows_blocking(kShop, RowKind::profile, "", 10)->rows.size(), 0u);
}

// One look-up over a running gateway, whose customer signs in.
struct ProfileHolds : ProfileLookupTest {
  using Held = std::shared_ptr<ProfileLookup::Hold>;
  static net::awaitable<Held> look(ProfileLookup& lookup, std::shared_ptr<const Tenant> owner) {
    auto command = says("ann", "hello");
    command.external_user = "crm-1";
    co_return co_await lookup.before_turn(std::move(owner), person_of_user("ann"), command);
  }
};

TEST_F(ProfileHolds, AreGivenInTheOrderTheyWereAskedFor) {
  Life life(store, tenant());
  ProfileLookup lookup(*life.gateway, *life.bench.client, kPatience);
  const auto owner = life.gateway->tenant(kShop);
  Held first = life.bench.run(look(lookup, owner));
  ASSERT_TRUE(first);
  std::vector<std::future<Held>> line;
  for (int i = 0; i < 3; ++i) {
    line.push_back(life.bench.start(look(lookup, owner)));
    life.bench.settle();
  }
  first.reset();
  for (std::size_t i = 0; i < line.size(); ++i) {
    Held next = get_soon(std::move(line[i]));
    ASSERT_TRUE(next) << i;
    for (std::size_t later = i + 1; later < line.size(); ++later) {
      EXPECT_EQ(line[later].wait_for(std::chrono::seconds(0)), std::future_status::timeout)
          << later << " came before " << i << " was done";
    }
  }
}

TEST_F(ProfileHolds, AreNotWaitedForPastTheLimit) {
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  ProfileLookup lookup(*life.gateway, *life.bench.client, Milliseconds(10));
  const auto owner = life.gateway->tenant(kShop);
  const Held first = life.bench.run(look(lookup, owner));
  ASSERT_TRUE(first);
  EXPECT_FALSE(life.bench.run(look(lookup, owner))) << "the turn goes on without";
}

TEST_F(ProfileHolds, HaveALineOfALimitedLength) {
  Life life(store, shop.tenant({.platform_port = platform.port()}));
  ProfileLookup lookup(*life.gateway, *life.bench.client, kPatience);
  const auto owner = life.gateway->tenant(kShop);
  Held first = life.bench.run(look(lookup, owner));
  std::vector<std::future<Held>> line;
  for (std::size_t i = 0; i < ProfileLookup::kWaitersMax; ++i) {
    line.push_back(life.bench.start(look(lookup, owner)));
  }
  life.bench.settle();
  EXPECT_FALSE(life.bench.run(look(lookup, owner))) << "the line is full: the turn goes on";
  first.reset();
  for (auto& each : line) EXPECT_TRUE(get_soon(std::move(each)));
}

}  // namespace
}  // namespace parley::gateway
