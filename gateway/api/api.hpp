// gateway/api/api.hpp
// The REST API under /v1 and its event stream: credentials, routes, idempotency keys, problems.
// What it does is Service's; this room only reads requests and writes answers.
//
// Source   RFC 9457 (problems), RFC 6750 (bearer keys); Idempotency-Key as payment APIs have it
// Promise  the tenant comes from the key, never from the request; another tenant's id answers as
//          one that does not exist. A POST repeated under one Idempotency-Key takes effect once.
// Limits   Limits below; pages of kPageMax; bodies as the server allows them, JSON of 32 levels.
// Errors   problem documents: 400 400-level mistakes by name, 401, 403, 404, 409, 415, 422, 429
//          and 503 with Retry-After. None holds a token or a message body.
// Threads  any core.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>

#include "gateway/http/message.hpp"
#include "gateway/http/web_socket.hpp"
#include "gateway/pipeline/service.hpp"

namespace parley::gateway {

struct ApiLimits {
  std::size_t failures_per_minute_max = 10;     // wrong keys of one address, then 429
  std::size_t addresses_max = 10'000;           // remembered for that
  std::size_t keys_in_flight_max = 10'000;      // POSTs with an Idempotency-Key under way
  Milliseconds stream_auth_timeout{10'000};     // for the first frame of /v1/stream
  std::size_t stream_frames_in_flight_max = 8;  // handed to the socket and not yet written
};

class Api {
 public:
  explicit Api(Service& service, ApiLimits limits = {});
  ~Api();

  net::awaitable<http::Response> handle(http::Request request);  // path begins with /v1
  // The WebSocket of /v1/stream, until it ends.
  net::awaitable<void> stream(http::Request request, std::shared_ptr<http::WebSocket> socket);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::gateway
