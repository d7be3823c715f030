#include "connectors/button_rows.hpp"

#include <gtest/gtest.h>

namespace parley::connectors {
namespace {

using Rows = std::vector<std::size_t>;

TEST(ButtonRows, StandTogetherWhileTheyFit) {
  EXPECT_EQ(rows_of_buttons({}, {}), Rows{});
  EXPECT_EQ(rows_of_buttons({"Yes", "No"}, {}), Rows{2});
  EXPECT_EQ(rows_of_buttons({"A", "B", "C", "D", "E"}, {.buttons = 5}), Rows{5});
  EXPECT_EQ(rows_of_buttons({"A", "B", "C"}, {.buttons = 2, .row_each = 1}), (Rows{2, 1}));
}

TEST(ButtonRows, AFewWideOnesTakeARowEach) {
  EXPECT_EQ(rows_of_buttons({"A long enough answer", "Another one"}, {}), (Rows{1, 1}));
}

TEST(ButtonRows, ManyAreFilledUpInTurn) {
  const std::vector<std::string> titles(6, "twelve chars");  // 16 with padding
  EXPECT_EQ(rows_of_buttons(titles, {}), (Rows{1, 1, 1, 1, 1, 1}));
  const std::vector<std::string> short_ones(9, "six ch");  // 10 with padding
  EXPECT_EQ(rows_of_buttons(short_ones, {}), (Rows{3, 3, 3}));
  const std::vector<std::string> wide(6, std::string(50, 'x'));  // wider than any row
  EXPECT_EQ(rows_of_buttons(wide, {}), (Rows{1, 1, 1, 1, 1, 1}));
}

}  // namespace
}  // namespace parley::connectors
