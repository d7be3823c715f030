// Rules about the time, the queues' load, the intent and the age of an episode.
#include <gtest/gtest.h>

#include "routing/rules.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

// Wednesday 8 October 2025 08:53:20 UTC is kStart; 16:53:20 in Shanghai.
Policy policy() {
  Policy out = small_policy();
  out.zone = "Asia/Shanghai";
  Calendar shop{.name = "shop", .zone = "Asia/Shanghai"};
  for (auto& day : shop.week) day = {*parse_hours("09:00-18:00")};
  out.calendars["shop"] = shop;
  Calendar nights{.name = "nights", .zone = "Asia/Shanghai"};
  for (auto& day : nights.week) day = {*parse_hours("20:00-08:00")};
  out.calendars["nights"] = nights;
  return out;
}

Condition load(std::string queue, std::string measure, Op op, double number) {
  Condition c = test_of(When::load, {std::move(measure)}, number);
  c.name = std::move(queue);
  c.op = op;
  return c;
}

TEST(Moment, EachTest) {
  const struct {
    Condition when;
    bool holds;
    std::string why;
  } rows[] = {
      {test_of(When::calendar_open, {"shop"}), true, "calendar shop is open"},
      {test_of(When::calendar_open, {"nights"}), false, "calendar nights is closed"},
      {test_of(When::calendar_open, {"nights", "shop"}), true, "calendar shop is open"},
      {test_of(When::calendar_closed, {"shop"}), false, "calendar shop is open"},
      {test_of(When::calendar_closed, {"nights"}), true, "calendar nights is closed"},
      {test_of(When::time_of_day, {"16:00-17:00"}), true, "time 16:53, in 16:00-17:00"},
      {test_of(When::time_of_day, {"22:00-06:00"}), false, "time 16:53, not in 22:00-06:00"},
      {test_of(When::time_of_day, {"16:53-16:54"}), true, "time 16:53, in 16:53-16:54"},
      {test_of(When::time_of_day, {"12:00-16:53"}), false, "time 16:53, not in 12:00-16:53"},
      {test_of(When::weekday, {"tue", "wed"}), true, "weekday is thu"},
      {test_of(When::date, {"2025-10-09"}), true, "date 2025-10-09, in 2025-10-09"},
      {test_of(When::date, {"10-01..10-07"}), false, "date 2025-10-09, not in 10-01..10-07"},
      {test_of(When::intent, {"refund"}), true, "intent is refund"},
      {test_of(When::intent, {"track"}), false, "intent is refund, not track"},
      {test_of(When::intent_confidence_at_least, {}, 0.8), true, "intent confidence 0.91 >= 0.80"},
      {test_of(When::episode_minutes_at_least, {}, 30), false, "episode minutes 12.50 < 30"},
      {load("vip", "waiting", Op::ge, 10), true, "queue vip: waiting 12 >= 10"},
      {load("vip", "free_agents", Op::eq, 0), true, "queue vip: free_agents 0 = 0"},
      {load("vip", "online_agents", Op::lt, 3), false, "queue vip: online_agents 3 >= 3"},
      {load("vip", "oldest_wait_s", Op::gt, 100), true, "queue vip: oldest_wait_s 120 > 100"},
      {load("vip", "estimated_wait_s", Op::le, 60), false, "queue vip: estimated_wait_s 130 > 60"},
      {load("general", "waiting", Op::ge, 0), false, "the load of queue general is unknown"},
      {load("general", "waiting", Op::ne, 1), false, "the load of queue general is unknown"},
  };
  DecisionInputs in;
  in.at = kStart;
  in.analysis.intent = "refund";
  in.analysis.intent_confidence = 0.91;
  in.episode_minutes = 12.5;
  in.load = {{.queue = "vip",
              .waiting = 12,
              .online = 3,
              .free = 0,
              .oldest_wait_s = 120,
              .estimated_wait_s = 130}};
  const LocalTime local = local_time(find_zone("Asia/Shanghai")->get(), kStart);
  const std::string weekday(weekday_name(local.weekday));
  for (const auto& row : rows) {
    Policy with = policy();
    with.rules = {rule_of("r", row.when, queue("vip"))};
    if (row.when.test == When::weekday) with.rules[0].when.values = {weekday};
    const auto made = compile(std::move(with));
    ASSERT_TRUE(made) << made.error().detail;
    std::string why;
    const RuleView view(in, nullptr, nullptr);
    EXPECT_EQ(view.holds((*made)->rules[0].when, why), row.holds) << row.why;
    if (row.when.test == When::weekday) {
      EXPECT_EQ(why, "weekday is " + weekday);
    } else if (row.when.test == When::date && row.holds) {
      EXPECT_TRUE(why.starts_with("date 2025-10-")) << why;
    } else if (row.when.test != When::date) {
      EXPECT_EQ(why, row.why);
    }
  }
}

