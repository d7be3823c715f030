// conversation/ids.hpp
// The ids of the model and how they are made.
//
// A person's first id is a pure function of its first identity, so two concurrent first webhooks
// cannot make two persons. A conversation belongs to one person and shares its 32 hex digits.
// Ids of rows inside a conversation carry their place ("msg_<32 hex>-<seq>"), so finding one needs
// no index and deciding needs no randomness: replay gives the same ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"

namespace parley {

using TenantId = Id<struct TenantTag>;    // "demo": lower case, digits, '-' and '_', 1..64
using ChannelId = Id<struct ChannelTag>;  // as named in the tenant file
using PersonId = Id<struct PersonTag>;    // per_<32 hex>
using ConversationId = Id<struct ConversationTag>;  // cnv_<32 hex>
using EventId = Id<struct EventTag>;                // evt_<32 hex>-<seq>
using MessageId = Id<struct MessageTag>;            // msg_<32 hex>-<seq>
using SendId = Id<struct SendTag>;                  // snd_<32 hex>-<seq>
using DecisionId = Id<struct DecisionTag>;          // dec_<32 hex>-<seq>
using BotCallId = Id<struct BotCallTag>;            // bot_<32 hex>-<seq>
using EpisodeId = Id<struct EpisodeTag>;            // eps_<32 hex>-<seq of its opening event>
using AgentId = Id<struct AgentTag>;                // as named in the tenant file
using QueueId = Id<struct QueueTag>;                // as named in the tenant file
using BotId = Id<struct BotTag>;                    // as named in the tenant file
using MediaId = Id<struct MediaTag>;                // med_<32 hex>

// The customer as one channel names them. `scope` is the channel id, or a name shared by channels
// whose ids are the same person's ("user" for ids the tenant itself signed).
struct IdentityKey {
  std::string scope;
  std::string scheme;  // "wechat_openid", "telegram", "visitor", "user", ...
  std::string value;
  friend bool operator==(const IdentityKey&, const IdentityKey&) = default;
};

inline constexpr unsigned kPartitionCount = 1024;  // frozen for ever; see the test vectors

PersonId person_id_of(const TenantId& tenant, const IdentityKey& first_identity);
unsigned partition_of(const TenantId& tenant, const PersonId& person) noexcept;

ConversationId conversation_of(const PersonId& person);
std::optional<PersonId> person_of(const ConversationId& conversation);
bool is_person_id(std::string_view text) noexcept;

// "<prefix>_<32 hex of person>-<seq>"
std::string place_id(std::string_view prefix, const PersonId& person, std::uint64_t seq);
struct Place {
  PersonId person;
  std::uint64_t seq = 0;
};
std::optional<Place> parse_place(std::string_view prefix, std::string_view id);

}  // namespace parley
