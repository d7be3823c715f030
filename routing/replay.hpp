// routing/replay.hpp
// Recorded history under a policy: the same one must decide the same; another one shows what would
// have been otherwise. Time is that of the records, nothing waits.
//
// What is recorded is taken as it was for as long as the decisions agree. From the first turn of an
// episode that would have gone another way, this is assumed until the episode ends:
//   - customers say what they said, when they said it
//   - a bot that was not asked then answers; one that handed over then does so again
//   - people keep a customer until they let go of one they had, or the episode ends
// Waits are estimated for what was and for what would have been in the same way: the agents of each
// policy are all there, and one talk takes as long as the recorded ones took on average.
//
// Promise  under the policy (and with the model) that decided, every turn comes out equal.
// Limits   kReplayExamplesMax examples; the caller bounds the history.
// Threads  pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "conversation/decision.hpp"
#include "routing/analyzer.hpp"
#include "routing/policy.hpp"

namespace parley::routing {

inline constexpr std::size_t kReplayExamplesMax = 100;

struct RecordedTurn {
  Decision decision;
  std::string text;       // "" when there was none, or it was erased
  bool has_text = false;  // false: text tests are answered from the recorded facts
};
// A change of control that no decision made: a bot's hand-over, an agent, an end.
struct RecordedMove {
  TimePoint at{};
  Holder from, to;
  bool closes = false;
};
using RecordedStep = std::variant<RecordedTurn, RecordedMove>;
struct RecordedConversation {
  PersonId person;
  std::vector<RecordedStep> steps;  // as they happened
};

// Events of one conversation, in order, and its decisions by id -> what replay needs of them.
RecordedConversation recorded(const PersonId& person, const std::vector<Event>& events,
                              const std::map<std::string, Decision>& decisions);

struct Pair {  // as it was, as it would have been
  std::uint64_t was = 0, now = 0;
};
struct SegmentChange {
  std::uint64_t turns = 0, changed = 0;
  Pair handed_over;  // episodes
};
struct QueueChange {
  Pair entered;
  Pair wait_mean_s, wait_p90_s;  // estimated
};
struct ReplayExample {
  DecisionId decision;
  std::string segment, was, was_rule, now, now_rule, why;
};
struct ReplayReport {
  std::string was_policy, now_policy;  // versions; "several" when history has more than one
  std::string model;
  std::uint64_t conversations = 0, episodes = 0, turns = 0;
  std::uint64_t equal = 0;         // outcome, rule, priority, arm and every rule tried
  std::uint64_t changed = 0;       // another outcome
  std::uint64_t assumed = 0;       // turns behind a change, that assumptions stand behind
  std::uint64_t without_text = 0;  // had a text that is not there any more
  Pair bot_turns, people_turns, own_replies;
  Pair handed_over;                               // episodes that people came into
  std::uint32_t agents = 0;                       // of the new policy, all taken as present
  std::map<std::string, Pair> outcomes;           // turns by "bot:faq", "queue:vip", ...
  std::map<std::string, SegmentChange> segments;  // by the segment as it was
  std::map<std::string, QueueChange> queues;
  std::vector<ReplayExample> examples;
};

struct ReplayOptions {
  // Judges texts anew where they are there: for another model or another negative_threshold. Null:
  // what was recorded stands.
  const Analyzer* analyzer = nullptr;
  std::size_t examples_max = 20;
};

class Replay {
 public:
  // `today` estimates the waits as they were. Both outlive the replay.
  Replay(const Policy& today, const Policy& other, ReplayOptions options = {})
      : today_(today), other_(other), options_(options) {}

  void add(const RecordedConversation& conversation);
  ReplayReport report();

 private:
  struct Walk;
  struct Wait {  // one customer of a queue
    TimePoint at{};
    std::string queue;
    int priority = 0;
  };
  void turn(Walk& walk, const RecordedTurn& turn);
  void move(Walk& walk, const RecordedMove& move);
  void end_episode(Walk& walk);
  void note_outcome(Walk& walk, const Decision& was, const Holder& now, bool by_rule);
  void estimate_waits(const Policy& policy, std::vector<Wait> waits, bool now);

  const Policy& today_;
  const Policy& other_;
  const ReplayOptions options_;
  ReplayReport report_;
  std::vector<Wait> waits_was_, waits_now_;
  double talk_s_sum_ = 0;
  std::uint64_t talks_ = 0;
};

// For people, and for programs.
std::string replay_text(const ReplayReport& report);
std::string to_json(const ReplayReport& report);

}  // namespace parley::routing
