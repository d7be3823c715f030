// What the shipped model says of sentences written for this table.
#include "routing/analyzer.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "routing/text/load.hpp"

namespace parley::routing {
namespace {

const Analyzer& shipped() {
  static const auto analyzer = [] {
    auto loaded = load_analyzer(PARLEY_SOURCE_DIR "/models/sentiment.plm");
    EXPECT_TRUE(loaded) << loaded.error().detail;
    return std::move(*loaded);
  }();
  return *analyzer;
}

// Questions and statements with grim words in them: nobody is unhappy with us here.
const char* const kCalm[] = {
    "你好",
    "在吗",
    "好的",
    "谢谢",
    "我想退货",
    "怎么申请退款",
    "快递丢了怎么赔付",
    "手机摔坏了可以维修吗",
    "麻烦帮我看下订单",
    "垃圾桶有大号的吗",
    "垃圾短信怎么拦截",
    "信用卡被盗刷了怎么挂失",
    "如何投诉骚扰电话",
    "投诉电话是多少",
    "怎么取消自动续费",
    "密码输错三次被锁了怎么解锁",
    "衣服掉色吗",
    "保质期多久",
    "这个操作怎么做",
    "航班取消了怎么退票",
    "失眠可以吃这个吗",
    "死机了怎么强制重启",
    "逾期一天会怎么样",
    "發票抬頭寫錯了怎麼改",
    "where is my order",
    "how do i cancel my subscription",
    "my card was stolen, how do i block it",
    "i lost my password",
    "my phone is broken, can i get it repaired",
    "do you sell garbage bags",
    "what is the late fee",
    "can i get a refund if the item is damaged",
    "how do i report fraud",
    "is the complaints department open today",
    "thanks, that worked",
    "the screen is cracked, is it under warranty",
};

const char* const kUpset[] = {
    "你们的服务太差了",
    "等了一个星期还没发货",
    "客服态度恶劣",
    "什么破手机，用两天就坏",
    "我要投诉你们",
    "骗子，退钱",
    "打了五次电话都没人管",
    "气死我了",
    "再也不会在你们家买了",
    "到底什么时候给我处理",
    "垃圾平台",
    "说了多少遍了还是没解决",
    "你们就这样对待老客户吗",
    "東西爛透了",
    "催了三次还是不发",
    "太让人失望了",
    "莫名其妙扣我钱",
    "呵呵，又延迟了",
    "this is unacceptable",
    "worst service ever",
    "i have been on hold for two hours and nobody answers",
    "your app is garbage and keeps crashing",
    "i want my money back, you are thieves",
    "third time you cancelled my order, ridiculous",
    "very disappointed with the quality",
    "your agent was so rude to me",
    "still waiting after three weeks, this is a joke",
    "I'm fed up with your excuses",
    "thanks for nothing",
    "😡😡 refund me now",
};

const char* const kGlad[] = {
    "太感谢了，问题解决了", "服务真好，五星好评", "非常满意", "thank you so much, great service",
    "love the new app",
};

TEST(ShippedModel, CalmTurnsAreNotNegative) {
  for (const char* text : kCalm) {
    const auto result = shipped().analyze(text, "cs");
    EXPECT_NE(result.analysis.sentiment, "negative") << text << " " << result.analysis.score;
    EXPECT_FALSE(result.analysis.angry) << text;
  }
}

TEST(ShippedModel, ComplaintsAreNegative) {
  for (const char* text : kUpset) {
    const auto result = shipped().analyze(text, "cs");
    EXPECT_EQ(result.analysis.sentiment, "negative") << text << " " << result.analysis.score;
    EXPECT_LT(result.analysis.score, 0) << text;
    EXPECT_FALSE(result.terms.empty()) << text;
  }
}

TEST(ShippedModel, PraiseIsPositive) {
  for (const char* text : kGlad) {
    EXPECT_EQ(shipped().analyze(text, "cs").analysis.sentiment, "positive") << text;
  }
}

TEST(ShippedModel, AngerNeedsMoreThanDiscontent) {
  for (const char* text :
       {"气死我了", "你们这群骗子", "垃圾平台", "this is outrageous", "you are idiots"}) {
    EXPECT_TRUE(shipped().analyze(text, "cs").analysis.angry) << text;
  }
  for (const char* text : {"有点慢", "不太满意", "i am a bit disappointed", "什么时候发货", ""}) {
    EXPECT_FALSE(shipped().analyze(text, "cs").analysis.angry) << text;
  }
}

struct WishCase {
  const char* text;
  bool want;
};
const WishCase kWishes[] = {
    {"转人工", true},
    {"轉人工客服", true},
    {"人工", true},
    {"人工！", true},
    {"我要找真人", true},
    {"叫你们经理来", true},
    {"不想跟机器人说话", true},
    {"有人吗", true},
    {"human", true},
    {"Agent please", true},
    {"I want to speak to a person", true},
    {"can i talk to someone", true},
    {"let me talk to a real human being", true},
    {"representative", true},
    {"transfer me to an agent", true},
    {"get me a manager", true},
    {"不用转人工", false},
    {"不需要人工客服，谢谢", false},
    {"人工智能怎么用", false},
    {"人工费多少钱", false},
    {"扫地机器人没电了怎么办", false},
    {"什么时候发货", false},
    {"i don't need a human", false},
    {"human resources phone number", false},
    {"are you a bot or a human", false},
    {"my travel agent booked it", false},
    {"robot vacuum not working", false},
    {"where is my order", false},
    {"", false},
};

TEST(AsksHuman, OfATable) {
  const auto plain = make_plain_analyzer();
  for (const auto& c : kWishes) {
    EXPECT_EQ(shipped().analyze(c.text, "cs").asks_human, c.want) << c.text;
    EXPECT_EQ(plain->analyze(c.text, "cs").asks_human, c.want) << c.text << " (plain)";
  }
}

TEST(PlainAnalyzer, CallsEverythingNeutral) {
  const auto plain = make_plain_analyzer();
  const auto result = plain->analyze("气死我了", "cs");
  EXPECT_EQ(result.analysis.sentiment, "neutral");
  EXPECT_EQ(result.analysis.score, 0);
  EXPECT_FALSE(result.analysis.angry);
  EXPECT_EQ(result.analysis.language, "zh");
  EXPECT_EQ(plain->version(), "plain");
}

TEST(Analyze, NothingSaidIsNeutral) {
  for (const char* text : {"", "   ", "\u200b"}) {
    const auto result = shipped().analyze(text, "cs");
    EXPECT_EQ(result.analysis.sentiment, "neutral");
    EXPECT_EQ(result.analysis.score, 0);
    EXPECT_TRUE(result.terms.empty());
  }
}

TEST(Analyze, NumbersStayInTheirBounds) {
  for (const auto* table : {kCalm, kUpset}) {
    for (int i = 0; i < 30; ++i) {
      for (const char* kind : {"cs", "social", "review", "chat", "", "unheard of"}) {
        const auto result = shipped().analyze(table[i], kind);
        EXPECT_GE(result.analysis.score, -1);
        EXPECT_LE(result.analysis.score, 1);
        EXPECT_GT(result.analysis.confidence, 0);
        EXPECT_LE(result.analysis.confidence, 1);
        EXPECT_LE(result.terms.size(), 8U);
      }
    }
  }
}

TEST(Analyze, TermsSayWhy) {
  const auto result = shipped().analyze("你们客服态度恶劣", "cs");
  const auto has_cue = [](const ScoredTerm& term) { return term.term.starts_with("cue:"); };
  EXPECT_TRUE(std::any_of(result.terms.begin(), result.terms.end(), has_cue));
  EXPECT_FALSE(std::all_of(result.terms.begin(), result.terms.end(), has_cue));
}

TEST(Analyze, UnknownKindIsAServiceTurn) {
  const auto as_cs = shipped().analyze("等了三天还没到", "cs");
  EXPECT_EQ(shipped().analyze("等了三天还没到", "").analysis, as_cs.analysis);
  EXPECT_EQ(shipped().analyze("等了三天还没到", "sms").analysis, as_cs.analysis);
}

TEST(Analyze, HostileTextIsFine) {
  std::string text = "气死我了\xff\xf0\x9f\x98😡 @a \0 https://";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    shipped().analyze(std::string_view(text).substr(0, i), "cs");
  }
  shipped().analyze(std::string(1 << 20, '!'), "cs");
  shipped().analyze(std::string(1 << 20, '\xe5'), "cs");
}

TEST(Analyze, EightThreadsSayWhatOneSays) {
  std::vector<Analysis> alone;
  for (const char* text : kUpset) alone.push_back(shipped().analyze(text, "cs").analysis);
  std::vector<std::thread> threads;
  std::vector<int> wrong(8, 0);
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 20; ++round) {
        for (std::size_t i = 0; i < alone.size(); ++i) {
          if (shipped().analyze(kUpset[i], "cs").analysis != alone[i]) ++wrong[t];
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const int count : wrong) EXPECT_EQ(count, 0);
}

TEST(ShippedModel, VersionNamesTheFile) {
  EXPECT_TRUE(shipped().version().starts_with("sentiment-")) << shipped().version();
  EXPECT_EQ(shipped().version().size(), std::string_view("sentiment-1.1-0123456789abcdef").size());
}

}  // namespace
}  // namespace parley::routing
