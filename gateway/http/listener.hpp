// gateway/http/listener.hpp
// Accepts on one core. Each core has its own acceptor on the same port; the kernel deals the
// connections out.
//
// Limits   the ledger's, and nine tenths of the file descriptors; out of them: a reserve is spent
//          to take and drop a connection, then a pause, so a full queue neither spins nor hangs its
//          clients
// Threads  its core; stop() too.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "gateway/http/server_state.hpp"
#include "gateway/http/session.hpp"

namespace parley::gateway::http {

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  // Starts the connection as a task; false when no task is started any more.
  using Start = std::function<bool(Accepted)>;

  Listener(net::io_context& context, std::shared_ptr<ServerState> state, Start start);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  Result<void> listen(const net::ip::tcp::endpoint& endpoint);
  net::ip::tcp::endpoint endpoint() const { return endpoint_; }
  net::awaitable<void> run();
  // What the kernel has accepted already is served; then the port is closed.
  void stop();

 private:
  void admit(net::ip::tcp::socket socket);
  bool takes_from_the_kept(net::ip::tcp::socket& socket) const;
  void drop_one();

  net::ip::tcp::acceptor acceptor_;
  net::steady_timer pause_;
  std::shared_ptr<ServerState> state_;
  Start start_;
  net::ip::tcp::endpoint endpoint_;
  int reserve_fd_ = -1;
  bool stopping_ = false;
};

}  // namespace parley::gateway::http
