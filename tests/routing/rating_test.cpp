// How a case went: counted from its events, asked of the customer, summed up in reports.
#include <gtest/gtest.h>

#include <algorithm>

#include "conversation/codec.hpp"
#include "routing/rating.hpp"
#include "routing/report.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

Policy asking_policy() {
  Policy policy = small_policy();
  policy.rating.question_zh = "请为本次服务打分";
  policy.rating.question_en = "How did we do?";
  policy.rating.thanks_en = "Thank you!";
  policy.rating.thanks_zh = "谢谢";
  return policy;
}

std::vector<EpisodeRecord> records_of(const Transition& transition) {
  std::vector<EpisodeRecord> out;
  for (const Row& row : transition_rows(transition)) {
    if (row.kind != RowKind::episode) continue;
    const auto record = from_stored<EpisodeRecord>(row.body);
    EXPECT_TRUE(record) << record.error().detail;
    if (record) out.push_back(*record);
  }
  return out;
}

struct Words {
  std::string_view said;
  std::uint32_t rating;
};
class RatingWords : public testing::TestWithParam<Words> {};

TEST_P(RatingWords, AreUnderstood) {
  EXPECT_EQ(rating_of(text(std::string(GetParam().said))), GetParam().rating) << GetParam().said;
}
INSTANTIATE_TEST_SUITE_P(
    All, RatingWords,
    testing::Values(Words{"5", 5}, Words{"1", 1}, Words{"４分", 4}, Words{"给5分", 5},
                    Words{"3/5", 3}, Words{"5 stars!", 5}, Words{"四星", 4}, Words{"⭐⭐⭐", 3},
                    Words{"⭐️⭐️", 2}, Words{"👍", 5}, Words{"非常满意", 5}, Words{"不满意", 2},
                    Words{"满意。", 4}, Words{"Very satisfied", 5}, Words{"not satisfied", 2},
                    Words{"5 非常满意", 5}, Words{"2 Dissatisfied", 2},
                    // and what is something else
                    Words{"0", 0}, Words{"6", 0}, Words{"10", 0}, Words{"", 0},
                    Words{"2个包裹没收到", 0}, Words{"5 days and no parcel", 0},
                    Words{"good morning, where is my order", 0}, Words{"满意个鬼", 0},
                    Words{"⭐x", 0}));

TEST(Rating, AButtonsPayloadCounts) {
  Message message;
  message.content = {ActionResponse{.action_id = {}, .payload = "rating:4", .title = "4"}};
  EXPECT_EQ(rating_of(message), 4u);
  message.content = {ActionResponse{.action_id = {}, .payload = "rating:9", .title = "9"}};
  EXPECT_EQ(rating_of(message), 0u);
}

TEST(Rating, IsAskedWhenAServedCaseIsClosedAndTakenFromTheNextWord) {
  World world(asking_policy());
  world.give_to("anna");
  world.must(AgentSays{.agent = {"anna"}, .message = text("done"), .channel = {}});
  const EpisodeId served = world.state.episode;
  const auto closed = world.must(CloseEpisode{.actor = "agent:anna", .reason = "solved"});
  ASSERT_EQ(closed.sends.size(), 1u);
  EXPECT_EQ(closed.sends[0].message.suggested_actions.size(), 5u);
  ASSERT_EQ(records_of(closed).size(), 1u);

  world.now += kMinute;
  const auto rated = world.must(world.says("4"));
  EXPECT_TRUE(rated.bot_calls.empty()) << "no bot answers a rating";
  EXPECT_TRUE(world.state.episode.empty()) << "and no case begins";
  ASSERT_EQ(rated.decisions.size(), 1u) << "each turn is decided once";
  EXPECT_EQ(rated.decisions[0].rule, "rating");
  EXPECT_EQ(decide_again(rated.decisions[0], *world.policy, nullptr), rated.decisions[0].outcome);
  ASSERT_EQ(rated.sends.size(), 1u) << "the thanks";
  const auto records = records_of(rated);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].rating, 4u);
  EXPECT_EQ(records[0].id, served);
  EXPECT_EQ(records[0].resolved_by, "agent");
  const Event* event = find(rated, EventType::platform_event);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->platform_event->type, "case.rated");

  const auto again = world.must(world.says("4"));
  EXPECT_EQ(again.bot_calls.size(), 1u) << "the question is answered; this is a new matter";
}

struct Close {
  const char* name;
  bool human;  // who has it then
  Transition (*close)(World& world);
};
void PrintTo(const Close& close, std::ostream* out) { *out << close.name; }

constexpr std::string_view kSilent = "are you still there?";
constexpr Close kCloses[] = {
    {"ByTheAgent", true,
     [](World& world) {
       return world.must(CloseEpisode{.actor = "agent:anna", .reason = "solved"});
     }},
    {"ByAKeyOverAnAgent", true,
     [](World& world) { return world.must(CloseEpisode{.actor = "api:crm", .reason = {}}); }},
    {"ByAKeyOverABot", false,
     [](World& world) { return world.must(CloseEpisode{.actor = "api:crm", .reason = {}}); }},
    {"AfterSilence", true,
     [](World& world) {
       world.now += 10 * kMinute;
       EXPECT_EQ(plain_text(world.must(TimePassed{}).sends.at(0).message), kSilent);
       world.now += 5 * kMinute;
       return world.must(TimePassed{});
     }},
    {"ByARule", false, [](World& world) { return world.must(world.says("bye")); }},
};

