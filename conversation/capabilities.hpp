// conversation/capabilities.hpp
// What a channel can do, as data: the core branches on this and never on a platform's name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace parley {

enum class TextUnit : std::uint8_t { bytes, utf16, code_points };
enum class Level : std::uint8_t { none, converted, native };
enum class InboundMode : std::uint8_t { push, pull, socket };
enum class SendMode : std::uint8_t {
  call,
  socket
};  // socket: we push to the customer's own socket

struct ContentLevel {
  std::string type;  // part type as in JSON: "text", "image", "card", ...
  Level level = Level::none;
};

// "user_message" opens 48 h in which 5 messages may go. quota 0: as many as wanted.
struct ReplyPolicy {
  std::string trigger;
  Milliseconds window{};
  std::uint32_t quota = 0;
  bool people_only = false;  // for answers of people, not of bots
};

struct Capabilities {
  std::string platform;
  std::vector<ContentLevel> content;
  std::size_t text_max = 0;  // in text_unit, for one send
  TextUnit text_unit = TextUnit::code_points;
  bool typing = false, read_receipts = false, delivery_receipts = false;
  bool templates = false, quick_replies = false;
  bool idempotent_send = false;  // the platform refuses a repeat of our key
  // For so long after the first time; 0: for as long as we would repeat.
  Milliseconds idempotency_window{};
  bool body_signed = false;      // its signature covers the body
  Milliseconds edit_max_age{}, delete_max_age{};
  std::vector<ReplyPolicy> reply_policy;  // empty: may always send
  double rate_per_s = 0;                  // 0: no limit of the platform's
  double burst = 0;
  Milliseconds ack_deadline{};  // 0: none known
  bool passive_reply = false;   // the webhook's own answer can carry the reply
  bool profiles = false;        // it tells of a customer when asked: a name, a union id
  InboundMode inbound_mode = InboundMode::push;
  SendMode send_mode = SendMode::call;
  std::string text_kind = "cs";  // what classifiers should expect: cs, social, chat, review
};

}  // namespace parley
