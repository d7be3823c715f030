// When a business is open, by the clock on its wall: weeks, holidays, night shifts, clock changes.
#include "routing/calendar.hpp"

#include <gtest/gtest.h>

namespace parley::routing {
namespace {

TimePoint utc(std::string_view text) {
  TimePoint out;
  EXPECT_TRUE(parse_time(text, out)) << text;
  return out;
}

Hours hours(std::string_view text) {
  const auto out = parse_hours(text);
  EXPECT_TRUE(out) << text;
  return out.value_or(Hours{});
}

DateRange dates(std::string_view text) {
  const auto out = parse_dates(text);
  EXPECT_TRUE(out) << text;
  return out.value_or(DateRange{});
}

Calendar compiled(Calendar calendar) {
  EXPECT_EQ(compile_calendar(calendar), "");
  return calendar;
}

// A shop in Shanghai: lunch break, short Saturdays, closed on Sundays and in the golden week, but
// for the Saturday after it, which makes up for it.
Calendar shop() {
  Calendar c{.name = "shop", .zone = "Asia/Shanghai"};
  for (std::size_t day = 0; day < 5; ++day) {
    c.week[day] = {hours("13:30-18:00"), hours("09:00-12:00")};
  }
  c.week[5] = {hours("10:00-16:00")};
  c.holidays = {dates("2026-10-01..2026-10-07"), dates("01-01")};
  c.special = {{.dates = dates("2026-10-10"), .hours = {hours("09:00-18:00")}}};
  return compiled(std::move(c));
}

Calendar nights(std::string zone, std::string_view text) {
  Calendar c{.name = "nights", .zone = std::move(zone)};
  for (auto& day : c.week) day = {hours(text)};
  return compiled(std::move(c));
}

TEST(Calendar, IsOpen) {
  const Calendar calendar = shop();
  const struct {
    const char* at;
    bool open;
    const char* why;
  } rows[] = {
      {"2026-11-25T00:59:59Z", false, "Wednesday 08:59:59"},
      {"2026-11-25T01:00:00Z", true, "09:00 opens"},
      {"2026-11-25T03:59:59Z", true, "11:59:59"},
      {"2026-11-25T04:00:00Z", false, "12:00 lunch"},
      {"2026-11-25T05:30:00Z", true, "13:30"},
      {"2026-11-25T09:59:59.999Z", true, "17:59:59.999"},
      {"2026-11-25T10:00:00Z", false, "18:00 closes"},
      {"2026-11-28T02:00:00Z", true, "Saturday 10:00"},
      {"2026-11-29T02:00:00Z", false, "Sunday"},
      {"2026-10-01T02:00:00Z", false, "the golden week begins"},
      {"2026-10-07T02:00:00Z", false, "and ends"},
      {"2026-10-08T02:00:00Z", true, "after it"},
      {"2026-10-10T09:30:00Z", true, "a Saturday with a weekday's hours, 17:30"},
      {"2026-12-31T16:30:00Z", false, "1 January in Shanghai"},
      {"2027-01-01T02:00:00Z", false, "every year"},
      {"2027-01-04T02:00:00Z", true, "Monday after"},
  };
  for (const auto& row : rows) EXPECT_EQ(is_open(calendar, utc(row.at)), row.open) << row.why;
}

TEST(Calendar, NextOpening) {
  const Calendar calendar = shop();
  const struct {
    const char *at, *opens;
  } rows[] = {
      {"2026-11-25T00:00:00Z", "2026-11-25T01:00:00Z"},  // before it opens
      {"2026-11-25T02:00:00Z", "2026-11-25T02:00:00Z"},  // open already
      {"2026-11-25T04:00:00Z", "2026-11-25T05:30:00Z"},  // lunch
      {"2026-11-28T08:00:00Z", "2026-11-30T01:00:00Z"},  // Saturday evening: Monday
      {"2026-09-30T10:00:00Z", "2026-10-08T01:00:00Z"},  // over the golden week
  };
  for (const auto& row : rows)
    EXPECT_EQ(next_opening(calendar, utc(row.at)), utc(row.opens)) << row.at;
  Calendar once{.name = "once"};
  once.special = {{.dates = dates("2026-12-01"), .hours = {hours("09:00-10:00")}}};
  once = compiled(std::move(once));
  EXPECT_EQ(next_opening(once, utc("2026-11-25T00:00:00Z")), utc("2026-12-01T09:00:00Z"));
  EXPECT_EQ(next_opening(once, utc("2026-12-01T10:00:00Z")), std::nullopt);
}

TEST(Calendar, OpenTimeBetween) {
  const Calendar calendar = shop();
  const struct {
    const char *from, *to;
    int minutes;
  } rows[] = {
      {"2026-11-25T01:00:00Z", "2026-11-25T02:00:00Z", 60},
      {"2026-11-25T03:30:00Z", "2026-11-25T06:00:00Z", 60},             // over lunch
      {"2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z", 450},            // a whole day
      {"2026-11-27T09:00:00Z", "2026-11-30T02:00:00Z", 60 + 360 + 60},  // over a weekend
      {"2026-09-30T16:00:00Z", "2026-10-07T16:00:00Z", 0},              // the golden week
      {"2026-11-25T02:00:00Z", "2026-11-25T02:00:00Z", 0},
      {"2026-11-25T02:00:00Z", "2026-11-25T01:00:00Z", 0},  // backwards
  };
  for (const auto& row : rows) {
    EXPECT_EQ(open_time_between(calendar, utc(row.from), utc(row.to)),
              std::chrono::minutes(row.minutes))
        << row.from;
    if (row.minutes == 0) continue;
    const auto end = after_open_time(calendar, utc(row.from), std::chrono::minutes(row.minutes));
    ASSERT_TRUE(end) << row.from;
    EXPECT_LE(*end, utc(row.to));
    EXPECT_EQ(open_time_between(calendar, utc(row.from), *end), std::chrono::minutes(row.minutes));
  }
}

TEST(Calendar, NightShiftsBelongToTheDayTheyBegin) {
  Calendar c{.name = "nights", .zone = "UTC"};
  for (auto& day : c.week) day = {hours("22:00-06:00")};
  c.holidays = {dates("2026-12-25")};
  c = compiled(std::move(c));
  EXPECT_TRUE(is_open(c, utc("2026-12-25T05:59:00Z")));   // of the eve
  EXPECT_FALSE(is_open(c, utc("2026-12-25T22:30:00Z")));  // the holiday's own
  EXPECT_FALSE(is_open(c, utc("2026-12-26T05:00:00Z")));  // likewise, after midnight
  EXPECT_TRUE(is_open(c, utc("2026-12-26T22:00:00Z")));
  EXPECT_EQ(open_time_between(c, utc("2026-12-24T12:00:00Z"), utc("2026-12-26T12:00:00Z")),
            std::chrono::hours(8));
}

TEST(Calendar, ClockChanges) {
  const auto day = [](const Calendar& c, const char* from, const char* to) {
    return std::chrono::duration_cast<std::chrono::minutes>(
               open_time_between(c, utc(from), utc(to)))
        .count();
  };
  const auto all_day = nights("America/New_York", "00:00-24:00");
  // 8 March 2026: 2:00 becomes 3:00. 1 November 2026: 2:00 becomes 1:00.
  EXPECT_EQ(day(all_day, "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"), 23 * 60);
  EXPECT_EQ(day(all_day, "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"), 25 * 60);
  const auto office = nights("America/New_York", "09:00-17:00");
  EXPECT_TRUE(is_open(office, utc("2026-03-06T14:30:00Z")));  // 9:30 in winter
  EXPECT_FALSE(is_open(office, utc("2026-03-06T13:30:00Z")));
  EXPECT_TRUE(is_open(office, utc("2026-03-09T13:30:00Z")));  // 9:30 in summer
  EXPECT_FALSE(is_open(office, utc("2026-03-09T21:30:00Z")));
  const auto skipped = nights("America/New_York", "02:00-02:30");  // not on that day
  EXPECT_EQ(day(skipped, "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"), 0);
  const auto early = nights("America/New_York", "02:30-04:00");
  EXPECT_EQ(day(early, "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"), 60);
  const auto twice = nights("America/New_York", "01:00-01:30");  // the first time only
  EXPECT_EQ(day(twice, "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"), 30);
  EXPECT_TRUE(is_open(twice, utc("2026-11-01T05:15:00Z")));
  EXPECT_FALSE(is_open(twice, utc("2026-11-01T06:15:00Z")));
  const auto over = nights("America/New_York", "22:00-06:00");
  EXPECT_EQ(day(over, "2026-10-31T16:00:00Z", "2026-11-01T16:00:00Z"), 9 * 60);
  EXPECT_EQ(day(over, "2026-03-07T16:00:00Z", "2026-03-08T16:00:00Z"), 7 * 60);
  // Half an hour, and a summer in the south.
  const auto lord_howe = nights("Australia/Lord_Howe", "00:00-24:00");
  EXPECT_EQ(day(lord_howe, "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"), 24 * 60 + 30);
}

TEST(Calendar, LocalTime) {
  const struct {
    const char *zone, *at;
    int date, weekday, minute;
  } rows[] = {
      {"Asia/Shanghai", "2026-11-25T16:30:00Z", 20261126, 3, 30},
      {"UTC", "2026-11-25T16:30:00Z", 20261125, 2, 990},
      {"Asia/Kathmandu", "2026-11-25T00:00:00Z", 20261125, 2, 345},
      {"America/St_Johns", "2026-07-01T00:00:00Z", 20260630, 1, 1290},
  };
  for (const auto& row : rows) {
    const auto zone = find_zone(row.zone);
    ASSERT_TRUE(zone) << zone.error().detail;
    const auto local = local_time(zone->get(), utc(row.at));
    EXPECT_EQ(local.yyyymmdd, row.date) << row.zone;
    EXPECT_EQ(local.weekday, row.weekday) << row.zone;
    EXPECT_EQ(local.minute, row.minute) << row.zone;
  }
  EXPECT_EQ(local_time(nullptr, TimePoint{}).yyyymmdd, 19700101);
}

TEST(Calendar, ReadsHoursAndDates) {
  EXPECT_EQ(hours("00:00-24:00"), (Hours{0, 1440}));
  EXPECT_EQ(hours("22:00-06:00"), (Hours{1320, 1800}));
  for (const auto* wrong : {"", "9:00-18:00", "09:00", "09:00-09:00", "09:00-25:00", "09:60-10:00",
                            "24:00-06:00", "09:00-18:00 ", "09:00–18:00", "ab:cd-ef:gh"}) {
    EXPECT_FALSE(parse_hours(wrong)) << wrong;
  }
  EXPECT_EQ(dates("2026-10-01"), (DateRange{20261001, 20261001}));
  EXPECT_EQ(dates("12-24..01-02"), (DateRange{1224, 102}));
  EXPECT_TRUE(dates("12-24..01-02").covers(20270101));
  EXPECT_FALSE(dates("12-24..01-02").covers(20270103));
  EXPECT_TRUE(dates("02-29").covers(20280229));
  for (const auto* wrong : {"", "2026-02-30", "2026-13-01", "26-10-01", "2026-10-07..2026-10-01",
                            "2026-10-01..10-07", "2026-10-01..", "2026/10/01", "02-30"}) {
    EXPECT_FALSE(parse_dates(wrong)) << wrong;
  }
}

TEST(Calendar, RefusesWhatCannotBe) {
  const auto refusal = [](auto change) {
    Calendar c{.name = "c"};
    c.week[0] = {hours("09:00-18:00")};
    change(c);
    return compile_calendar(c);
  };
  const struct {
    std::string wrong, says;
  } rows[] = {
      {refusal([](Calendar& c) { c.zone = "Asia/Shangai"; }), "no time zone \"Asia/Shangai\""},
      {refusal([](Calendar& c) { c.zone = "../../etc/passwd"; }), "no time zone"},
      {refusal([](Calendar& c) { c.zone = ""; }), "Asia/Shanghai"},
      {refusal([](Calendar& c) { c.week[0].push_back(hours("17:00-20:00")); }),
       "mon has hours that overlap"},
      {refusal([](Calendar& c) { c.week[0].clear(); }), "never open"},
      {refusal([](Calendar& c) { c.week[1] = {{600, 300}}; }), "tue has hours that cannot be"},
      {refusal([](Calendar& c) { c.holidays.resize(401); }), "more than 400"},
  };
  for (const auto& row : rows) {
    EXPECT_NE(row.wrong.find(row.says), std::string::npos)
        << row.says << " is not in: " << row.wrong;
  }
}

}  // namespace
}  // namespace parley::routing
