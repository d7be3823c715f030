// gateway/cli/simulate/http_line.hpp
// A blocking HTTP/1.1 client over one kept connection to a server on this machine, for tools and
// tests; never used by the gateway itself.
//
// Limits   answers of 8 MiB; each call has a timeout for all of it.
// Errors   misconfigured (address), unavailable (no connection, timeout).
// Threads  one object, one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "connectors/stand_in.hpp"

namespace parley::gateway::simulate {

struct Ask {
  std::string method = "POST";
  std::string target = "/";  // path and query
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

Ask ask_of(const connectors::Webhook& webhook);

struct Answer {
  int status = 0;
  std::string content_type;
  std::string body;
};

class HttpLine {
 public:
  HttpLine(std::string host, std::uint16_t port);
  ~HttpLine();
  HttpLine(HttpLine&&) noexcept;

  Result<Answer> ask_blocking(const Ask& ask, Milliseconds timeout);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "http://127.0.0.1:8089" -> host and port. Other schemes and hosts that are not this machine are
// misconfigured: a simulator must not be aimed at a platform.
struct LocalAddress {
  std::string host;
  std::uint16_t port = 0;
};
Result<LocalAddress> local_address(std::string_view url);

}  // namespace parley::gateway::simulate
