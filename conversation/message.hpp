// conversation/message.hpp
// Content in one direction, and how far its delivery has come.
//
// Limits   kPartsMax parts and as many suggested actions, kTextBytesMax bytes in a text part,
//          kMessageBytesMax encoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "conversation/ids.hpp"
#include "conversation/part.hpp"

namespace parley {

inline constexpr std::size_t kPartsMax = 32;
inline constexpr std::size_t kTextBytesMax = 64 * 1024;
inline constexpr std::size_t kMessageBytesMax = 256 * 1024;

enum class Direction : std::uint8_t { inbound, outbound, internal };  // internal: notes, drafts
std::string_view to_string(Direction direction) noexcept;
enum class AuthorType : std::uint8_t { customer, agent, bot, system };
std::string_view to_string(AuthorType type) noexcept;
enum class Importance : std::uint8_t { low, normal, high };

struct Author {
  AuthorType type = AuthorType::customer;
  std::string id, display_name;
  friend bool operator==(const Author&, const Author&) = default;
};

// The main states only move up: accepted < queued < submitting < sent < delivered < read.
// The side states end or pause a send. advance() is the one place that knows the order.
enum class DeliveryState : std::uint8_t {
  accepted,
  queued,
  submitting,
  sent,
  delivered,
  read,  // main line
  throttled,
  uncertain,
  failed,
  expired,
  suppressed,  // side
};

// The state after `news`: never backwards. `uncertain` and `throttled` yield to any main state from
// `sent` up; `failed` yields only to delivered and read (a platform may report late success);
// `failed` replaces anything below delivered; expired and suppressed are final and replace only
// what surely did not go: never `uncertain`, never `sent`.
DeliveryState advance(DeliveryState current, DeliveryState news) noexcept;
bool is_final(DeliveryState state) noexcept;  // read, failed, expired, suppressed
std::string_view to_string(DeliveryState state) noexcept;

struct DeliveryStatus {
  DeliveryState state = DeliveryState::accepted;
  std::uint32_t attempts = 0;
  std::string error_code, error;  // "window_closed", platform code in the text; never the body
  friend bool operator==(const DeliveryStatus&, const DeliveryStatus&) = default;
};

struct Message {
  MessageId id;
  Direction direction = Direction::inbound;
  Author author;
  std::string external_id;  // as the platform names it
  std::optional<TimePoint> external_time;
  std::string reply_to;  // our message id, or the platform's when inbound
  std::string correlation_id;
  std::vector<Part> content;
  std::string fallback_text;  // what a text-only reader sees; always filled
  std::vector<Action> suggested_actions;
  std::optional<TimePoint> expires_at;
  Importance importance = Importance::normal;
  std::optional<DeliveryStatus> delivery;  // outbound
  Attributes attributes;
  std::string channel_data;  // raw JSON object of the platform's own extras, or ""
  Unknown unknown = {};
  friend bool operator==(const Message&, const Message&) = default;
};

// All text of the message: text parts, transcripts, action titles. What classifiers read.
std::string plain_text(const Message& message);
// What a reader without the parts would see: texts, "[image]", "[unsupported: x]", card titles...
std::string fallback_text(const std::vector<Part>& content);
// Empty when fine, otherwise what is wrong and what would be right.
std::string check_limits(const Message& message);

}  // namespace parley
