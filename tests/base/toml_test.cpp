#include "base/toml.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

struct GoodCase {
  const char* name;
  std::string text;
  std::string want;  // of the key `a`
};
void PrintTo(const GoodCase& c, std::ostream* out) { *out << c.name; }

class TomlReads : public testing::TestWithParam<GoodCase> {};

TEST_P(TomlReads, ATextWithWhatIsNotAscii) {
  const auto root = read_toml(GetParam().text);
  ASSERT_TRUE(root) << root.error().what;
  const auto* a = root->find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->text, GetParam().want);
}

const GoodCase kGood[] = {
    {"InAText", "a = \"dobrý den\"\n", "dobrý den"},
    {"InALiteral", "a = 'C:\\dobrý'\n", "C:\\dobrý"},
    {"InAComment", "# dobrý den\na = \"x\" # 你好。\n", "x"},
    {"InAQuotedKey", "\"klíč\" = 1\n'。' = 2\n[\"é\".b]\n[[\"é\".c]]\n['x']\n[z]\n[\"a\"]\n", ""},
    {"InManyLines", "a = \"\"\"\ndobrý\n\"den\"\"\"\"\"\n", "dobrý\n\"den\"\""},
    {"InManyLiteralLines", "a = '''\ndobrý \\ '' den'''''\n", "dobrý \\ '' den''"},
    {"AfterALineThatGoesOn", "a = \"\"\"x \\\n   é\\\n\n  。 y\"\"\"\n", "x é。 y"},
    {"AfterAnEscapedQuote", "a = \"\\\"é\\\\\"\n", "\"é\\"},
    {"AfterAnEmptyText", "b = \"\"\nc = ''\nd = [\"\", '', \"é\"]\na = \"é\"", "é"},
    {"AfterAByteOrderMark",
     "\xef\xbb\xbf"
     "a = \"é\"",
     "é"},
    {"AHashInAText", "a = \"#\" # é\n", "#"},
    {"InSixteenLists", "b = " + std::string(16, '[') + std::string(16, ']') + "\na = \"\"", ""},
    {"WithDots", "b.c.d = 1.5\na = \"....................................\"\n",
     "...................................."},
};
INSTANTIATE_TEST_SUITE_P(Table, TomlReads, testing::ValuesIn(kGood),
                         [](const auto& test) { return test.param.name; });

struct BadCase {
  const char* name;
  std::string text;
  unsigned line, column;
  const char* want;  // within what is said
};
void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }

class TomlRefuses : public testing::TestWithParam<BadCase> {};

TEST_P(TomlRefuses, WithAPlace) {
  const auto root = read_toml(GetParam().text);
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().at.line, GetParam().line) << root.error().what;
  EXPECT_EQ(root.error().at.column, GetParam().column) << root.error().what;
  EXPECT_NE(root.error().what.find(GetParam().want), std::string::npos) << root.error().what;
}

std::string names(std::size_t count) {
  std::string out = "a";
  for (std::size_t i = 1; i < count; ++i) out += ".a";
  return out;
}

const BadCase kBad[] = {
    {"InABareKey", "a = 1\nklíč = 1\n", 2, 3, "put the key or text in quotes"},
    {"AtTheStartOfAKey", "é = 1\n", 1, 1, "in quotes"},
    {"InATable", "[é]\n", 1, 2, "in quotes"},
    {"InADottedKey", "a . 。= 1\n", 1, 5, "in quotes"},
    {"AsAValue", "a = dobrý\n", 1, 9, "in quotes"},
    {"AfterAValue", "a = \"é\" é\n", 1, 9, "in quotes"},
    {"AfterManyLines", "a = \"\"\"é\n\"\"\"é\n", 2, 4, "in quotes"},
    {"AfterManyLinesThatEndInQuotes", "a = '''\n\n '''''é\n", 3, 7, "in quotes"},
    {"AWideBlank", "a\xe3\x80\x80= 1\n", 1, 2, "in quotes"},
    {"AByteOrderMarkInTheMiddle", "a = 1\n\xef\xbb\xbf", 2, 1, "in quotes"},
    {"NoUtf8", "a = \xff\n", 1, 5, "in quotes"},
    // The library's to tell, with its reader past what we take for a text.
    {"ATextAfterANumber", "a = 1\"é\"\n", 1, 6, "not valid TOML"},
    {"ATextAfterADate", "a = 2001-01-01\"。\"\n", 1, 15, "not valid TOML"},
    {"AQuoteInAKey", "a\"é\" = 1\n", 1, 2, "not valid TOML"},
    {"AnEscapeThatIsNone", "a = \"\"\"\\é\"\"\"\n", 1, 9, "not valid TOML"},
    {"ALineThatDoesNotGoOn", "a = \"\"\"\\ é\"\"\"\n", 1, 10, "not valid TOML"},
    {"ATextWithoutEnd", "a = \"é\nb = \"é\"\n", 1, 7, "not valid TOML"},
    {"NoKeyInATable", "[,é]\n", 1, 3, "in quotes"},
    {"ACommaForAKey", "[,]\n", 1, 2, "not valid TOML"},
    {"AKeyOfTooManyNames", "b = 1\n" + names(17) + " = 1\n", 2, 32, "nested deeper than 16 levels"},
    {"AKeyOfNamesWithoutEnd", names(130'000) + " = 1", 1, 32, "nested deeper than 16 levels"},
    {"ATableOfTooManyNames", "[" + names(17) + "]", 1, 33, "nested deeper than 16 levels"},
    {"TooDeepTogether", "[" + names(12) + "]\n" + names(6) + " = 1\n", 1, 1,
     "nested deeper than 16 levels"},
    {"ListsWithoutEnd", "a = " + std::string(10'000, '['), 1, 21, "nested deeper than 16 levels"},
    {"TooManyLists", "a = " + std::string(17, '[') + std::string(17, ']'), 1, 21, "nested deeper"},
};
INSTANTIATE_TEST_SUITE_P(Table, TomlRefuses, testing::ValuesIn(kBad),
                         [](const auto& test) { return test.param.name; });

std::string utf8(unsigned c) {
  std::string out;
  if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
  } else {
    out += static_cast<char>(0xe0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
  }
  out += static_cast<char>(0x80 | (c & 0x3f));
  return out;
}

TEST(Toml, TakesEveryCharacterInATextAndNoneOutside) {
  for (unsigned c = 0x80; c < 0x10000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    const auto letter = utf8(c);
    EXPECT_FALSE(read_toml("a = 1\"" + letter)) << c;
    EXPECT_FALSE(read_toml("a = 1" + letter)) << c;
    const auto root = read_toml("a = \"\"\"\\\n  " + letter + "\"\"\" #" + letter);
    ASSERT_TRUE(root) << c << root.error().what;
    const bool dropped = root->find("a")->text.empty();
    // What Unicode calls blank is dropped at the start of such a line: harmless, and the library's.
    if (!dropped) EXPECT_EQ(root->find("a")->text, letter) << c;
  }
}

}  // namespace
}  // namespace parley
