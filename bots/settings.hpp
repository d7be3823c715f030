// bots/settings.hpp
// What a tenant configured of a bot that is somebody else's program. Which key belongs to which
// kind: docs/bots.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "bots/redact.hpp"

namespace parley::bots {

enum class Kind : std::uint8_t {
  webhook,  // Standard Webhooks 1.0: the tenant's own program
  chat,     // an OpenAI-compatible /chat/completions
  rasa,     // Rasa's REST channel
  dify,     // Dify's /chat-messages
};

inline constexpr std::size_t kHistoryMessagesMax = 100;
inline constexpr std::size_t kHistoryBytesMax = 64 * 1024;
inline constexpr unsigned kToolRoundsMax = 8;
inline constexpr std::size_t kAnswerTextBytesMax =
    16 * 1024;  // of one answer; past it none is said

struct Settings {
  Kind kind = Kind::webhook;
  std::string url;  // webhook: the address; the others: what their paths are appended to
  Secret secret;    // webhook: whsec_...; chat, dify: the API key; rasa: a bearer token, may be ""
  std::string model;                   // chat
  std::string system_zh, system_en;    // chat: the tenant's instructions
  std::optional<double> temperature;   // chat: sent only when set; some models refuse it
  unsigned tokens_max = 800;           // chat: of an answer
  bool tokens_are_completion = false;  // chat: the server wants "max_completion_tokens"
  bool tools = true;                   // chat: the server understands tools
  bool stream = true;                  // chat, dify
  unsigned tool_rounds_max = 3;        // chat
  std::string lookup_url;              // chat: the order_lookup tool; "": there is none
  Secret lookup_secret;                // whsec_...
  Milliseconds lookup_timeout{3'000};
  std::string handover_mark = "[[handover]]";  // in a text: hand over; what follows is the reason
  std::size_t history_messages = 10;
  std::size_t history_bytes_max = 8 * 1024;
  PersonalData redact = kAllPersonalData;
  std::size_t calls_in_flight_max = 64;  // of this bot; past it the fallback queue answers
};

}  // namespace parley::bots
