#include "gateway/http/client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <mutex>
#include <utility>

#include "gateway/http/address_guard.hpp"
#include "gateway/http/client_exchange.hpp"
#include "gateway/http/client_pool.hpp"
#include "gateway/http/client_smtp.hpp"
#include "gateway/http/client_url.hpp"
#include "gateway/http/resolver.hpp"
#include "gateway/http/syntax.hpp"
#include "gateway/http/tls.hpp"
#include "gateway/http/wire.hpp"

namespace parley::gateway::http {
namespace {

using Clock = std::chrono::steady_clock;
using SteadyTime = Clock::time_point;
using tcp = net::ip::tcp;
constexpr auto kAsTuple = net::as_tuple(net::use_awaitable);
constexpr std::size_t kAddressesTried = 3;

Error not_sent(Errc code, std::string detail) {
  return {.code = code, .delivery = Delivery::not_sent, .detail = std::move(detail)};
}

std::string pool_key(const ClientUrl& url) {
  return (url.secure ? "s " : "p ") + url.host + " " + std::to_string(url.port);
}

}  // namespace

struct Client::Impl {
  Impl(ClientOptions from, Cores& on, Metrics& metrics)
      : options(std::move(from)),
        cores(on),
        resolver(options.lookups_waiting_max, options.look_up),
        open(std::make_shared<OpenSlot::Count>(
            options.open_max,
            metrics.gauge("http_client_connections_count", "Open connections to other servers."))),
        calls_ok(outcome(metrics, "answered")),
        calls_not_sent(outcome(metrics, "not_sent")),
        calls_unknown(outcome(metrics, "unknown")),
        seconds(metrics.histogram("http_client_seconds", "Calls to other servers.")) {
    for (std::size_t i = 0; i < cores.size(); ++i) {
      pools.push_back(std::make_shared<CorePool>(cores.context(i).get_executor(),
                                                 options.idle_per_host_max, options.idle_timeout));
    }
    allow(options.private_hosts_allowed);
    auto made = make_client_tls(options.ca_file);
    if (made) {
      tls = std::move(*made);
    } else {
      tls_error = std::move(made.error());
    }
  }

  static Counter outcome(Metrics& metrics, const char* name) {
    return metrics.counter("http_client_calls_total", "Calls to other servers, by outcome.",
                           {{"outcome", name}});
  }
  void allow(std::vector<std::string> hosts) {
    for (auto& host : hosts) host = to_lower(host);
    const std::scoped_lock lock(allowed_mutex);
    allowed = std::move(hosts);
  }
  bool is_allowed(const ClientUrl& url) const {
    const auto with_port = url.host + ":" + std::to_string(url.port);
    const std::scoped_lock lock(allowed_mutex);
    return std::ranges::any_of(allowed, [&](const std::string& host) {
      return host == url.host || host == with_port || host == url.authority();
    });
  }
  // Null on a thread that is none of the cores: such a call has a connection of its own.
  std::shared_ptr<CorePool> pool_here() const {
    const auto core = cores.here();
    return core < pools.size() ? pools[core] : nullptr;
  }

  using Connected = Result<std::unique_ptr<Connection>>;
  static net::awaitable<Result<ClientAnswer>> call(std::shared_ptr<Impl> self,
                                                   ClientRequest request);
  net::awaitable<Result<ClientAnswer>> call_once_or_twice(ClientRequest request, ClientUrl url,
                                                          std::string head);
  net::awaitable<Result<ClientAnswer>> call_any(ClientRequest request, ClientUrl url);
  static net::awaitable<Result<ClientAnswer>> refused(Error error) { co_return error; }
  net::awaitable<Result<ClientAnswer>> mail(ClientRequest request, ClientUrl url);
  net::awaitable<Connected> connect(ClientUrl url, SteadyTime until);
  net::awaitable<Result<std::vector<net::ip::address>>> addresses_of(ClientUrl url,
                                                                     Milliseconds limit);
  net::awaitable<Result<void>> connect_to(Connection& connection,
                                          std::vector<net::ip::address> addresses,
                                          std::uint16_t port, SteadyTime until);
  net::awaitable<Result<void>> secure(Connection& connection, ClientUrl url, SteadyTime until);

