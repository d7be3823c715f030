// connectors/send_dialogue.hpp
// One send as a dialogue without I/O: what to do next, given what happened last. Whoever has the
// sockets (the gateway, the case runner) carries out each answer and reports back.
//
//   auto next = dialogue.begin(now);
//   NeedToken -> get one -> give_token()      HttpCall -> ask it -> give_answer()
//   Sent, Push, Error -> over
//
// Promise  a refused access token is renewed once and the same step asked again; a second refusal
//          ends with unavailable, so no loop between us and a platform has no end.
// Restart  send() holds step and step_data of the call asked for; stored before the call, a new
//          dialogue over that row goes on at that very step.
// Limits   kDialogueStepsMax calls.
// Threads  a plain value; Entry and Channel must outlive it.
#pragma once

#include <string>
#include <variant>

#include "connectors/registry.hpp"

namespace parley::connectors {

inline constexpr int kDialogueStepsMax = 64;

class SendDialogue {
 public:
  // `refused`: the token the platform has just turned down, which must not come back; or "".
  struct NeedToken {
    std::string refused;
  };
  using Next = std::variant<NeedToken, HttpCall, Sent, Push, Error>;

  SendDialogue(const Entry& entry, const Channel& channel, Send send)
      : entry_(entry), channel_(channel), send_(std::move(send)) {}

  Next begin(TimePoint now);
  Next give_token(std::string token, TimePoint now);
  Next give_answer(const HttpAnswer& answer, TimePoint now);

  const Send& send() const noexcept { return send_; }

 private:
  SendContext context(TimePoint now) const {
    return {.send = send_, .channel = channel_, .access_token = token_, .now = now};
  }
  Next follow(SendStep step);

  const Entry& entry_;
  const Channel& channel_;
  Send send_;
  std::string token_;
  bool asked_ = false;  // for a token, by a dialogue that began without one
  bool renewed_ = false;
  int calls_ = 0;
};

}  // namespace parley::connectors
