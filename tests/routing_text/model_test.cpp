// The model file and its training, on a tiny set made here.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/crypto.hpp"
#include "routing/text/linear_model.hpp"
#include "routing/text/load.hpp"
#include "routing/text/train.hpp"

namespace parley::routing {
namespace {

SampleSet tiny_set() {
  SampleSet set;
  const char* good[] = {"很好用", "太棒了谢谢", "great service", "love it", "非常满意"};
  const char* calm[] = {"什么时候发货", "where is my order", "怎么退货", "我的订单呢",
                        "open today"};
  const char* bad[] = {"太差了", "垃圾平台", "terrible service", "气死我了", "worst ever"};
  for (int round = 0; round < 6; ++round) {
    for (const char* text : good) set.add("positive", "cs", text);
    for (const char* text : calm) set.add("neutral", "cs", text);
    for (const char* text : bad) set.add("negative", round % 2 == 0 ? "cs" : "social", text);
  }
  return set;
}

TrainOptions tiny_options() {
  TrainOptions options;
  options.bins_log2 = 14;
  options.label_order = {"negative", "neutral", "positive"};
  return options;
}

std::string tiny_bytes() {
  auto parts = train_model(tiny_set(), tiny_options());
  EXPECT_TRUE(parts);
  parts->calibrations = {{.kind = "", .temperature = 1.5F},
                         {.kind = "cs", .temperature = 1, .threshold = 0.25F, .thresholded = true}};
  return LinearModel::to_bytes(*parts);
}

TEST(Train, SameRowsGiveTheSameBytes) { EXPECT_EQ(tiny_bytes(), tiny_bytes()); }

TEST(Train, AnotherSeedGivesOtherBytes) {
  auto options = tiny_options();
  options.seed = 21;
  const auto parts = train_model(tiny_set(), options);
  ASSERT_TRUE(parts);
  EXPECT_NE(LinearModel::to_bytes(*parts), tiny_bytes());
}

TEST(Train, LearnsItsRows) {
  const auto model = LinearModel::from_bytes(tiny_bytes());
  ASSERT_TRUE(model) << model.error().detail;
  const std::pair<const char*, const char*> rows[] = {
      {"太差了", "negative"}, {"怎么退货", "neutral"}, {"love it", "positive"}};
  for (const auto& [text, label] : rows) {
    Tokens tokens;
    tokenize(text, tokens);
    double p[3];
    (*model)->probabilities(tokens, "cs", p);
    EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-9);
    EXPECT_GT(p[(*model)->index_of(label)], 0.5) << text;
  }
}

TEST(Train, ASecondLearnerAndACorrectionComeBackFromTheFile) {
  auto options = tiny_options();
  options.bag_width = 8;
  auto parts = train_model(tiny_set(), options);
  ASSERT_TRUE(parts);
  const LinearModel base(*parts, "");
  SampleSet corrected;
  Tokens tokens;
  std::vector<double> known(3);
  for (int i = 0; i < 4; ++i) {
    tokenize("非常满意", tokens);
    base.probabilities(tokens, "cs", known);
    corrected.add("negative", "cs", "非常满意", known);  // said with a sneer in this shop
  }
  options.epochs = 40;
  options.count_min = 1;
  auto delta = train_delta(corrected, parts->labels, options);
  ASSERT_TRUE(delta) << delta.error().detail;
  parts->delta = std::move(*delta);
  const std::string bytes = LinearModel::to_bytes(*parts);
  const auto model = LinearModel::from_bytes(bytes);
  ASSERT_TRUE(model) << model.error().detail;
  EXPECT_TRUE((*model)->version().starts_with("sentiment-2."));
  double p[3], was[3];
  tokenize("非常满意", tokens);
  base.probabilities(tokens, "cs", was);
  (*model)->probabilities(tokens, "cs", p);
  EXPECT_LT(was[0], 0.5);
  EXPECT_GT(p[0], 0.5);
  tokenize("where is my order", tokens);
  base.probabilities(tokens, "cs", was);
  (*model)->probabilities(tokens, "cs", p);
  EXPECT_NEAR(p[1], was[1], 0.05) << "what was not corrected stays";
  for (std::size_t cut = 0; cut < bytes.size(); cut += 41) {
    EXPECT_FALSE(LinearModel::from_bytes(std::string_view(bytes).substr(0, cut)));
  }
  for (std::size_t at = 24; at < bytes.size(); at += 37) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    EXPECT_FALSE(LinearModel::from_bytes(changed)) << at;
  }
}

TEST(Train, ACorrectionKnowsTheLabelsOfItsModelOnly) {
  SampleSet corrected;
  const std::vector<double> known = {0.2, 0.3, 0.5};
  corrected.add("furious", "cs", "x", known);
  const auto delta = train_delta(corrected, {"negative", "neutral", "positive"}, tiny_options());
  ASSERT_FALSE(delta);
  EXPECT_NE(delta.error().detail.find("furious"), std::string::npos);
}

TEST(Train, RefusesWhatCannotBeLearnt) {
  SampleSet none, one;
  one.add("a", "", "x");
  EXPECT_EQ(train_model(none, {}).error().code, Errc::rejected);
  const auto single = train_model(one, {});
  ASSERT_FALSE(single);
  EXPECT_NE(single.error().detail.find("\"a\""), std::string::npos);
}

