// gateway/api/stream.hpp
// A tenant's events over a WebSocket, from a cursor on, without gap or duplicate.
//
// The live subscription only says "there is news": what is sent is always read from the store, in
// the order of commits, so catching up and being live are the same thing. A frame's end of life is
// when the socket has written it; that is the flow control, so a reader may be slow, never lost.
//
// Limits   kStreamPageEvents a read; frames and bytes handed to the socket and not yet written.
// Threads  lives on the socket's core.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/api/credentials.hpp"
#include "gateway/api/stream_cursor.hpp"
#include "gateway/http/web_socket.hpp"
#include "gateway/pipeline/service.hpp"

namespace parley::gateway::api {

inline constexpr std::size_t kStreamPageEvents = 100;
inline constexpr std::size_t kStreamBytesInFlightMax = 128 * 1024;
inline constexpr std::size_t kStreamFrameBytesMax = 192 * 1024;  // larger events go by reference

class Feed : public std::enable_shared_from_this<Feed> {
 public:
  Feed(Service& service, Credential who, std::shared_ptr<http::WebSocket> socket,
       net::any_io_executor executor, std::size_t frames_max);

  // Subscribes and sends events until it is cancelled or the key is withdrawn. Without a cursor:
  // from now on.
  net::awaitable<void> run(std::optional<StreamCursor> from);
  void send(std::string json);  // counts against the frames in flight

 private:
  net::awaitable<bool> send_page(std::vector<storage::StreamItem> items);
  net::awaitable<void> room();  // until another frame may go
  net::awaitable<void> changed();
  net::awaitable<void> until_cancelled();
  void wake();
  bool key_is_valid() const;

  Service& service_;
  const TenantId tenant_;
  const std::string token_sha256_;
  std::shared_ptr<http::WebSocket> socket_;
  net::any_io_executor executor_;
  const std::size_t frames_max_;
  net::steady_timer timer_;
  std::shared_ptr<Subscription> subscription_;
  StreamCursor at_;
  bool news_ = true;
  std::size_t frames_ = 0, bytes_ = 0;  // in flight
};

}  // namespace parley::gateway::api
