#include "routing/faq.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace parley::routing {
namespace {

std::shared_ptr<const Faq> shop() {
  auto faq = Faq::build({
      {"return", {"怎么退货", "如何申请退货退款", "How do I return an item?"}, "..."},
      {"refund-time", {"退款多久到账", "When will I get my refund?"}, "..."},
      {"shipping", {"什么时候发货", "下单后多久发货", "When will my order ship?"}, "..."},
      {"track", {"怎么查物流", "我的快递到哪里了", "Where is my package?"}, "..."},
      {"invoice", {"怎么开发票", "可以开增值税专用发票吗", "Can I get an invoice?"}, "..."},
      {"address", {"怎么修改收货地址", "Change my delivery address"}, "..."},
      {"password", {"忘记密码怎么办", "I forgot my password"}, "..."},
      {"coupon", {"优惠券怎么使用", "How do I use a coupon?"}, "..."},
      {"warranty", {"保修期是多久", "How long is the warranty?"}, "..."},
      {"cancel", {"怎么取消订单", "How do I cancel my order?"}, "..."},
      {"hours", {"客服几点上班", "What are your opening hours?"}, "..."},
      {"points", {"会员积分有什么用", "What can I do with my points?"}, "..."},
  });
  EXPECT_TRUE(faq) << faq.error().detail;
  return *faq;
}

struct FaqCase {
  const char* query;
  const char* want;  // "" for: nothing good enough
};
const FaqCase kFaqCases[] = {
    // the same question, written otherwise
    {"怎么退货", "return"},
    {"  怎么退货？？", "return"},
    {"怎麼退貨", "return"},
    {"HOW DO I RETURN AN ITEM", "return"},
    // paraphrases
    {"请问如何退货呢", "return"},
    {"我想退货怎么操作", "return"},
    {"您好，退款要几天才能到账啊", "refund-time"},
    {"你们啥时候发货", "shipping"},
    {"快递到哪了", "track"},
    {"能不能开专用发票", "invoice"},
    {"收货地址要怎么改", "address"},
    {"密码忘记了", "password"},
    {"优惠券如何用", "coupon"},
    {"保修多长时间", "warranty"},
    {"订单可以取消吗", "cancel"},
    {"returning an item", "return"},
    {"I've forgotten the password", "password"},
    {"cancel order please", "cancel"},
    {"where's my parcel", "track"},
    {"using coupons", "coupon"},
    {"what's the warranty period", "warranty"},
    // unrelated: hand over instead of guessing
    {"今天天气怎么样", ""},
    {"你叫什么名字", ""},
    {"tell me a joke", ""},
    {"帮我订一张去北京的机票", ""},
    {"😡😡😡", ""},
    {"", ""},
};

constexpr double kDefaultThreshold = 0.45;

TEST(FaqSearch, FindsTheRightEntryOrNone) {
  const auto faq = shop();
  for (const auto& c : kFaqCases) {
    const auto hits = faq->search(c.query, 3);
    const bool found = !hits.empty() && hits[0].score >= kDefaultThreshold;
    EXPECT_EQ(found ? faq->entry(hits[0].entry).id : "", c.want)
        << c.query << " best " << (hits.empty() ? "-" : faq->entry(hits[0].entry).id) << " "
        << (hits.empty() ? 0 : hits[0].score);
  }
}

TEST(FaqSearch, TheVeryQuestionScoresOne) {
  const auto faq = shop();
  EXPECT_EQ(faq->search("怎么退货", 1)[0].score, 1);
  EXPECT_EQ(faq->search("how do i return an ITEM", 1)[0].score, 1);
  EXPECT_LT(faq->search("怎么退货款", 1)[0].score, 1);
}

TEST(FaqSearch, ScoresFallAndStayWithinBounds) {
  const auto faq = shop();
  const auto hits = faq->search("怎么取消退货订单", 5);
  ASSERT_GE(hits.size(), 3U);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    EXPECT_GE(hits[i].score, 0);
    EXPECT_LE(hits[i].score, 1);
    if (i > 0) {
      EXPECT_LE(hits[i].score, hits[i - 1].score);
    }
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(hits[i].entry, hits[j].entry);
  }
  EXPECT_EQ(faq->search("怎么取消退货订单", 2).size(), 2U);
  EXPECT_TRUE(faq->search("怎么取消退货订单", 0).empty());
}

TEST(FaqSearch, HostileQueriesAreFine) {
  const auto faq = shop();
  std::string text = "退货\xff\xf0\x9f return";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    faq->search(std::string_view(text).substr(0, i), 3);
  }
  faq->search(std::string(1 << 20, 'x'), 3);
}

TEST(FaqBuild, NamesWhatIsWrong) {
  const auto no_question = Faq::build({{"a", {}, "x"}});
  ASSERT_FALSE(no_question);
  EXPECT_NE(no_question.error().detail.find("\"a\""), std::string::npos);
  const auto long_question = Faq::build({{"b", {std::string(2000, 'x')}, "x"}});
  ASSERT_FALSE(long_question);
  EXPECT_NE(long_question.error().detail.find("2000"), std::string::npos);
  const auto empty = Faq::build({});
  ASSERT_TRUE(empty);
  EXPECT_TRUE((*empty)->search("怎么退货", 3).empty());
}

TEST(FaqBuild, OneEntryAlone) {
  const auto faq = *Faq::build({{"only", {"怎么退货"}, "x"}});
  EXPECT_EQ(faq->search("怎么退货", 3).size(), 1U);
  EXPECT_TRUE(faq->search("weather", 3).empty());
}

}  // namespace
}  // namespace parley::routing
