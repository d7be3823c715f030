// Seeded random lives of one customer: whatever order commands come in, stale ones included, the
// promises of decide() hold after each.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "conversation/codec.hpp"
#include "tests/routing/world.hpp"

namespace parley::routing {
namespace {

constexpr int kSeeds = 2'000;
constexpr int kSteps = 50;
const PersonId kOther{"per_ffffffffffffffffffffffffffffffff"};

Policy fuzz_policy() {
  Policy policy = small_policy();
  policy.bots[{"faq"}].turns_per_minute_max = 4;
  policy.queues[{"general"}].notice_en = "One moment";
  policy.queues[{"general"}].notice_zh = "请稍候";
  Condition gold = test_of(When::attribute, {"gold"});
  gold.name = "tier";
  policy.segments = {{.name = "vip", .when = gold},
                     {.name = "lapsed", .when = test_of(When::days_since_seen_at_least, {}, 3)}};
  Rule label = rule_of("refund", test_of(When::text_contains, {"refund", "退款"}), {}, 60);
  label.labels = {"refund"};
  policy.rules = {
      rule_of("desk", test_of(When::event, {"CLICK:desk"}), queue("vip"), 70),
      rule_of("angry-vip", all_of({test_of(When::segment, {"vip"}), test_of(When::angry)}),
              queue("vip"), 95),
      rule_of("falling", test_of(When::trend_below, {}, -0.9), queue("complaints"), 80),
      rule_of("unheard", all_of({test_of(When::unhappy), test_of(When::repeats_at_least, {}, 1)}),
              queue("complaints"), 85),
      rule_of("digits", test_of(When::text_matches, {"^[0-9]{4,}$"}), queue("complaints"), 40),
      label,
      rule_of(
          "labelled",
          all_of({test_of(When::label, {"refund"}), test_of(When::episode_turns_at_least, {}, 3)}),
          queue("complaints"), 65),
      rule_of("picture", test_of(When::part_type, {"image"}), queue("general"), 55),
      rule_of("english", test_of(When::language, {"en"}), bot())};
  return policy;
}

// What a Store would hold of one conversation.
struct Rows {
  std::map<std::string, Send> sends;
  std::map<std::string, BotCall> bot_calls;
  std::optional<QueueEntry> queue_entry;
  std::optional<Assignment> assignment;
  std::map<std::string, DeadLetter> dead_letters;
  std::set<std::string> finished;

  void apply(const Transition& t) {
    for (const Send& send : t.sends) sends[send.id.value] = send;
    for (const SendId& id : t.finished_sends) {
      EXPECT_EQ(sends.erase(id.value), 1u) << "a send ends that was not there";
      EXPECT_TRUE(finished.insert(id.value).second) << "a send ends twice";
    }
    for (const auto& id : t.finished_bot_calls) {
      EXPECT_EQ(bot_calls.erase(id.value), 1u) << "a bot call ends that was not there";
    }
    for (const BotCall& call : t.bot_calls) bot_calls[call.id.value] = call;
    EXPECT_LE(t.queue_entries.size(), 1u);
    EXPECT_LE(t.assignments.size(), 1u);
    EXPECT_FALSE(t.leave_queue && !t.queue_entries.empty());
    EXPECT_FALSE(t.end_assignment && !t.assignments.empty());
    if (t.leave_queue) queue_entry.reset();
    for (const auto& entry : t.queue_entries) queue_entry = entry;
    if (t.end_assignment) assignment.reset();
    for (const auto& each : t.assignments) assignment = each;
    for (const auto& id : t.erased_dead_letters) dead_letters.erase(id.value);
    for (const auto& letter : t.dead_letters) dead_letters[letter.send.id.value] = letter;
  }
};

class Life {
 public:
  explicit Life(unsigned seed) : random_(seed) {}

