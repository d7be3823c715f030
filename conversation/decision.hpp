// conversation/decision.hpp
// The recorded routing of one turn: its inputs, every rule tried and why, the outcome, the versions
// of policy and model. Enough to explain it and to decide it again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conversation/event.hpp"

namespace parley {

struct RuleTrace {
  std::string rule;
  bool matched = false;
  std::string why;  // the condition that failed, or the ones that held
  friend bool operator==(const RuleTrace&, const RuleTrace&) = default;
};

struct ScoredTerm {
  std::string term;  // a cue's name or a hashed feature's text; for the operator of this tenant
  double weight = 0;
  friend bool operator==(const ScoredTerm&, const ScoredTerm&) = default;
};

// How busy a queue was when a rule asked. Numbers of the whole process, a moment old.
struct QueueLoad {
  std::string queue;
  std::uint32_t waiting = 0;
  std::uint32_t online = 0,
                free = 0;  // agents who serve it and are online; those with a free place
  double oldest_wait_s = 0, estimated_wait_s = 0;
  friend bool operator==(const QueueLoad&, const QueueLoad&) = default;
};

// Somebody who could have answered, and why they do or do not.
struct Candidate {
  std::string who;  // "bot:faq", "queue:vip", "agent:anna", "none"
  bool chosen = false;
  std::string why;
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

struct DecisionInputs {
  std::string channel, platform, text_kind, language, segment, holder;
  std::uint64_t epoch = 0;
  std::uint32_t episode_turns = 0, episodes = 0;
  std::vector<double> scores;
  Analysis analysis;
  std::vector<ScoredTerm> terms;
  Attributes attributes;
  // What rules asked of the turn itself, so that deciding again needs no text: "asks_human",
  // "part:image", "event:CLICK", "label:x", "contains:<value>", "matches:<pattern>".
  std::vector<std::string> facts = {};
  double days_since_seen = 0;   // before this episode
  std::uint32_t bot_turns = 0;  // the bot's answers in the last minute
  TimePoint at{};
  double episode_minutes = 0;        // since this episode was opened
  std::vector<QueueLoad> load = {};  // of the queues that rules ask for
  friend bool operator==(const DecisionInputs&, const DecisionInputs&) = default;
};

struct Decision {
  DecisionId id;
  TenantId tenant;
  PersonId person;
  std::uint64_t turn_seq = 0;  // the inbound message event
  DecisionInputs inputs;
  std::vector<RuleTrace> tried;
  std::string rule;  // the one that decided; "default" when none matched
  Holder outcome;    // who answers
  int priority = 0;
  std::string reason;  // one sentence
  std::string policy_version, model_version;
  std::uint64_t took_ns = 0;
  std::vector<Candidate> candidates = {};
  std::string experiment = {}, arm = {};  // of the rule that decided, if it splits its customers
  std::vector<std::string> actions = {};  // beside who answers: "label vip", "reply", "close", ...
  Unknown unknown = {};
  friend bool operator==(const Decision&, const Decision&) = default;
};

}  // namespace parley
