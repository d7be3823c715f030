#include "connectors/text_split.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

namespace parley::connectors {
namespace {

struct SplitCase {
  const char* name;
  std::string text;
  std::size_t max;
  TextUnit unit;
  std::vector<std::string> want;
};
void PrintTo(const SplitCase& c, std::ostream* out) { *out << c.name; }

const SplitCase kCases[] = {
    {"Empty", "", 10, TextUnit::bytes, {}},
    {"Fits", "0123456789", 10, TextUnit::bytes, {"0123456789"}},
    {"FitsWithItsSpaces", " a b  ", 10, TextUnit::bytes, {" a b  "}},
    {"AtWhiteSpace", "hello world", 8, TextUnit::bytes, {"hello", "world"}},
    {"SpaceRightAfterTheLimit", "hello world", 5, TextUnit::bytes, {"hello", "world"}},
    {"ManySpaces", "hello      world", 8, TextUnit::bytes, {"hello", "world"}},
    {"NoSpace", "abcdefghij", 4, TextUnit::bytes, {"abcd", "efgh", "ij"}},
    {"EarlySpaceDoesNotWasteAPiece", "a bcdefghijkl", 8, TextUnit::bytes, {"a bcdefg", "hijkl"}},
    {"LateLineEnd", "aaaa bbbb\ncc dd ee", 12, TextUnit::bytes, {"aaaa bbbb", "cc dd ee"}},
    {"ClauseBeforeWord", "aaa bbb, cc dd", 11, TextUnit::bytes, {"aaa bbb,", "cc dd"}},
    {"EarlyLineEndIsPlainSpace", "aaa\nbbb cc dd", 8, TextUnit::bytes, {"aaa\nbbb", "cc dd"}},
    {"Chinese", "你好世界", 7, TextUnit::bytes, {"你好", "世界"}},
    {"ChineseByCharacters", "你好世界", 4, TextUnit::code_points, {"你好世界"}},
    {"AfterChineseStop", "今天天气好，我们走吧", 22, TextUnit::bytes, {"今天天气好，", "我们走吧"}},
    {"StopKeepsItsQuote", "他说：“好。”然后走", 22, TextUnit::bytes, {"他说：“好。”", "然后走"}},
    {"EmojiInUtf16", "👍👍👍👍👍", 4, TextUnit::utf16, {"👍👍", "👍👍", "👍"}},
    {"FamilyIsOneCharacter",
     "ab👨‍👩‍👧cd",
     20,
     TextUnit::bytes,
     {"ab👨‍👩‍👧", "cd"}},
    {"FamilyMovesOver",
     "abcd👨‍👩‍👧cd",
     20,
     TextUnit::bytes,
     {"abcd", "👨‍👩‍👧cd"}},
    {"FlagIsOneCharacter", "abc🇨🇳🇩🇪", 14, TextUnit::bytes, {"abc🇨🇳", "🇩🇪"}},
    {"UrlStaysWhole", "看https://a.cn/bcdefg", 20, TextUnit::bytes, {"看", "https://a.cn/bcdefg"}},
    {"UrlLargerThanAPieceIsCut",
     "https://a.cn/0123456789",
     15,
     TextUnit::bytes,
     {"https://a.cn/01", "23456789"}},
    {"ClusterLargerThanAPieceIsCut",
     "👨‍👩‍👧",
     8,
     TextUnit::bytes,
     {"👨‍", "👩‍", "👧"}},
    {"OnlySpaces", "            ", 5, TextUnit::bytes, {}},
};

class SplitText : public testing::TestWithParam<SplitCase> {};
TEST_P(SplitText, CutsWhereAReaderWould) {
  EXPECT_EQ(split_text(GetParam().text, GetParam().max, GetParam().unit), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, SplitText, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n') out += c;
  }
  return out;
}

// Random texts of every kind of character: nothing is lost, nothing is too long, no character is
// cut, and pieces stay few.
TEST(SplitTextProperty, KeepsEverythingWithinTheLimit) {
  const std::vector<std::string> alphabet = {"a",       "B",
                                             " ",       "\n",
                                             "é",       "你",
                                             "。",      "👍",
                                             "🇨🇳",      "👨‍👩‍👧",
                                             "e\u0301", "https://x.y/z",
                                             "，",      "”"};
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    const auto length = random() % 200;
    for (std::size_t i = 0; i < length; ++i) text += alphabet[random() % alphabet.size()];
    const auto unit = static_cast<TextUnit>(random() % 3);
    const std::size_t max = 4 + random() % 60;
    const auto pieces = split_text(text, max, unit);
    std::string joined;
    for (const auto& piece : pieces) {
      ASSERT_LE(text_length(piece, unit), max) << text;
      ASSERT_FALSE(piece.empty());
      ASSERT_TRUE(simdjson::validate_utf8(piece.data(), piece.size())) << text;
      joined += piece;
    }
    ASSERT_EQ(without_space(joined), without_space(text)) << text;
  }
}

TEST(SplitTextProperty, InvalidBytesAreCarriedAlong) {
  std::string bytes;
  for (int i = 0; i < 3'000; ++i) bytes += static_cast<char>(0x80 + i % 128);
  std::string joined;
  for (const auto& piece : split_text(bytes, 100, TextUnit::bytes)) joined += piece;
  EXPECT_EQ(joined, bytes);
}

}  // namespace
}  // namespace parley::connectors
