// gateway/http/session.hpp
// One connection of a server, from the accepted socket (and TLS handshake) to its end: requests one
// after the other, in order, or one WebSocket.
//
// Limits   Limits of server.hpp; deadlines are absolute and checked by the core's tick
// Threads  started and run on the socket's core.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "gateway/http/server_state.hpp"
#include "gateway/http/tls.hpp"

namespace parley::gateway::http {

struct Accepted {
  net::ip::tcp::socket socket;
  std::string address;  // of the peer
  Ledger::Ticket ticket;
};

// `tls` may be null: plain.
net::awaitable<void> run_connection(Accepted accepted, std::shared_ptr<ServerTls> tls,
                                    std::shared_ptr<ServerState> state,
                                    std::shared_ptr<CoreRoom> room);

}  // namespace parley::gateway::http
