// gateway/cli/simulate/chat_visitor.hpp
// A visitor with a socket of their own, over plain HTTP: a session, frames in, events out.
//
// Errors   what the gateway said.
// Threads  one at a time.
#pragma once

#include <string>
#include <vector>

#include "connectors/stand_in.hpp"
#include "gateway/cli/simulate/http_line.hpp"

namespace parley::gateway::simulate {

class ChatVisitor {
 public:
  // `channel` and `stand_in` outlive it. `user` is proven as the stand-in can, or is unknown.
  ChatVisitor(const connectors::Channel& channel, const connectors::StandIn& stand_in,
              const LocalAddress& gateway, std::string user);

  Result<void> open_blocking();
  // Gives whether the gateway had this message before.
  Result<bool> say_blocking(std::uint64_t number, const std::string& text);
  Result<bool> send_blocking(const connectors::Webhook& frame);
  // Messages to the visitor since the last call; polls until there is one or the time is up.
  Result<std::vector<connectors::AcceptedSend>> next_blocking(Milliseconds timeout);

 private:
  Result<std::vector<connectors::AcceptedSend>> poll();

  const connectors::Channel& channel_;
  const connectors::StandIn& stand_in_;
  HttpLine line_;
  std::string user_, token_, base_;
  std::uint64_t seen_ = 0;
};

}  // namespace parley::gateway::simulate
