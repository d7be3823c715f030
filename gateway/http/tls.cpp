#include "gateway/http/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl.hpp>

namespace parley::gateway::http {
namespace {

constexpr const char* kCiphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20";

Error misconfigured(const std::string& what, const boost::system::error_code& error) {
  return {.code = Errc::misconfigured, .detail = what + ": " + error.message()};
}

void harden(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers12);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // an idle connection keeps no records
}

int choose_certificate(SSL* ssl, int*, void* table) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_OK;
  auto* context = static_cast<SSL_CTX*>(static_cast<const ServerTls*>(table)->find(name));
  if (context != nullptr) SSL_set_SSL_CTX(ssl, context);
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<std::shared_ptr<ServerTls>> ServerTls::load(const std::vector<TlsFiles>& files) {
  auto made = std::make_shared<ServerTls>();
  for (const auto& pair : files) {
    auto context = std::make_unique<net::ssl::context>(net::ssl::context::tls_server);
    harden(context->native_handle());
    SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
    boost::system::error_code error;
    context->use_certificate_chain_file(pair.certificate, error);
    if (error) return misconfigured("certificate " + pair.certificate, error);
    context->use_private_key_file(pair.key, net::ssl::context::pem, error);
    if (error) return misconfigured("key " + pair.key, error);
    if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
      return Error{.code = Errc::misconfigured,
                   .detail = "key " + pair.key + " does not fit " + pair.certificate};
    }
    made->contexts_.push_back(std::move(context));
  }
  if (made->contexts_.empty()) {
    return Error{.code = Errc::misconfigured, .detail = "no certificate"};
  }
  SSL_CTX* first = made->contexts_.front()->native_handle();
  SSL_CTX_set_tlsext_servername_callback(first, choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(first, made.get());
  return made;
}

void* ServerTls::find(const char* server_name) const {
  for (const auto& context : contexts_) {
    X509* certificate = SSL_CTX_get0_certificate(context->native_handle());
    if (X509_check_host(certificate, server_name, 0, 0, nullptr) == 1) {
      return context->native_handle();
    }
  }
  return nullptr;
}

Result<std::shared_ptr<net::ssl::context>> make_client_tls(const std::string& ca_file) {
  auto context = std::make_shared<net::ssl::context>(net::ssl::context::tls_client);
  harden(context->native_handle());
  context->set_verify_mode(net::ssl::verify_peer);
  boost::system::error_code error;
  if (ca_file.empty()) {
    context->set_default_verify_paths(error);
  } else {
    context->load_verify_file(ca_file, error);
  }
  if (error) return misconfigured("CA file " + ca_file, error);
  return context;
}

}  // namespace parley::gateway::http
