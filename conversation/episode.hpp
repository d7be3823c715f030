// conversation/episode.hpp
// What one service case came to: counted from the log while it lasts, kept as a row of its own
// when it has ended. Reports are sums over such rows.
//
// Units   milliseconds; a time that never came is TimePoint{}.
// Limits  a row is under 2 KiB: names, numbers, no word of what was said.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "conversation/event.hpp"

namespace parley {

struct EpisodeRecord {
  EpisodeId id;  // "" before the first
  TenantId tenant;
  PersonId person;
  ChannelId channel;  // of the customer's first message
  std::string segment, language;
  TimePoint opened_at{}, closed_at{};
  std::string closed_by, close_reason;
  std::string resolved_by;  // "bot", "agent" or "nobody", once closed

  std::uint32_t customer_messages = 0, bot_messages = 0, agent_messages = 0;
  std::uint32_t negative_turns = 0;
  TimePoint unanswered_since{};                   // the customer's first word since our last
  TimePoint asked_at{};                           // the customer's first word of the case
  TimePoint first_answer_at{};                    // of a bot or an agent, to them
  TimePoint first_agent_at{};                     // an agent's first answer
  std::uint32_t answers = 0;                      // times somebody answered what was unanswered
  Milliseconds answer_time{}, answer_time_max{};  // sum and longest of these

  std::uint32_t times_queued = 0, hand_overs = 0, transfers = 0;  // hand-over: bot to queue
  TimePoint queued_at{};                                          // of the present wait
  TimePoint first_queued_at{};
  Milliseconds queue_time{};  // all waits
  QueueId queue;              // the last one
  AgentId agent;
  std::string bot;

  std::uint32_t rating = 0;  // 1 to 5; 0: none
  friend bool operator==(const EpisodeRecord&, const EpisodeRecord&) = default;
};

// Adds what an event says; conversation.opened begins anew. Pure: the same events, the same record.
void count_event(EpisodeRecord& record, const Event& event);

// The row it is kept under: in the order in which cases ended. "" while it lasts.
std::string episode_row_id(const EpisodeRecord& record);
// What every row of a case that ended at or after `time` has an id not below.
std::string episode_row_bound(TimePoint time);

}  // namespace parley
