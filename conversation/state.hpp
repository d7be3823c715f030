// conversation/state.hpp
// What deciding needs to know of the past: a fold over the log, kept beside it so that a turn
// reads one row. Rebuildable from the log; never the truth about what was said.
//
// Limits   kOpenSendsMax unfinished sends, kRecentScores scores, kWindowsMax channel windows,
//          kTrialsMax trials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conversation/episode.hpp"
#include "conversation/send.hpp"

namespace parley {

inline constexpr std::size_t kOpenSendsMax = 100;
inline constexpr std::size_t kRecentScores = 5;
inline constexpr std::size_t kHeardTurns = 5;  // of the episode, the latest
inline constexpr std::size_t kHeardWords = 3;  // of one of them
inline constexpr std::size_t kWindowsMax = 16;
inline constexpr std::size_t kExternalIdsMax = 64;
inline constexpr std::size_t kTrialsMax = 4;  // experiments one episode takes part in

enum class Lifecycle : std::uint8_t { bot, queued, offered, assigned, wrapping, snoozed, closed };
std::string_view to_string(Lifecycle state) noexcept;

struct Control {
  Holder holder;
  std::uint64_t epoch = 0;
  TimePoint since{};
  friend bool operator==(const Control&, const Control&) = default;
};

// Maps a platform's message id to the send it belongs to, for receipts; the latest ones.
struct SentRef {
  std::string external_id;
  std::uint64_t send_seq = 0;     // seq in SendId
  std::uint64_t message_seq = 0;  // seq in MessageId
  DeliveryStatus status;
  ChannelId channel = {};  // "" in rows of before, as if of any
  TimePoint at{};          // when its last attempt was due
  friend bool operator==(const SentRef&, const SentRef&) = default;
};

// Is `id`, as a receipt gives it, this message: by the platform's name for it or by ours, which is
// all there is where customers hold a socket to us? `person` is whose state it stands in.
bool goes_by(const SentRef& sent, const PersonId& person, std::string_view id);

// A customer's part in an experiment, for one episode; results are counted from its rows.
struct Trial {
  std::string experiment, arm;
  EpisodeId episode;
  TimePoint since{}, last_at{};  // its first and its latest turn
  bool to_people = false;        // handed over at least once
  bool closed = false;
  double csat = 0;  // 1 to 5 as the customer said afterwards, 0 if they did not
  friend bool operator==(const Trial&, const Trial&) = default;
};

// What one turn of the episode said, so that the next ones can be judged beside it.
struct HeardTurn {
  std::uint64_t seq = 0;
  std::string sentiment;
  double score = 0, confidence = 0;
  std::string intent;
  std::uint32_t asked = 0;         // fingerprint of its words; 0: too short to be told apart
  std::vector<std::string> words;  // what weighed most, at most kHeardWords
  friend bool operator==(const HeardTurn&, const HeardTurn&) = default;
};

// A promise that is running.
struct SlaClock {
  SlaKind kind = SlaKind::first_response;
  QueueId queue;
  TimePoint started_at{}, warn_at{}, due_at{};
  bool warned = false, breached = false;
  friend bool operator==(const SlaClock&, const SlaClock&) = default;
};

struct State {
  TenantId tenant;
  PersonId person;
  std::uint64_t last_seq = 0;
  PersonId forward_to;           // merged into this person; "" if not
  std::vector<PersonId> merged;  // persons merged into this one

  Lifecycle lifecycle = Lifecycle::closed;
  EpisodeId episode;           // "" when none is open
  std::uint32_t episodes = 0;  // opened so far
  std::uint32_t episode_turns = 0;
  Control control;
  int priority = 0;
  std::vector<std::string> labels;
  Attributes attributes;      // profile, as pushed by the tenant's systems
  std::string external_user;  // the tenant's own id of this customer, "" if unknown
  std::string union_id;       // theirs in all accounts of one owner; the first that was told
  bool join_pending = false;  // whoever else has that id is to be looked for, once nobody is busy
  std::string display_name, language, segment;
  AgentId last_agent;

  std::optional<QueueEntry> waiting = {};  // as its row says, while queued or offered

  TimePoint first_seen{}, last_seen{}, last_inbound_at{}, last_outbound_at{};
  TimePoint last_episode_closed{};
  double days_away = 0;        // between the last message before this episode and its first
  std::vector<double> scores;  // sentiment of the episode's last turns, oldest first
  std::vector<Address> addresses;
  std::vector<ReplyWindow> windows;
  std::vector<SentRef> sent;         // newest last
  std::vector<SendId> open_sends;    // in order; the head is the one in flight
  BotCallId open_bot_call;           // "" when none is awaited
  std::vector<TimePoint> bot_turns;  // last bot answers, for the loop guard
  EpisodeRecord record = {};         // of the case that is open, else of the last one
  TimePoint rating_asked_at{};       // of the last case; {}: nothing is asked
  TimePoint episode_opened_at{};     // epoch in rows of before
  std::vector<HeardTurn> heard = {};  // the episode's last turns, oldest first
  double mood = 0, trend = 0;        // of the episode, after its last turn
  bool unhappy = false;
  std::vector<Trial> trials = {};    // of the open episode, else of the last one

  std::vector<SlaClock> sla = {};   // at most one of a kind, while people have it
  QueueId served_queue = {};        // that the agent who has it got it from
  std::uint32_t served_weight = 0;  // of their capacity
  AgentId wrapping = {};            // whose place is kept after the close
  TimePoint wrap_until{};
  TimePoint agent_spoke_at{};     // last
  TimePoint silence_warned_at{};  // the customer heard that silence will close it
  TimePoint check_at{};           // as in the row of the wait or the assignment
  Unknown unknown = {};
  friend bool operator==(const State&, const State&) = default;
};

}  // namespace parley