class RatingAsked : public testing::TestWithParam<std::tuple<Close, std::string>> {};

TEST_P(RatingAsked, OnceOnEveryChannel) {
  const auto& [close, channel] = GetParam();
  Policy policy = asking_policy();
  auto& desk = policy.queues[{"general"}].desk;
  desk.silence_warn = 10 * kMinute;
  desk.silence_close = 5 * kMinute;
  desk.silence = {.zh = std::string(kSilent), .en = std::string(kSilent)};
  Rule bye = rule_of("bye", test_of(When::text_contains, {"bye"}), {});
  bye.does = Does::close;
  policy.rules = {bye};
  World world(policy);
  world.must(world.says(close.human ? "human please" : "hello", channel));
  if (close.human) {
    world.must(AssignToAgent{.agent = {"anna"}, .epoch = world.state.control.epoch});
    world.now += kMinute;
    world.must(AgentSays{.agent = {"anna"}, .message = text("done"), .channel = {}});
  } else {
    world.must(BotAnswered{.call = world.state.open_bot_call,
                           .epoch = world.state.control.epoch,
                           .messages = {text("it is on its way")}});
  }
  const EpisodeId served = world.state.episode;
  const auto closed = close.close(world);
  ASSERT_TRUE(world.state.episode.empty());
  ASSERT_EQ(closed.sends.size(), 1u);
  EXPECT_EQ(plain_text(closed.sends[0].message), "How did we do?");
  EXPECT_EQ(closed.sends[0].message.author.id, "rating");

  // Nothing that comes later asks again for that case.
  EXPECT_TRUE(world.must(TimePassed{}).sends.empty());
  EXPECT_EQ(world.refusal(CloseEpisode{.actor = "api:crm", .reason = {}}), Errc::rejected);
  world.now += kMinute;
  const auto rated = world.must(world.says("5", channel));
  EXPECT_EQ(records_of(rated).at(0).id, served);
  EXPECT_EQ(records_of(rated).at(0).rating, 5u);
  for (const Send& send : rated.sends) EXPECT_EQ(plain_text(send.message), "Thank you!");
}
INSTANTIATE_TEST_SUITE_P(All, RatingAsked,
                         testing::Combine(testing::ValuesIn(kCloses),
                                          testing::Values("chat", "oa", "fb")),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param).name) + "On" +
                                  std::get<1>(test.param);
                         });

// The webhook that brought the last word is still open: the question leaves with its answer.
TEST(Rating, GoesAsThePassiveAnswerOfTheTurnThatARuleEnds) {
  Policy policy = asking_policy();
  Rule bye = rule_of("bye", test_of(When::text_contains, {"bye"}), {});
  bye.does = Does::close;
  policy.rules = {bye};
  World world(policy);
  world.must(world.says("hello"));
  world.must(BotAnswered{.call = world.state.open_bot_call,
                         .epoch = world.state.control.epoch,
                         .messages = {text("hi")}});
  CustomerSays last = world.says("bye");
  last.passive_token = "open-webhook";
  const auto closed = world.must(last);
  ASSERT_EQ(closed.sends.size(), 1u);
  EXPECT_EQ(closed.sends[0].reply_token, "open-webhook");
}

TEST(Rating, IsNotAskedWhenTheNextCaseEndsTheLastOrTwoPersonsAreOne) {
  World stale(asking_policy());
  stale.give_to("anna");
  stale.must(AgentSays{.agent = {"anna"}, .message = text("done"), .channel = {}});
  stale.now += 3 * kDay;
  const auto next = stale.must(stale.says("something else"));
  EXPECT_TRUE(find(next, EventType::conversation_closed));
  EXPECT_TRUE(next.sends.empty());
  EXPECT_FALSE(stale.state.episode.empty());

  World merged(asking_policy());
  merged.give_to("anna");
  merged.must(AgentSays{.agent = {"anna"}, .message = text("done"), .channel = {}});
  const auto gone = merged.must(
      MergeInto{.survivor = {"per_" + std::string(32, 'a')}, .actor = "agent:anna", .reason = {}});
  EXPECT_TRUE(find(gone, EventType::conversation_closed));
  EXPECT_TRUE(gone.sends.empty());
}

TEST(Rating, AnotherMatterOpensANewCase) {
  World world(asking_policy());
  world.give_to("anna");
  world.must(AgentSays{.agent = {"anna"}, .message = text("done"), .channel = {}});
  world.must(CloseEpisode{.actor = "agent:anna", .reason = {}});
  const auto turn = world.must(world.says("one more thing"));
  EXPECT_FALSE(world.state.episode.empty());
  EXPECT_EQ(turn.bot_calls.size(), 1u);
  EXPECT_NE(world.must(world.says("5")).decisions.at(0).rule, "rating");
}

