// A turn beside the episode's earlier ones.
#include "routing/mood.hpp"

#include <gtest/gtest.h>

#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

Analysis heard(World& world, const std::string& text) {
  return world.must(world.says(text)).decisions.at(0).inputs.analysis;
}

TEST(Mood, OneNeutralTurnDoesNotMendIt) {
  World world;
  heard(world, "bad");
  EXPECT_TRUE(heard(world, "bad service").unhappy);
  const Analysis ok = heard(world, "ok");
  EXPECT_TRUE(ok.unhappy);
  EXPECT_LE(ok.trend, 0) << "a neutral turn is no rise";
  EXPECT_LT(ok.mood, kUnhappyBelow);
}

TEST(Mood, PraiseMendsIt) {
  World world;
  heard(world, "bad");
  heard(world, "bad service");
  heard(world, "good");
  EXPECT_FALSE(heard(world, "good, really").unhappy);
}

TEST(Mood, AShortNeutralQuestionMakesNobodyUnhappy) {
  World world;
  for (const char* text : {"when?", "which one?", "ok", "how much?", "and then?", "why?"}) {
    const Analysis now = heard(world, text);
    EXPECT_FALSE(now.unhappy) << text;
    EXPECT_EQ(now.mood, 0) << text;
    EXPECT_EQ(now.repeats, 0u) << text;
  }
}

TEST(Mood, AskingTheSameAgainCounts) {
  World world;
  EXPECT_EQ(heard(world, "where is my parcel").repeats, 0u);
  EXPECT_EQ(heard(world, "Where is my parcel??").repeats, 1u);
  heard(world, "fine");
  const Analysis third = heard(world, "where is my parcel!");
  EXPECT_EQ(third.repeats, 2u);
  EXPECT_LT(third.mood, 0);
  EXPECT_EQ(third.sentiment, "neutral");
}

TEST(Mood, SayingHelloTwiceIsNoRepeat) {
  World world;
  heard(world, "ok");
  EXPECT_EQ(heard(world, "ok").repeats, 0u) << "too short to be a question";
}

TEST(Mood, FuryIsUnhappinessAtOnce) {
  World world;
  EXPECT_TRUE(heard(world, "furious").unhappy);
}

TEST(Mood, TheSameIntentInOtherWordsIsARepeat) {
  State state;
  const std::vector<ScoredTerm> terms = {{"parcel", 1}, {"where", 0.5}, {"my", 0.2}, {"?", 0.1}};
  Analysis first{.sentiment = "neutral", .intent = "order_status", .intent_confidence = 0.9};
  hear_turn(state, {.seq = 1, .text = "where is my parcel", .terms = terms}, first);
  Analysis second = first;
  hear_turn(state, {.seq = 2, .text = "has it been sent yet", .terms = terms}, second);
  EXPECT_EQ(second.repeats, 1u);
  Analysis thanks{.sentiment = "neutral", .intent = "thanks", .intent_confidence = 0.9};
  hear_turn(state, {.seq = 3, .text = "thanks a lot", .terms = terms}, thanks);
  hear_turn(state, {.seq = 4, .text = "thanks a lot", .terms = terms}, thanks);
  EXPECT_EQ(thanks.repeats, 0u);
  EXPECT_EQ(state.heard.at(0).words.size(), kHeardWords);
}

TEST(Mood, EachEpisodeBeginsCalm) {
  World world;
  heard(world, "furious");
  world.now += Milliseconds{25LL * 3600 * 1000};
  const Analysis next = heard(world, "hello");
  EXPECT_FALSE(next.unhappy);
  EXPECT_EQ(next.mood, 0);
  EXPECT_EQ(world.state.heard.size(), 1u);
}

TEST(Mood, KeepsOnlyTheLastTurns) {
  World world;
  for (int i = 0; i < 12; ++i) heard(world, "question number " + std::to_string(i));
  EXPECT_EQ(world.state.heard.size(), kHeardTurns);
}

TEST(Mood, ARuleHearsWhoIsUnhappyThoughTheyStayCalm) {
  Policy policy = small_policy();
  policy.rules = {rule_of("unhappy", test_of(When::unhappy), queue("complaints"))};
  World world(policy);
  world.must(world.says("bad"));
  world.must(world.says("bad service"));
  world.must(Release{.actor = "api:x"});
  const auto calm = world.must(world.says("ok"));
  EXPECT_EQ(calm.decisions.at(0).inputs.analysis.sentiment, "neutral");
  EXPECT_EQ(calm.decisions[0].rule, "unhappy");
  EXPECT_EQ(world.state.control.holder, queue("complaints"));
  EXPECT_EQ(decide_again(calm.decisions[0], *world.policy, nullptr), queue("complaints"));
}

TEST(Mood, APictureOfTheUnhappyIsOfTheUnhappy) {
  Policy policy = small_policy();
  policy.rules = {rule_of("broken",
                          all_of({test_of(When::part_type, {"image"}), test_of(When::unhappy)}),
                          queue("complaints"))};
  World world(policy);
  const auto picture = [&] {
    CustomerSays says = world.says("");
    says.message.content = {Media{.kind = MediaKind::image, .url = "https://cdn.example/p.jpg"}};
    return world.must(says);
  };
  EXPECT_EQ(picture().decisions.at(0).rule, "default");
  world.must(world.says("furious"));
  EXPECT_EQ(picture().decisions.at(0).rule, "broken");
  EXPECT_EQ(world.state.heard.size(), 1u) << "a picture is no turn of the mood";
  world.must(CloseEpisode{.actor = "api:x", .reason = {}});
  EXPECT_EQ(picture().decisions.at(0).rule, "default") << "another case, another mood";
}

TEST(Mood, WhoAsksTheSameAThirdTimeGetsAPerson) {
  Policy policy = small_policy();
  policy.rules = {rule_of("again", test_of(When::repeats_at_least, {}, 2), queue("general"))};
  World world(policy);
  EXPECT_EQ(world.must(world.says("where is my parcel")).decisions.at(0).rule, "default");
  EXPECT_EQ(world.must(world.says("Where is my parcel?")).decisions.at(0).rule, "default");
  const auto third = world.must(world.says("where is my parcel!!"));
  EXPECT_EQ(third.decisions.at(0).rule, "again");
  EXPECT_EQ(third.decisions[0].reason, "repeats 2 >= 2");
}

TEST(Mood, AClassifierOfTheTenantIsHeeded) {
  World world;
  CustomerSays says = world.says("good");
  says.reading = Reading{.model = "m1", .sentiment = "negative", .score = -0.9, .confidence = 0.8};
  const auto turn = world.must(says);
  EXPECT_EQ(turn.decisions.at(0).inputs.analysis.sentiment, "negative");
  EXPECT_TRUE(turn.decisions[0].model_version.starts_with("classifier:m1 over "));
  says.reading = Reading{.failed = "unavailable"};
  const auto fallen_back = world.must(says);
  EXPECT_EQ(fallen_back.decisions.at(0).inputs.analysis.sentiment, "positive");
  EXPECT_NE(fallen_back.decisions[0].model_version.find("(classifier: unavailable)"),
            std::string::npos);
}

}  // namespace
}  // namespace parley::routing
