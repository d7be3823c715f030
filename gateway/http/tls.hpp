// gateway/http/tls.hpp
// TLS contexts for both sides, made one way.
//
// Promise  TLS 1.2 or newer, ECDHE with an AEAD cipher, no renegotiation, compression or tickets.
//          The client checks the chain; the host name is set per connection.
// Errors   misconfigured: a file that cannot be read or does not fit; nothing is half loaded
// Threads  immutable once made; any.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "gateway/http/server.hpp"

namespace parley::gateway::http {

// Several certificates on one port: the client's server name picks, the first is the default.
class ServerTls {
 public:
  static Result<std::shared_ptr<ServerTls>> load(const std::vector<TlsFiles>& files);
  net::ssl::context& context() { return *contexts_.front(); }
  // The OpenSSL context (SSL_CTX) for the name, null for the default.
  void* find(const char* server_name) const;

 private:
  std::vector<std::unique_ptr<net::ssl::context>> contexts_;
};

// `ca_file` "" is the system's store.
Result<std::shared_ptr<net::ssl::context>> make_client_tls(const std::string& ca_file);

}  // namespace parley::gateway::http
