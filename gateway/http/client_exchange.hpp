// gateway/http/client_exchange.hpp
// One request written and one answer read on an open connection, with what the caller must know
// when it fails: was anything written, has anything come back.
//
// Threads  the connection's core.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "gateway/http/client.hpp"
#include "gateway/http/client_pool.hpp"

namespace parley::gateway::http {

struct Exchange {
  std::optional<ClientAnswer> answer;  // empty: `error` says why
  Error error{.code = Errc::unavailable};
  std::size_t written = 0;  // bytes of the request
  bool received = false;    // a byte of an answer
  bool reusable = false;    // the connection may serve another request
};

struct ExchangeLimits {
  std::chrono::steady_clock::time_point first_byte_until, until;
  std::size_t answer_bytes_max;
};

// `head` and `body` are the whole request. The connection outlives the call.
net::awaitable<Exchange> exchange(Connection& connection, std::string head,
                                  const ClientRequest& request, ExchangeLimits limits);

}  // namespace parley::gateway::http
