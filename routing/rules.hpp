// routing/rules.hpp
// Asking conditions of a turn's inputs, with the reason of each answer, and choosing who answers.
//
// A condition is answered from DecisionInputs alone. Only tests of the text look at the text, and
// what they found is written into DecisionInputs::facts, so a recorded decision can be repeated
// without it.
// Threads  any; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conversation/decision.hpp"
#include "routing/policy.hpp"
#include "routing/rule_text.hpp"

namespace parley::routing {

// What many rules ask of a turn's time, answered once.
struct KnownTime {
  std::vector<std::pair<std::string_view, bool>> open = {};  // calendars by name
  std::optional<LocalTime> local = {};                       // in the policy's zone
};

class RuleView {
 public:
  // `text` null: text tests are answered from the facts. `hits` (may be null) receives the facts
  // that text tests found.
  RuleView(const DecisionInputs& inputs, const RuleText* text, std::vector<std::string>* hits)
      : inputs_(inputs), text_(text), hits_(hits) {}

  // Appends to `why` what failed, or what held.
  bool holds(const Condition& condition, std::string& why) const;
  bool has_fact(std::string_view prefix, std::string_view value) const;

 private:
  bool all_hold(const Condition& condition, std::string& why) const;
  bool any_holds(const Condition& condition, std::string& why) const;
  bool none_holds(const Condition& condition, std::string& why) const;
  bool contains(const Condition& condition, std::string& why) const;
  bool matches(const Condition& condition, std::string& why) const;
  bool found(std::string_view prefix, const std::string& value, bool hit_in_text) const;

  const DecisionInputs& inputs_;
  const RuleText* text_;
  std::vector<std::string>* hits_;
  mutable KnownTime known_ = {};  // a view is one turn's, on one thread
};

// Does the time pass a calendar, time_of_day, weekday or date test; appends why. "at" is the
// turn's.
bool moment_holds(const Condition& condition, TimePoint at, KnownTime& known, std::string& why);
// Does the load recorded with the turn pass; an unknown one passes nothing. Appends why.
bool load_holds(const Condition& condition, const std::vector<QueueLoad>& load, std::string& why);
// "waiting", "oldest_wait_s", "estimated_wait_s", "online_agents", "free_agents".
const std::vector<std::string>& load_measures();

void append_number(std::string& out, double number);
void append_values(std::string& out, const std::vector<std::string>& values);

// Does this attribute pass; appends why.
bool attribute_holds(const Condition& condition, const Attributes& attributes, std::string& why);

bool pattern_matches(const Pattern& pattern, std::string_view text);
// Empty when `out` is set, else what is wrong with the pattern.
std::string compile_pattern(const std::string& source, std::shared_ptr<const Pattern>& out);

// "agent:anna" and back.
std::string holder_text(const Holder& holder);
Holder holder_from(std::string_view text);

std::string segment_of(const Policy& policy, const DecisionInputs& inputs);

// The fact of a turn that is the answer to our question about the last case.
inline constexpr std::string_view kRatesCase = "rates_case";
// The share of the experiment this person is in, for ever: a hash of both. Null: there is none.
const Arm* arm_of(const Rule& rule, const PersonId& person);

// What a rule does for this person: its own words, or those of their arm.
struct Deed {
  Does does = Does::assign;
  const Holder* then = nullptr;                                // never null
  const std::string *reply_zh = nullptr, *reply_en = nullptr;  // likewise
};
Deed deed_of(const Rule& rule, const Arm* arm);

struct Verdict {
  Holder outcome;                 // kind none when the rule itself answers
  std::string rule;               // "" only for a signal that no rule asks for
  const Rule* matched = nullptr;  // null when no rule did
  const Arm* arm = nullptr;       // of `matched`
  Does does = Does::assign;
  int priority = 50;
  std::string reason;
  std::vector<RuleTrace> tried;
  std::vector<Candidate> candidates;  // the one that answers first
};
Verdict choose(const Policy& policy, const DecisionInputs& inputs, const PersonId& person,
               const RuleText* text, std::vector<std::string>* hits);

}  // namespace parley::routing
