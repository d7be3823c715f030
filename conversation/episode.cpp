#include "conversation/episode.hpp"

#include <algorithm>
#include <cstdio>

namespace parley {
namespace {

bool waits(const Holder& holder) {
  return holder.kind == HolderKind::queue || holder.kind == HolderKind::offered;
}

// The wall clock may be set back between two events.
Milliseconds since(TimePoint start, TimePoint end) {
  return std::max(Milliseconds(0), std::chrono::duration_cast<Milliseconds>(end - start));
}

void count_inbound(EpisodeRecord& record, const Event& event) {
  ++record.customer_messages;
  if (record.channel.empty() && event.channel) record.channel = event.channel->id;
  if (record.asked_at == TimePoint{}) record.asked_at = event.received_at;
  if (record.unanswered_since == TimePoint{}) record.unanswered_since = event.received_at;
  if (event.analysis && event.analysis->sentiment == "negative") ++record.negative_turns;
}

void count_outbound(EpisodeRecord& record, const Event& event) {
  const Author& author = event.message->author;
  if (author.type != AuthorType::bot && author.type != AuthorType::agent) return;
  const bool never_left =
      event.message->delivery && event.message->delivery->state == DeliveryState::suppressed;
  if (never_left) return;
  if (author.type == AuthorType::bot) {
    ++record.bot_messages;
    record.bot = author.id;
  } else {
    ++record.agent_messages;
    record.agent = {author.id};
    if (record.first_agent_at == TimePoint{}) record.first_agent_at = event.received_at;
  }
  if (record.unanswered_since == TimePoint{}) return;
  const Milliseconds took = since(record.unanswered_since, event.received_at);
  if (record.first_answer_at == TimePoint{}) record.first_answer_at = event.received_at;
  ++record.answers;
  record.answer_time += took;
  record.answer_time_max = std::max(record.answer_time_max, took);
  record.unanswered_since = {};
}

void count_control(EpisodeRecord& record, const Event& event) {
  const Holder &from = event.control->from, &to = event.control->to;
  if (waits(from) && !waits(to) && record.queued_at != TimePoint{}) {
    record.queue_time += since(record.queued_at, event.received_at);
    record.queued_at = {};
  }
  if (to.kind == HolderKind::queue) {
    record.queue = {to.id};
    if (!waits(from)) {
      ++record.times_queued;
      record.queued_at = event.received_at;
      if (record.first_queued_at == TimePoint{}) record.first_queued_at = event.received_at;
    }
    if (from.kind == HolderKind::bot) ++record.hand_overs;
  }
  if (to.kind == HolderKind::agent) record.agent = {to.id};
  if (from.kind == HolderKind::agent && to.kind != HolderKind::none) ++record.transfers;
}

void count_end(EpisodeRecord& record, const Event& event) {
  record.closed_at = event.received_at;
  record.closed_by = event.actor;
  record.close_reason = event.note;
  if (record.agent_messages > 0) {
    record.resolved_by = "agent";
  } else if (record.bot_messages > 0 && record.times_queued == 0) {
    record.resolved_by = "bot";
  } else {
    record.resolved_by = "nobody";
  }
}

std::string row_time(TimePoint time) {
  const auto ms = std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count();
  char digits[24];
  std::snprintf(digits, sizeof digits, "%014lld",
                static_cast<long long>(std::max<std::int64_t>(ms, 0)));
  return digits;
}

}  // namespace

void count_event(EpisodeRecord& record, const Event& event) {
  if (event.type == EventType::conversation_opened) {
    record = {};
    record.id = event.episode;
    record.tenant = event.tenant;
    record.person = event.person;
    record.opened_at = event.received_at;
    return;
  }
  if (record.id.empty() || record.closed_at != TimePoint{}) return;
  if (event.type == EventType::message_created && event.message) {
    if (event.message->direction == Direction::inbound) count_inbound(record, event);
    if (event.message->direction == Direction::outbound) count_outbound(record, event);
  }
  if (event.control) count_control(record, event);
  if (event.type == EventType::conversation_closed) count_end(record, event);
}

std::string episode_row_id(const EpisodeRecord& record) {
  if (record.closed_at == TimePoint{}) return {};
  return row_time(record.closed_at) + ':' + record.id.value;
}

std::string episode_row_bound(TimePoint time) { return row_time(time); }

}  // namespace parley
