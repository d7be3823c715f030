// routing/say.hpp
// Our side speaking: whether a message may go to an address now, and the send that takes it there.
#pragma once

#include <optional>
#include <string>

#include "routing/draft.hpp"

namespace parley::routing {

struct Outgoing {
  Message message;  // content and author; the rest is filled here
  Address address;
  std::string actor = {};
  std::string note = {};
  std::string reply_token = {};
  std::string idempotency_key = {};  // "": a new one
  bool fenced = false;
  bool bulk = false;
};

// Where the customer last was, or is on the given channel.
Result<Address> pick_address(const State& state, const std::optional<ChannelId>& channel);

// The text a customer of this language reads; Chinese unless they are known to write English.
const std::string& in_language(const State& state, const std::string& zh, const std::string& en);

// Empty, or why nobody may say this anywhere: nothing to see in it, or past a message's limits.
std::string unsayable(const Message& message);
// Errors   malformed, recipient_gone, window_closed, overloaded, not_found (channel not configured)
Result<void> may_say(const Draft& draft, const Outgoing& outgoing);
// message.created and its send; the caller has asked may_say(). The message's id is the answer.
MessageId put_send(Draft& draft, Outgoing outgoing);
// message.created that will not go, and delivery.updated with the reason.
void put_suppressed(Draft& draft, Outgoing outgoing, const Error& why);
// A rule's words to the customer, as the system. What may not be said now is kept as suppressed.
void say_words(Draft& draft, const std::string& words, std::string rule, std::string reply_token);
// An internal message: a note, a draft.
Event& put_internal(Draft& draft, Message message, std::string actor, std::string note);

}  // namespace parley::routing
