// tests/soak/client.hpp
// What the soak's people speak with: one request on a connection of its own, and a WebSocket of
// texts; coroutines on one thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/plain_http.hpp"

namespace parley::test::soak {

namespace net = boost::asio;
using SteadyClock = std::chrono::steady_clock;

// Status 0: no answer within 60 s.
net::awaitable<Answer> ask_async(std::uint16_t port, std::string method, std::string target,
                                 Headers headers, std::string body);

// What a task of its own ends with: nobody waits for it but the io_context, which hears of a
// failure.
inline void rethrow(std::exception_ptr failed) {
  if (failed) std::rethrow_exception(failed);
}

class TextSocket {
 public:
  explicit TextSocket(net::io_context& io) : stream_(io) {}
  net::awaitable<bool> open(std::uint16_t port, std::string target, Headers headers);
  net::awaitable<bool> send(std::string text);
  // nullopt: it has ended, or nothing came for so long.
  net::awaitable<std::optional<std::string>> receive(std::chrono::seconds patience);
  net::awaitable<void> close();

 private:
  boost::beast::websocket::stream<boost::beast::tcp_stream> stream_;
  boost::beast::flat_buffer buffer_;
};

// The value of a member in flat JSON text, of the first one of that name; "" when there is none.
std::string text_of(std::string_view json, std::string_view name);
std::uint64_t number_of(std::string_view json, std::string_view name);

}  // namespace parley::test::soak
