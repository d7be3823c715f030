// routing/policy.hpp
// Everything a tenant configured that deciding reads, checked and immutable. Reload makes a new
// one; nobody changes one in place.
//
// Threads  a shared_ptr<const Policy> may be read from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "conversation/capabilities.hpp"
#include "conversation/event.hpp"
#include "routing/calendar.hpp"
#include "routing/desk_policy.hpp"

namespace parley::routing {

enum class Test : std::uint8_t {
  always,
  all,
  any,
  none,         // of `parts`
  segment,      // values: names
  sentiment,    // values: labels
  score_below,  // number: -1..1
  trend_below,  // number
  angry,
  asks_human,              // the customer asks for a person, in any way we know
  text_contains,           // values: any of them, case and width folded
  text_matches,            // values: RE2 patterns, any of them
  part_type,               // values: "image", "voice", ...
  event,                   // values: platform event types ("subscribe", "CLICK"), or "CLICK:<key>"
  channel,                 // values: channel ids
  platform,                // values
  language,                // values: "zh", "en", ...
  label,                   // values: any of the conversation's labels
  attribute,               // name, op, values / number
  episode_turns_at_least,  // number
  episodes_at_least,       // number
  holder,                  // values: "none", "bot", "queue", "agent"
  days_since_seen_at_least,    // number; days between the last message before this episode and its
                               // first, so it stays true while the episode lasts
  intent,                      // values: labels of the intent model
  intent_confidence_at_least,  // number: 0..1
  calendar_open,               // values: calendars, of which one is open
  calendar_closed,             // values: calendars, of which one is closed
  time_of_day,                 // values: "09:00-18:00", "22:00-06:00", in the policy's zone
  weekday,                     // values: "mon" ... "sun", in the policy's zone
  date,                        // values: "2026-11-11", "11-11", "2026-10-01..2026-10-07"
  load,                        // name: a queue; values: one measure of Load; op, number
  episode_minutes_at_least,    // number
  unhappy,                     // the episode's mood, a turn without words included
  repeats_at_least,            // number: 1..kHeardTurns
};

enum class Op : std::uint8_t { eq, ne, lt, le, gt, ge, in, exists };

struct Pattern;  // a compiled RE2; routing/rules.cpp

// What compile() makes of a test of the time.
struct Moment {
  std::shared_ptr<const Zone> zone;
  std::vector<Hours> hours;
  std::vector<DateRange> dates;
  std::vector<std::shared_ptr<const Calendar>> calendars;
};

struct Condition {
  Test test = Test::always;
  std::vector<std::string> values = {};
  double number = 0;
  std::string name = {};
  Op op = Op::eq;
  std::vector<Condition> parts = {};
  std::vector<std::shared_ptr<const Pattern>> patterns = {};  // filled by compile()
  std::vector<std::string> folded = {};                       // likewise: values, case folded
  std::shared_ptr<const Moment> moment = {};                  // likewise
  friend bool operator==(const Condition&, const Condition&) = default;
};

// What a rule does about the answer.
enum class Does : std::uint8_t {
  assign,  // `then` answers; kind none: whoever has the conversation keeps it
  reply,   // the rule's own reply is the answer; nobody else is asked
  close,   // likewise, and the episode ends; not while people have the conversation
};

// One share of the persons an experiment splits.
struct Arm {
  std::string name;
  std::uint32_t weight = 1;
  Does does = Does::assign;
  Holder then = {};
  std::string reply_zh = {}, reply_en = {};
};

struct Rule {
  std::string name;
  Condition when;
  Holder then;        // bot or queue; kind none: keep whoever holds it
  int priority = 50;  // 0..100, higher first
  std::vector<std::string> skills = {};
  std::vector<std::string> labels = {};  // added to the conversation
  int line = 0;                          // in the tenant file, for messages
  Does does = Does::assign;
  std::string reply_zh = {}, reply_en = {};  // said to the customer at once; "" says nothing
  Attributes set = {};                       // of the profile, like a tag with a value
  std::string notify = {};                   // a routing.alert with this note, "" for none
  std::string experiment = {};               // splits its persons into `arms`; "" does not
  std::vector<Arm> arms = {};
  bool tests_event = false, tests_asks_human = false;  // filled by compile()
};

struct Segment {
  std::string name;
  Condition when;  // over profile attributes and derived ones, never over the text
  // How such a customer is to be treated ("greeting_zh", "offer", "win_back"): for bots, agents and
  // notifications to read; routing does not.
  std::map<std::string, std::string> strategy = {};
  int line = 0;
};

struct Queue {
  QueueId id;
  std::string name;
  std::vector<std::string> skills;
  std::size_t waiting_max = 10'000;
  std::string notice_zh, notice_en;  // said to the customer who enters it; "" says nothing
  DeskRules desk = {};
};

struct Agent {
  AgentId id;
  std::string name;
  std::vector<QueueId> queues;
  std::vector<std::string> skills;          // "billing" or with a level of 1 to 10, "billing:3"
  std::uint32_t capacity = 5;               // conversations of the usual weight at once
  std::vector<std::string> languages = {};  // "zh", "en"; none: any
};

enum class BotKind : std::uint8_t { faq, webhook };

struct Bot {
  BotId id;
  BotKind kind = BotKind::faq;
  Milliseconds deadline{8'000};
  QueueId fallback_queue;                   // who takes over when it fails or hands over
  std::uint32_t turns_per_minute_max = 20;  // the loop guard
};

struct ChannelPolicy {
  ChannelId id;
  std::string platform;
  std::string account;
  const Capabilities* capabilities = nullptr;  // lives in the registry, for ever
  std::uint32_t weight = kUsualWeight;         // of an agent's capacity, in hundredths
};

// Asking the customer, once a case is closed, how it went. Off without a question.
struct Rating {
  std::string question_zh, question_en;
  std::string thanks_zh, thanks_en;  // "" says nothing
  Milliseconds answer_within{24 * 3600 * 1000};
};

struct Policy {
  TenantId tenant;
  std::string version;            // hash of the files it came from
  std::vector<Segment> segments;  // first match wins; else "new" or "repeat"
  std::vector<Rule> rules;        // first match wins
  Holder default_outcome;         // when no rule matches and nobody holds the conversation
  std::map<QueueId, Queue> queues;
  std::map<AgentId, Agent> agents;
  std::map<BotId, Bot> bots;
  std::map<ChannelId, ChannelPolicy> channels;
  std::map<std::string, Calendar> calendars;  // by name; compile() fills in their zones
  std::string zone = "UTC";                   // of time_of_day, weekday and date
  QueueId human_queue;                        // "转人工" goes here when no rule says otherwise
  Rating rating;
  Milliseconds episode_idle{24 * 3600 * 1000};  // silence after which a new episode begins
  // A turn is negative only if the model is at least this sure (a logit; 2 is 88 %). 0 or less: the
  // model's own calibration decides.
  double negative_threshold = 0.0;
  bool rules_test_events = false;             // filled by compile(): a menu click may be a turn
  std::vector<std::string> load_queues = {};  // likewise: whose load is recorded with a decision
};

inline constexpr std::size_t kRulesMax = 1'000;
inline constexpr std::size_t kSegmentsMax = 100;
inline constexpr std::size_t kValuesMax = 1'000;  // of one test
inline constexpr std::size_t kValueBytesMax = 256;
inline constexpr std::size_t kConditionsMax = 100;  // of one rule or segment
inline constexpr std::size_t kPatternBytesMax = 512;
inline constexpr int kConditionDepthMax = 8;
inline constexpr std::size_t kCalendarsMax = 100;
inline constexpr std::size_t kArmsMax = 10;
inline constexpr std::size_t kLoadQueuesMax = 32;         // queues whose load one policy asks for
inline constexpr std::size_t kReplyBytesMax = 2'000;      // of a rule's reply or note
inline constexpr std::uint32_t kTurnsPerMinuteMax = 120;  // the loop guard's highest setting

// Checks references, compiles patterns, refuses what can never match. The error's detail names
// the rule and its line and says what would be right.
Result<std::shared_ptr<const Policy>> compile(Policy policy);

}  // namespace parley::routing