TEST(Moment, RefusesWhatCannotBe) {
  const struct {
    Condition when;
    std::vector<std::string> says;
  } rows[] = {
      {test_of(When::calendar_open, {"shp"}), {"no calendar \"shp\"", "nights, shop"}},
      {test_of(When::time_of_day, {"9-18"}), {"time_of_day \"9-18\" cannot be read"}},
      {test_of(When::weekday, {"monday"}), {"weekday \"monday\"", "mon, tue"}},
      {test_of(When::date, {"2025-02-30"}), {"date \"2025-02-30\" cannot be read"}},
      {test_of(When::intent), {"intent has no value"}},
      {test_of(When::intent_confidence_at_least, {}, 1.5), {"out of range", "0 to 1"}},
      {load("vips", "waiting", Op::ge, 1), {"no queue \"vips\"", "general"}},
      {load("vip", "length", Op::ge, 1), {"has no measure", "estimated_wait_s"}},
      {load("vip", "waiting", Op::lt, 0), {"can never match"}},
      {load("vip", "waiting", Op::exists, 0), {"has no comparison"}},
      {all_of({test_of(When::calendar_open, {"shop"}), test_of(When::calendar_closed, {"shop"})}),
       {"can never match", "open and closed at once"}},
      {all_of({test_of(When::weekday, {"mon"}), test_of(When::weekday, {"tue"})}),
       {"can never match", "weekday"}},
      {all_of({test_of(When::event, {"CLICK"}), test_of(When::intent, {"refund"})}),
       {"an event has no text"}},
  };
  for (const auto& row : rows) {
    Policy with = policy();
    with.rules = {rule_of("r", row.when, queue("vip"))};
    const auto made = compile(std::move(with));
    ASSERT_FALSE(made) << row.says[0];
    for (const auto& part : row.says) {
      EXPECT_NE(made.error().detail.find(part), std::string::npos)
          << part << " is not in: " << made.error().detail;
    }
  }
}

TEST(Moment, ShadowsAreSeen) {
  const struct {
    Condition earlier, later;
    bool shadowed;
  } rows[] = {
      {test_of(When::time_of_day, {"08:00-20:00"}), test_of(When::time_of_day, {"09:00-18:00"}),
       true},
      {test_of(When::time_of_day, {"09:00-18:00"}), test_of(When::time_of_day, {"08:00-20:00"}),
       false},
      {load("vip", "waiting", Op::ge, 5), load("vip", "waiting", Op::gt, 7), true},
      {load("vip", "waiting", Op::gt, 5), load("vip", "waiting", Op::ge, 5), false},
      {load("vip", "waiting", Op::ge, 5), load("vip", "free_agents", Op::ge, 5), false},
      {load("vip", "free_agents", Op::lt, 2), load("vip", "free_agents", Op::eq, 0), true},
      {test_of(When::intent, {"refund", "track"}), test_of(When::intent, {"refund"}), true},
      {test_of(When::calendar_closed, {"shop"}),
       all_of({test_of(When::calendar_closed, {"shop"}), test_of(When::angry)}), true},
      {test_of(When::episode_minutes_at_least, {}, 10),
       test_of(When::episode_minutes_at_least, {}, 20), true},
  };
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    Policy with = policy();
    with.rules = {rule_of("a", rows[i].earlier, queue("vip")),
                  rule_of("b", rows[i].later, queue("general"))};
    with.rules[1].line = 12;
    const auto made = compile(std::move(with));
    EXPECT_EQ(!made, rows[i].shadowed) << "row " << i;
    if (!made) {
      EXPECT_NE(made.error().detail.find("rule \"b\" (line 12)"), std::string::npos);
    }
  }
}

TEST(Moment, LoadComesWithTheContextAndStaysInTheDecision) {
  Policy with = policy();
  with.rules = {rule_of("crowd", load("vip", "waiting", Op::ge, 5), queue("general"))};
  World world(with);
  const Load busy{
      .at = kStart,
      .queues = {{.queue = "complaints", .waiting = 50}, {.queue = "vip", .waiting = 6}}};
  const auto turn = decide(
      world.state, world.says("hi"),
      {.policy = *world.policy, .analyzer = world.analyzer, .now = world.now, .load = &busy});
  ASSERT_TRUE(turn);
  const Decision& decision = turn->decisions.at(0);
  EXPECT_EQ(decision.rule, "crowd");
  ASSERT_EQ(decision.inputs.load.size(), 1u);  // only what the rules ask for
  EXPECT_EQ(decision.inputs.load[0].queue, "vip");
  EXPECT_EQ(decide_again(decision, *world.policy, nullptr), queue("general"));
  EXPECT_EQ(world.must(world.says("hi")).decisions.at(0).rule, "default");  // unknown load
}

TEST(Moment, AnEpisodeGrowsOld) {
  Policy with = policy();
  with.rules = {rule_of("long", test_of(When::episode_minutes_at_least, {}, 20), queue("vip"))};
  World world(with);
  EXPECT_EQ(world.must(world.says("hi")).decisions.at(0).rule, "default");
  world.now += 19 * kMinute;
  EXPECT_EQ(world.must(world.says("hi")).decisions.at(0).rule, "default");
  world.now += kMinute;
  const auto turn = world.must(world.says("hi"));
  EXPECT_EQ(turn.decisions.at(0).rule, "long");
  EXPECT_DOUBLE_EQ(turn.decisions[0].inputs.episode_minutes, 20);
}

}  // namespace
}  // namespace parley::routing