TEST(Train, ManyLabelsKeepApart) {
  SampleSet set;
  for (int label = 0; label < 40; ++label) {
    for (int row = 0; row < 4; ++row) {
      set.add("intent" + std::to_string(label), "",
              "word" + std::string(1, static_cast<char>('a' + label % 26)) +
                  std::string(1, static_cast<char>('a' + label / 26)) + " now");
    }
  }
  TrainOptions options;
  options.task = "intent";
  options.count_min = 1;
  options.epochs = 20;
  options.rate = 0.3F;
  const auto parts = train_model(set, options);
  ASSERT_TRUE(parts);
  const auto model = LinearModel::from_bytes(LinearModel::to_bytes(*parts));
  ASSERT_TRUE(model);
  Tokens tokens;
  std::vector<double> p(40);
  tokenize("wordcb now", tokens);
  (*model)->probabilities(tokens, "", p);
  EXPECT_EQ(
      (*model)
          ->labels()[static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin())],
      "intent28");
}

TEST(ModelFile, KeepsWhatWasWritten) {
  const auto model = LinearModel::from_bytes(tiny_bytes());
  ASSERT_TRUE(model);
  EXPECT_EQ((*model)->labels().size(), 3U);
  EXPECT_EQ((*model)->labels()[0], "negative");
  EXPECT_FLOAT_EQ((*model)->calibration("cs").threshold, 0.25F);
  EXPECT_TRUE((*model)->calibration("cs").thresholded);
  EXPECT_FLOAT_EQ((*model)->calibration("unheard of").temperature, 1.5F);
  EXPECT_TRUE((*model)->version().starts_with("sentiment-1."));
}

TEST(ModelFile, CutAnywhereIsRefused) {
  const std::string bytes = tiny_bytes();
  for (std::size_t size = 0; size < bytes.size(); size += size < 600 ? 1 : 997) {
    const auto model = LinearModel::from_bytes(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(model) << size;
    EXPECT_EQ(model.error().code, Errc::malformed) << size;
  }
}

TEST(ModelFile, AnyBitFlippedIsRefused) {
  const std::string bytes = tiny_bytes();
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    // The head bit by bit, then places anywhere.
    const std::size_t bit = i < 640 ? static_cast<std::size_t>(i) : random() % (bytes.size() * 8);
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(LinearModel::from_bytes(damaged)) << "bit " << bit;
  }
}

TEST(ModelFile, NewerFormatSaysSo) {
  std::string bytes = tiny_bytes();
  const std::uint32_t newer = kModelFormat + 1;
  std::memcpy(bytes.data() + 8, &newer, sizeof newer);
  const std::uint64_t sum = xxh3_64(std::string_view(bytes).substr(0, bytes.size() - 8));
  std::memcpy(bytes.data() + bytes.size() - 8, &sum, sizeof sum);
  const auto model = LinearModel::from_bytes(bytes);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, Errc::misconfigured);
  EXPECT_NE(model.error().detail.find("format 3."), std::string::npos) << model.error().detail;
}

// A right checksum over wrong contents: nothing may be believed that was not checked.
TEST(ModelFile, ForgedContentsAreRefusedOrHarmless) {
  const std::string bytes = tiny_bytes();
  std::mt19937 random(8);
  Tokens tokens;
  tokenize("太差了 terrible", tokens);
  for (int i = 0; i < 3000; ++i) {
    std::string forged = bytes;
    const std::size_t at = 24 + random() % 140;
    forged[at] = static_cast<char>(random());
    const std::uint64_t sum = xxh3_64(std::string_view(forged).substr(0, forged.size() - 8));
    std::memcpy(forged.data() + forged.size() - 8, &sum, sizeof sum);
    const auto model = LinearModel::from_bytes(forged);
    if (!model) continue;
    std::vector<double> p((*model)->labels().size());
    (*model)->probabilities(tokens, "cs", p);
  }
}

TEST(LoadAnalyzer, NamesTheFileAndTheReason) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("parley_text_" + to_hex(random_bytes(6)));
  std::filesystem::create_directory(folder);
  const std::string path = (folder / "m.plm").string();
  const auto missing = load_analyzer(path);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_NE(missing.error().detail.find(path), std::string::npos);

  std::ofstream(path, std::ios::binary) << "not a model";
  const auto wrong = load_analyzer(path);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::malformed);

  EXPECT_EQ(load_analyzer(folder.string()).error().code, Errc::malformed);  // a folder

  auto options = tiny_options();
  options.task = "intent";
  std::ofstream(path, std::ios::binary) << LinearModel::to_bytes(*train_model(tiny_set(), options));
  const auto other_task = load_analyzer(path);
  ASSERT_FALSE(other_task);
  EXPECT_EQ(other_task.error().code, Errc::misconfigured);

  std::ofstream(path, std::ios::binary) << tiny_bytes();
  EXPECT_TRUE(load_analyzer(path));
  std::filesystem::remove_all(folder);
}

TEST(Calibrate, TemperatureSoftensWhatWasTooSure) {
  std::vector<LabelledProbabilities> rows;
  for (int i = 0; i < 100; ++i)
    rows.push_back({.label = i % 4 == 0 ? 1U : 0U, .probabilities = {0.99, 0.01}});
  EXPECT_GT(best_temperature(rows), 2);
  EXPECT_EQ(best_temperature({}), 1);
}

TEST(Calibrate, ThresholdLetsThatManyPass) {
  std::vector<double> scores;
  for (int i = 0; i < 1000; ++i) scores.push_back(i * 0.01);
  const double threshold = threshold_at_rate(scores, 0.01);
  EXPECT_EQ(std::count_if(scores.begin(), scores.end(), [&](double s) { return s >= threshold; }),
            10);
  EXPECT_EQ(threshold_at_rate({}, 0.01), 0);
}

}  // namespace
}  // namespace parley::routing
