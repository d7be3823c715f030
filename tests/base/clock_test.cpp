#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

TimePoint at(std::int64_t ms) { return TimePoint{Milliseconds{ms}}; }

struct TimeCase {
  const char* name;
  std::string_view text;
  std::int64_t ms;
  std::string_view written;  // as format_time() writes it
};
void PrintTo(const TimeCase& c, std::ostream* out) { *out << c.name; }

const TimeCase kTimes[] = {
    {"Epoch", "1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
    {"Milliseconds", "2026-08-20T10:15:00.123Z", 1'787'220'900'123, "2026-08-20T10:15:00.123Z"},
    {"OneFractionDigit", "1970-01-01T00:00:00.1Z", 100, "1970-01-01T00:00:00.100Z"},
    {"NineFractionDigits", "1970-01-01T00:00:00.123999999Z", 123, "1970-01-01T00:00:00.123Z"},
    {"BeforeTheEpoch", "1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"},
    {"OffsetEast", "1970-01-01T08:00:00+08:00", 0, "1970-01-01T00:00:00.000Z"},
    {"OffsetWest", "1969-12-31T18:30:00-05:30", 0, "1970-01-01T00:00:00.000Z"},
    {"SpaceBetween", "1970-01-01 00:00:01Z", 1000, "1970-01-01T00:00:01.000Z"},
    {"LeapDay", "2024-02-29T00:00:00Z", 1'709'164'800'000, "2024-02-29T00:00:00.000Z"},
    {"LeapSecond", "2016-12-31T23:59:60Z", 1'483'228'800'000, "2017-01-01T00:00:00.000Z"},
    {"FirstOfAll", "0000-01-01T00:00:00Z", -62'167'219'200'000, "0000-01-01T00:00:00.000Z"},
    {"LastOfAll", "9999-12-31T23:59:59.999Z", 253'402'300'799'999, "9999-12-31T23:59:59.999Z"},
};

class TimeText : public testing::TestWithParam<TimeCase> {};
TEST_P(TimeText, IsReadAndWritten) {
  TimePoint time;
  ASSERT_TRUE(parse_time(GetParam().text, time));
  EXPECT_EQ(time.time_since_epoch().count(), GetParam().ms);
  EXPECT_EQ(format_time(at(GetParam().ms)), GetParam().written);
}
INSTANTIATE_TEST_SUITE_P(Table, TimeText, testing::ValuesIn(kTimes),
                         [](const auto& test) { return test.param.name; });

TEST(ParseTime, RefusesEverythingElse) {
  TimePoint time = at(7);
  const std::string good = "2026-08-20T10:15:00.123Z";
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(parse_time(good.substr(0, size), time)) << size;
  }
  for (const char* bad : {"2026-08-20",
                          "2026-08-20T10:15:00",
                          "2026-08-20T10:15Z",
                          "2026-8-20T10:15:00Z",
                          "2026-13-20T10:15:00Z",
                          "2026-00-20T10:15:00Z",
                          "2026-02-29T10:15:00Z",
                          "2026-08-32T10:15:00Z",
                          "2026-08-20T24:00:00Z",
                          "2026-08-20T10:60:00Z",
                          "2026-08-20T10:15:61Z",
                          "2026-08-20T10:15:00.Z",
                          "2026-08-20T10:15:00.1234567890Z",
                          "2026-08-20T10:15:00+8",
                          "2026-08-20T10:15:00+24:00",
                          "2026-08-20T10:15:00+08:60",
                          "2026-08-20T10:15:00z",
                          "2026-08-20T10:15:00Z ",
                          " 2026-08-20T10:15:00Z",
                          "+026-08-20T10:15:00Z",
                          "2026-08-20T10:15:-1Z",
                          "20260820T101500Z",
                          "1787220900",
                          "0000-01-01T00:00:00+00:01",
                          "9999-12-31T23:59:00-00:01",
                          "9999-12-31T23:59:60Z"}) {
    EXPECT_FALSE(parse_time(bad, time)) << bad;
  }
  EXPECT_EQ(time, at(7)) << "a refused text leaves the time as it was";
}

TEST(ManualClock, MovesOnlyWhenTurnedAndAWallJumpMovesNoDeadline) {
  ManualClock clock(at(1000));
  const auto steady = clock.steady();
  EXPECT_EQ(clock.now(), at(1000));
  clock.advance(Milliseconds(5));
  EXPECT_EQ(clock.now(), at(1005));
  EXPECT_EQ(clock.steady() - steady, Milliseconds(5));
  clock.jump_wall(at(0));
  EXPECT_EQ(clock.now(), at(0));
  EXPECT_EQ(clock.steady() - steady, Milliseconds(5));
}

}  // namespace
}  // namespace parley
