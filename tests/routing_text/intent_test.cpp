// What the shipped intent model says of the rows written by hand, and of a text without a word.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "routing/text/adopt.hpp"
#include "routing/text/intent.hpp"
#include "routing/text/load.hpp"

namespace parley::routing {
namespace {

constexpr const char* kIntentModel = PARLEY_SOURCE_DIR "/models/intent.plm";

TEST(Intents, TheShippedModelKnowsTheRowsByHand) {
  const auto model = LinearModel::from_file(kIntentModel);
  ASSERT_TRUE(model) << model.error().detail;
  const auto intent = Intent::over(*model);
  ASSERT_TRUE(intent) << intent.error().detail;
  std::ifstream in(PARLEY_SOURCE_DIR "/tests/routing_text/data/intent_turns.tsv");
  std::size_t rows = 0, right = 0, refused = 0;
  std::map<std::string, int> labels;
  Tokens tokens;
  for (std::string line; std::getline(in, line);) {
    const std::size_t tab = line.find('\t');
    ASSERT_NE(tab, line.npos) << line;
    const std::string label = line.substr(0, tab);
    ++labels[label];
    EXPECT_LT((*model)->index_of(label), (*model)->labels().size()) << label;
    tokenize(std::string_view(line).substr(tab + 1), tokens);
    const IntentGuess guess = intent->guess(tokens);
    ++rows;
    right += guess.label == label ? 1U : 0U;
    refused += guess.label == kOutOfScope && label != kOutOfScope ? 1U : 0U;
  }
  EXPECT_EQ(labels.size(), (*model)->labels().size());
  EXPECT_GE(right * 100, rows * 92) << right << " of " << rows;
  EXPECT_LE(refused * 100, rows * 5) << refused << " of " << rows;
}

TEST(Intents, TheAnalyzerFillsThem) {
  const auto analyzer = load_analyzer(PARLEY_SOURCE_DIR "/models/sentiment.plm", kIntentModel);
  ASSERT_TRUE(analyzer) << analyzer.error().detail;
  const auto parcel = (*analyzer)->analyze("我的快递到哪里了？", "cs").analysis;
  EXPECT_EQ(parcel.intent, "order_status");
  EXPECT_GT(parcel.intent_confidence, 0.6);
  EXPECT_EQ((*analyzer)->analyze("退貨的錢什麼時候退回來", "cs").analysis.intent, "refund_status");
  EXPECT_EQ((*analyzer)->analyze("tell me a joke about dogs", "cs").analysis.intent, kOutOfScope);
  EXPECT_EQ((*analyzer)->analyze("  ", "cs").analysis.intent, "");
  EXPECT_NE((*analyzer)->version().find(" intent-"), std::string_view::npos);
}

TEST(Intents, AModelOfAnotherTaskIsRefused) {
  const auto wrong = load_analyzer(PARLEY_SOURCE_DIR "/models/sentiment.plm",
                                   PARLEY_SOURCE_DIR "/models/sentiment.plm");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::misconfigured);
}

TEST(Adopting, LuckIsThatOfAFairCoin) {
  EXPECT_NEAR(luck_of(0, 0), 1, 1e-9);
  EXPECT_NEAR(luck_of(1, 0), 0.5, 1e-9);
  EXPECT_NEAR(luck_of(5, 0), 1.0 / 32, 1e-9);
  EXPECT_NEAR(luck_of(3, 2), 0.5, 1e-9);
  EXPECT_LT(luck_of(70, 40), kLuckMax);
  EXPECT_GT(luck_of(12, 9), kLuckMax);
}

}  // namespace
}  // namespace parley::routing
