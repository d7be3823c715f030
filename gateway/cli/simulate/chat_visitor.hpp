// gateway/cli/simulate/chat_visitor.hpp
// A web visitor over plain HTTP: a session, frames in, events out.
//
// Errors   what the gateway said.
// Threads  one at a time.
#pragma once

#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "gateway/cli/simulate/http_line.hpp"

namespace parley::gateway::simulate {

class ChatVisitor {
 public:
  // `user` is signed with the channel's user_secret where it has one; else an unknown visitor.
  ChatVisitor(const connectors::Channel& channel, const LocalAddress& gateway, std::string user);

  Result<void> open_blocking();
  // Gives whether the gateway had this id before.
  Result<bool> say_blocking(const std::string& id, const std::string& text);
  // Messages to the visitor since the last call; polls until there is one or the time is up.
  Result<std::vector<std::string>> next_blocking(Milliseconds timeout);

 private:
  Result<std::vector<std::string>> poll();

  const connectors::Channel& channel_;
  HttpLine line_;
  std::string user_, token_, base_;
  std::uint64_t seen_ = 0;
};

}  // namespace parley::gateway::simulate
