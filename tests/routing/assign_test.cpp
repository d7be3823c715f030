// Who is given to whom, and what else waiting brings: one scene, one plan. The names say what users
// of other desks suffered.
#include "routing/assign.hpp"

#include <gtest/gtest.h>

#include <list>

#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

constexpr SteadyPoint kNow{Milliseconds{10'000'000}};

Milliseconds seconds(std::int64_t n) { return Milliseconds{n * 1'000}; }

// One queue "q" and what a test adds to it.
struct Floor {
  Floor() {
    Queue own;
    own.id = {"q"};
    own.desk.mode = AssignMode::least_loaded;
    own.desk.head_start = seconds(100);
    policy.queues[own.id] = own;
  }
  DeskRules& rules() { return policy.queues[{"q"}].desk; }

  Agent& agent(const std::string& id, std::uint32_t used = 0, bool online = true) {
    Agent& out = policy.agents[{id}];
    out.id = {id};
    out.queues = {{"q"}};
    out.capacity = 2;
    present.push_back({{id}, used, online, {}, {}});
    return out;
  }
  QueueEntry& waits(const std::string& person, Milliseconds since, int priority = 0) {
    QueueEntry& out = entries.emplace_back();
    out.person = {person};
    out.queue = {"q"};
    out.priority = priority;
    out.epoch = 7;
    since_.push_back(kNow - since);
    return out;
  }

  Plan plan() {
    Scene scene{.policy = policy, .now = kNow};
    auto since = since_.begin();
    for (const QueueEntry& entry : entries) {
      WaitingNow waiting{.entry = &entry, .since = *since, .entered = *since};
      waiting.offered = offered;
      waiting.declined = declined;
      scene.waiting.push_back(waiting);
      ++since;
    }
    for (const auto& [id, agent] : policy.agents) {
      AgentNow now{.who = &agent};
      for (const There& there : present) {
        if (there.id != id) continue;
        now.online = there.online;
        now.used = there.used;
        now.count = there.used == 0 ? 0 : 1;
        now.given = there.given;
        now.freed = there.freed;
      }
      scene.agents.push_back(now);
    }
    scene.queues[{"q"}] = queue;
    return plan_desk(scene);
  }
  // "assign x a, offer y b"
  std::string said() {
    std::string out;
    for (const Action& action : plan().actions) {
      if (!out.empty()) out += ", ";
      out += std::string(to_string(action.kind)) + " " + action.person.value;
      if (!action.agent.empty()) out += " " + action.agent.value;
      for (const auto& each : action.agents) out += " " + each.value;
      if (action.to.kind != HolderKind::none) out += " " + action.to.id;
      if (action.position > 0) out += " " + std::to_string(action.position);
    }
    return out;
  }

  struct There {
    AgentId id;
    std::uint32_t used = 0;
    bool online = true;
    SteadyPoint given{}, freed{};
  };
  Policy policy;
  std::list<There> present;
  std::list<QueueEntry> entries;
  SteadyPoint offered = kNow, declined = kNow;
  QueueNow queue;

 private:
  std::list<SteadyPoint> since_;
};

TEST(Assign, AFreedAgentIsGivenWhoWaits) {
  Floor floor;
  floor.agent("anna", 100);
  floor.waits("x", seconds(5));
  EXPECT_EQ(floor.said(), "assign x anna");
}

TEST(Assign, NoAgentIsGivenMoreThanFits) {
  Floor floor;
  floor.agent("anna", 100);
  floor.waits("x", seconds(5));
  floor.waits("y", seconds(4));
  EXPECT_EQ(floor.said(), "assign x anna");
}

TEST(Assign, NobodyIsGivenToWhoIsNotThere) {
  Floor floor;
  floor.agent("anna", 0, false);
  floor.waits("x", seconds(5));
  EXPECT_EQ(floor.said(), "");
}

TEST(Assign, TheImportantGoFirstButNotForEver) {
  Floor floor;
  floor.agent("anna", 100);
  floor.waits("low", seconds(99), 0);
  floor.waits("high", seconds(0), 100);
  EXPECT_EQ(floor.said(), "assign high anna");  // 99 s are less than the head start of 100 s
  Floor later;
  later.agent("anna", 100);
  later.waits("low", seconds(101), 0);
  later.waits("high", seconds(0), 100);
  EXPECT_EQ(later.said(), "assign low anna");
}

TEST(Assign, SameImportanceIsFirstComeFirstServed) {
  Floor floor;
  floor.agent("anna", 100);
  floor.waits("a-late", seconds(3), 50);
  floor.waits("b-early", seconds(4), 50);
  EXPECT_EQ(floor.said(), "assign b-early anna");
}

TEST(Assign, SegmentAndMoodAddToThePriority) {
  DeskRules rules;
  rules.segment_priority = {{"vip", 30}};
  rules.mood_priority = 40;
  QueueEntry entry;
  entry.priority = 50;
  EXPECT_EQ(priority_of(entry, rules), 50);
  entry.segment = "vip";
  EXPECT_EQ(priority_of(entry, rules), 80);
  entry.mood = -0.5;
  EXPECT_EQ(priority_of(entry, rules), 100);
  entry.segment.clear();
  EXPECT_EQ(priority_of(entry, rules), 70);
  entry.mood = 0.9;  // a happy customer is no less important
  EXPECT_EQ(priority_of(entry, rules), 50);
}

TEST(Assign, ModesChooseAsTheySay) {
  Floor floor;
  floor.agent("anna", 100).capacity = 5;  // a fifth in use
  floor.agent("bo", 100).capacity = 2;    // a half
  floor.waits("x", seconds(5));
  auto anna = floor.present.begin(), bo = std::next(anna);
  anna->given = kNow - seconds(1);
  bo->given = kNow - seconds(9);
  EXPECT_EQ(floor.said(), "assign x anna");
  floor.rules().mode = AssignMode::round_robin;
  EXPECT_EQ(floor.said(), "assign x bo");
  floor.rules().mode = AssignMode::longest_idle;
  anna->used = bo->used = 0;
  anna->freed = kNow - seconds(20);
  bo->freed = kNow - seconds(10);
  EXPECT_EQ(floor.said(), "assign x anna");
  floor.rules().mode = AssignMode::manual;
  EXPECT_EQ(floor.said(), "");
  floor.rules().mode = AssignMode::broadcast;
  EXPECT_EQ(floor.said(), "offer_all x anna bo");
}

TEST(Assign, AnOfferNobodyAnswersGoesToTheNextAgent) {
  Floor floor;
  floor.rules().accept_timeout = seconds(20);
  floor.agent("anna", 0);
  floor.agent("bo", 100);
  QueueEntry& x = floor.waits("x", seconds(60));
  EXPECT_EQ(floor.said(), "offer x anna");
  x.offered_to = {"anna"};
  floor.offered = kNow - seconds(19);
  EXPECT_EQ(floor.said(), "");
  EXPECT_EQ(floor.plan().wake_at, kNow + seconds(1));
  floor.offered = kNow - seconds(20);
  EXPECT_EQ(floor.said(), "withdraw x anna");
  x.offered_to = {};
  x.declined = {{"anna"}};
  EXPECT_EQ(floor.said(), "offer x bo");
  x.declined = {{"anna"}, {"bo"}};  // all were asked: a new round, but not at once
  EXPECT_EQ(floor.said(), "");
  floor.declined = kNow - seconds(30);
  EXPECT_EQ(floor.said(), "offer x anna");
}

TEST(Assign, AnOfferEndsWhenItsAgentLeaves) {
  Floor floor;
  floor.rules().accept_timeout = seconds(20);
  floor.agent("anna", 0, false);
  floor.waits("x", seconds(60)).offered_to = {"anna"};
  EXPECT_EQ(floor.said(), "withdraw x anna");
}

TEST(Assign, SkillsTheirLevelsAndLanguageMustFit) {
  Floor floor;
  floor.agent("anna").skills = {"billing:2"};
  floor.agent("bo", 100).skills = {"billing"};  // without a level: the highest
  floor.policy.agents[{"bo"}].languages = {"en"};
  QueueEntry& x = floor.waits("x", seconds(60));
  x.skills = {"billing:3"};
  EXPECT_EQ(floor.said(), "assign x bo");
  floor.rules().match_language = true;
  x.language = "zh";
  EXPECT_EQ(floor.said(), "");
  x.language = "en-GB";
  EXPECT_EQ(floor.said(), "assign x bo");
  x.language = "zh";
  floor.rules().relax_after = seconds(60);  // better somebody than nobody
  EXPECT_EQ(floor.said(), "assign x anna");
  x.skills = {"law"};
  EXPECT_EQ(floor.said(), "");
}

TEST(Assign, TheLastAgentHasThemFirstForAWhile) {
  Floor floor;
  floor.rules().sticky = seconds(30);
  floor.agent("anna");
  floor.agent("bo", 200);  // full
  floor.waits("x", seconds(10)).last_agent = {"bo"};
  EXPECT_EQ(floor.said(), "");
  EXPECT_EQ(floor.plan().wake_at, kNow + seconds(20));
  floor.present.back().used = 100;
  EXPECT_EQ(floor.said(), "assign x bo");
  floor.present.back().online = false;  // nobody waits for who is not there
  EXPECT_EQ(floor.said(), "assign x anna");
}

TEST(Assign, ACallIsMoreThanAChatAndIsNotStarvedByChats) {
  Floor floor;
  floor.agent("anna", 100);  // one place of two left
  floor.waits("call", seconds(50)).weight = 200;
  floor.waits("chat", seconds(10));
  EXPECT_EQ(floor.said(), "assign chat anna");
  Floor later;  // after the head start a place is kept until it fits
  later.agent("anna", 100);
  later.waits("call", seconds(100)).weight = 200;
  later.waits("chat", seconds(10));
  EXPECT_EQ(later.said(), "");
  later.present.back().used = 0;
  EXPECT_EQ(later.said(), "assign call anna");
}

TEST(Assign, WhatIsHeavierThanAnyAgentIsTakenAlone) {
  Floor floor;
  floor.agent("anna");
  floor.waits("call", seconds(5)).weight = 500;
  EXPECT_EQ(floor.said(), "assign call anna");
}

TEST(Assign, WhoWaitsTooLongIsPassedOnOrAskedForAMessage) {
  Floor floor;
  floor.rules().overflow_after = seconds(60);
  floor.waits("x", seconds(59));
  EXPECT_EQ(floor.said(), "");
  EXPECT_EQ(floor.plan().wake_at, kNow + seconds(1));
  floor.waits("y", seconds(60));
  EXPECT_EQ(floor.said(), "ask_mail y");
  floor.rules().overflow_to = queue("second");
  EXPECT_EQ(floor.said(), "pass_on y second");
  floor.rules().overflow_to = bot();
  EXPECT_EQ(floor.said(), "end_wait y faq");
}

TEST(Assign, AFullQueueTellsTheLastToCome) {
  Floor floor;
  floor.policy.queues[{"q"}].waiting_max = 1;
  floor.waits("x", seconds(2));
  floor.waits("y", seconds(1));
  EXPECT_EQ(floor.said(), "ask_mail y");
  EXPECT_TRUE(floor.plan().actions.at(0).full);
  floor.entries.back().mail = true;  // told: that is enough
  EXPECT_EQ(floor.said(), "");
}

TEST(Assign, AClosedQueueTellsWhoComes) {
  Floor floor;
  floor.queue.open = false;
  floor.waits("x", seconds(2));
  EXPECT_EQ(floor.said(), "");
  floor.rules().when_closed = WhenClosed::message;
  EXPECT_EQ(floor.said(), "ask_mail x");
  floor.rules().when_closed = WhenClosed::overflow;
  floor.rules().overflow_to = queue("night");
  EXPECT_EQ(floor.said(), "pass_on x night");
}

TEST(Assign, PlacesAreToldWhenTheyChangeAndNotTooOften) {
  Floor floor;
  floor.rules().position_every = seconds(30);
  floor.queue.pace = seconds(60);
  floor.waits("x", seconds(40)).told_position = 1;
  floor.waits("y", seconds(35)).told_position = 3;
  floor.waits("z", seconds(29));
  EXPECT_EQ(floor.said(), "tell_place y 2");
  EXPECT_EQ(floor.plan().actions.at(0).estimate, seconds(120));
  EXPECT_EQ(floor.plan().wake_at, kNow + seconds(1));
}

TEST(Assign, WhoIsInHandIsLeftAlone) {
  Floor floor;
  floor.agent("anna");
  floor.waits("x", seconds(5));
  Scene scene{.policy = floor.policy, .now = kNow};
  scene.waiting.push_back({.entry = &floor.entries.front(), .busy_until = SteadyPoint::max()});
  scene.agents.push_back({.who = &floor.policy.agents[{"anna"}], .online = true});
  const auto plan = plan_desk(scene);
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_EQ(plan.wake_at, std::nullopt);
}

TEST(Assign, SkillsAreReadWithTheirLevel) {
  EXPECT_EQ(skill_from("billing", 1).level, 1);
  EXPECT_EQ(skill_from("billing:3", 1).level, 3);
  EXPECT_EQ(skill_from("billing:3", 1).name, "billing");
  for (const auto* wrong : {"billing:", "billing:0", "billing:11", "billing:x", "billing:3x"}) {
    EXPECT_EQ(skill_from(wrong, 1).level, -1) << wrong;
  }
}

}  // namespace
}  // namespace parley::routing