TEST(Rating, IsNotAskedOfTheUnservedNorTakenTooLate) {
  World unserved(asking_policy());
  unserved.must(unserved.says("hello"));
  EXPECT_TRUE(unserved.must(CloseEpisode{.actor = "api:x", .reason = {}}).sends.empty());

  World late(asking_policy());
  late.give_to("anna");
  late.must(AgentSays{.agent = {"anna"}, .message = text("done"), .channel = {}});
  late.must(CloseEpisode{.actor = "agent:anna", .reason = {}});
  late.now += kDay + kMinute;
  EXPECT_NE(late.must(late.says("5")).decisions.at(0).rule, "rating");
}

TEST(Episode, CountsWhoAnsweredAndHowLongItTook) {
  World world;
  world.must(world.says("hello"));
  const auto call = world.state.open_bot_call;
  world.now += Milliseconds(400);
  world.must(BotAnswered{.call = call, .epoch = 1, .messages = {text("hi")}});
  world.now += kMinute;
  world.must(world.says("human"));
  world.now += 2 * kMinute;
  world.must(AssignToAgent{.agent = {"anna"}, .epoch = world.state.control.epoch});
  world.now += kMinute;
  world.must(AgentSays{.agent = {"anna"}, .message = text("here"), .channel = {}});
  const auto closed = world.must(CloseEpisode{.actor = "agent:anna", .reason = "solved"});
  const auto records = records_of(closed);
  ASSERT_EQ(records.size(), 1u);
  const EpisodeRecord& record = records[0];
  EXPECT_EQ(record.customer_messages, 2u);
  EXPECT_EQ(record.bot_messages, 1u);
  EXPECT_EQ(record.agent_messages, 1u);
  EXPECT_EQ(record.hand_overs, 1u);
  EXPECT_EQ(record.times_queued, 1u);
  EXPECT_EQ(record.queue_time, 2 * kMinute);
  EXPECT_EQ(record.first_answer_at - record.asked_at, Milliseconds(400));
  EXPECT_EQ(record.first_agent_at - record.first_queued_at, 3 * kMinute);
  EXPECT_EQ(record.answers, 2u);
  EXPECT_EQ(record.answer_time_max, 3 * kMinute);
  EXPECT_EQ(record.resolved_by, "agent");
  EXPECT_EQ(record.closed_by, "agent:anna");
  EXPECT_EQ(record.agent.value, "anna");
}

TEST(Episode, RowsSortByTheTimeTheyEnded) {
  EpisodeRecord early, late;
  early.id = {"z"};
  early.closed_at = kStart;
  late.id = {"a"};
  late.closed_at = kStart + Milliseconds(1);
  EXPECT_LT(episode_row_id(early), episode_row_id(late));
  EXPECT_LT(episode_row_bound(kStart), episode_row_id(early));
  EXPECT_GT(episode_row_bound(late.closed_at), episode_row_id(early));
  EXPECT_EQ(episode_row_id(EpisodeRecord{}), "") << "one that lasts has no row";
}

TEST(Report, SumsUpByGroup) {
  EpisodeRecord a;
  a.id = {"e1"};
  a.queue = {"vip"};
  a.times_queued = 1;
  a.queue_time = Milliseconds(100);
  a.resolved_by = "agent";
  a.agent_messages = 1;
  a.rating = 5;
  EpisodeRecord b = a;
  b.queue_time = Milliseconds(300);
  b.agent_messages = 0;
  b.resolved_by = "nobody";
  b.rating = 2;
  EpisodeRecord c;
  c.resolved_by = "bot";
  Report report(ReportBy::queue);
  for (const auto* record : {&a, &b, &c}) report.add(*record);
  ASSERT_EQ(report.groups().size(), 2u);
  const Figures& vip = report.groups().at("vip");
  EXPECT_EQ(vip.cases, 2u);
  EXPECT_EQ(vip.abandoned, 1u);
  EXPECT_EQ(vip.satisfied, 1u);
  EXPECT_EQ(vip.rating_sum, 7u);
  EXPECT_EQ(quantile(vip.waits, 0.5), 100);
  EXPECT_EQ(quantile(vip.waits, 0.9), 300);
  EXPECT_EQ(report.groups().at("(none)").by_bot, 1u);
  EXPECT_FALSE(quantile({}, 0.5));
}

TEST(Report, IsBounded) {
  Report report(ReportBy::agent);
  for (std::size_t i = 0; i < kReportGroupsMax + 10; ++i) {
    EpisodeRecord record;
    record.agent = {"agent" + std::to_string(i)};
    report.add(record);
  }
  EXPECT_EQ(report.groups().size(), kReportGroupsMax + 1);
  EXPECT_EQ(report.groups().at("(other)").cases, 10u);
}

}  // namespace
}  // namespace parley::routing
