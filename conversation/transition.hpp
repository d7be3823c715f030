// conversation/transition.hpp
// What deciding gives and a Store commits: all of it or nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conversation/decision.hpp"
#include "conversation/send.hpp"
#include "conversation/state.hpp"

namespace parley {

struct DedupKey {
  ChannelId channel;
  std::string key;
  friend bool operator==(const DedupKey&, const DedupKey&) = default;
};

// One row put or (no value) erased beside the events. Ids are the domain's ids; bodies are the
// stored forms of conversation/codec.hpp. Only this list exists, so a Store knows every row.
enum class RowKind : std::uint8_t {
  send = 1,             // id: SendId; body: Send
  bot_call = 2,         // id: BotCallId; body: BotCall
  queue_entry = 3,      // id: PersonId; body: QueueEntry
  assignment = 4,       // id: PersonId; body: Assignment
  decision = 5,         // id: DecisionId; body: Decision
  dead_letter = 6,      // id: SendId; body: DeadLetter
  identity = 7,         // id: identity_row_id(); body: Identity with its person
  idempotency = 8,      // id: key scope and key; body: saved answer
  audit = 9,            // id: given by the Store (commit number); body: audit entry
  relay = 10,           // id: Relay.id; body: Relay
  user_index = 11,      // id: the tenant's own user id; body: PersonId
  media = 12,           // id: MediaId; body: media description
  cursor = 13,          // id: channel and cursor name; body: the cursor
  sent_index = 14,      // id: sent_row_id(); body: PersonId; forgotten with the idempotency rows
  episode = 15,         // id: episode_row_id(); body: EpisodeRecord of a case that has ended
  profile = 16,         // id: the tenant's own user id; body: what is known of who never came yet
  knowledge = 17,       // id: an entry's key; body: what a tenant's embedded bots know
  asked = 18,           // id: hash of the folded question; body: what they were asked in vain
  bot_session = 19,     // id: bot and PersonId; body: the episode and the bot's own id of it
  trial = 20,           // id: trial_row_id(); body: Trial
  agent_presence = 21,  // id: AgentId; body: AgentPresence
  agent_mark = 22,      // id: "given:" or "freed:" and the AgentId; body: when they last were
  correction = 23,      // id: DecisionId; body: Correction, what people say the turn meant
};
inline constexpr RowKind kLastRowKind = RowKind::correction;

struct Row {
  RowKind kind;
  std::string id;
  std::string body;
  bool erase = false;
  friend bool operator==(const Row&, const Row&) = default;
};

// The effects of one command on one conversation, as values; transition_rows() in codec.hpp turns
// them into rows.
struct Transition {
  std::vector<Event> events;  // seq filled, gapless from the old state's last_seq + 1
  State state;                // after the events
  std::vector<DedupKey> dedup;
  std::vector<Decision> decisions;
  std::vector<Send> sends;             // new or changed
  std::vector<SendId> finished_sends;  // erased
  std::vector<DeadLetter> dead_letters;
  std::vector<SendId> erased_dead_letters;
  std::vector<BotCall> bot_calls;
  std::vector<BotCallId> finished_bot_calls;
  std::vector<QueueEntry> queue_entries;  // at most one
  bool leave_queue = false;
  std::vector<Assignment> assignments;  // at most one
  bool end_assignment = false;
  std::vector<Relay> relays;
  std::vector<std::string> finished_relays;
  std::vector<EpisodeRecord> cases;     // that ended, or of which more is known since
  std::vector<Row> extra_rows;  // identity, user index, idempotency, audit
};

}  // namespace parley
