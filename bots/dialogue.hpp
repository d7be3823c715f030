// bots/dialogue.hpp
// One bot call as a dialogue without I/O: the adapter says what to ask, whoever has the sockets
// asks it and hands back what was heard. An adapter translates and does nothing else; the deadline,
// the circuit, retries and the number of calls at once are the caller's.
//
//   auto step = dialogue->start();
//   Ask -> ask it -> piece()... -> resume()      Reply, Error -> over
//
// Promise  a Reply holds messages, a hand-over, or both; what a model or a program wrote is checked
//          against its limits and never believed about who it is.
// Limits   kStepsMax asks; kMessagesMax messages of at most kAnswerTextBytesMax bytes of text.
// Errors   malformed: the answer is not what the bot's interface documents. rejected: a refusal.
//          The detail never holds a part of the answer.
// Threads  a Dialogue belongs to one call; open() from any thread. Settings must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "bots/settings.hpp"
#include "connectors/connector.hpp"
#include "conversation/event.hpp"
#include "conversation/send.hpp"

namespace parley::bots {

inline constexpr int kStepsMax = 24;
inline constexpr std::size_t kMessagesMax = 10;
inline constexpr std::size_t kReasonBytesMax = 200;

// What the bot is told. Nothing in it is redacted yet; the adapter does that.
struct Turn {
  BotCall call;
  std::shared_ptr<const Event> event;  // the inbound message; never null
  std::vector<Event> history;          // messages before it, oldest first; no notes, no drafts
  std::string language;                // "zh" or "en"
  std::string session;                 // what the bot called this episode's conversation, "" new
  TimePoint now{};
};

enum class Peer : std::uint8_t { bot, tool };

struct Ask {
  connectors::HttpCall call;
  Peer peer = Peer::bot;
  bool in_pieces = false;  // a 2xx answer goes to piece() as it comes
  // Asking again after an answer that said "not now" does no harm.
  bool repeatable = true;
  std::optional<Milliseconds> timeout = {};  // less than what is left of the call's deadline
};

struct Reply {
  std::vector<Message> messages;
  bool hand_over = false;
  std::string reason;
  std::string session;  // what the bot calls this episode's conversation from now on, "" nothing
};

using Step = std::variant<Ask, Reply, Error>;

struct Usage {
  std::uint64_t tokens_in = 0, tokens_out = 0;
};

class Dialogue {
 public:
  virtual ~Dialogue() = default;
  virtual Step start() = 0;
  // Of an Ask in_pieces, in order; an error means: hang up.
  virtual Result<void> piece(std::string_view bytes);
  // The end of a 2xx answer (its body is empty when it came in pieces), or whatever came of a tool;
  // a tool that could not be asked has status 0.
  virtual Step resume(const connectors::HttpAnswer& answer) = 0;
  // The bot refused: another way to ask, if there is one.
  virtual std::optional<Ask> refused(const connectors::HttpAnswer& answer);
  const Usage& usage() const noexcept { return usage_; }

 protected:
  Usage usage_;
};

std::unique_ptr<Dialogue> open(const Settings& settings, Turn turn);

// One for each kind, in its own file.
std::unique_ptr<Dialogue> open_webhook(const Settings& settings, Turn turn);
std::unique_ptr<Dialogue> open_chat(const Settings& settings, Turn turn);
std::unique_ptr<Dialogue> open_rasa(const Settings& settings, Turn turn);
std::unique_ptr<Dialogue> open_dify(const Settings& settings, Turn turn);

// What a signed-webhook bot's answer says; also its own test's door. Errors: malformed.
Result<Reply> parse_webhook_reply(std::string_view json);

// The name metrics and messages use: "webhook", "chat", "rasa", "dify".
std::string_view to_string(Kind kind) noexcept;

}  // namespace parley::bots