  void step(const std::shared_ptr<const Policy>& policy) {
    World& w = world_;
    w.policy = policy;
    w.now += Milliseconds(pick(20) == 0 ? pick(5 * 86'400'000) : pick(40'000));
    const Command command = next();
    const State before = w.state;
    const auto result = w.ask(command);
    if (!result) {
      EXPECT_FALSE(result.error().detail.empty());
      return;
    }
    const auto twice = w.ask(command);
    ASSERT_TRUE(twice);
    EXPECT_EQ(twice->events, result->events);
    EXPECT_EQ(twice->state, result->state);
    EXPECT_EQ(twice->decisions, result->decisions);
    EXPECT_EQ(twice->sends, result->sends);
    w.state = result->state;
    rows_.apply(*result);
    check_log(before, *result);
    check_turn(command, *result);
    check_speech(command, before, *result);
    check_rows();
    check_bounds();
    for (const BotCall& call : result->bot_calls) calls_.push_back(call);
    for (const Send& send : result->sends) {
      if (send.id.value == place_id("snd", w.state.person, send_seq(send))) seen_.push_back(send);
    }
  }
  const State& state() const { return world_.state; }

 private:
  std::uint64_t send_seq(const Send& send) const {
    return parse_place("snd", send.id.value).value_or(Place{}).seq;
  }

  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  template <class List>
  const auto& any_of_list(const List& list) {
    return list[pick(static_cast<std::uint32_t>(std::size(list)))];
  }
  std::string agent_id() { return pick(2) == 0 ? "anna" : "ben"; }
  std::string actor() { return pick(3) == 0 ? "api:k" : "agent:" + agent_id(); }
  std::uint64_t epoch() {
    const auto now = world_.state.control.epoch;
    return pick(4) == 0 && now > 0 ? now - 1 : now;
  }
  std::string channel_id() {
    static const char* const kChannels[] = {"chat", "oa", "fb"};
    return any_of_list(kChannels);
  }

  Command next() {
    switch (pick(24)) {
      case 0:
        return OfferToAgent{.agent = {agent_id()}, .epoch = epoch()};
      case 1:
        return AcceptOffer{.agent = {agent_id()}, .epoch = epoch()};
      case 2:
        return RejectOffer{.agent = {agent_id()}, .epoch = epoch(), .reason = "busy"};
      case 3:
        return AssignToAgent{.agent = {agent_id()}, .epoch = epoch()};
      case 4:
        if (pick(3) == 0) return TakeOver{.agent = {agent_id()}, .actor = {}};
        return AssignToAgent{.agent = {agent_id()}, .epoch = epoch()};
      case 5:
      case 6:
        return AgentSays{.agent = {agent_id()}, .message = text("hi"), .channel = {}};
      case 7:
        return transfer();
      case 8:
        return Release{.actor = actor(), .reason = "done"};
      case 9:
        return CloseEpisode{.actor = actor(), .reason = "solved"};
      case 10:
        return SystemSays{.actor = "api:k",
                          .message = text("news"),
                          .channel = {},
                          .bulk = true,
                          .notification = pick(2) == 0};
      case 11:
      case 12:
      case 13:
      case 14:
        return progress();
      case 15:
        return receipt();
      case 16:
        return signal();
      case 17:
        return person();
      case 18:
      case 19:
      case 20:
        return bot_outcome();
      default:
        return says();
    }
  }

  Command says() {
    static const char* const kWords[] = {"hello",  "bad",  "furious", "good",   "human",
                                         "转人工", "退款", "12345",   "refund", "你好"};
    CustomerSays out = world_.says(any_of_list(kWords), channel_id());
    if (pick(8) == 0) out.message.content.emplace_back(Media{.kind = MediaKind::image, .url = "u"});
    if (pick(9) == 0) out.message.content.clear();
    if (pick(9) == 0) out.occurred_at = world_.now - Milliseconds(pick(9'000'000));
    if (pick(30) == 0) out.external_user = "crm-" + std::to_string(pick(3));
    return out;
  }

  Command transfer() {
    static const Holder kTargets[] = {queue("vip"), queue("general"), agent("anna"), agent("ben"),
                                      bot()};
    return Transfer{.actor = actor(),
                    .to = any_of_list(kTargets),
                    .note = "n",
                    .priority = static_cast<int>(pick(102)) - 1};
  }

  Command bot_outcome() {
    if (calls_.empty()) return says();
    const BotCall& call = pick(4) == 0 ? any_of_list(calls_) : calls_.back();
    if (pick(5) == 0) return BotFailed{.call = call.id, .epoch = call.epoch, .reason = "deadline"};
    BotAnswered answer;
    answer.call = call.id;
    answer.epoch = pick(8) == 0 ? epoch() : call.epoch;
    for (std::uint32_t i = pick(3); i > 0; --i) answer.messages.push_back(text("answer"));
    answer.hand_over = pick(5) == 0;
    return answer;
  }

  Command progress() {
    if (!rows_.dead_letters.empty() && pick(6) == 0) {
      return ReplaySend{.letter = rows_.dead_letters.begin()->second, .actor = "api:ops"};
    }
    if (seen_.empty()) return says();
    SendProgress out;
    const bool head = !world_.state.open_sends.empty() && pick(4) != 0;
    out.row = head ? rows_.sends.at(world_.state.open_sends.front().value) : any_of_list(seen_);
    out.send = out.row.id;
    static const DeliveryState kStates[] = {
        DeliveryState::submitting, DeliveryState::submitting, DeliveryState::sent,
        DeliveryState::sent,       DeliveryState::failed,     DeliveryState::throttled,
        DeliveryState::queued,     DeliveryState::uncertain,  DeliveryState::expired};
    out.state = any_of_list(kStates);
    if (out.state == DeliveryState::sent && pick(3) != 0) {
      out.external_ids = {"x" + out.send.value};
    }
    out.dead_letter = out.state == DeliveryState::failed || pick(12) == 0;
    out.recipient_gone = out.state == DeliveryState::failed && pick(6) == 0;
    if (pick(10) == 0) out.new_recipient = "moved";
    if (pick(3) == 0) out.retry_at = world_.now + kMinute;
    return out;
  }

  Command receipt() {
    ReceiptArrived out;
    out.channel = {"chat"};
    if (!seen_.empty()) {
      const Send& send = any_of_list(seen_);
      if (pick(2) == 0) {
        out.external_id = "x" + send.id.value;
      } else {
        out.send = send.id;
      }
    }
    static const DeliveryState kStates[] = {DeliveryState::sent, DeliveryState::delivered,
                                            DeliveryState::read, DeliveryState::failed};
    out.status.state = any_of_list(kStates);
    return out;
  }

  Command signal() {
    const auto spoke = world_.says("", channel_id());
    CustomerSignals out;
    out.channel = spoke.channel;
    out.identity = spoke.identity;
    out.recipient = spoke.recipient;
    static const EventType kTypes[] = {EventType::platform_event, EventType::message_read,
                                       EventType::typing_started, EventType::reaction_added};
    out.type = any_of_list(kTypes);
    out.platform_event = {.type = "CLICK", .key = pick(2) == 0 ? "desk" : "news"};
    out.opens_window = "menu_click";
    out.opted_out = pick(12) == 0;
    out.opted_in = !out.opted_out && pick(4) == 0;
    return out;
  }

  Command person() {
    switch (pick(5)) {
      case 0:
        return MergeInto{.survivor = kOther, .actor = "api:k", .reason = "same phone"};
      case 1:
      case 2:
        return UnmergeFrom{.actor = "api:k", .reason = "mistake"};
      case 3:
        return Note{.actor = actor(), .text = "note"};
      default:
        break;
    }
    UpdateProfile out;
    out.actor = "api:k";
    out.attributes["tier"] = std::string(pick(2) == 0 ? "gold" : "none");
    return out;
  }

  void check_log(const State& before, const Transition& t) {
    std::uint64_t seq = before.last_seq;
    Holder holder = before.control.holder;
    std::uint64_t epoch = before.control.epoch;
    for (const Event& event : t.events) {
      EXPECT_EQ(event.seq, ++seq);
      EXPECT_EQ(event.person, before.person);
      if (!event.control) continue;
      EXPECT_EQ(event.control->from, holder);
      EXPECT_EQ(event.control->epoch, ++epoch);
      holder = event.control->to;
    }
    EXPECT_EQ(t.state.last_seq, seq);
    EXPECT_EQ(t.state.control.holder, holder) << "control changed without an event";
    EXPECT_EQ(t.state.control.epoch, epoch);
  }

  void check_turn(const Command& command, const Transition& t) {
    const auto decided = std::ranges::count(types(t), EventType::routing_decided);
    EXPECT_EQ(static_cast<std::size_t>(decided), t.decisions.size());
    if (std::holds_alternative<CustomerSays>(command)) {
      EXPECT_EQ(t.decisions.size(), 1u);
    } else if (!std::holds_alternative<CustomerSignals>(command)) {
      EXPECT_TRUE(t.decisions.empty());
    }
    for (const Decision& decision : t.decisions) {
      std::vector<RuleTrace> tried;
      EXPECT_EQ(decide_again(decision, *world_.policy, &tried), decision.outcome);
      EXPECT_EQ(tried, decision.tried);
      const auto read_back = from_json<Decision>(to_json(decision));
      ASSERT_TRUE(read_back);
      EXPECT_EQ(*read_back, decision);
      EXPECT_EQ(decide_again(*read_back, *world_.policy, nullptr), decision.outcome);
      EXPECT_FALSE(explain(decision, "en").empty());
    }
  }

  // A bot speaks to the customer only as the awaited answer under the epoch that holds.
  void check_speech(const Command& command, const State& before, const Transition& t) {
    for (const Event& event : t.events) {
      if (!event.message || event.message->author.type != AuthorType::bot) continue;
      if (event.message->direction != Direction::outbound) continue;
      if (std::holds_alternative<ReplaySend>(command)) continue;
      const auto* answer = std::get_if<BotAnswered>(&command);
      ASSERT_NE(answer, nullptr);
      EXPECT_EQ(answer->epoch, before.control.epoch);
      EXPECT_EQ(answer->call, before.open_bot_call);
      EXPECT_EQ(before.control.holder, bot());
    }
    const auto* report = std::get_if<SendProgress>(&command);
    if (!report || report->state != DeliveryState::submitting || t.sends.empty()) return;
    const auto was = report->row.message.delivery->state;
    if (was != DeliveryState::queued && was != DeliveryState::throttled) return;
    EXPECT_FALSE(is_fenced_out(report->row, before)) << "a fenced send began";
  }

  void check_rows() {
    const State& state = world_.state;
    const bool waits =
        state.lifecycle == Lifecycle::queued || state.lifecycle == Lifecycle::offered;
    EXPECT_EQ(rows_.queue_entry.has_value(), waits);
    EXPECT_EQ(rows_.queue_entry, state.waiting);
    if (waits) EXPECT_EQ(rows_.queue_entry->epoch, state.control.epoch);
    EXPECT_EQ(rows_.assignment.has_value(), state.lifecycle == Lifecycle::assigned);
    if (rows_.assignment) {
      EXPECT_EQ(rows_.assignment->agent.value, state.control.holder.id);
      EXPECT_EQ(rows_.assignment->epoch, state.control.epoch);
    }
    EXPECT_EQ(rows_.bot_calls.size(), state.open_bot_call.empty() ? 0u : 1u);
    if (!state.open_bot_call.empty()) {
      EXPECT_TRUE(rows_.bot_calls.contains(state.open_bot_call.value));
      EXPECT_EQ(state.control.holder.kind, HolderKind::bot);
      EXPECT_EQ(rows_.bot_calls.begin()->second.epoch, state.control.epoch);
    }
    EXPECT_EQ(rows_.sends.size(), state.open_sends.size());
    std::uint64_t last = 0;
    for (const SendId& id : state.open_sends) {
      ASSERT_TRUE(rows_.sends.contains(id.value));
      const auto seq = send_seq(rows_.sends.at(id.value));
      EXPECT_GT(seq, last) << "sends out of order";
      last = seq;
    }
    EXPECT_EQ(state.episode.empty(), state.lifecycle == Lifecycle::closed);
    EXPECT_EQ(state.control.holder.kind == HolderKind::agent,
              state.lifecycle == Lifecycle::assigned);
  }

  void check_bounds() {
    const State& state = world_.state;
    EXPECT_LE(state.open_sends.size(), kOpenSendsMax);
    EXPECT_LE(state.addresses.size(), kAddressesMax);
    EXPECT_LE(state.windows.size(), kWindowsMax);
    EXPECT_LE(state.scores.size(), kRecentScores);
    EXPECT_LE(state.sent.size(), kExternalIdsMax);
    EXPECT_LE(state.bot_turns.size(), kTurnsPerMinuteMax);
    if (++steps_ % 8 != 0) return;  // half the time of this test would be JSON
    const auto read_back = from_json<State>(to_json(state));
    ASSERT_TRUE(read_back) << read_back.error().detail;
    EXPECT_EQ(*read_back, state);
  }

  std::mt19937 random_;
  World world_;
  Rows rows_;
  int steps_ = 0;
  std::vector<BotCall> calls_;
  std::vector<Send> seen_;  // rows as they once were: stale ones are reported too
};

TEST(Fuzz, PromisesHoldInTwoThousandLives) {
  Policy unheld = fuzz_policy();
  unheld.default_outcome = {};  // nobody answers what no rule asks for
  const std::shared_ptr<const Policy> policies[] = {compiled(fuzz_policy()), compiled(unheld)};
  std::set<Lifecycle> reached;
  std::uint64_t events = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    Life life(seed);
    for (int i = 0; i < kSteps; ++i) {
      life.step(policies[seed % 2]);
      reached.insert(life.state().lifecycle);
      if (HasFailure()) {
        FAIL() << "seed " << seed << ", step " << i;
      }
    }
    events += life.state().last_seq;
  }
  EXPECT_EQ(reached.size(), 6u)
      << "of bot, queued, offered, assigned, snoozed and closed one was never seen";
  EXPECT_GT(events, 30u * kSeeds) << "the lives were dull";
}

}  // namespace
}  // namespace parley::routing