  const ClientOptions options;
  Cores& cores;
  Resolver resolver;
  std::shared_ptr<net::ssl::context> tls;
  Error tls_error{.code = Errc::misconfigured};
  mutable std::mutex allowed_mutex;  // held for one look through a short list
  std::vector<std::string> allowed;
  std::shared_ptr<OpenSlot::Count> open;
  std::vector<std::shared_ptr<CorePool>> pools;
  std::atomic<bool> closed{false};
  Counter calls_ok, calls_not_sent, calls_unknown;
  Histogram seconds;
};

net::awaitable<Result<std::vector<net::ip::address>>> Client::Impl::addresses_of(
    ClientUrl url, Milliseconds limit) {
  std::vector<net::ip::address> addresses;
  if (url.host_is_address) {
    boost::system::error_code error;
    const auto address = net::ip::make_address(url.host, error);
    if (error) co_return not_sent(Errc::misconfigured, "URL: bad address");
    addresses.push_back(address);
  } else {
    auto resolved = co_await resolver.resolve(url.host, limit);
    if (!resolved) co_return std::move(resolved.error());
    addresses = std::move(*resolved);
  }
  // One bad address spoils the name: mixed answers are what rebinding looks like.
  const bool listed = is_allowed(url);
  for (const auto& address : addresses) {
    const auto kind = classify_address(address.to_string());
    if (may_connect(kind, listed)) continue;
    co_return not_sent(Errc::rejected, "host has a " + std::string(to_string(kind)) + " address");
  }
  co_return addresses;
}

net::awaitable<Result<void>> Client::Impl::connect_to(Connection& connection,
                                                      std::vector<net::ip::address> addresses,
                                                      std::uint16_t port, SteadyTime until) {
  auto& stream = connection.tcp();
  boost::system::error_code last;
  for (std::size_t i = 0; i < std::min(addresses.size(), kAddressesTried); ++i) {
    // Each gets its share of what is left, so a dead first address does not use up the time.
    const auto left = until - Clock::now();
    const auto tries_left = static_cast<int>(std::min(addresses.size(), kAddressesTried) - i);
    stream.expires_after(std::max<SteadyTime::duration>(left / tries_left, Milliseconds{1}));
    const tcp::endpoint endpoint(addresses[i], port);
    const auto [error] = co_await stream.async_connect(endpoint, kAsTuple);
    last = error;
    if (error) {
      stream.close();
      continue;
    }
    boost::system::error_code failed;
    if (stream.socket().remote_endpoint(failed) != endpoint || failed) {
      co_return not_sent(Errc::unavailable, "connected to another address");
    }
    stream.socket().set_option(tcp::no_delay(true), failed);
    co_return Result<void>{};
  }
  const auto why = last == beast::error::timeout ? std::string("timed out") : last.message();
  co_return not_sent(Errc::unavailable, "cannot connect: " + why);
}

net::awaitable<Result<void>> Client::Impl::secure(Connection& connection, ClientUrl url,
                                                  SteadyTime until) {
  auto& stream = std::get<TlsOut>(connection.stream);
  SSL* ssl = stream.native_handle();
  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool named = url.host_is_address
                         ? X509_VERIFY_PARAM_set1_ip_asc(verify, url.host.c_str()) == 1
                         : X509_VERIFY_PARAM_set1_host(verify, url.host.c_str(), 0) == 1 &&
                               SSL_set_tlsext_host_name(ssl, url.host.c_str()) == 1;
  if (!named) co_return not_sent(Errc::misconfigured, "URL: host cannot be verified");
  stream.next_layer().expires_at(until);
  const auto [error] = co_await stream.async_handshake(net::ssl::stream_base::client, kAsTuple);
  if (!error) co_return Result<void>{};
  const auto verdict = SSL_get_verify_result(ssl);
  const std::string why = verdict != X509_V_OK             ? X509_verify_cert_error_string(verdict)
                          : error == beast::error::timeout ? "timed out"
                                                           : error.message();
  co_return not_sent(Errc::unavailable, "TLS: " + why);
}

net::awaitable<Client::Impl::Connected> Client::Impl::connect(ClientUrl url, SteadyTime until) {
  const auto executor = co_await net::this_coro::executor;
  if (url.secure && !tls) co_return tls_error;
  const auto started = Clock::now();
  const auto share = [&](SteadyTime from) {
    return std::min(until, from + options.connect_timeout);
  };
  const auto dns_limit = std::chrono::duration_cast<Milliseconds>(share(started) - Clock::now());
  auto addresses = co_await addresses_of(url, std::max(dns_limit, Milliseconds{1}));
  if (!addresses) co_return std::move(addresses.error());

  auto slot = std::make_unique<OpenSlot>(open);
  if (!slot->taken()) co_return not_sent(Errc::overloaded, "too many connections open");
  std::unique_ptr<Connection> made;
  if (url.secure) {
    made = std::make_unique<Connection>(std::move(slot), TlsOut(beast::tcp_stream(executor), *tls));
  } else {
    made = std::make_unique<Connection>(std::move(slot), PlainOut(executor));
  }
  auto connected = co_await connect_to(*made, std::move(*addresses), url.port, share(Clock::now()));
  if (!connected) co_return std::move(connected.error());
  if (url.secure) {
    auto secured = co_await secure(*made, url, share(Clock::now()));
    if (!secured) co_return std::move(secured.error());
  }
  co_return made;
}

net::awaitable<Result<ClientAnswer>> Client::Impl::call_once_or_twice(ClientRequest request,
                                                                      ClientUrl url,
                                                                      std::string head) {
  const auto started = Clock::now();
  const auto until = started + request.timeout;
  const auto key = pool_key(url);
  const auto pool = pool_here();
  auto connection = pool ? pool->take(key) : nullptr;
  for (bool reused = connection != nullptr;; reused = false) {
    if (!connection) {
      auto fresh = co_await connect(url, until);
      if (!fresh) co_return std::move(fresh.error());
      connection = std::move(*fresh);
    }
    const auto first_byte = request.first_byte_timeout.value_or(options.first_byte_timeout);
    const ExchangeLimits limits{.first_byte_until = Clock::now() + first_byte,
                                .until = until,
                                .answer_bytes_max = request.answer_bytes_max};
    auto done = co_await exchange(*connection, head, request, limits);
    if (done.answer) {
      if (done.reusable && pool && !closed) pool->put(key, std::move(connection));
      co_return std::move(*done.answer);
    }
    connection.reset();
    const bool repeatable =
        done.written == 0 || request.method == "GET" || request.method == "HEAD";
    if (!reused || done.received || !repeatable || Clock::now() >= until) {
      co_return std::move(done.error);
    }
  }
}

net::awaitable<Result<ClientAnswer>> Client::Impl::mail(ClientRequest request, ClientUrl url) {
  if (auto fine = check_envelope(request); !fine) co_return std::move(fine.error());
  const auto until = Clock::now() + request.timeout;
  auto connection = co_await connect(url, until);
  if (!connection) co_return std::move(connection.error());
  Connection& on = **connection;
  auto start_tls = [this, &on, url, until]() -> net::awaitable<Result<void>> {
    if (!tls) co_return tls_error;
    PlainOut plain = std::move(std::get<PlainOut>(on.stream));
    on.stream.emplace<TlsOut>(std::move(plain), *tls);
    co_return co_await secure(on, url, until);
  };
  co_return co_await submit_mail(on, request,
                                 {.until = until,
                                  .secure = url.secure,
                                  .clear_is_allowed = is_allowed(url),
                                  .start_tls = std::move(start_tls)});
}

net::awaitable<Result<ClientAnswer>> Client::Impl::call_any(ClientRequest request, ClientUrl url) {
  if (url.mail) return mail(std::move(request), std::move(url));
  auto head = request_head(request, url);
  if (!head) return refused(std::move(head.error()));
  return call_once_or_twice(std::move(request), std::move(url), std::move(*head));
}

net::awaitable<Result<ClientAnswer>> Client::Impl::call(std::shared_ptr<Impl> self,
                                                        ClientRequest request) {
  if (self->closed) co_return not_sent(Errc::shutting_down, "");
  auto url = parse_client_url(request.url);
  if (!url) co_return std::move(url.error());
  if (!url->secure && !url->mail && !self->is_allowed(*url)) {
    co_return not_sent(Errc::rejected, "plain http to a host that is not listed as private");
  }
  const auto started = Clock::now();
  auto answer = co_await self->call_any(std::move(request), std::move(*url));
  self->seconds.observe(std::chrono::duration<double>(Clock::now() - started).count());
  (answer                                          ? self->calls_ok
   : answer.error().delivery == Delivery::not_sent ? self->calls_not_sent
                                                   : self->calls_unknown)
      .add();
  co_return answer;
}

Client::Client(ClientOptions options, Cores& cores, Metrics& metrics)
    : impl_(std::make_shared<Impl>(std::move(options), cores, metrics)) {}

Client::~Client() { close(); }

net::awaitable<Result<ClientAnswer>> Client::call(ClientRequest request) {
  return Impl::call(impl_, std::move(request));
}

void Client::allow_private(std::vector<std::string> hosts) { impl_->allow(std::move(hosts)); }

void Client::close() {
  if (impl_->closed.exchange(true)) return;
  for (std::size_t i = 0; i < impl_->pools.size(); ++i) {
    // Only the pool travels: the last reference to a core's sockets is dropped on that core.
    net::post(impl_->cores.context(i), [pool = impl_->pools[i]] { pool->close(); });
  }
}

}  // namespace parley::gateway::http
