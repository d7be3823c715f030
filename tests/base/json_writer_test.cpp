#include "base/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace parley {
namespace {

TEST(JsonWriter, SeparatesMembersAndElements) {
  JsonWriter out;
  out.begin_object()
      .member("a", 1)
      .key("b")
      .begin_array()
      .value("x")
      .begin_object()
      .end_object()
      .begin_array()
      .end_array()
      .null()
      .end_array()
      .key("c")
      .begin_object()
      .member("d", true)
      .end_object()
      .key("e")
      .raw("[1]")
      .end_object();
  EXPECT_EQ(out.text(), R"({"a":1,"b":["x",{},[],null],"c":{"d":true},"e":[1]})");
}

TEST(JsonQuote, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(json_quote(""), R"("")");
  EXPECT_EQ(json_quote("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(json_quote("\n\r\t"), R"("\n\r\t")");
  EXPECT_EQ(json_quote(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(json_quote("\u4f60 \U0001f600"), "\"\u4f60 \U0001f600\"") << "as it is, not as \\u";
}

struct NumberCase {
  double number;
  std::string_view text;
};
const NumberCase kNumbers[] = {
    {0, "0"},
    {-0.0, "-0.0"},
    {1, "1"},
    {-2.5, "-2.5"},
    {0.1, "0.1"},
    {999'999'999'999'999, "999999999999999"},
    {1e15, "1e+15"},
    {18'446'744'073'709'551'616.0, "1.8446744073709552e+19"},
    {1e22, "1e+22"},
    {5e-324, "5e-324"},
    {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
    {std::numeric_limits<double>::infinity(), "null"},
    {-std::numeric_limits<double>::infinity(), "null"},
    {std::numeric_limits<double>::quiet_NaN(), "null"},
};

TEST(JsonNumber, IsTheShortestThatReadsBack) {
  for (const auto& [number, text] : kNumbers) {
    JsonWriter out;
    out.value(number);
    EXPECT_EQ(out.text(), text);
  }
  JsonWriter out;
  out.begin_array();
  out.value(std::numeric_limits<std::int64_t>::min());
  out.value(std::numeric_limits<std::uint64_t>::max());
  out.end_array();
  EXPECT_EQ(out.text(), "[-9223372036854775808,18446744073709551615]");
}

}  // namespace
}  // namespace parley
