// tests/simulation/history.hpp
// What happened outside the gateway, as those outside saw it, and what its store held at the end.
// The checker judges from these two alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "conversation/transition.hpp"
#include "gateway/pipeline/service.hpp"

namespace parley::simulation {

// When, in the order of all that happened; two things never share one.
using Moment = std::uint64_t;
inline constexpr Moment kNever = UINT64_MAX;

// A customer's message. Its text is used once in the whole run.
struct Said {
  TenantId tenant;
  std::string user, key, text;
  Moment first_tried = kNever;
  Moment acked = kNever;  // the platform was first told that we have it
  bool given_up = false;  // the platform stopped delivering it
};

// One call for a send, as it reached the network.
struct Call {
  TenantId tenant;
  std::string user, text, key, token;
  Moment at = 0;
  int life = 0;
  // What the store held of it, durably, when the call was made.
  SendId send;  // "": no row
  DeliveryState durable = DeliveryState::accepted;
  bool effect = false;     // the customer got it
  bool ambiguous = false;  // the caller was not told whether they did
};

struct BotSaid {
  std::string call, text;
  bool hands_over = false;
};

// Something an agent or a tenant's system said through us.
struct Spoken {
  TenantId tenant;
  std::string actor, text;
  bool done = false;     // told so
  bool refused = false;  // told that nothing was stored
};

struct History {
  std::vector<Said> said;
  std::vector<Call> calls;
  std::vector<BotSaid> bots;
  std::vector<Spoken> spoken;
  // Answers that went with a webhook's acknowledgement, and reached the platform.
  std::multimap<std::string, TenantId> passive;  // by text
  std::vector<std::string> trouble;  // what must never be seen from outside, as it was seen
  int crashes = 0;
  bool staffed = false;   // agents worked until nobody was left
  std::size_t given = 0;  // customers given to agents, claimed or accepted
  bool at_rest = false;   // nothing was left to do at the end
  std::size_t calls_before_last_start = 0;
};

struct Conversation {
  TenantId tenant;
  PersonId person;
  State state;
  std::vector<std::uint64_t> seqs;  // as the store gives them
  std::vector<Event> events;
};

struct Stored {
  std::vector<Conversation> conversations;
  std::vector<std::pair<TenantId, Send>> sends;
  std::vector<std::pair<TenantId, BotCall>> bot_calls;
  std::vector<std::pair<TenantId, QueueEntry>> queue;
  std::vector<std::pair<TenantId, Assignment>> assignments;
  std::vector<std::pair<TenantId, Decision>> decisions;
  std::vector<std::pair<TenantId, DeadLetter>> dead_letters;
  std::vector<std::pair<TenantId, Relay>> relays;
  std::map<TenantId, std::vector<storage::StreamItem>> streams;
  // The desk's picture.
  std::map<TenantId, std::vector<gateway::QueueView>> queues;
  std::map<TenantId, std::vector<gateway::AgentView>> agents;
  std::vector<std::string> unreadable;
};

struct Traits {  // of a tenant's platform and of the tenant's choices
  bool idempotent = false;
  bool may_repeat = false;  // the tenant chose doubles over silence
  bool passive = false;
};
using TraitsOf = std::map<TenantId, Traits>;

}  // namespace parley::simulation
