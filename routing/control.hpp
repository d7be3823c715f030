// routing/control.hpp
// Who may answer, and how that changes: every change is one event with a new epoch.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/draft.hpp"

namespace parley::routing {

struct ControlMove {
  Holder to;
  EventType type = EventType::control_passed;
  std::string reason;
  std::string actor = {};
  std::string note = {};
};
// A call to the bot that is still open is given up: its answer will be a draft.
void move_control(Draft& draft, ControlMove move);

struct QueueMove {
  QueueId queue;
  EventType type = EventType::conversation_queued;
  std::string reason;
  std::string actor = {};
  std::string note = {};
  std::vector<std::string> skills = {};
  std::string preview = {};             // kinds of parts of the turn that led here
  std::string reply_token = {};         // for the notice, if the webhook is still open
  std::optional<TimePoint> since = {};  // when the wait began; now, if it begins here
  std::uint32_t overflows = 0;
};
// Into the queue with state.priority, telling the customer so where the tenant wrote a notice.
void enter_queue(Draft& draft, QueueMove move);

// What who waits needs of an agent, for when they are moved to another queue: the same, unless all
// who serve that one lack it, since then they would wait for ever.
std::vector<std::string> skills_kept(const Draft& draft, const QueueId& queue);

// Says a queue's words to the customer, where the channel allows it now.
void say_words(Draft& draft, const Queue& queue, const Words& words, std::string reply_token = {});
// conflict when a command was made under another epoch; 0 asks for no particular one.
Result<void> check_epoch(const State& state, std::uint64_t epoch);
// What a conversation takes of an agent's capacity, by the channel the customer is on.
std::uint32_t weight_of(const Policy& policy, const State& state);

// The bot cannot: its fallback queue, the policy's human queue, or nobody if there is neither.
void fall_back(Draft& draft, const BotId& bot, std::string reason);

void open_episode(Draft& draft, std::string actor = {});
void close_episode(Draft& draft, std::string reason, std::string actor);

// "agent anna", "queue vip", "nobody": for messages about who holds a conversation.
std::string spoken(const Holder& holder);

}  // namespace parley::routing
