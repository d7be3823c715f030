// conversation/send.hpp
// The effect rows: work that a committed transition asks for, done after the commit, from the row,
// as often as a crash makes necessary and with the same outcome.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conversation/event.hpp"

namespace parley {

// One message on its way out. The idempotency key is made and stored before the first attempt.
struct Send {
  SendId id;
  TenantId tenant;
  PersonId person;
  ChannelId channel;
  std::string account;  // the platform's name for the account the customer wrote to, "" if unknown
  std::string recipient;
  IdentityKey identity;
  Message message;  // as it will go out; delivery holds state and attempts
  std::string idempotency_key;
  std::uint64_t epoch = 0;  // control epoch it was made under
  bool fenced = false;      // a bot's answer: suppressed if the epoch moved on before it went
  std::string reply_token;  // a platform's one-shot reply right (passive reply), "" if none
  bool unclear = false;     // an earlier attempt may have arrived
  int step = 0;             // where a dialogue of several calls stopped
  std::string step_data;    // what the connector asked to remember between steps
  TimePoint created_at{}, not_before{};
  std::optional<TimePoint> expires_at;  // after this it fails as expired
  // Until then anybody may answer; none: that window is closed, or the channel has none.
  std::optional<TimePoint> window_ends_at = {};
  bool bulk = false;  // yields to interactive sends of the same channel
  std::string last_error;
  Unknown unknown = {};
  friend bool operator==(const Send&, const Send&) = default;
};

struct BotCall {
  BotCallId id;
  TenantId tenant;
  PersonId person;
  BotId bot;
  std::uint64_t epoch = 0;
  std::uint64_t turn_seq = 0;  // the inbound message event to answer
  TimePoint created_at{}, deadline{};
  std::string passive_token;  // the webhook may still answer with this reply
  Unknown unknown = {};
  friend bool operator==(const BotCall&, const BotCall&) = default;
};

struct QueueEntry {
  TenantId tenant;
  PersonId person;
  QueueId queue;
  int priority = 0;
  TimePoint since{};
  std::uint64_t epoch = 0;
  std::string reason, segment, language, preview;  // preview: kinds of parts only, never the text
  std::vector<std::string> skills;
  AgentId offered_to;  // "" while waiting
  // What the desk decides by stands in the row too, so that a start decides alike.
  TimePoint entered_at{};    // this queue; `since` is when the wait began, in whatever queue
  double mood = 0;           // sentiment of the last turn, -1 to 1
  std::uint32_t weight = 0;  // of an agent's capacity, in hundredths; 0, of before: 100
  AgentId last_agent = {};   // who served them last
  TimePoint offered_at{};    // to offered_to, or to all of offered_all
  std::vector<AgentId> offered_all = {};  // the first of these who accepts gets them
  std::vector<AgentId> declined = {};     // had the offer in vain, in this round
  TimePoint declined_at{};                // the last of these
  TimePoint told_at{};                    // when they last heard of their place
  std::uint32_t told_position = 0;        // and which it was
  std::uint32_t overflows = 0;            // queues they were passed on from
  bool mail = false;     // asked to leave a message: nobody is there, or too many are
  TimePoint check_at{};  // before that TimePassed has nothing to do; zero: never
  std::string sla;       // "warned" or "breached", the worst; "" kept so far
  TimePoint due_at{};    // of the promise that is due next
  Unknown unknown = {};
  friend bool operator==(const QueueEntry&, const QueueEntry&) = default;
};

struct Assignment {
  TenantId tenant;
  PersonId person;
  AgentId agent;
  QueueId queue;
  std::uint64_t epoch = 0;
  TimePoint since{};
  std::uint32_t weight = 0;  // as in QueueEntry
  TimePoint wrap_until{};    // closed; the agent keeps the place to finish up; zero: still served
  TimePoint check_at{};      // as in QueueEntry
  std::string sla = {};      // as in QueueEntry
  TimePoint due_at{};
  Unknown unknown = {};
  friend bool operator==(const Assignment&, const Assignment&) = default;
};

// Whether an agent is there, as they or we last said.
struct AgentPresence {
  TenantId tenant;
  AgentId agent;
  std::string presence;  // "online", "away", "busy", "offline"
  TimePoint since{};
  std::uint32_t missed = 0;  // offers in a row without an answer
  std::string reason;        // "3 offers without an answer"; "" when they chose it
  Unknown unknown = {};
  friend bool operator==(const AgentPresence&, const AgentPresence&) = default;
};

struct DeadLetter {
  Send send;
  std::string reason;
  TimePoint at{};
  Unknown unknown = {};
  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

// An opened right to send: "user_message" at 10:00, 2 messages used since.
struct ReplyWindow {
  ChannelId channel;
  std::string trigger;
  TimePoint opened_at{};
  std::uint32_t used = 0;
  friend bool operator==(const ReplyWindow&, const ReplyWindow&) = default;
};

// Where the customer can be reached; the last used one first.
struct Address {
  ChannelRef channel;
  IdentityKey identity;
  std::string recipient;  // what the platform calls the recipient (openid, chat id)
  bool opted_out = false;
  bool unreachable = false;  // the platform said so; the customer's next message proves otherwise
  friend bool operator==(const Address&, const Address&) = default;
};

// A command that another conversation must carry out (a merge's second half).
struct Relay {
  std::string id;
  TenantId tenant;
  PersonId to;
  PersonId from;
  std::string verb;  // "merged_from", "unmerged_from"; "unmerge_from" takes a refused merge back
  std::string actor, reason;
  std::vector<Address> addresses = {};  // of `from`: the survivor answers there
  std::vector<ReplyWindow> windows = {};
  friend bool operator==(const Relay&, const Relay&) = default;
};

}  // namespace parley
