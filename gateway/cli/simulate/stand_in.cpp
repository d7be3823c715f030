#include "gateway/cli/simulate/stand_in.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace parley::gateway::simulate {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using tcp = net::ip::tcp;

constexpr std::size_t kBodyBytesMax = 24 * 1024 * 1024;
constexpr std::size_t kBufferBytesMax = 64 * 1024;
constexpr std::chrono::seconds kIdleTimeout{30};
constexpr std::chrono::seconds kStallTimeout{60};
constexpr auto kAwait = net::as_tuple(net::use_awaitable);

}  // namespace

struct PlatformStandIn::Impl : std::enable_shared_from_this<PlatformStandIn::Impl> {
  explicit Impl(OnAccepted told) : on_accepted(std::move(told)) {}

  net::awaitable<void> listen() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(kAwait);
      if (error == net::error::operation_aborted) co_return;
      if (error) continue;
      if (connections >= kStandInConnectionsMax) continue;  // closes it
      ++connections;
      net::co_spawn(io, serve(std::move(socket)),
                    [self = this](std::exception_ptr) { --self->connections; });
    }
  }

  net::awaitable<void> serve(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer(kBufferBytesMax);
    for (;;) {
      bhttp::request_parser<bhttp::string_body> parser;
      parser.body_limit(kBodyBytesMax);
      stream.expires_after(kIdleTimeout);
      const auto [not_read, read] = co_await bhttp::async_read(stream, buffer, parser, kAwait);
      static_cast<void>(read);
      if (not_read) co_return;
      const auto& request = parser.get();
      auto [said, then] = answer(request);
      if (then == Reaction::Then::stall) {
        net::steady_timer timer(io, kStallTimeout);
        co_await timer.async_wait(kAwait);
        co_return;
      }
      if (then == Reaction::Then::reset) {
        boost::system::error_code ignored;  // the other side finds out, which is the point
        stream.socket().set_option(net::socket_base::linger(true, 0), ignored);
        co_return;
      }
      bhttp::response<bhttp::string_body> response;
      response.version(11);
      response.result(static_cast<unsigned>(said.status));
      response.set(bhttp::field::content_type, said.content_type);
      for (const auto& [name, value] : said.headers) response.insert(name, value);
      response.body() = std::move(said.body);
      response.keep_alive(request.keep_alive());
      response.prepare_payload();
      const auto [not_written, written] = co_await bhttp::async_write(stream, response, kAwait);
      static_cast<void>(written);
      if (not_written || !response.keep_alive()) co_return;
    }
  }

  static ApiRequest read(const bhttp::request<bhttp::string_body>& from) {
    ApiRequest request;
    request.method = std::string(from.method_string());
    request.path = std::string(from.target());
    if (const auto question = request.path.find('?'); question != std::string::npos) {
      request.query = request.path.substr(question + 1);
      request.path.resize(question);
    }
    for (const auto& field : from) {
      std::string name(field.name_string());
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      request.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    request.body = from.body();
    request.received_at = SystemClock().now();
    return request;
  }

  Reaction answer(const bhttp::request<bhttp::string_body>& from) {
    ApiRequest request = read(from);
    Reaction reaction;
    std::vector<AcceptedSend> fresh;
    {
      const std::lock_guard lock(mutex);
      const auto before = apis.accepted_count();
      reaction = apis.react(std::move(request));
      if (on_accepted) fresh = accepted_after(before);
    }
    more.notify_all();
    for (const auto& send : fresh) on_accepted(send);
    return reaction;
  }

  std::vector<AcceptedSend> accepted_after(std::uint64_t number) const {
    std::vector<AcceptedSend> out;
    const auto& all = apis.accepted();
    // The newest are at the end, and they are what is asked for.
    for (auto send = all.rbegin(); send != all.rend() && send->number > number; ++send) {
      out.push_back(*send);
    }
    std::ranges::reverse(out);
    return out;
  }

  OnAccepted on_accepted;
  net::io_context io{1};
  tcp::acceptor acceptor{io};
  std::size_t connections = 0;  // the thread's own
  std::uint16_t port = 0;
  std::thread thread;
  mutable std::mutex mutex;
  mutable std::condition_variable more;
  PlatformApis apis;  // guarded by mutex
};

PlatformStandIn::PlatformStandIn(OnAccepted on_accepted)
    : impl_(std::make_shared<Impl>(std::move(on_accepted))) {}

PlatformStandIn::~PlatformStandIn() {
  impl_->io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

Result<void> PlatformStandIn::start(std::uint16_t port) {
  boost::system::error_code error;
  auto& acceptor = impl_->acceptor;
  const tcp::endpoint endpoint(net::ip::address_v4::loopback(), port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
  if (error) {
    const bool taken = error == net::error::address_in_use;
    return Error{
        .code = taken ? Errc::conflict : Errc::unavailable,
        .detail = "cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + error.message()};
  }
  impl_->port = acceptor.local_endpoint().port();
  net::co_spawn(impl_->io, impl_->listen(), [](std::exception_ptr) {});
  impl_->thread = std::thread([impl = impl_.get()] { impl->io.run(); });
  return {};
}

std::uint16_t PlatformStandIn::port() const noexcept { return impl_->port; }

void PlatformStandIn::set_fault(Fault fault) {
  const std::lock_guard lock(impl_->mutex);
  impl_->apis.set_fault(fault);
}

void PlatformStandIn::read_bot_script(std::string_view lines) {
  const std::lock_guard lock(impl_->mutex);
  impl_->apis.read_bot_script(lines);
}

std::vector<AcceptedSend> PlatformStandIn::accepted(std::uint64_t after) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->accepted_after(after);
}

bool PlatformStandIn::stock(std::string_view platform, const std::vector<std::string>& records) {
  const std::lock_guard lock(impl_->mutex);
  return std::ranges::all_of(
      records, [&](const auto& record) { return impl_->apis.stock(platform, record); });
}

bool PlatformStandIn::wait_for_more_blocking(std::uint64_t after, Milliseconds timeout) const {
  std::unique_lock lock(impl_->mutex);
  return impl_->more.wait_for(lock, timeout, [&] { return impl_->apis.accepted_count() > after; });
}

}  // namespace parley::gateway::simulate
