// gateway/http/server.hpp
// Listens, reads requests within limits, has them answered. HTTP/1.1 and WebSocket, plain or TLS.
//
// Limits   every one in Limits; past it the client gets 400, 408, 413, 414, 431, 503 or a closed
//          socket with a counted reason, never memory.
// Errors   ambiguous framing is 400 and close, before any routing (framing_guard.hpp).
// Threads  one listener per core on the same port (SO_REUSEPORT); a connection stays on its core.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gateway/http/message.hpp"
#include "gateway/http/web_socket.hpp"
#include "gateway/runtime/cores.hpp"
#include "gateway/runtime/metrics.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway::http {

class Handler {
 public:
  virtual ~Handler() = default;
  // May take as long as the request's deadline; runs on the connection's core.
  virtual net::awaitable<Response> handle(Request request) = 0;
  // Asked before a WebSocket upgrade is accepted: status 101 lets it in, anything else is the
  // answer. Its headers (a chosen sec-websocket-protocol) go into the handshake. Then serve() runs
  // until it returns.
  virtual net::awaitable<Response> may_upgrade(const Request& request) = 0;
  virtual net::awaitable<void> serve(Request request, std::shared_ptr<WebSocket> socket) = 0;
  // How large a body this path may have; asked after the header.
  virtual std::uint64_t body_bytes_max(std::string_view method, std::string_view path) const = 0;
};

struct Limits {
  std::uint32_t header_bytes_max = 8 * 1024;  // the fields, without the request line
  std::uint32_t target_bytes_max = 8 * 1024;
  std::uint32_t header_fields_max = 100;
  Milliseconds header_timeout{10'000};
  Milliseconds body_timeout{30'000};
  std::uint32_t body_bytes_per_second_min = 1'024;  // after body_grace
  Milliseconds body_grace{5'000};
  Milliseconds keep_alive_timeout{10'000};
  Milliseconds write_timeout{10'000};
  Milliseconds handshake_timeout{5'000};
  Milliseconds handler_timeout{30'000};
  std::uint32_t connections_max = 15'000;
  std::uint32_t connections_per_address_max = 12'000;
  std::uint32_t requests_in_flight_max = 20'000;
  std::size_t ws_message_bytes_max = 64 * 1024;
  std::size_t ws_queue_messages_max = 64;
  std::size_t ws_queue_bytes_max = 256 * 1024;
  Milliseconds ws_ping_interval{30'000};     // an answer must come within another
  Milliseconds ws_fragment_timeout{30'000};  // from a message's first byte to its last
  Milliseconds ws_close_timeout{5'000};      // for the other side to answer a close
  std::uint32_t ws_messages_per_minute_max = 600;
  std::uint32_t ws_messages_burst_max = 60;
  std::uint32_t ws_pings_per_10_s_max = 10;
};

struct TlsFiles {
  std::string certificate, key;  // PEM
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;     // 0: any free one, see Server::port()
  std::vector<TlsFiles> tls;  // empty: plain
  // Addresses or prefixes ("10.0.0.0/8") whose X-Forwarded-For counts; from others it is removed.
  // They are not held to connections_per_address_max.
  std::vector<std::string> trusted_proxies;
  Limits limits;
};

class Server {
 public:
  Server(ServerOptions options, Cores& cores, TaskGroup& tasks, Handler& handler, Metrics& metrics);
  ~Server();
  Result<void> start();  // binds and listens on every core
  std::uint16_t port() const noexcept;
  // Stops accepting; open connections finish the request at hand and close. WebSockets get 1012.
  void drain();
  std::size_t connections() const noexcept;
  Result<void> reload_tls(const std::vector<TlsFiles>& files);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::gateway::http
