#include "routing/text/tokens.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace parley::routing {
namespace {

std::string joined(std::string_view text) {
  Tokens tokens;
  tokenize(text, tokens);
  std::string all;
  for (const auto& token : tokens.tokens) {
    if (!all.empty()) all += '|';
    all += tokens.view(token);
  }
  return all;
}

struct TokenCase {
  const char* name;
  std::string_view text, want;
};
void PrintTo(const TokenCase& c, std::ostream* out) { *out << c.name; }

const TokenCase kTokenCases[] = {
    {"ChineseCharacterByCharacter", "我要退货", "我|要|退|货"},
    {"LatinWordsWholeAndLower", "Where is MY Order", "where|is|my|order"},
    {"ApostropheStaysInTheWord", "don't I’m it's", "don't|i'm|it's"},
    {"MixedLanguages", "我的iPhone坏了help", "我|的|iphone|坏|了|help"},
    {"DigitRunsAreOneZero", "订单20231105共2件", "订|单|0|共|0|件"},
    {"AmountIsOneNumber", "1,299.00元", "0|元"},
    {"FullwidthIsAscii", "ＡＢＣ１２３！？", "abc|0|!|?"},
    {"TraditionalIsSimplified", "請問什麼時候發貨", "请|问|什|么|时|候|发|货"},
    {"PunctuationIsKept", "真的吗?!。", "真|的|吗|?|!|。"},
    {"PunctuationAtMostThreeTimes", "!!!!!!!!", "!|!|!"},
    {"CharactersAtMostThreeTimes", "哈哈哈哈哈哈好", "哈|哈|哈|好"},
    {"StretchedWordIsCut", "sooooooo slow", "sooo|slow"},
    {"EmojiIsKept", "退钱😡😡", "退|钱|😡|😡"},
    {"EmojiSkinToneIsItsOwnSign", "👍🏽", "👍|🏽"},
    {"VariationSelectorGoes", "❤️", "❤"},
    {"ZeroWidthCharactersHideNothing", "垃\u200b圾", "垃|圾"},
    {"LinksAreMasked", "看 https://a.example/x?y=1 这个", "看|<url>|这|个"},
    {"WwwIsALink", "www.example.com", "<url>"},
    {"LinkEndsAtChinese", "https://a.example/x怎么打不开", "<url>|怎|么|打|不|开"},
    {"MentionIsMasked", "@united my bag", "<user>|my|bag"},
    {"MentionBeforeChinese", "@kefu你好", "<user>|你|好"},
    {"ForwardedNameIsMasked", "//@小王:真差", "/|/|<user>|:|真|差"},
    {"ChineseAfterAtIsNotSwallowed", "@客服你们太差了", "@|客|服|你|们|太|差|了"},
    {"AddressIsNoMention", "a@b", "a|@|b"},
    {"LigaturesFold", "ﬁne", "fine"},
    {"AccentsCompose", "cafe\u0301", "café"},
    {"KanaAndHangulByCharacter", "ありがと 감사", "あ|り|が|と|감|사"},
    {"SpacesOfAllKindsSeparate", "a\u3000b\tc\u00a0d\ne", "a|b|c|d|e"},
    {"NulSeparates", std::string_view("a\0b", 3), "a|b"},
    {"EmptyHasNoToken", "", ""},
    {"BlankHasNoToken", " \t\n\u3000", ""},
    {"BadByteBecomesReplacement",
     "a\xff"
     "b",
     "a|\uFFFD|b"},
    {"OverlongIsNotASlash", "\xc0\xaf", "\uFFFD|\uFFFD"},
    {"SurrogateIsBad", "\xed\xa0\x80", "\uFFFD|\uFFFD|\uFFFD"},
    {"AboveUnicodeIsBad", "\xf4\x90\x80\x80", "\uFFFD|\uFFFD|\uFFFD"},
    {"CutSequenceIsBad", "好\xe5\xa5", "好|\uFFFD|\uFFFD"},
};

class Tokenize : public testing::TestWithParam<TokenCase> {};
TEST_P(Tokenize, Gives) { EXPECT_EQ(joined(GetParam().text), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, Tokenize, testing::ValuesIn(kTokenCases),
                         [](const auto& test) { return test.param.name; });

TEST(TokenizeLimits, LooksAtTheFirstTwoThousandCodePoints) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += i % 2 == 0 ? "好" : "坏";
  Tokens tokens;
  tokenize(text, tokens);
  EXPECT_EQ(tokens.tokens.size(), kCodePointsMax);
  EXPECT_EQ(tokens.folded.size(), kCodePointsMax);
}

TEST(TokenizeLimits, CutsALongWord) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>('a' + i % 26);
  Tokens tokens;
  tokenize(text, tokens);
  ASSERT_EQ(tokens.tokens.size(), 1U);
  EXPECT_LE(tokens.tokens[0].size, kWordBytesMax);
}

TEST(TokenizeLimits, ExpansionIsBounded) {  // U+FDFA becomes eighteen signs
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "\uFDFA";
  Tokens tokens;
  tokenize(text, tokens);
  EXPECT_LE(tokens.folded.size(), 2 * kCodePointsMax);
}

TEST(TokenizeHostile, EveryPrefixOfEveryTextIsFine) {
  std::string text = "𝕳ello 你好😡👨‍👩‍👧 @a https://x ﬁ ";
  text += std::string("\xff\xfe\xc3\x28\xe2\x82\x00\xf0\x9f", 9);
  Tokens tokens;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    tokenize(std::string_view(text).substr(0, i), tokens);
    for (const auto& token : tokens.tokens) {
      ASSERT_LE(token.begin + token.size, tokens.text.size()) << "prefix " << i;
    }
    tokenize(std::string_view(text).substr(i), tokens);
  }
}

TEST(TokenizeHostile, EveryPairOfBytesIsFine) {
  Tokens tokens;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const char bytes[] = {static_cast<char>(a), static_cast<char>(b), 'x'};
      tokenize(std::string_view(bytes, 3), tokens);
      ASSERT_FALSE(tokens.folded.empty());
    }
  }
}

TEST(Tokenize, FastAndSlowFoldingAgree) {
  // "²" sends the whole text through ICU; what it adds to the end is the only difference.
  for (const std::string_view text :
       {"Hello World", "我要退货！！", "ＡＢＣ　１２", "《你好》“好”", "😡 OK"}) {
    std::u32string fast, slow;
    fold(text, fast);
    fold(std::string(text) + "\u00b2", slow);
    ASSERT_FALSE(slow.empty());
    slow.pop_back();
    EXPECT_EQ(fast, slow) << text;
  }
}

struct LanguageCase {
  const char* name;
  std::string_view text, want;
};
const LanguageCase kLanguageCases[] = {
    {"Chinese", "什么时候发货", "zh"},
    {"ChineseWithABrand", "我的iPhone坏了", "zh"},
    {"English", "where is my order", "en"},
    {"Mixed", "service太差了 really bad", "mixed"},
    {"Japanese", "ありがとうございます", "other"},
    {"Russian", "где мой заказ", "other"},
    {"Emoji", "😡😡", "other"},
    {"Nothing", "", "other"},
    {"Traditional", "請問什麼時候到", "zh"},
};
TEST(Language, OfATable) {
  for (const auto& c : kLanguageCases) {
    Tokens tokens;
    tokenize(c.text, tokens);
    EXPECT_EQ(language_of(tokens), c.want) << c.name;
  }
}

}  // namespace
}  // namespace parley::routing
