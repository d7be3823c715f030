// Personal data goes, everything a bot needs stays.
#include "bots/redact.hpp"

#include <gtest/gtest.h>

namespace parley::bots {
namespace {

struct Case {
  const char* said;
  const char* left;
};

TEST(Redact, TakesOutWhatIsPersonal) {
  const Case cases[] = {
      {"我的手机是13800138000", "我的手机是[phone]"},
      {"打138 0013 8000吧", "打[phone]吧"},
      {"138-0013-8000", "[phone]"},
      {"+86 13800138000", "[phone]"},
      {"8613800138000", "[phone]"},
      {"１３８００１３８０００", "[phone]"},
      {"call +1 415 555 2671 please", "call [phone] please"},
      {"+442079460958", "[phone]"},
      {"010-62781234", "[phone]"},
      {"0571 87654321", "[phone]"},
      {"身份证11010519491231002X", "身份证[id number]"},
      {"11010519491231002x。", "[id number]。"},
      {"card 4111 1111 1111 1111.", "card [card]."},
      {"4111111111111111", "[card]"},
      {"6222021234567890128", "[card]"},
      {"6222021234567890129", "6222021234567890129"},  // fails Luhn's check
      {"mail me: anna.b+x@mail.example.com!", "mail me: [email]!"},
      {"邮箱是zhang@qq.com谢谢", "邮箱是[email]谢谢"},
      {"13800138000和13900139000", "[phone]和[phone]"},
      {"13800138000 2026", "[phone] 2026"},
  };
  for (const auto& one : cases) EXPECT_EQ(redact(one.said, kAllPersonalData), one.left);
}

TEST(Redact, LeavesOrdersPricesAndDates) {
  for (const char* said :
       {"订单号 202611250012345", "order A-10023", "SF1234567890123", "2026-11-25 10:00",
        "¥1299.00", "满3000减400", "12345678", "邮编100080", "3 pieces, 2 boxes, 10 days",
        "version 1.2.3.4.5.6.7.8", "@anna", "a@b", "你好", ""}) {
    EXPECT_EQ(redact(said, kAllPersonalData), said);
  }
}

TEST(Redact, TakesOutOnlyWhatWasAskedFor) {
  EXPECT_EQ(redact("13800138000 a@b.cn", {.phone = true}), "[phone] a@b.cn");
  EXPECT_EQ(redact("13800138000 a@b.cn", {.email = true}), "13800138000 [email]");
  EXPECT_EQ(redact("13800138000 a@b.cn", {}), "13800138000 a@b.cn");
  PersonalData which;
  EXPECT_TRUE(include(which, "card"));
  EXPECT_TRUE(which.card);
  EXPECT_FALSE(include(which, "name"));
}

TEST(Redact, AnyBytesGiveSomeText) {
  for (const auto& said :
       {std::string("\xEF\xBC"), std::string("\xEF\xBC\x91"), std::string(5'000, '1'),
        std::string("1-").append("-1"), std::string("\xff@\xff.com"), std::string(3'000, '@')}) {
    static_cast<void>(redact(said, kAllPersonalData));
  }
}

}  // namespace
}  // namespace parley::bots
