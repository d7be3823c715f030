// conversation/event.hpp
// An entry in a conversation's log. Its sequence number has no gap and never changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conversation/message.hpp"

namespace parley {

enum class EventType : std::uint8_t {
  message_created,
  message_updated,
  message_deleted,
  delivery_updated,
  conversation_opened,
  conversation_queued,
  conversation_offered,
  conversation_assigned,
  conversation_transferred,
  conversation_closed,
  conversation_reopened,
  control_offered,
  control_accepted,
  control_passed,
  control_released,
  control_rejected,
  typing_started,
  typing_stopped,
  message_read,
  reaction_added,
  reaction_removed,
  identity_linked,
  identity_unlinked,
  person_merged,
  person_unmerged,
  person_erased,
  notification_accepted,
  notification_suppressed,
  notification_sent,
  notification_replied,
  routing_decided,
  channel_up,
  channel_down,
  channel_throttled,
  channel_token_refreshed,
  platform_event,  // a platform's event with no meaning of its own here: menu click, scan, follow
  routing_alert,   // a rule tells the tenant's systems of this turn; the note is its text
  sla_warning,     // the time a queue promised is nearly up; once for each promise
  sla_breached,    // it is up; likewise
};
std::string_view to_string(EventType type) noexcept;  // "message.created"
std::optional<EventType> event_type_from(std::string_view text) noexcept;

enum class HolderKind : std::uint8_t { none, bot, queue, offered, agent };
std::string_view to_string(HolderKind kind) noexcept;

struct Holder {
  HolderKind kind = HolderKind::none;
  std::string id;  // bot, queue or agent id; the agent's while offered
  friend bool operator==(const Holder&, const Holder&) = default;
};

enum class Verification : std::uint8_t { none, asserted, channel, otp, signed_ };
std::string_view to_string(Verification verification) noexcept;  // "signed" for signed_

struct Identity {
  IdentityKey key;
  std::string union_id;  // joins accounts of one owner, e.g. WeChat unionid
  Verification verification = Verification::channel;
  std::string display_name, username, language, avatar_url;
  friend bool operator==(const Identity&, const Identity&) = default;
};

struct ChannelRef {
  ChannelId id;
  std::string platform;
  std::string account;  // the platform's name for our account
  friend bool operator==(const ChannelRef&, const ChannelRef&) = default;
};

struct Referral {
  std::string kind;  // "ad", "qr", "menu", "notification", "link"
  std::string code, source;
  friend bool operator==(const Referral&, const Referral&) = default;
};

struct Analysis {
  std::string sentiment;  // "negative", "neutral", "positive"
  double score = 0;       // -1 .. 1
  double confidence = 0;  // 0 .. 1
  double trend = 0;
  bool angry = false;
  std::string language;
  std::string intent = {};       // what the customer wants, "" when it is not known
  double intent_confidence = 0;  // 0 .. 1
  double mood = 0;               // -1 .. 1, of the episode so far, this turn included
  bool unhappy = false;          // the episode's mood is bad and has not clearly mended
  std::uint32_t repeats = 0;     // earlier turns of the episode that asked for the same
  friend bool operator==(const Analysis&, const Analysis&) = default;
};

struct ControlChange {
  Holder from, to;
  std::uint64_t epoch = 0;  // after the change
  std::string reason;       // rule name, "agent released", "bot failed: timeout", ...
  int priority = 0;
  friend bool operator==(const ControlChange&, const ControlChange&) = default;
};

struct DeliveryUpdate {
  MessageId message;
  SendId send;
  DeliveryStatus status;
  std::string external_id;
  friend bool operator==(const DeliveryUpdate&, const DeliveryUpdate&) = default;
};

struct Target {         // what a read, typing, reaction, edit or delete is about
  std::string message;  // our id when known, else the platform's
  std::string emoji, text;
  friend bool operator==(const Target&, const Target&) = default;
};

struct PlatformEvent {
  std::string type;  // as the platform spells it
  std::string key, ticket, scene;
  Attributes attributes;
  friend bool operator==(const PlatformEvent&, const PlatformEvent&) = default;
};

struct PersonLink {
  PersonId person, other;
  std::string reason;  // "agent merge", "signed user id", ...
  std::string actor;
  friend bool operator==(const PersonLink&, const PersonLink&) = default;
};

struct DecisionSummary {
  DecisionId id;
  std::string rule, outcome;  // "bot:faq", "queue:complaints", "none"
  friend bool operator==(const DecisionSummary&, const DecisionSummary&) = default;
};

// What a queue promises its customers, counted in its business hours.
enum class SlaKind : std::uint8_t { first_response, next_response, resolution };
std::string_view to_string(SlaKind kind) noexcept;  // "first_response"

struct SlaNews {
  SlaKind kind = SlaKind::first_response;
  QueueId queue;
  TimePoint started_at{}, due_at{};
  friend bool operator==(const SlaNews&, const SlaNews&) = default;
};

struct Event {
  std::uint64_t seq = 0;
  EventType type = EventType::message_created;
  EventId id;
  TimePoint occurred_at{}, received_at{};
  TenantId tenant;
  PersonId person;  // the conversation's id follows from it
  EpisodeId episode;
  std::optional<ChannelRef> channel;
  std::optional<Identity> identity;
  std::optional<Message> message;
  std::optional<DeliveryUpdate> delivery;
  std::optional<ControlChange> control;
  std::optional<Target> target;
  std::optional<PlatformEvent> platform_event;
  std::optional<PersonLink> link;
  std::optional<DecisionSummary> decision;
  std::optional<Referral> referral;
  std::optional<Analysis> analysis;
  std::optional<SlaNews> sla = {};
  std::string actor;  // "agent:anna", "system", "api:<key id>"; "" for the customer
  std::string note;
  Unknown unknown = {};
  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace parley
