// An entry's way from draft to published, and tables of them.
#include "bots/knowledge.hpp"

#include <gtest/gtest.h>

#include "bots/knowledge_table.hpp"

namespace parley::bots {
namespace {

constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};

KnowledgeEntry must(Result<KnowledgeEntry> entry) {
  EXPECT_TRUE(entry) << entry.error().detail;
  return entry ? *entry : KnowledgeEntry{};
}

KnowledgeEntry draft_of(std::string author) {
  return must(edited({.id = "refund", .scenario = ""}, {{"how do I get a refund"}, "Ask us."},
                     author, kNow));
}

TEST(Knowledge, GoesThroughReviewByAnother) {
  auto entry = draft_of("agent:anna");
  EXPECT_EQ(state_of(entry), "draft");
  EXPECT_EQ(published(entry, "agent:bo", kNow).error().code, Errc::rejected) << "not submitted";
  entry = must(submitted(entry));
  EXPECT_EQ(state_of(entry), "review");
  EXPECT_EQ(submitted(entry).error().code, Errc::rejected);
  EXPECT_EQ(published(entry, "agent:anna", kNow).error().code, Errc::rejected) << "her own words";
  entry = must(published(entry, "agent:bo", kNow));
  EXPECT_EQ(state_of(entry), "published");
  EXPECT_EQ(entry.published->author, "agent:anna");
  EXPECT_EQ(entry.published->reviewer, "agent:bo");
  EXPECT_EQ(entry.version, 3u);
}

TEST(Knowledge, WhoEditsInReviewBecomesTheAuthorAndItMustBeSubmittedAgain) {
  auto entry = must(submitted(draft_of("agent:anna")));
  entry = must(edited(entry, {{"refund?"}, "Never."}, "agent:bo", kNow));
  EXPECT_EQ(state_of(entry), "draft");
  entry = must(submitted(entry));
  EXPECT_FALSE(published(entry, "agent:bo", kNow));
  EXPECT_TRUE(published(entry, "agent:anna", kNow));
}

TEST(Knowledge, ThePublishedWordingStandsWhileANewOneIsWritten) {
  auto entry = must(published(must(submitted(draft_of("a"))), "b", kNow));
  entry = must(edited(entry, {{"new?"}, "New."}, "a", kNow));
  EXPECT_EQ(entry.published->wording.answer, "Ask us.");
  EXPECT_EQ(state_of(entry), "draft");
  entry = must(published(must(submitted(entry)), "b", kNow));
  EXPECT_EQ(entry.published->wording.answer, "New.");
  ASSERT_EQ(entry.earlier.size(), 1u);
  EXPECT_EQ(entry.earlier[0].wording.answer, "Ask us.");
  entry = must(retired(entry));
  EXPECT_EQ(state_of(entry), "retired");
  EXPECT_FALSE(entry.published);
  EXPECT_EQ(entry.earlier.size(), 2u);
  EXPECT_FALSE(retired(entry));
  for (int i = 0; i < 10; ++i) {
    entry =
        must(published(must(submitted(must(edited(entry, {{"q"}, "A"}, "a", kNow)))), "b", kNow));
  }
  EXPECT_EQ(entry.earlier.size(), kEarlierMax);
}

TEST(Knowledge, IsTheSameAfterTheStore) {
  auto entry = must(published(must(submitted(draft_of("a"))), "b", kNow));
  entry = must(edited(entry, {{"新的？", "另一个"}, "第一行\n\"第二行\""}, "a", kNow));
  entry.scenario = "channel:web";
  JsonWriter out;
  write(out, entry);
  const auto read = entry_from_json(out.text());
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, entry);
  for (std::size_t at = 0; at < out.text().size(); ++at) {
    static_cast<void>(entry_from_json(std::string_view(out.text()).substr(0, at)));
  }
}

