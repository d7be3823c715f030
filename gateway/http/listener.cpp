#include "gateway/http/listener.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "gateway/http/wire.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway::http {
namespace {

using boost::system::error_code;
using tcp = net::ip::tcp;
using ReusePort = net::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
constexpr auto kAsTuple = net::as_tuple(net::use_awaitable);
constexpr int kBacklog = 4'096;
constexpr Milliseconds kPause{100};
constexpr int kLeftoversMax = kBacklog;

bool out_of_descriptors(const error_code& error) {
  return error == net::error::no_descriptors || error == boost::system::errc::too_many_files_open ||
         error == boost::system::errc::too_many_files_open_in_system ||
         error == boost::system::errc::not_enough_memory ||
         error == boost::system::errc::no_buffer_space;
}

// The last tenth of the descriptors is for the store's files, calls out and the operators' port: a
// store that cannot open its next log file ends the process. The kernel gives the lowest free
// number, so the number of a new one says how many are in use.
struct Descriptors {
  std::size_t all = 0;
  std::size_t kept = 0;
};
Descriptors descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return {};
  const auto all = static_cast<std::size_t>(limit.rlim_cur);
  return {.all = all, .kept = all / 10};
}

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

Listener::Listener(net::io_context& context, std::shared_ptr<ServerState> state, Start start)
    : acceptor_(context),
      pause_(context),
      state_(std::move(state)),
      start_(std::move(start)),
      reserve_fd_(open_reserve()) {}

Listener::~Listener() {
  if (reserve_fd_ >= 0) ::close(reserve_fd_);
}

Result<void> Listener::listen(const tcp::endpoint& endpoint) {
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.set_option(ReusePort(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (!error) acceptor_.non_blocking(true, error);
  if (!error) endpoint_ = acceptor_.local_endpoint(error);
  if (error) {
    return Error{.code = Errc::unavailable,
                 .detail = "listen on " + endpoint.address().to_string() + ":" +
                           std::to_string(endpoint.port()) + ": " + error.message()};
  }
  return {};
}

net::awaitable<void> Listener::run() {
  const auto self = shared_from_this();
  while (!stopping_) {
    auto [error, socket] = co_await acceptor_.async_accept(kAsTuple);
    if (!error) {
      admit(std::move(socket));
      continue;
    }
    if (stopping_) break;
    if (error == net::error::operation_aborted) break;  // the task was cancelled
    if (!out_of_descriptors(error)) continue;           // that peer's trouble
    state_->counters.refused("out_of_descriptors");
    drop_one();
    pause_.expires_after(kPause);
    co_await pause_.async_wait(kAsTuple);
  }
  error_code error;
  for (int i = 0; i < kLeftoversMax && !error; ++i) {
    tcp::socket socket(acceptor_.get_executor());
    acceptor_.accept(socket, error);  // does not block: would_block ends the loop
    if (!error) admit(std::move(socket));
  }
  acceptor_.close(error);
}

void Listener::stop() {
  if (std::exchange(stopping_, true)) return;
  error_code ignored;
  acceptor_.cancel(ignored);
  pause_.cancel();
}

void Listener::admit(tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6());
  }
  auto text = address.to_string();
  auto admission = state_->ledger->admit(text, !state_->proxies.trusts(text));
  const bool too_many = takes_from_the_kept(socket);
  if (too_many || admission.verdict != Ledger::Verdict::admitted) {
    const bool full = admission.verdict == Ledger::Verdict::full;
    state_->counters.refused(too_many ? "descriptors_kept"
                             : full   ? "connections_max"
                                      : "connections_per_address_max");
    if (state_->options.tls.empty()) {
      // One try without waiting: a client that does not take it finds a closed connection.
      const auto answer = overloaded_answer();
      const auto wire = response_head(answer, false, false);
      socket.non_blocking(true, error);
      if (!error) socket.send(net::buffer(wire.head + answer.body), 0, error);
      socket.shutdown(tcp::socket::shutdown_send, error);
    }
    return;
  }
  state_->counters.connections.add();
  start_({.socket = std::move(socket),
          .address = std::move(text),
          .ticket = std::move(admission.ticket)});
}

// A server with few connections is not who used them up.
bool Listener::takes_from_the_kept(tcp::socket& socket) const {
  const auto [all, kept] = descriptors();
  return all > 0 && static_cast<std::size_t>(socket.native_handle()) + kept >= all &&
         state_->ledger->size() > kept;
}

void Listener::drop_one() {
  if (reserve_fd_ >= 0) ::close(std::exchange(reserve_fd_, -1));
  error_code ignored;
  tcp::socket dropped(acceptor_.get_executor());
  acceptor_.accept(dropped, ignored);
  dropped.close(ignored);
  reserve_fd_ = open_reserve();
}

}  // namespace parley::gateway::http
