#include "connectors/sms_text.hpp"

#include <gtest/gtest.h>

#include "connectors/charset.hpp"
#include "connectors/phone.hpp"
#include "connectors/plain_message.hpp"
#include "connectors/url.hpp"

namespace parley::connectors {
namespace {

std::string times(std::size_t count, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

struct SegmentCase {
  const char* name;
  std::string text;
  std::size_t units, segments;
  bool gsm;
};
void PrintTo(const SegmentCase& c, std::ostream* out) { *out << c.name; }

const SegmentCase kSegments[] = {
    {"Empty", "", 0, 0, true},
    {"OneFull", times(160, "a"), 160, 1, true},
    {"OnePast", times(161, "a"), 161, 2, true},
    {"TwoFull", times(306, "a"), 306, 2, true},
    {"ThreeBegins", times(307, "a"), 307, 3, true},
    {"GsmLetters", "Æè¿à Ω\n", 7, 1, true},
    {"ExtensionsTakeTwo", "{€}", 6, 1, true},
    {"EightyEuros", times(80, "€"), 160, 1, true},
    {"EightyOneEuros", times(81, "€"), 162, 2, true},
    // 153 septets: 76 euros take 152, the next one does not fit beside them.
    {"NoExtensionIsCutInHalf", times(153, "€"), 306, 3, true},
    {"BackquoteIsNotGsm", "`", 1, 1, false},
    {"SeventyHan", times(70, "你"), 70, 1, false},
    {"SeventyOneHan", times(71, "你"), 71, 2, false},
    {"EmojiTakeTwo", times(35, "😀"), 70, 1, false},
    {"NoPairIsCutInHalf", times(67, "😀"), 134, 3, false},
};

class SmsSegments : public testing::TestWithParam<SegmentCase> {};

TEST_P(SmsSegments, AreCountedAsTheNetworkDoes) {
  const auto& c = GetParam();
  EXPECT_EQ(is_gsm7(c.text), c.gsm);
  EXPECT_EQ(sms_units(c.text), c.units);
  EXPECT_EQ(sms_segments(c.text), c.segments);
}
INSTANTIATE_TEST_SUITE_P(Table, SmsSegments, testing::ValuesIn(kSegments),
                         [](const auto& test) { return test.param.name; });

TEST(SmsSplit, PiecesFitAndHoldEverything) {
  for (const std::string_view unit : {"a", "€", "你", "😀", "word "}) {
    const std::string text = times(700, unit);
    for (const std::size_t max : {1u, 2u, 5u}) {
      std::string whole;
      for (const auto& piece : split_sms(text, max)) {
        EXPECT_LE(sms_segments(piece), max);
        whole += piece;
      }
      std::erase(whole, ' ');
      std::string want = text;
      std::erase(want, ' ');
      EXPECT_EQ(whole, want) << unit << " in " << max;
    }
  }
  EXPECT_TRUE(split_sms("", 1).empty());
}

struct PhoneCase {
  const char* name;
  const char* text;
  const char* country_code;
  const char* address;
};
void PrintTo(const PhoneCase& c, std::ostream* out) { *out << c.name; }

const PhoneCase kPhones[] = {
    {"International", "+44 7700 900-123", "", "+447700900123"},
    {"WithoutPlus", "447700900123", "", "+447700900123"},
    {"WithZeros", "0044(7700)900123", "", "+447700900123"},
    {"National", "07700 900123", "44", "+447700900123"},
    {"NationalOfNobody", "07700 900123", "", ""},
    {"ShortCode", "21512", "", "21512"},
    {"Name", "MTN", "", ""},
    {"NameWithDigits", "1INFO", "", ""},
    {"TooLong", "+1234567890123456", "", ""},
    {"TooShort", "12", "", ""},
    {"Empty", "", "", ""},
    {"PlusInside", "44+7700900123", "", ""},
    {"PlusZero", "+0123456789", "", ""},
};

class PhoneAddress : public testing::TestWithParam<PhoneCase> {};

TEST_P(PhoneAddress, IsOneForm) {
  EXPECT_EQ(phone_address(GetParam().text, GetParam().country_code), GetParam().address);
}
INSTANTIATE_TEST_SUITE_P(Table, PhoneAddress, testing::ValuesIn(kPhones),
                         [](const auto& test) { return test.param.name; });

TEST(Charset, OtherBytesBecomeUtf8) {
  EXPECT_EQ(to_utf8("ten\xed"
                    "a",
                    "ISO-8859-1"),
            "tenía");
  EXPECT_EQ(to_utf8(std::string("\0t\0\xed", 4), "utf-16be"), "tí");
  EXPECT_EQ(to_utf8("\xc4\xe3\xba\xc3", "GB2312"), "你好");
  EXPECT_EQ(to_utf8("", "utf-8"), "");
  EXPECT_EQ(to_utf8("a\xff", "utf-8"), "a\xef\xbf\xbd");
  EXPECT_FALSE(to_utf8("a", "no-such-charset"));
  EXPECT_FALSE(is_charset(std::string(500, 'a')));
  EXPECT_EQ(clean_utf8("a\xe4\xbd"
                       "b\xf0\x9f\x98\x80"),
            "a\xef\xbf\xbd"
            "b😀");
}

TEST(Form, IsReadAsItCame) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(form_decode("a=1&b=%E4%BD%A0+x&a=2&c&=9& =3"),
            (Pairs{{"a", "1"}, {"b", "你 x"}, {"a", "2"}, {"c", ""}}));
  EXPECT_EQ(form_decode("a=1&b=2&c=3", 2).size(), 2u);
  EXPECT_EQ(form_decode("a=%ff"), (Pairs{{"a", "\xef\xbf\xbd"}}));
}

TEST(PlainMessage, LosesNothingInSilence) {
  Message message;
  Media unreachable;
  unreachable.kind = MediaKind::image;
  unreachable.media_id = "med_1";
  Media linked = unreachable;
  linked.url = "https://m/1";
  Card card;
  card.title = "Blue shoe";
  card.actions = {Action{.type = ActionType::postback, .title = "Buy"}};
  message.content = {Text{.text = "hi", .format = TextFormat::markdown},
                     unreachable,
                     linked,
                     Location{.latitude = 1.5, .longitude = 2, .name = "Shop"},
                     Contact{.name = "Li", .phones = {"+1555"}},
                     card,
                     Edit{.target = "x", .text = "y"}};
  const auto plain = plain_message(message);
  EXPECT_EQ(plain.text,
            "hi\nShop\nhttps://maps.google.com/?q=1.5,2\nLi\n+1555\nBlue shoe\n1. Buy\ny");
  EXPECT_EQ(plain.media.size(), 1u);
  EXPECT_EQ(plain.degraded.size(), 7u);
  EXPECT_EQ(plain_message(message, {.media = false}).media.size(), 0u);
  EXPECT_EQ(plain_message(message, {.stored = true}).media.size(), 2u);
}

}  // namespace
}  // namespace parley::connectors
