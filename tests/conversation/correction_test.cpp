#include "conversation/correction.hpp"

#include <gtest/gtest.h>

#include "conversation/codec.hpp"

namespace parley {
namespace {

Correction full() {
  Correction out;
  out.decision = {"dec_0123456789abcdef0123456789abcdef-7"};
  out.at = TimePoint(Milliseconds(1'787'000'000'000));
  out.actor = "agent:anna";
  out.sentiment = "negative";
  out.intent = "refund_status";
  out.was_sentiment = "neutral";
  out.was_intent = "out_of_scope";
  out.text_kind = "cs";
  out.model_version = "sentiment-1.1 intent-2.1";
  return out;
}

TEST(CorrectionRow, ReadsBackWhatWasWritten) {
  const auto back = parse_stored_correction(stored_correction(full()));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, full());
  Correction one = full();
  one.intent = one.was_intent = "";
  EXPECT_EQ(*parse_stored_correction(stored_correction(one)), one);
}

TEST(CorrectionRow, RefusesWhatIsNone) {
  const std::string good = stored_correction(full());
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_FALSE(parse_stored_correction(good.substr(0, cut))) << cut;
  }
  for (const std::string json : {"[]", "7", "{}", R"({"decision_id":7})",
                                 R"({"decision_id":"dec_x","at":"2026-08-20T10:15:00Z"})",
                                 R"({"decision_id":"dec_0123456789abcdef0123456789abcdef-7"})"}) {
    EXPECT_FALSE(parse_stored_correction(std::string(1, kStoredVersion) + json)) << json;
  }
  std::string newer = good;
  newer[0] = kStoredVersion + 1;
  EXPECT_FALSE(parse_stored_correction(newer));
}

TEST(CorrectionLabels, AreShortPlainNames) {
  for (const char* good : {"refund", "refund_status", "a-1.b"}) EXPECT_TRUE(is_intent_label(good));
  const std::string long_one(kLabelBytesMax + 1, 'a');
  for (const std::string bad : {"", "Refund", "1a", "a b", "a\tb", "退款"}) {
    EXPECT_FALSE(is_intent_label(bad)) << bad;
  }
  EXPECT_FALSE(is_intent_label(long_one));
  EXPECT_TRUE(is_sentiment_label("neutral"));
  EXPECT_FALSE(is_sentiment_label("angry"));
}

}  // namespace
}  // namespace parley
