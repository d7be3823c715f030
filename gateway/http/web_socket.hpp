// gateway/http/web_socket.hpp
// One open WebSocket. One reader, one writer, a bounded queue between.
//
// Limits   a message, the queue's messages and bytes: Limits of server.hpp. A client that does not
//          read is closed with 1013 "slow consumer"; history is durable, it resumes.
// Threads  lives on one core; send() and close() may be called from any thread.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::gateway::http {

namespace net = boost::asio;

using Frame = std::shared_ptr<const std::string>;  // shared: encoded once for many sockets

class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // The next text message; an error when the socket has ended (detail: the close reason).
  virtual net::awaitable<Result<std::string>> receive() = 0;
  virtual void send(Frame text) = 0;
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

}  // namespace parley::gateway::http