TEST(Knowledge, WordingsHaveLimits) {
  const KnowledgeEntry none{.id = "x"};
  EXPECT_FALSE(edited(none, {{}, "a"}, "a", kNow));
  EXPECT_FALSE(edited(none, {{"q"}, ""}, "a", kNow));
  EXPECT_FALSE(edited(none, {{"q", ""}, "a"}, "a", kNow));
  EXPECT_FALSE(edited(none, {{"two | in one"}, "a"}, "a", kNow));
  EXPECT_FALSE(edited(none, {{"q"}, std::string(kAnswerBytesMax + 1, 'x')}, "a", kNow));
  EXPECT_FALSE(edited(none, {std::vector<std::string>(kQuestionsMax + 1, "q"), "a"}, "a", kNow));
  EXPECT_TRUE(edited(none, {std::vector<std::string>(kQuestionsMax, "q"), "a"}, "a", kNow));
}

TEST(Knowledge, NamesSayTheLayer) {
  EXPECT_EQ(name_from("refund")->scenario, "");
  EXPECT_EQ(name_from("refund@bot:faq")->scenario, "bot:faq");
  EXPECT_EQ(key_of({.id = "refund", .scenario = "channel:web"}), "refund@channel:web");
  for (const char* wrong :
       {"", "@bot:x", "A", "a b", "a@", "a@bot", "a@bot:", "a@team:x", "a@b:c"}) {
    EXPECT_FALSE(name_from(wrong)) << wrong;
  }
}

TEST(KnowledgeTable, ReadsWhatItWrites) {
  std::vector<KnowledgeEntry> entries;
  entries.push_back(
      must(edited({.id = "a"}, {{"q 1", "q, 2", "\"q\" 3"}, "line 1\nline 2\t\\n"}, "x", kNow)));
  entries.push_back(
      must(edited({.id = "b", .scenario = "bot:faq"}, {{"=1+1"}, "=cmd()"}, "x", kNow)));
  for (const auto form : {TableForm::csv, TableForm::tsv}) {
    const auto read = read_table(write_table(entries, form), form);
    ASSERT_TRUE(read) << read.error().detail;
    ASSERT_EQ(read->size(), 2u);
    EXPECT_EQ((*read)[0].wording, entries[0].draft->wording);
    EXPECT_EQ((*read)[1].wording, entries[1].draft->wording);
    EXPECT_EQ((*read)[1].scenario, "bot:faq");
  }
  EXPECT_EQ(write_table(entries, TableForm::csv).find(",\"="), std::string::npos)
      << "a spreadsheet would run it";
}

TEST(KnowledgeTable, ReadsTheFileOfAFaqBot) {
  const auto read =
      read_table("# comment\n你好 | 您好\t欢迎\\n光临\n\nhello\tHi\n", TableForm::tsv);
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].wording, (Wording{{"你好", "您好"}, "欢迎\n光临"}));
  EXPECT_EQ((*read)[0].id, made_id((*read)[0].wording)) << "the same question keeps its name";
}

TEST(KnowledgeTable, NamesTheLineThatIsWrong) {
  const auto detail = [](std::string_view bytes, TableForm form) {
    const auto read = read_table(bytes, form);
    return read ? std::string("read") : read.error().detail;
  };
  EXPECT_EQ(detail("", TableForm::csv), "line 1: the table is empty");
  EXPECT_EQ(detail("id,questions,answer\na,q,x\nb,,y\n", TableForm::csv), "line 3: no question");
  EXPECT_EQ(detail("q,\"x\n", TableForm::csv), "line 1: a quote that is never closed");
  // The key of the entry "a" of the channel "web".
  EXPECT_TRUE(detail("id,questions,answer\na@channel:web,q,x\n", TableForm::csv)
                  .starts_with("line 2: the id"));
  EXPECT_TRUE(
      detail("id,questions,answer\n\"A B\",q,x\n", TableForm::csv).starts_with("line 2: the id"));
  EXPECT_TRUE(detail("q\t\n", TableForm::tsv).starts_with("line 1: answer"));
  std::string many;
  for (std::size_t i = 0; i <= kTableRowsMax; ++i) many += "q" + std::to_string(i) + "\ta\n";
  EXPECT_NE(detail(many, TableForm::tsv).find("more than 2000"), std::string::npos);
}

}  // namespace
}  // namespace parley::bots
