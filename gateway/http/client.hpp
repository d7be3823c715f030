// gateway/http/client.hpp
// Calls out: pooled keep-alive connections, TLS with the host name verified, deadlines, an SSRF
// guard that checks every resolved address before it connects and connects to that very address.
//
// Limits   ClientOptions; answers over the limit are unavailable with delivery unknown.
// Mail     a request with an smtp:// or smtps:// URL is a mail to be submitted: client_smtp.hpp.
// Errors   misconfigured (bad URL, header with control characters), rejected (guard; plain http to
//          a host that is not in private_hosts_allowed), overloaded (open_max), shutting_down,
//          unavailable: delivery not_sent when no byte of the request was written, else unknown.
// Retry    one, and only on a pooled connection that turns out dead before a byte of the answer:
//          when nothing of the request was written, or for GET and HEAD.
// Threads  any core; a connection is used on the core that opened it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gateway/runtime/cores.hpp"
#include "gateway/runtime/metrics.hpp"

namespace parley::gateway::http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::size_t answer_bytes_max = 256 * 1024;
  Milliseconds timeout{30'000};  // in all; connect has its own 3 s, the first byte 10 s
  std::optional<Milliseconds> first_byte_timeout = {};  // of a long poll
  // Takes the body of a 2xx answer as it comes, on the caller's core, inside the call; the answer's
  // body is empty then. False: hang up, the call is unavailable. A client that cannot read in
  // pieces leaves it alone and gives the whole body.
  std::function<bool(std::string_view)> on_piece = {};
  std::optional<Milliseconds> piece_timeout = {};  // the longest silence between two pieces
};

struct ClientAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
};

struct ClientOptions {
  std::size_t idle_per_host_max = 32;
  Milliseconds idle_timeout{30'000};
  Milliseconds connect_timeout{3'000};
  Milliseconds first_byte_timeout{10'000};
  std::size_t open_max = 4'096;
  // host or host:port that may be private or loopback (a simulator, a bot in the same rack).
  std::vector<std::string> private_hosts_allowed;
  std::string ca_file;  // "" is the system's
  // Look-ups that wait for one of the resolver's threads; past it a call is overloaded.
  std::size_t lookups_waiting_max = 256;
  // Tests and special networks: the addresses of a name, "" list when there is none. Runs on a
  // resolver thread and may block. Null: the system's.
  std::function<std::vector<std::string>(const std::string& host)> look_up = nullptr;
};

// What the pipeline needs of a client.
class Transport {
 public:
  virtual ~Transport() = default;
  // Redirects are answers, never followed. Resumes on the caller's executor.
  virtual net::awaitable<Result<ClientAnswer>> call(ClientRequest request) = 0;
};

class Client final : public Transport {
 public:
  Client(ClientOptions options, Cores& cores, Metrics& metrics);
  ~Client() override;
  net::awaitable<Result<ClientAnswer>> call(ClientRequest request) override;
  void allow_private(std::vector<std::string> hosts);  // reload
  void close();  // no new calls; idle connections are closed on their cores

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::gateway::http
