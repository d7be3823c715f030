#include "config/faq_file.hpp"

#include <gtest/gtest.h>

namespace parley::config {
namespace {

TEST(FaqFile, TsvLinesBecomeEntries) {
  Problems problems("faq.tsv");
  const auto entries = read_faq(
      "\xEF\xBB\xBF# comment\n\nhow much | what does it cost | 多少钱\tTwo \\\\ five.\\nReally.\r\n"
      "where\there\n",
      "faq.tsv", problems);
  ASSERT_TRUE(problems.empty()) << problems.error().detail;
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].id, "line-3");
  EXPECT_EQ(entries[0].questions,
            (std::vector<std::string>{"how much", "what does it cost", "多少钱"}));
  EXPECT_EQ(entries[0].answer, "Two \\ five.\nReally.");
  EXPECT_EQ(entries[1].questions, std::vector<std::string>{"where"});
}

TEST(FaqFile, TomlTablesBecomeEntries) {
  Problems problems("shop.faq.toml");
  const auto entries =
      read_faq("[[entry]]\nid = \"cost\"\nquestions = [\"how much\"]\nanswer = \"Two.\"\n",
               "shop.faq.toml", problems);
  ASSERT_TRUE(problems.empty()) << problems.error().detail;
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].id, "cost");
}

struct BadCase {
  const char* name;
  std::string file, text, want;
};
void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }

const BadCase kBad[] = {
    {"NoTab", "f.tsv", "q1\ta1\nquestion answer\n", "f.tsv:2:1: has no tab"},
    {"TwoTabs", "f.tsv", "q\ta\tb\n", "f.tsv:1:2: has more than one tab"},
    {"NoAnswer", "f.tsv", "q\t \n", "f.tsv:1:1: has no answer"},
    {"NoQuestion", "f.tsv", "\ta\n", "f.tsv:1:1: an empty question"},
    {"EmptyWording", "f.tsv", "q |  | r\ta\n", "f.tsv:1:1: an empty question"},
    {"QuestionTwice", "f.tsv", "q\ta\nr | q\tb\n",
     "f.tsv:2:1: the question \"q\" stands in line 1 already"},
    {"LongQuestion", "f.tsv", std::string(1025, 'q') + "\ta\n",
     "f.tsv:1:1: a question is longer than 1024 bytes"},
    {"LongAnswer", "f.tsv", "q\t" + std::string(8193, 'a') + "\n",
     "f.tsv:1:1: the answer is longer than 8192 bytes"},
    {"Empty", "f.tsv", "# nothing\n", "f.tsv:1:1: has no entry"},
    {"TomlUnknownKey", "f.toml",
     "[[entry]]\nid = \"a\"\nquestion = [\"q\"]\nquestions = [\"q\"]\nanswer = \"a\"\n",
     "f.toml:3:1: entry.question: unknown key; did you mean \"questions\"?"},
    {"TomlIdTwice", "f.toml",
     "[[entry]]\nid = \"a\"\nquestions = [\"q\"]\nanswer = \"a\"\n[[entry]]\nid = \"a\"\nquestions "
     "= [\"r\"]\nanswer = \"a\"\n",
     "f.toml:6:1: entry.id: \"a\" stands in line 1 already"},
    {"TomlBroken", "f.toml", "[[entry\n", "f.toml:1:"},
};

class BadFaqFile : public testing::TestWithParam<BadCase> {};

TEST_P(BadFaqFile, NamesTheLine) {
  Problems problems("tenant.toml");
  read_faq(GetParam().text, GetParam().file, problems);
  ASSERT_FALSE(problems.empty());
  EXPECT_TRUE(problems.error().detail.starts_with(GetParam().want)) << problems.error().detail;
}
INSTANTIATE_TEST_SUITE_P(Table, BadFaqFile, testing::ValuesIn(kBad),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace parley::config
