// Experiments and replays over the API.
#include "conversation/codec.hpp"
#include "tests/api/api_fixture.hpp"

namespace parley::gateway {
namespace {

class Rules : public ApiTest {
 protected:
  // A tenant whose rules split customers between the bot and a queue.
  void split() {
    auto tenant = std::make_shared<Tenant>(*make_tenant("acme"));
    routing::Policy policy = *tenant->policy;
    routing::Rule rule{.name = "split", .when = {.test = routing::Test::always}};
    rule.experiment = "greeting";
    rule.arms = {{.name = "bot", .then = {HolderKind::bot, "faq"}},
                 {.name = "people", .then = {HolderKind::queue, "vip"}}};
    policy.rules = {rule};
    auto made = routing::compile(std::move(policy));
    ASSERT_TRUE(made) << made.error().detail;
    tenant->policy = *made;
    service.set_tenant(tenant);
  }
};

TEST_F(Rules, AnExperimentHasResultsByArm) {
  split();
  for (int i = 0; i < 12; ++i) service.customer_says(kAcme, "c" + std::to_string(i), "hello");
  service.customer_says(kAcme, "c0", "again");  // the same episode
  EXPECT_NE(get("/v1/experiments").body.find(R"("experiments":["greeting"])"), std::string::npos);
  const auto out = get("/v1/experiments/greeting");
  ASSERT_EQ(out.status, 200) << out.body;
  EXPECT_EQ(rows(RowKind::trial).size(), 12u);
  EXPECT_NE(out.body.find(R"("arm":"people")"), std::string::npos) << out.body;
  EXPECT_NE(out.body.find(R"("handed_over")"), std::string::npos);
  EXPECT_EQ(get("/v1/experiments/greetin").status, 404);  // no prefix of another
  service.manual_clock().advance(std::chrono::hours(48));
  EXPECT_NE(get("/v1/experiments/greeting").body.find(R"("open":0)"), std::string::npos);
}

TEST_F(Rules, TodaysRulesDecideTheSame) {
  for (const char* words : {"hello", "人工", "I am furious"}) {
    service.customer_says(kAcme, "wendy", words);
  }
  service.customer_says(kAcme, "henry", "hello");
  const auto out = post("/v1/decisions/replay", "{}");
  ASSERT_EQ(out.status, 200) << out.body;
  EXPECT_EQ(member(out, "conversations"), "2");
  EXPECT_EQ(member(out, "turns"), "4");
  EXPECT_EQ(member(out, "equal"), "4");
  EXPECT_EQ(member(out, "more"), "false");
  EXPECT_EQ(member(post("/v1/decisions/replay", R"({"conversations":1})"), "more"), "true");
}

TEST_F(Rules, AGatewayThatReadsNoRulesSaysSo) {
  EXPECT_EQ(post("/v1/decisions/replay", R"({"rules":"[[rule]]"})").status, 422);
  EXPECT_EQ(post("/v1/decisions/replay", R"({"conversations":0})").status, 400);
}

}  // namespace
}  // namespace parley::gateway
