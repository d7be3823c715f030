#include "gateway/cli/csv.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace parley::gateway {
namespace {

using Fields = std::vector<std::string>;

struct Case {
  const char* name;
  std::string bytes;
  std::vector<Fields> want;
  const char* wrong;  // part of the error after those, or nullptr
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

const Case kCases[] = {
    {"Plain", "a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}, nullptr},
    {"NoLastLineBreak", "a,b\nc,d", {{"a", "b"}, {"c", "d"}}, nullptr},
    {"CrLf", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}, nullptr},
    {"ByteOrderMark", "\xEF\xBB\xBFid,b\n", {{"id", "b"}}, nullptr},
    {"EmptyFieldsStay", ",\n,,\n", {{"", ""}, {"", "", ""}}, nullptr},
    {"EmptyLinesGo", "a,b\n\n\r\nc,d\n", {{"a", "b"}, {"c", "d"}}, nullptr},
    {"QuotedCommaBreakAndQuote",
     "\"a,1\",\"b\nc\",\"d\"\"e\"\n",
     {{"a,1", "b\nc", "d\"e"}},
     nullptr},
    {"QuotedAtTheVeryEnd", "a,\"b\"", {{"a", "b"}}, nullptr},
    {"QuotedEmpty", "\"\",x\n", {{"", "x"}}, nullptr},
    {"BlanksBelongToTheField", " a ,b\n", {{" a ", "b"}}, nullptr},
    {"Chinese",
     "姓名,城市\n王,\"北京, 朝阳\"\n",
     {{"姓名", "城市"}, {"王", "北京, 朝阳"}},
     nullptr},
    {"NothingAtAll", "", {}, nullptr},
    {"NeverClosed", "a,b\nc,\"d\ne\n", {{"a", "b"}}, "line 2: a quote that is never closed"},
    {"TextBehindAQuote", "a,b\n\"c\"d,e\n", {{"a", "b"}}, "line 2: text behind a closing quote"},
    {"QuoteInsideAField", "a\"b,c\n", {}, "line 1: a quote inside a field"},
    {"LinesCountInsideQuotes", "\"a\nb\"\nc\"\n", {{"a\nb"}}, "line 3: a quote inside"},
};

class Csv : public testing::TestWithParam<Case> {};

TEST_P(Csv, GivesTheRecordsAndThenTheError) {
  std::istringstream in(GetParam().bytes);
  CsvReader reader(in);
  CsvRecord record;
  for (const auto& want : GetParam().want) {
    const auto more = reader.next(record);
    ASSERT_TRUE(more && *more);
    EXPECT_EQ(record.fields, want);
  }
  const auto end = reader.next(record);
  if (GetParam().wrong == nullptr) {
    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_FALSE(*end);
  } else {
    ASSERT_FALSE(end);
    EXPECT_NE(end.error().detail.find(GetParam().wrong), std::string::npos) << end.error().detail;
  }
}
INSTANTIATE_TEST_SUITE_P(Table, Csv, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(CsvLimits, ARecordAndItsFieldsEnd) {
  std::istringstream wide(std::string(kCsvFieldsMax, ',') + "\n");
  CsvRecord record;
  EXPECT_FALSE(CsvReader(wide).next(record));
  std::istringstream long_one("a,\"" + std::string(kCsvRecordBytesMax, 'x') + "\"\n");
  const auto refused = CsvReader(long_one).next(record);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("perhaps a quote is not closed"), std::string::npos);
}

}  // namespace
}  // namespace parley::gateway
