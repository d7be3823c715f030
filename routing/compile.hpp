// routing/compile.hpp
// Checking one condition of a policy, and comparing two.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "routing/policy.hpp"

namespace parley::routing {

// A segment is a property of the customer: its condition may not look at the turn.
enum class Subject : std::uint8_t { rule, segment };

class ConditionCheck {
 public:
  ConditionCheck(const Policy& policy, Subject subject) : policy_(policy), subject_(subject) {}

  // Fills in patterns and folded values. Empty, or what is wrong and what would be right.
  std::string compile(Condition& condition);
  bool tests_event() const noexcept { return tests_event_; }
  bool tests_asks_human() const noexcept { return tests_asks_human_; }
  // Queues whose load is asked for.
  const std::set<std::string>& load_queues() const noexcept { return load_queues_; }

 private:
  std::string check(Condition& condition, int depth, bool negated);
  std::string check_parts(Condition& condition, int depth, bool negated);
  std::string check_values(const Condition& condition) const;
  std::string check_known(const Condition& condition) const;
  std::string check_number(const Condition& condition) const;
  std::string check_attribute(const Condition& condition) const;
  std::string check_load(const Condition& condition);
  std::string compile_moment(Condition& condition) const;
  std::string compile_text(Condition& condition) const;

  const Policy& policy_;
  Subject subject_;
  std::size_t conditions_ = 0;
  bool tests_event_ = false, tests_asks_human_ = false;
  std::set<std::string> load_queues_;
};

// Does `narrow` holding always mean that `wide` holds? False also when it cannot be told.
bool implies(const Condition& narrow, const Condition& wide);
// The answer, if it does not depend on the turn.
std::optional<bool> constant(const Condition& condition);

}  // namespace parley::routing
