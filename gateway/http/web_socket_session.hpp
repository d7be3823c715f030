// gateway/http/web_socket_session.hpp
// The server's side of a WebSocket on a connection whose request has been read and let in.
//
// Source   RFC 6455
// Limits   Limits of server.hpp (ws_*). Closes: 1003 binary, 1007 not UTF-8, 1009 too large,
//          1008 too many messages, pings or fragments, 1012 drain, 1013 slow consumer
// Threads  its core; send() and close() any.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/http/server_state.hpp"
#include "gateway/http/web_socket.hpp"

namespace parley::gateway::http {

using PlainStream = net::ip::tcp::socket;
using TlsStream = net::ssl::stream<net::ip::tcp::socket>;

class ServedSocket : public WebSocket {
 public:
  // Closes (1000 if nobody closed it before) and waits until the connection has ended.
  virtual net::awaitable<void> finish() = 0;
};

// What is wrong with an upgrade request: status 101 when nothing is.
Response check_upgrade(const Request& request);

struct SocketPlace {
  std::shared_ptr<ServerState> state;
  std::shared_ptr<CoreRoom> room;
  Ledger::Ticket ticket;
};

// Null when the peer went away during the handshake. `headers` go into the 101; they are checked.
net::awaitable<std::shared_ptr<ServedSocket>> accept_web_socket(
    PlainStream stream, Request request, std::vector<std::pair<std::string, std::string>> headers,
    SocketPlace place);
net::awaitable<std::shared_ptr<ServedSocket>> accept_web_socket(
    TlsStream stream, Request request, std::vector<std::pair<std::string, std::string>> headers,
    SocketPlace place);

}  // namespace parley::gateway::http
