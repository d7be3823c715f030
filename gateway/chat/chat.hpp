// gateway/chat/chat.hpp
// The customers' own sockets: /chat/{tenant}/{channel} for web, apps and mini-programs, by
// WebSocket
// or plain HTTP. Everything shown comes from the log by sequence number, so whoever comes back says
// the last one they saw and misses nothing.
//
//   WebSocket   first frame
//   {"type":"hello","token"?,"user_token"?,"user"?,"user_hash"?,"last_seq"?};
//               then the connector's frames; each is answered {"type":"ack",...} or
//               {"type":"error"}
//   POST .../session    the same hello; gives the token
//   POST .../messages   one frame, Authorization: Bearer <token>
//   GET  .../events     ?after_seq=N&limit=M
//   POST .../media      raw bytes, Content-Type; gives the media_id to put in a message
//
// Limits   kFramesPerMinute frames a socket, kReplayPage events a page, kHelloTimeout for the first
//          frame; the socket's own limits are the HTTP layer's.
// Errors   problem documents over HTTP, {"type":"error","code","detail"} over a socket.
// Threads  any core; a socket's session lives on its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/server.hpp"
#include "gateway/pipeline/service.hpp"

namespace parley::gateway {

class Chat {
 public:
  explicit Chat(Service& service) : service_(service) {}

  static bool is_chat_path(std::string_view path) { return path.starts_with("/chat/"); }
  net::awaitable<http::Response> handle(http::Request request);
  net::awaitable<http::Response> may_upgrade(const http::Request& request);
  net::awaitable<void> serve(http::Request request, std::shared_ptr<http::WebSocket> socket);

 private:
  // The channel a path names; null where it is none or has no sockets.
  struct Place {
    std::shared_ptr<const Tenant> tenant;
    const connectors::Channel* channel = nullptr;
    const connectors::Entry* entry = nullptr;
    std::string rest;  // after /chat/{tenant}/{channel}: "", "/session", ...
  };
  std::optional<Place> place_of(std::string_view path) const;
  Result<connectors::ChatSessions::Session> open(
      const Place& place, const connectors::ChatSessions::Hello& hello) const;
  net::awaitable<Result<std::vector<Outcome>>> hear(
      const Place& place, const connectors::ChatSessions::Session& session, std::string frame);
  net::awaitable<http::Response> session(const Place& place, const http::Request& request);
  net::awaitable<http::Response> message(const Place& place, const http::Request& request);
  net::awaitable<http::Response> events(const Place& place, const http::Request& request);
  net::awaitable<http::Response> media(const Place& place, http::Request request);
  Result<connectors::ChatSessions::Session> bearer(const Place& place,
                                                   const http::Request& request) const;

  Service& service_;
};

// A first frame or session body. Errors: malformed with what is wrong.
struct HelloFrame {
  connectors::ChatSessions::Hello hello;
  std::optional<std::uint64_t> last_seq;
};
Result<HelloFrame> parse_hello(std::string_view json);
// The "id" of a frame, for its ack; "" if it has none.
std::string frame_id(std::string_view json);

}  // namespace parley::gateway
