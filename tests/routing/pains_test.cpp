// What users of other desks suffered, a test each, named after it: queues, assignment, priority,
// merges, hand-over. The book, its plans and the decisions are the real ones; commands are carried
// out one after the other. tests/integration/pains_test.cpp has what needs the whole gateway.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "conversation/codec.hpp"
#include "routing/desk_book.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

Milliseconds seconds(std::int64_t n) { return Milliseconds{n * 1'000}; }

PersonId person_of(std::string_view name) {
  std::string hex;
  for (const char c : name) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[static_cast<unsigned char>(c) >> 4U];
    hex += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return {"per_" + std::string(32 - hex.size(), '0') + hex};
}

// Anna and Ben serve "general", which gives its customers to the least loaded, two at a time.
Policy desk_policy() {
  Policy policy = small_policy();
  Queue& general = policy.queues[{"general"}];
  general.desk.mode = AssignMode::least_loaded;
  general.desk.head_start = seconds(600);
  for (auto& [id, agent] : policy.agents) agent.capacity = 2;
  return policy;
}

class Desk {
 public:
  explicit Desk(Policy policy = desk_policy()) : policy_(compiled(std::move(policy))) { start(); }

  // ---- people
  Transition comes(const std::string& name, const std::string& words = "human please",
                   const Attributes& attributes = {}) {
    State& state = state_of(name);
    if (!attributes.empty()) {
      must(name, UpdateProfile{.actor = "api:crm", .attributes = attributes});
    }
    CustomerSays says;
    says.channel = channel("chat");
    says.identity.key = {.scope = "chat", .scheme = "visitor", .value = state.person.value};
    says.recipient = name;
    says.message = text(words);
    auto out = must(name, says);
    settle();
    return out;
  }
  void is(const std::string& agent, const std::string& presence) {
    presence_[{agent}] = book_->set_presence({agent}, presence, at());
    settle();
  }
  Transition must(const std::string& name, const Command& command) {
    auto out = carry_out(name, command);
    if (!out) {
      ADD_FAILURE() << name << ": " << out.error().detail;
      return {};
    }
    return std::move(*out);
  }
  Errc refusal(const std::string& name, const Command& command) {
    const auto out = carry_out(name, command);
    EXPECT_FALSE(out) << name;
    return out ? Errc::unavailable : out.error().code;
  }
  void close(const std::string& name) {
    must(name, CloseEpisode{.actor = "system", .reason = {}});
    settle();
  }
  // The agent takes the first who waits, or "nobody".
  std::string claims(const std::string& agent) {
    auto what = book_->reserve(*policy_, {agent}, {}, std::nullopt, at());
    if (!what) return is_nobody_waits(what.error()) ? "nobody" : "overloaded";
    const std::string name = name_of(what->entry.person);
    must(name, AssignToAgent{.agent = {agent}, .epoch = what->entry.epoch});
    book_->unreserve({agent}, *what, true);
    settle();
    return name;
  }
  void accepts(const std::string& agent, const std::string& name) {
    auto what = book_->take_offer(*policy_, {agent}, person_of(name), true, at());
    ASSERT_TRUE(what) << what.error().detail;
    must(name, AcceptOffer{.agent = {agent}, .epoch = what->entry.epoch});
    book_->release_place({agent}, what->weight);
    settle();
  }

  // ---- time and the process
  void passes(Milliseconds time) {
    const SteadyPoint until = steady_ + time;
    while (book_->wake_at() && *book_->wake_at() <= until) {
      steady_ = std::max(steady_, *book_->wake_at());
      book_->woken();
      settle();
    }
    steady_ = until;
  }
  void settle() {
    for (int round = 0; book_->take_changed() && round < 100; ++round) {
      for (const auto& planned : book_->plan(*policy_, at())) finish(planned);
    }
  }
  // What the desk wants, not yet carried out.
  std::vector<DeskBook::Planned> plans() {
    (void)book_->take_changed();
    return book_->plan(*policy_, at());
  }
  void finish(const DeskBook::Planned& planned) {
    const auto done = carry_out(name_of(planned.action.person), command_of(planned.action));
    const auto failed = done ? std::optional<Errc>() : std::optional(done.error().code);
    if (book_->finish(*policy_, planned, failed, at())) {
      presence_[planned.action.agent] = book_->present(planned.action.agent).row;
    }
  }
  // The process begins anew from the rows.
  void start() {
    book_ = std::make_unique<DeskBook>(TenantId{"demo"});
    for (const auto& [id, row] : presence_) book_->remember(row);
    for (const auto& [person, row] : entries_) book_->entered(row, at());
    for (const auto& [person, row] : assignments_) book_->assigned(row, at(), false);
    settle();
  }

  // ---- to look at
  Holder holder(const std::string& name) { return state_of(name).control.holder; }
  State& state_of(const std::string& name) {
    names_[person_of(name)] = name;
    return states_.try_emplace(name, first_state({"demo"}, person_of(name))).first->second;
  }
  // Whom the agent serves, in the order of their names.
  std::string serves(const std::string& agent) const {
    std::string out;
    for (const auto& [person, row] : assignments_) {
      if (row.agent.value == agent) out += (out.empty() ? "" : " ") + name_of(person);
    }
    return out;
  }
  std::string line(const std::string& queue = "general") const {
    std::string out;
    for (const auto* each : book_->line_of(*policy_, {queue})) {
      out += (out.empty() ? "" : " ") + name_of(each->entry.person);
    }
    return out;
  }
  DeskBook& book() { return *book_; }
  const Policy& policy() const { return *policy_; }
  DeskBook::Now at() const {
    return {.steady = steady_, .wall = kStart + (steady_ - SteadyPoint{})};
  }

 private:
  std::string name_of(const PersonId& person) const { return names_.at(person); }

  Result<Transition> carry_out(const std::string& name, const Command& command) {
    State& state = state_of(name);
    auto out =
        decide(state, command, {.policy = *policy_, .analyzer = analyzer_, .now = at().wall});
    if (!out) return out;
    state = out->state;
    state.open_sends.clear();  // at once with the customer
    const PersonId& person = state.person;
    if (out->leave_queue) entries_.erase(person);
    if (out->end_assignment) assignments_.erase(person);
    for (const auto& row : out->queue_entries) entries_[person] = *stored(row);
    for (const auto& row : out->assignments) assignments_[person] = *stored(row);
    // As the gateway tells its desk.
    if (out->leave_queue) book_->left(person, state.control.epoch);
    for (const auto& row : out->queue_entries) book_->entered(row, at());
    if (out->end_assignment) book_->unassigned(person, state.control.epoch);
    for (const auto& row : out->assignments) book_->assigned(row, at(), true);
    return out;
  }
  template <class Row>
  static Result<Row> stored(const Row& row) {
    return from_stored<Row>(to_stored(row));
  }

  std::shared_ptr<const Policy> policy_;
  WordAnalyzer analyzer_;
  SteadyPoint steady_{seconds(1'000'000)};
  std::map<std::string, State> states_;
  std::map<PersonId, std::string> names_;
  std::map<PersonId, QueueEntry> entries_;
  std::map<PersonId, Assignment> assignments_;
  std::map<AgentId, AgentPresence> presence_;
  std::unique_ptr<DeskBook> book_;
};

// ---- no queue, no limits

TEST(Pains, WhenAllAgentsAreBusyTheNextCustomersAreLost) {
  Desk desk;
  desk.is("anna", "online");
  for (const char* name : {"c1", "c2", "c3", "c4", "c5"}) {
    desk.comes(name);
    desk.passes(seconds(1));
  }
  EXPECT_EQ(desk.serves("anna"), "c1 c2") << "no more than she can serve";
  EXPECT_EQ(desk.line(), "c3 c4 c5");
  for (const char* done : {"c1", "c2", "c3", "c4"}) desk.close(done);
  EXPECT_EQ(desk.serves("anna"), "c5");
  EXPECT_EQ(desk.line(), "");
}

TEST(Pains, AnOverloadedDeskSaysNothingToWhoComes) {
  Policy policy = desk_policy();
  policy.queues[{"general"}].waiting_max = 1;
  policy.queues[{"general"}].desk.full = {.zh = "排队已满", .en = "We are very busy."};
  Desk desk(policy);
  desk.comes("first");
  EXPECT_FALSE(desk.state_of("first").waiting->mail);
  desk.comes("second");
  EXPECT_TRUE(desk.state_of("second").waiting->mail) << "asked for a message, and kept";
  EXPECT_GT(desk.state_of("second").last_outbound_at, TimePoint{});
  EXPECT_EQ(desk.line(), "first second");
}

// ---- agents who are free, and customers who wait

TEST(Pains, AFreedAgentGetsNoWaitingChat) {
  Desk desk;
  desk.is("anna", "online");
  for (const char* name : {"c1", "c2", "c3"}) desk.comes(name);
  ASSERT_EQ(desk.holder("c3"), queue("general"));
  desk.close("c1");
  EXPECT_EQ(desk.holder("c3"), agent("anna"));
}

TEST(Pains, AnAgentWhoComesBackGetsNoWaitingChat) {
  Desk desk;
  desk.comes("c1");
  desk.is("anna", "away");
  EXPECT_EQ(desk.holder("c1"), queue("general"));
  desk.is("anna", "online");
  EXPECT_EQ(desk.holder("c1"), agent("anna"));
}

TEST(Pains, OneAgentDrownsWhileAnotherIdles) {
  Desk desk;
  desk.is("anna", "online");
  desk.is("ben", "online");
  for (const char* name : {"c1", "c2", "c3", "c4"}) desk.comes(name);
  EXPECT_EQ(desk.serves("anna"), "c1 c3");
  EXPECT_EQ(desk.serves("ben"), "c2 c4");
}

TEST(Pains, TwoRequestsAtOnceExceedTheAgentsLimit) {
  Policy policy = desk_policy();
  policy.queues[{"general"}].desk.mode = AssignMode::manual;
  Desk desk(policy);
  for (const char* name : {"c1", "c2", "c3"}) desk.comes(name);
  // Three clicks, and no answer to any of them yet.
  auto first = desk.book().reserve(desk.policy(), {"anna"}, {}, std::nullopt, desk.at());
  auto second = desk.book().reserve(desk.policy(), {"anna"}, {}, std::nullopt, desk.at());
  auto third = desk.book().reserve(desk.policy(), {"anna"}, {}, std::nullopt, desk.at());
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_NE(first->entry.person, second->entry.person);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::overloaded);
}

// ---- stuck and invisible

TEST(Pains, AChatOfferedToSomebodyWhoLeftIsStuck) {
  Policy policy = desk_policy();
  policy.queues[{"general"}].desk.accept_timeout = seconds(20);
  Desk desk(policy);
  desk.is("anna", "online");
  desk.comes("c1");
  ASSERT_EQ(desk.holder("c1"), (Holder{HolderKind::offered, "anna"}));
  desk.is("anna", "offline");
  EXPECT_EQ(desk.holder("c1"), queue("general"));
  desk.is("ben", "online");
  EXPECT_EQ(desk.holder("c1"), (Holder{HolderKind::offered, "ben"}));
  desk.accepts("ben", "c1");
  EXPECT_EQ(desk.serves("ben"), "c1");
}

TEST(Pains, AChatNobodyCanTakeBlocksAllBehindIt) {
  Policy policy = desk_policy();
  Rule law = rule_of("law", test_of(When::text_contains, {"court"}), queue("general"), 90);
  law.skills = {"law"};
  policy.rules = {law};
  Desk desk(policy);
  desk.comes("lawsuit", "see you in court");
  desk.passes(seconds(10));
  desk.comes("parcel");
  desk.is("anna", "online");
  EXPECT_EQ(desk.serves("anna"), "parcel");
  EXPECT_EQ(desk.line(), "lawsuit") << "still to be seen by who may move it";
}

TEST(Pains, AChatThatWaitedForDaysCanBeNeitherTakenMovedNorClosed) {
  Policy policy = desk_policy();
  policy.queues[{"general"}].desk.mode = AssignMode::manual;
  Desk desk(policy);
  for (const char* name : {"taken", "moved", "closed"}) {
    desk.comes(name);
    desk.passes(seconds(1));
  }
  desk.passes(3 * kDay);
  EXPECT_EQ(desk.line(), "taken moved closed");
  desk.close("closed");
  desk.must("moved", Transfer{.actor = "agent:anna", .to = queue("vip"), .note = {}});
  EXPECT_EQ(desk.claims("anna"), "taken");
  EXPECT_EQ(desk.line(), "");
  EXPECT_EQ(desk.line("vip"), "moved");
}

TEST(Pains, ARestartForgetsWhoWaits) {
  Desk desk;
  for (const char* name : {"c1", "c2", "c3"}) {
    desk.comes(name);
    desk.passes(seconds(5));
  }
  desk.start();
  EXPECT_EQ(desk.line(), "c1 c2 c3");
  desk.is("anna", "online");
  desk.start();
  EXPECT_EQ(desk.serves("anna"), "c1 c2");
  desk.close("c1");
  EXPECT_EQ(desk.serves("anna"), "c2 c3") << "her presence and her load were kept too";
}

TEST(Pains, AnAgentStaysBusyWithAChatThatWasPassedOn) {
  Policy policy = desk_policy();
  policy.agents[{"anna"}].capacity = 1;
  Desk desk(policy);
  desk.is("anna", "online");
  desk.comes("c1");
  desk.comes("c2");
  ASSERT_EQ(desk.serves("anna"), "c1");
  desk.must("c1", Transfer{.actor = "agent:anna", .to = queue("complaints"), .note = {}});
  desk.settle();
  EXPECT_EQ(desk.serves("anna"), "c2");
  EXPECT_EQ(
      desk.refusal("c1", AgentSays{.agent = {"anna"}, .message = text("me again"), .channel = {}}),
      Errc::conflict)
      << "who passed it on has left it";
}

// ---- skills

TEST(Pains, AChatGoesToAnAgentWithoutTheSkill) {
  Policy policy = desk_policy();
  policy.agents[{"ben"}].skills = {"billing:4"};
  policy.agents[{"anna"}].skills = {"billing:1"};
  policy.agents[{"ben"}].capacity = 1;
  Rule billing = rule_of("billing", test_of(When::text_contains, {"invoice"}), queue("general"));
  billing.skills = {"billing:3"};
  policy.rules = {billing};
  Desk desk(policy);
  desk.is("anna", "online");
  desk.is("ben", "online");
  desk.comes("c1", "my invoice");
  desk.comes("c2", "my invoice too");
  EXPECT_EQ(desk.serves("ben"), "c1");
  EXPECT_EQ(desk.serves("anna"), "") << "idle, but not good enough";
  desk.close("c1");
  EXPECT_EQ(desk.serves("ben"), "c2");
}

TEST(Pains, ATransferForgetsWhichSkillIsNeeded) {
  Policy policy = desk_policy();
  policy.queues[{"vip"}].desk.mode = AssignMode::least_loaded;
  policy.queues[{"vip"}].skills = {"contracts:2"};
  for (auto& [id, agent] : policy.agents) agent.queues.push_back({"vip"});
  policy.agents[{"ben"}].skills = {"billing:4", "contracts:3"};
  Rule billing = rule_of("billing", test_of(When::text_contains, {"invoice"}), queue("general"));
  billing.skills = {"billing:3"};
  policy.rules = {billing};
  Desk desk(policy);
  desk.is("anna", "online");
  desk.comes("c1");
  ASSERT_EQ(desk.serves("anna"), "c1");
  desk.must("c1", Transfer{.actor = "agent:anna", .to = queue("vip"), .note = "a contract"});
  desk.settle();
  EXPECT_EQ(desk.holder("c1"), queue("vip")) << "not back to Anna, who is free and serves it";
  // Moved while they wait, they still need what they needed.
  desk.comes("c2", "my invoice");
  desk.must("c2", Transfer{.actor = "api:crm", .to = queue("complaints"), .note = {}});
  desk.must("c2", Transfer{.actor = "api:crm", .to = queue("general"), .note = {}});
  desk.settle();
  EXPECT_EQ(desk.holder("c2"), queue("general"));
  desk.is("ben", "online");
  EXPECT_EQ(desk.serves("ben"), "c1 c2");
}

TEST(Pains, AChatMovedToWhereNobodyHasTheSkillIsStuck) {
  Policy policy = desk_policy();
  policy.queues[{"vip"}].desk.mode = AssignMode::least_loaded;
  policy.agents[{"ben"}].queues = {{"vip"}};
  Rule law = rule_of("law", test_of(When::text_contains, {"court"}), queue("general"), 90);
  law.skills = {"law"};
  policy.rules = {law};
  Desk desk(policy);
  desk.is("ben", "online");
  desk.comes("c1", "see you in court");
  desk.must("c1", Transfer{.actor = "api:crm", .to = queue("vip"), .note = {}});
  desk.settle();
  EXPECT_EQ(desk.serves("ben"), "c1") << "better somebody than nobody";
}

// ---- first come, first served

TEST(Pains, WhoCameLaterIsServedFirst) {
  Policy policy = desk_policy();
  policy.queues[{"general"}].desk.accept_timeout = seconds(20);
  policy.agents[{"anna"}].capacity = 1;
  Desk desk(policy);
  for (const char* name : {"c4", "c3", "c2", "c1"}) {
    desk.comes(name);
    desk.passes(seconds(1));
  }
  desk.is("anna", "online");
  ASSERT_EQ(desk.holder("c4"), (Holder{HolderKind::offered, "anna"}));
  desk.must(
      "c4",
      RejectOffer{.agent = {"anna"}, .epoch = desk.state_of("c4").control.epoch, .reason = "busy"});
  EXPECT_EQ(desk.line(), "c4 c3 c2 c1") << "who is declined keeps the place";
  desk.is("ben", "online");
  EXPECT_EQ(desk.holder("c4"), (Holder{HolderKind::offered, "ben"}));
  EXPECT_EQ(desk.holder("c3"), (Holder{HolderKind::offered, "anna"}));
  EXPECT_EQ(desk.holder("c1"), queue("general"));
}

TEST(Pains, AnOfferNobodyAnsweredIsNeverMadeAgain) {
  Policy policy = desk_policy();
  policy.queues[{"general"}].desk.accept_timeout = seconds(20);
  policy.queues[{"general"}].desk.missed_max = 0;  // they stay online
  Desk desk(policy);
  desk.is("anna", "online");
  desk.comes("c1");
  ASSERT_EQ(desk.holder("c1"), (Holder{HolderKind::offered, "anna"}));
  desk.passes(seconds(20));
  EXPECT_EQ(desk.holder("c1"), queue("general"));
  desk.passes(seconds(30));
  EXPECT_EQ(desk.holder("c1"), (Holder{HolderKind::offered, "anna"})) << "a new round";
  desk.accepts("anna", "c1");
  EXPECT_EQ(desk.serves("anna"), "c1");
}

// ---- what people decide stands

TEST(Pains, TheAutomaticTakesAChatFromWhomItWasGivenToByHand) {
  Desk desk;
  desk.comes("c1");
  desk.book().set_presence({"anna"}, "online", desk.at());
  const auto plans = desk.plans();  // c1 to Anna, on its way
  ASSERT_EQ(plans.size(), 1u);
  ASSERT_EQ(plans[0].action.agent.value, "anna");
  desk.must("c1", Transfer{.actor = "api:boss", .to = agent("ben"), .note = "he knows them"});
  desk.finish(plans[0]);
  desk.settle();
  EXPECT_EQ(desk.holder("c1"), agent("ben"));
  EXPECT_EQ(desk.serves("anna"), "");
  desk.is("ben", "away");
  desk.passes(kDay);
  EXPECT_EQ(desk.holder("c1"), agent("ben")) << "and nobody moves them but people";
  desk.comes("c2");
  desk.comes("c3");
  EXPECT_EQ(desk.serves("anna"), "c2 c3") << "the place that was held is free again";
}

// ---- mood and importance

TEST(Pains, AnAngryCustomerWaitsBehindAllOthers) {
  Policy policy = desk_policy();
  policy.queues[{"general"}].desk.mood_priority = 50;
  Desk desk(policy);
  desk.comes("calm");
  desk.passes(seconds(60));
  desk.comes("cross", "furious! human!");
  EXPECT_EQ(desk.line(), "cross calm");
}

TEST(Pains, AMoodThatWasMisjudgedLetsOthersWaitForEver) {
  Policy policy = desk_policy();
  policy.queues[{"general"}].desk.mood_priority = 100;
  policy.agents[{"anna"}].capacity = 1;
  Desk desk(policy);
  desk.is("anna", "online");
  desk.comes("x0", "furious! human!");  // Anna is never idle
  desk.comes("calm");
  std::string last = "x0";
  int passed_by = 0;
  for (int i = 1; i < 100 && desk.serves("anna") != "calm"; ++i) {
    const std::string next = "x" + std::to_string(i);
    desk.passes(seconds(60));
    desk.comes(next, "furious! human!");
    desk.close(last);
    if (desk.serves("anna") == "calm") break;
    ++passed_by;
    last = desk.serves("anna");
  }
  EXPECT_EQ(desk.serves("anna"), "calm");
  EXPECT_LE(passed_by, 10) << "one a minute, for a head start of ten minutes and no longer";
  EXPECT_GT(passed_by, 0) << "the angry do go first";
}

TEST(Pains, AVipWaitsLikeEverybodyElse) {
  Policy policy = desk_policy();
  Condition gold = test_of(When::attribute, {"gold"});
  gold.name = "tier";
  policy.segments = {{.name = "gold", .when = gold}};
  policy.queues[{"general"}].desk.segment_priority = {{"gold", 40}};
  Desk desk(policy);
  desk.comes("anybody");
  desk.passes(seconds(60));
  desk.comes("vip", "human please", {{"tier", std::string("gold")}});
  EXPECT_EQ(desk.line(), "vip anybody");
}

// ---- one person, several contacts

TEST(Pains, TheMergeGoesTheWrongWayRound) {
  World one, other;
  other.state = first_state({"demo"}, {"per_" + std::string(32, 'b')});
  one.must(one.says("hello"));
  other.must(other.says("hello"));
  // Who is named as the survivor survives, not the older or the busier.
  const auto ended =
      one.must(MergeInto{.survivor = other.state.person, .actor = "agent:anna", .reason = "same"});
  EXPECT_EQ(one.state.forward_to, other.state.person);
  EXPECT_TRUE(other.state.forward_to.empty());
  ASSERT_EQ(ended.relays.size(), 1u);
  other.must(MergedFrom{.other = one.state.person,
                        .actor = "agent:anna",
                        .reason = "same",
                        .relay = ended.relays[0].id,
                        .addresses = ended.relays[0].addresses});
  // The other way round only once this one is taken back.
  EXPECT_EQ(other.refusal(MergeInto{.survivor = one.state.person, .actor = "x", .reason = {}}),
            Errc::rejected);
}

TEST(Pains, TwoPeopleWithConflictingIdsAreMergedUnasked) {
  World world;
  auto says = world.says("hello");
  says.identity.union_id = "union-1";
  world.must(says);
  EXPECT_EQ(world.state.union_id, "union-1");
  // The same chat with another id: two people at one phone, or a platform that is wrong.
  says.identity.union_id = "union-2";
  const auto turn = world.must(says);
  EXPECT_EQ(world.state.union_id, "union-1");
  EXPECT_TRUE(world.state.forward_to.empty());
  for (const Relay& relay : turn.relays) EXPECT_NE(relay.verb, "join_union");
}

// ---- bots and people

TEST(Pains, TheBotTalksOverTheAgent) {
  World world;
  world.must(world.says("hello"));
  const auto call = world.state.open_bot_call;
  const auto epoch = world.state.control.epoch;
  world.must(TakeOver{.agent = {"anna"}, .actor = "agent:anna"});
  const auto late = world.must(BotAnswered{.call = call, .epoch = epoch, .messages = {text("hi")}});
  EXPECT_TRUE(late.sends.empty()) << "what it had begun to say";
  EXPECT_TRUE(world.must(world.says("are you human?")).bot_calls.empty()) << "and what comes next";
  EXPECT_EQ(world.state.control.holder, agent("anna"));
}

TEST(Pains, TheCustomerHearsTwoGoodbyes) {
  World world;
  world.must(world.says("hello"));
  BotAnswered answer{.call = world.state.open_bot_call,
                     .epoch = world.state.control.epoch,
                     .messages = {text("a colleague will help you")},
                     .hand_over = true,
                     .reason = "asked for"};
  EXPECT_EQ(world.must(answer).sends.size(), 1u);
  answer.messages = {text("a colleague will help you!")};
  EXPECT_TRUE(world.must(answer).sends.empty()) << "the same turn, said again";

  Policy policy = small_policy();
  policy.rating.question_en = policy.rating.question_zh = "How did we do?";
  World closing(policy);
  closing.give_to("anna");
  closing.must(AgentSays{.agent = {"anna"}, .message = text("bye"), .channel = {}});
  EXPECT_EQ(closing.must(CloseEpisode{.actor = "agent:anna", .reason = {}}).sends.size(), 1u);
  EXPECT_EQ(closing.refusal(CloseEpisode{.actor = "api:crm", .reason = {}}), Errc::rejected);
}

TEST(Pains, NobodyAnswersAfterTheTalkReturnsToTheBot) {
  for (const bool released : {true, false}) {
    World world;
    world.give_to("anna");
    world.must(AgentSays{.agent = {"anna"}, .message = text("done"), .channel = {}});
    if (released) {
      world.must(Release{.actor = "agent:anna", .reason = {}});
    } else {
      world.must(Transfer{.actor = "agent:anna", .to = bot(), .note = {}});
    }
    const auto turn = world.must(world.says("one more question"));
    ASSERT_EQ(turn.bot_calls.size(), 1u);
    const auto answered = world.must(BotAnswered{.call = turn.bot_calls[0].id,
                                                 .epoch = turn.bot_calls[0].epoch,
                                                 .messages = {text("yes?")}});
    EXPECT_EQ(answered.sends.size(), 1u);
  }
}

TEST(Pains, WhoAsksForAPersonStaysWithTheBot) {
  World asked;
  EXPECT_TRUE(asked.must(asked.says("I want a human")).bot_calls.empty());
  EXPECT_EQ(asked.state.control.holder, queue("general"));

  World given_up;  // the bot cannot, and says nothing at all
  given_up.must(given_up.says("hello"));
  given_up.must(BotFailed{.call = given_up.state.open_bot_call,
                          .epoch = given_up.state.control.epoch,
                          .reason = "deadline"});
  EXPECT_EQ(given_up.state.control.holder, queue("general"));
}

}  // namespace
}  // namespace parley::routing
