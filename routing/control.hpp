// routing/control.hpp
// Who may answer, and how that changes: every change is one event with a new epoch.
#pragma once

#include <string>
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
  std::string preview = {};      // kinds of parts of the turn that led here
  std::string reply_token = {};  // for the notice, if the webhook is still open
};
// Into the queue with state.priority, telling the customer so where the tenant wrote a notice.
void enter_queue(Draft& draft, QueueMove move);

// The bot cannot: its fallback queue, the policy's human queue, or nobody if there is neither.
void fall_back(Draft& draft, const BotId& bot, std::string reason);

void open_episode(Draft& draft, std::string actor = {});
void close_episode(Draft& draft, std::string reason, std::string actor);

// "agent anna", "queue vip", "nobody": for messages about who holds a conversation.
std::string spoken(const Holder& holder);

}  // namespace parley::routing
