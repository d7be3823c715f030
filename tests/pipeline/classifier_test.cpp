// A tenant's own classifier: what a good, a slow, a dead and a senseless one do to a turn.
#include "gateway/pipeline/classifier.hpp"

#include <gtest/gtest.h>

#include <latch>

#include "tests/pipeline/gateway_bench.hpp"

namespace parley::gateway {
namespace {

using test::Answer;
using test::Asked;
using test::LittleServer;

constexpr std::string_view kGood =
    R"({"model":"mood-v3","results":[{"sentiment":"negative","score":-0.7,"confidence":0.9,)"
    R"("angry":true,"intent":"refund","intent_confidence":0.8}]})";

struct ClassifierTest : testing::Test {
  std::shared_ptr<const Tenant> tenant_with(std::uint16_t port, Milliseconds deadline) const {
    auto tenant = std::make_shared<Tenant>(*shop.tenant());
    tenant->classifier =
        ClassifierSettings{.url = "http://127.0.0.1:" + std::to_string(port) + "/classify",
                           .secret = Secret("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5"),
                           .deadline = deadline};
    return tenant;
  }
  // One message by webhook; the decision on it, and how long the acknowledgement took.
  Decision decide(Life& life, const std::string& body) {
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(life.webhook(body).status, 200);
    took = std::chrono::steady_clock::now() - before;
    auto decisions = life.rows<Decision>(RowKind::decision);
    EXPECT_FALSE(decisions.empty());
    return decisions.empty() ? Decision{} : decisions.back();
  }

  SystemClock store_clock;
  storage::MemoryStore store{storage::Options{}, store_clock};
  Shop shop;
  std::chrono::steady_clock::duration took{};
};

TEST_F(ClassifierTest, AGoodOneHasTheLastWord) {
  LittleServer server([](const Asked&) { return Answer{200, std::string(kGood), {}}; });
  Life life(store, tenant_with(server.port(), Milliseconds(5'000)));
  const Decision decision = decide(life, "k1|ann|where is my money");
  EXPECT_EQ(decision.inputs.analysis.sentiment, "negative");
  EXPECT_NEAR(decision.inputs.analysis.score, -0.7, 1e-9);
  EXPECT_TRUE(decision.inputs.analysis.angry);
  EXPECT_EQ(decision.inputs.analysis.intent, "refund");
  EXPECT_EQ(decision.model_version, "classifier:mood-v3 over plain");
  ASSERT_EQ(server.asked().size(), 1u);
  EXPECT_NE(server.asked()[0].body.find(R"("text":"where is my money")"), std::string::npos);
}

TEST_F(ClassifierTest, ASlowOneIsNotWaitedForBeyondItsDeadline) {
  std::latch let_go(1);
  LittleServer server([&](const Asked&) {
    let_go.wait();
    return Answer{200, std::string(kGood), {}};
  });
  Life life(store, tenant_with(server.port(), Milliseconds(50)));
  const Decision decision = decide(life, "k1|ann|hello");
  let_go.count_down();
  EXPECT_LT(took, std::chrono::seconds(5));
  EXPECT_EQ(decision.inputs.analysis.sentiment, "neutral");
  EXPECT_TRUE(decision.model_version.starts_with("plain (classifier: ")) << decision.model_version;
}

TEST_F(ClassifierTest, ADeadOneLeavesItToOurs) {
  Life life(store, tenant_with(1, Milliseconds(1'000)));  // nobody listens there
  const Decision decision = decide(life, "k1|ann|hello");
  EXPECT_EQ(decision.model_version, "plain (classifier: unavailable)");
  EXPECT_EQ(decision.inputs.analysis.sentiment, "neutral");
}

TEST_F(ClassifierTest, ASenselessOneLeavesItToOursAndIsLeftAloneAfterAWhile) {
  LittleServer server([](const Asked&) { return Answer{200, "<html>", {}}; });
  PipelineOptions options = quick_options();
  options.bots.circuit_failures = 2;
  Life life(store, tenant_with(server.port(), Milliseconds(5'000)), options);
  for (int i = 0; i < 4; ++i) {
    const Decision decision = decide(life, "k" + std::to_string(i) + "|ann|hello");
    EXPECT_EQ(decision.inputs.analysis.sentiment, "neutral");
  }
  EXPECT_EQ(server.asked().size(), 2u);
}

struct AnswerCase {
  const char* name;
  std::string_view json;
  const char* wrong;  // "" is right
};
void PrintTo(const AnswerCase& c, std::ostream* out) { *out << c.name; }

class ParseReadings : public testing::TestWithParam<AnswerCase> {};

TEST_P(ParseReadings, TakesAllOrNothing) {
  const auto got = parse_readings(GetParam().json, 1);
  const std::string wrong = GetParam().wrong;
  ASSERT_EQ(got.has_value(), wrong.empty()) << (got ? "" : got.error().detail);
  if (!got) EXPECT_NE(got.error().detail.find(wrong), std::string::npos) << got.error().detail;
}

const AnswerCase kAnswers[] = {
    {"Whole", kGood, ""},
    {"IntentOnly", R"({"results":[{"intent":"refund"}]})", ""},
    {"SentimentOnly", R"({"model":"m","results":[{"sentiment":"positive"}]})", ""},
    {"Empty", "", "no JSON"},
    {"CutOff", R"({"results":[{"intent":"ref)", "no JSON"},
    {"NoResults", R"({"model":"m"})", "results"},
    {"TooFew", R"({"results":[]})", "one a text"},
    {"TooMany", R"({"results":[{"intent":"a"},{"intent":"b"}]})", "one a text"},
    {"NoObject", R"({"results":["negative"]})", "objects"},
    {"SaysNothing", R"({"results":[{}]})", "need a sentiment or an intent"},
    {"UnknownSentiment", R"({"results":[{"sentiment":"furious"}]})", "sentiment"},
    {"SentimentIsANumber", R"({"results":[{"sentiment":1}]})", "sentiment"},
    {"ScoreOutOfRange", R"({"results":[{"sentiment":"negative","score":-3}]})", "score"},
    {"ScoreIsAText", R"({"results":[{"sentiment":"negative","score":"-1"}]})", "score"},
    {"ConfidenceOutOfRange", R"({"results":[{"intent":"a","intent_confidence":9}]})", "confidence"},
    {"AngryIsAText", R"({"results":[{"intent":"a","angry":"yes"}]})", "angry"},
    {"IntentWithABlank", R"({"results":[{"intent":"a b"}]})", "intent"},
    {"ModelIsAnEssay",
     R"({"model":"0123456789012345678901234567890123456789012345678901234567890123456789",)"
     R"("results":[{"intent":"a"}]})",
     "model"},
    {"DeepNesting", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "no JSON"},
};
INSTANTIATE_TEST_SUITE_P(Table, ParseReadings, testing::ValuesIn(kAnswers),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace parley::gateway
