// What the customer does: exactly one decision a turn, and what follows from it.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

using enum EventType;

TEST(Customer, FirstTurnOpensAnEpisodeAndAsksTheBot) {
  World world;
  auto says = world.says("hello");
  says.dedup = {{{"chat"}, "k1"}};
  says.passive_token = "token";
  const auto turn = world.must(says);
  EXPECT_EQ(types(turn),
            (std::vector{conversation_opened, message_created, routing_decided, control_passed}));
  for (std::size_t i = 0; i < turn.events.size(); ++i) {
    EXPECT_EQ(turn.events[i].seq, i + 1);
    EXPECT_EQ(turn.events[i].id.value, place_id("evt", world.state.person, turn.events[i].seq));
    EXPECT_EQ(turn.events[i].episode, world.state.episode);
  }
  EXPECT_EQ(turn.events[1].message->id.value, place_id("msg", world.state.person, 2));
  EXPECT_EQ(turn.events[1].message->fallback_text, "hello");
  EXPECT_EQ(turn.events[1].analysis->sentiment, "neutral");
  EXPECT_EQ(turn.dedup, says.dedup);
  EXPECT_EQ(world.state.last_seq, 4u);
  EXPECT_EQ(world.state.lifecycle, Lifecycle::bot);
  EXPECT_EQ(world.state.segment, "new");
  EXPECT_EQ(world.state.control.epoch, 1u);
  ASSERT_EQ(turn.bot_calls.size(), 1u);
  const BotCall& call = turn.bot_calls[0];
  EXPECT_EQ(call.id, world.state.open_bot_call);
  EXPECT_EQ(call.turn_seq, 2u);
  EXPECT_EQ(call.epoch, 1u);
  EXPECT_EQ(call.deadline, world.now + Milliseconds(8'000));
  EXPECT_EQ(call.passive_token, "token");
  ASSERT_EQ(turn.decisions.size(), 1u);
  EXPECT_EQ(turn.decisions[0].rule, "default");
  EXPECT_EQ(turn.events[2].decision->outcome, "bot:faq");
}

TEST(Customer, ANewerTurnReplacesTheBotCall) {
  World world;
  const auto first = world.must(world.says("one"));
  const auto second = world.must(world.says("two"));
  EXPECT_EQ(second.finished_bot_calls, std::vector{first.bot_calls[0].id});
  EXPECT_EQ(second.bot_calls.size(), 1u);
  EXPECT_EQ(types(second), (std::vector{message_created, routing_decided}));
  EXPECT_EQ(world.state.control.epoch, 1u) << "the same bot goes on";
}

TEST(Customer, RulesSegmentsAndSentimentChooseTheQueue) {
  Policy policy = small_policy();
  Condition gold = test_of(When::attribute, {"gold"});
  gold.name = "tier";
  policy.segments = {{.name = "vip", .when = gold}};
  Rule rule = rule_of("angry-vip", all_of({test_of(When::segment, {"vip"}), test_of(When::angry)}),
                      queue("vip"), 90);
  rule.skills = {"escalation"};
  rule.labels = {"angry"};
  policy.rules = {rule,
                  rule_of("negative", test_of(When::score_below, {}, -0.4), queue("complaints"))};
  World world(policy);
  world.must(UpdateProfile{.actor = "api:k",
                           .attributes = {{"tier", std::string("gold")}},
                           .erase = {},
                           .display_name = {},
                           .language = {},
                           .external_user = {}});
  const auto turn = world.must(world.says("I am furious"));
  ASSERT_EQ(turn.queue_entries.size(), 1u);
  const QueueEntry& entry = turn.queue_entries[0];
  EXPECT_EQ(entry.queue.value, "vip");
  EXPECT_EQ(entry.priority, 90);
  EXPECT_EQ(entry.segment, "vip");
  EXPECT_EQ(entry.language, "en");
  EXPECT_EQ(entry.preview, "text");
  EXPECT_EQ(entry.skills, std::vector<std::string>{"escalation"});
  EXPECT_EQ(entry.since, world.now);
  EXPECT_EQ(entry.epoch, world.state.control.epoch);
  EXPECT_EQ(entry.reason, "angry-vip: segment is vip; angry");
  EXPECT_EQ(world.state.labels, std::vector<std::string>{"angry"});
  EXPECT_EQ(find(turn, conversation_queued)->control->to, queue("vip"));
  EXPECT_TRUE(turn.bot_calls.empty());
}

TEST(Customer, AWishForAPersonIsHonoured) {
  Policy policy = small_policy();
  policy.rules = {
      rule_of("all-bot", test_of(When::channel, {"chat"}), bot()),
      rule_of("angry", test_of(When::angry), queue("complaints")),
      rule_of("en-human", all_of({test_of(When::asks_human), test_of(When::language, {"en"})}),
              queue("vip"))};
  const struct {
    std::string words, rule, outcome;
  } cases[] = {{"转人工", "asks_human", "queue:general"},
               {"a human please", "en-human", "queue:vip"},
               {"furious! human!", "angry", "queue:complaints"},
               {"hello", "all-bot", "bot:faq"}};
  for (const auto& c : cases) {
    World world(policy);
    const auto turn = world.must(world.says(c.words));
    EXPECT_EQ(turn.decisions[0].rule, c.rule) << c.words;
    EXPECT_EQ(find(turn, routing_decided)->decision->outcome, c.outcome) << c.words;
  }
  World world(policy);
  auto tap = world.says("");
  tap.message.content = {ActionResponse{.action_id = "b1", .payload = "handoff"}};
  EXPECT_EQ(world.must(tap).decisions[0].rule, "asks_human");
}

TEST(Customer, WhoeverTalksToAPersonStaysThere) {
  Policy policy = small_policy();
  policy.rules = {rule_of("bad", test_of(When::sentiment, {"negative"}), bot(), 70)};
  World world(policy);
  world.give_to("anna");
  const auto epoch = world.state.control.epoch;
  for (const std::string words : {"hello", "bad", "human"}) {
    const auto turn = world.must(world.says(words));
    EXPECT_EQ(turn.decisions.size(), 1u);
    EXPECT_EQ(turn.decisions[0].outcome, agent("anna"));
    EXPECT_TRUE(turn.bot_calls.empty());
    EXPECT_TRUE(turn.queue_entries.empty());
  }
  EXPECT_EQ(world.state.control.epoch, epoch);
}

TEST(Customer, WhoWaitsKeepsTheirPlaceAndMayBecomeMoreUrgent) {
  Policy policy = small_policy();
  policy.rules = {rule_of("bad", test_of(When::sentiment, {"negative"}), queue("complaints"), 80)};
  World world(policy);
  world.must(world.says("human"));
  const TimePoint since = world.now;
  world.now += 30 * kHour;
  const auto patient = world.must(world.says("anybody there?"));
  EXPECT_EQ(find(patient, conversation_closed), nullptr) << "that silence was ours";
  const auto turn = world.must(world.says("this is bad"));
  EXPECT_EQ(turn.decisions[0].outcome, queue("general"));
  ASSERT_EQ(turn.queue_entries.size(), 1u);
  EXPECT_EQ(turn.queue_entries[0].priority, 80);
  EXPECT_EQ(turn.queue_entries[0].since, since);
  EXPECT_FALSE(turn.leave_queue);
}

TEST(Customer, SilenceBeginsANewEpisode) {
  Policy policy = small_policy();
  policy.segments = {{.name = "lapsed", .when = test_of(When::days_since_seen_at_least, {}, 30)}};
  World world(policy);
  world.must(world.says("bad"));
  EXPECT_EQ(world.state.segment, "new");
  world.now += 23 * kHour;
  world.must(world.says("still there"));
  EXPECT_EQ(world.state.episodes, 1u);
  EXPECT_EQ(world.state.scores.size(), 2u);
  world.now += 25 * kHour;
  const auto again = world.must(world.says("hello"));
  EXPECT_EQ(types(again), (std::vector{conversation_closed, conversation_opened, message_created,
                                       routing_decided, control_passed}));
  EXPECT_NE(again.events[0].episode, again.events[1].episode);
  EXPECT_EQ(world.state.episodes, 2u);
  EXPECT_EQ(world.state.scores.size(), 1u);
  EXPECT_EQ(world.state.segment, "repeat");
  world.now += 31 * kDay;
  world.must(world.says("hello"));
  EXPECT_EQ(world.state.segment, "lapsed");
  world.must(world.says("second turn of it"));
  EXPECT_EQ(world.state.segment, "lapsed") << "for the whole episode";
}

TEST(Customer, TrendAgainstTheEpisodesEarlierTurns) {
  World world;
  world.must(world.says("good"));
  world.must(world.says("good"));
  const auto turn = world.must(world.says("bad"));
  EXPECT_NEAR(turn.decisions[0].inputs.analysis.trend, -1.4, 1e-9);
  for (int i = 0; i < 9; ++i) world.must(world.says("good"));
  EXPECT_EQ(world.state.scores.size(), kRecentScores);
}

TEST(Customer, ATenantMayAskForMoreCertainty) {
  for (const auto& [threshold, sentiment] :
       {std::pair{0.0, "negative"}, {-5.0, "negative"}, {2.0, "negative"}, {3.0, "neutral"}}) {
    Policy policy = small_policy();
    policy.negative_threshold = threshold;  // the analyzer is 90 % sure, a logit of 2.2
    World world(policy);
    const auto turn = world.must(world.says("furious"));
    EXPECT_EQ(turn.decisions.at(0).inputs.analysis.sentiment, sentiment) << threshold;
    EXPECT_EQ(turn.decisions[0].inputs.analysis.angry, threshold < 3) << threshold;
  }
}

TEST(Customer, TheQueueSaysSoInTheCustomersLanguage) {
  Policy policy = small_policy();
  policy.queues[{"general"}].notice_zh = "请稍候";
  policy.queues[{"general"}].notice_en = "One moment";
  for (const auto& [words, notice] :
       {std::pair{"转人工", "请稍候"}, {"human please", "One moment"}}) {
    World world(policy);
    const auto turn = world.must(world.says(words));
    ASSERT_EQ(turn.sends.size(), 1u);
    EXPECT_EQ(turn.sends[0].message.fallback_text, notice);
    EXPECT_EQ(turn.sends[0].recipient, "to-chat");
    EXPECT_FALSE(turn.sends[0].fenced);
    EXPECT_EQ(turn.sends[0].message.author.type, AuthorType::system);
  }
}

TEST(Customer, AddressesAreNewestFirstAndBounded) {
  World world;
  world.must(world.says("a", "chat"));
  world.must(world.says("b", "oa"));
  world.must(world.says("c", "chat"));
  ASSERT_EQ(world.state.addresses.size(), 2u);
  EXPECT_EQ(world.state.addresses[0].channel.id.value, "chat");
  EXPECT_EQ(world.state.addresses[1].recipient, "to-oa");
  for (int i = 0; i < 40; ++i) {
    auto says = world.says("x");
    says.identity.key.value = "u" + std::to_string(i);
    world.must(says);
  }
  EXPECT_EQ(world.state.addresses.size(), kAddressesMax);
  EXPECT_EQ(world.state.addresses[0].identity.value, "u39");
}

TEST(Customer, ASignedUserIsIndexed) {
  World world;
  auto says = world.says("hi");
  says.external_user = "crm-1";
  const auto turn = world.must(says);
  EXPECT_EQ(world.state.external_user, "crm-1");
  ASSERT_EQ(turn.extra_rows.size(), 1u);
  EXPECT_EQ(turn.extra_rows[0].kind, RowKind::user_index);
  EXPECT_EQ(turn.extra_rows[0].body, world.state.person.value);
  EXPECT_TRUE(world.must(says).extra_rows.empty());
  says.external_user = "crm-2";
  const auto moved = world.must(says);
  ASSERT_EQ(moved.extra_rows.size(), 2u);
  EXPECT_TRUE(moved.extra_rows[0].erase);
  EXPECT_EQ(moved.extra_rows[0].id, "crm-1");
}

TEST(Customer, MediaIsAskedForAndPutInPlace) {
  World world;
  auto says = world.says("look");
  says.message.content.emplace_back(Media{.kind = MediaKind::image, .platform_id = "m-1"});
  const auto turn = world.must(says);
  ASSERT_EQ(turn.relays.size(), 1u);
  EXPECT_EQ(turn.relays[0].verb, "fetch_media");
  EXPECT_EQ(turn.relays[0].reason, "2");
  EXPECT_EQ(turn.relays[0].to, world.state.person);
  EXPECT_EQ(turn.decisions[0].inputs.facts, (std::vector<std::string>{"part:text", "part:image"}));
  MediaStored stored{.message_seq = 2, .relay = turn.relays[0].id};
  stored.parts.emplace_back(1, Media{.kind = MediaKind::image, .media_id = "med_1"});
  const auto kept = world.must(stored);
  EXPECT_EQ(kept.finished_relays, std::vector{turn.relays[0].id});
  EXPECT_EQ(types(kept), std::vector{message_updated});
  EXPECT_EQ(kept.events[0].message->id.value, place_id("msg", world.state.person, 2));
  const auto nothing = world.must(MediaStored{.message_seq = 2, .relay = turn.relays[0].id});
  EXPECT_TRUE(nothing.events.empty());
  EXPECT_EQ(nothing.finished_relays.size(), 1u);
}

TEST(Customer, TheLoopGuardCallsAPerson) {
  Policy policy = small_policy();
  policy.bots[{"faq"}].turns_per_minute_max = 3;
  World world(policy);
  for (int i = 0; i < 3; ++i) {
    world.must(world.says("echo"));
    world.must(BotAnswered{.call = world.state.open_bot_call,
                           .epoch = world.state.control.epoch,
                           .messages = {text("echo")},
                           .reason = {}});
    world.now += Milliseconds(100);
  }
  const auto fourth = world.must(world.says("echo"));
  EXPECT_EQ(fourth.decisions[0].rule, "loop_guard");
  EXPECT_EQ(world.state.control.holder, queue("general"));
  EXPECT_EQ(decide_again(fourth.decisions[0], *world.policy, nullptr), queue("general"));
}

CustomerSignals signal_of(const World& world, EventType type, std::string platform_type = {}) {
  const auto says = world.says("", "oa");
  CustomerSignals signal;
  signal.channel = says.channel;
  signal.identity = says.identity;
  signal.recipient = says.recipient;
  signal.type = type;
  signal.platform_event.type = std::move(platform_type);
  return signal;
}

TEST(Signals, AreStoredWithoutADecision) {
  World world;
  auto follow = signal_of(world, platform_event, "subscribe");
  follow.opens_window = "scan";
  const auto stored = world.must(follow);
  EXPECT_EQ(types(stored), std::vector{platform_event});
  EXPECT_TRUE(stored.decisions.empty());
  EXPECT_TRUE(world.state.episode.empty());
  EXPECT_EQ(world.state.windows.size(), 1u);
  EXPECT_EQ(world.state.addresses.at(0).recipient, "to-oa");
}

// "oa" may be answered for 48 hours after a message and for a minute after a click.
TEST(Signals, AShorterRightToAnswerDoesNotReplaceALongerOne) {
  World world;
  auto click = signal_of(world, platform_event, "CLICK");
  click.opens_window = "menu_click";
  const auto clicks = [&](std::string recipient) {
    click.recipient = std::move(recipient);
    world.must(click);
    return world.state.addresses.at(0).recipient;
  };
  EXPECT_EQ(clicks("click-1"), "click-1");
  EXPECT_EQ(clicks("click-2"), "click-2") << "as long as the one before";
  auto says = world.says("hello", "oa");
  says.recipient = "message-1";
  world.must(says);
  EXPECT_EQ(clicks("click-3"), "message-1");

  auto leaves = signal_of(world, platform_event, "unsubscribe");
  leaves.recipient = "left";
  world.must(leaves);
  EXPECT_EQ(world.state.addresses.at(0).recipient, "message-1") << "nothing may answer that";

  world.now += 48 * kHour - Milliseconds(1'000);
  EXPECT_EQ(clicks("click-4"), "click-4") << "the message's hours end sooner now";
  world.now += kDay;
  world.must(leaves);
  EXPECT_EQ(world.state.addresses.at(0).recipient, "left") << "no right was left";
}

TEST(Signals, TypingIsNotStored) {
  World world;
  const State before = world.state;
  const auto nothing = world.must(signal_of(world, typing_started));
  EXPECT_TRUE(nothing.events.empty());
  EXPECT_EQ(world.state, before);
}

TEST(Signals, AClickIsATurnIfARuleAsksForIt) {
  Policy policy = small_policy();
  policy.rules = {rule_of("all", test_of(When::always), bot()),
                  rule_of("desk", test_of(When::event, {"CLICK:desk"}), queue("vip"))};
  World world(policy);
  auto click = signal_of(world, platform_event, "CLICK");
  click.platform_event.key = "news";
  EXPECT_TRUE(world.must(click).decisions.empty());
  click.platform_event.key = "desk";
  const auto turn = world.must(click);
  EXPECT_EQ(types(turn), (std::vector{conversation_opened, platform_event, routing_decided,
                                      conversation_queued}));
  EXPECT_EQ(turn.decisions.at(0).rule, "desk");
  EXPECT_EQ(decide_again(turn.decisions[0], *world.policy, nullptr), queue("vip"));
}

TEST(Signals, OptOutStopsSendsUntilOptIn) {
  World world;
  world.must(world.says("human", "oa"));
  world.must(AssignToAgent{.agent = {"anna"}});
  world.must(AgentSays{.agent = {"anna"}, .message = text("hi"), .channel = {}});
  const Send waiting = world.open_send();
  auto stop = signal_of(world, platform_event, "unsubscribe");
  stop.opted_out = true;
  world.must(stop);
  EXPECT_EQ(world.refusal(AgentSays{.agent = {"anna"}, .message = text("hi"), .channel = {}}),
            Errc::recipient_gone);
  const auto late = world.progress(waiting, DeliveryState::submitting);
  EXPECT_EQ(late.events[0].delivery->status.state, DeliveryState::suppressed);
  EXPECT_EQ(late.finished_sends, std::vector{waiting.id});
  world.must(world.says("why?", "oa"));
  EXPECT_TRUE(world.state.addresses[0].opted_out) << "speaking is not opting in";
  auto start = signal_of(world, platform_event, "subscribe");
  start.opted_in = true;
  world.must(start);
  world.must(AgentSays{.agent = {"anna"}, .message = text("hi"), .channel = {}});
}

TEST(Customer, WhereToSpeakIsToOptInOneIsAnsweredAgain) {
  World world;
  world.must(world.says("human", "oa"));
  auto stop = signal_of(world, EventType::platform_event, "unsubscribed");
  stop.opted_out = true;
  world.must(stop);
  auto back = world.says("me again", "oa");
  back.opted_in = true;
  world.must(back);
  EXPECT_FALSE(world.state.addresses[0].opted_out);
}

TEST(Customer, AfterAMergeTheSurvivorIsSpokenTo) {
  World world;
  world.must(world.says("hi"));
  world.must(MergeInto{.survivor = {"per_ffffffffffffffffffffffffffffffff"},
                       .actor = "api:k",
                       .reason = "same phone"});
  EXPECT_EQ(world.refusal(world.says("hi")), Errc::conflict);
}

}  // namespace
}  // namespace parley::routing
