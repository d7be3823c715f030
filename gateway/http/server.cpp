#include "gateway/http/server.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <mutex>
#include <utility>

#include "gateway/http/listener.hpp"
#include "gateway/http/server_state.hpp"
#include "gateway/http/session.hpp"
#include "gateway/http/tls.hpp"

namespace parley::gateway::http {
namespace {

// Fine enough for the shortest limit, coarse enough to cost nothing.
Milliseconds tick_for(const Limits& limits) {
  const auto shortest =
      std::min({limits.header_timeout, limits.body_timeout, limits.body_grace,
                limits.keep_alive_timeout, limits.write_timeout, limits.handshake_timeout,
                limits.handler_timeout, limits.ws_fragment_timeout, limits.ws_close_timeout});
  return std::clamp(shortest / 8, Milliseconds{5}, Milliseconds{500});
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(ServerOptions options, Cores& on, TaskGroup& group, Handler& handler, Metrics& metrics)
      : cores(on),
        tasks(group),
        state(std::make_shared<ServerState>(std::move(options), handler, metrics)) {
    for (std::size_t i = 0; i < cores.size(); ++i) {
      rooms.push_back(std::make_shared<CoreRoom>(cores.context(i), tick_for(state->limits)));
    }
  }

  Result<void> start();
  bool start_connection(std::size_t core, Accepted accepted);
  std::shared_ptr<ServerTls> current_tls() {
    const std::scoped_lock lock(tls_mutex);
    return tls;
  }

  Cores& cores;
  TaskGroup& tasks;
  std::shared_ptr<ServerState> state;
  std::vector<std::shared_ptr<CoreRoom>> rooms;
  std::vector<std::shared_ptr<Listener>> listeners;
  std::mutex tls_mutex;  // held for one copy per accepted connection
  std::shared_ptr<ServerTls> tls;
  std::uint16_t port = 0;
};

Result<void> Server::Impl::start() {
  const auto& options = state->options;
  boost::system::error_code error;
  const auto address = net::ip::make_address(options.address, error);
  if (error) {
    return Error{.code = Errc::misconfigured, .detail = "not an address: " + options.address};
  }
  if (!options.tls.empty()) {
    auto loaded = ServerTls::load(options.tls);
    if (!loaded) return std::move(loaded.error());
    tls = std::move(*loaded);
  }
  // All ports are bound before anybody is let in; the first one settles a port of 0.
  net::ip::tcp::endpoint endpoint(address, options.port);
  for (std::size_t core = 0; core < cores.size(); ++core) {
    auto starter = [weak = weak_from_this(), core](Accepted accepted) {
      const auto self = weak.lock();
      return self && self->start_connection(core, std::move(accepted));
    };
    auto listener = std::make_shared<Listener>(cores.context(core), state, std::move(starter));
    if (auto listening = listener->listen(endpoint); !listening) return listening;
    endpoint = listener->endpoint();
    listeners.push_back(std::move(listener));
  }
  port = endpoint.port();
  for (std::size_t core = 0; core < cores.size(); ++core) {
    if (!tasks.spawn(cores.context(core).get_executor(), "http accept", listeners[core]->run())) {
      return Error{.code = Errc::shutting_down};
    }
  }
  return {};
}

bool Server::Impl::start_connection(std::size_t core, Accepted accepted) {
  return tasks.spawn(cores.context(core).get_executor(), "http connection",
                     run_connection(std::move(accepted), current_tls(), state, rooms[core]));
}

Server::Server(ServerOptions options, Cores& cores, TaskGroup& tasks, Handler& handler,
               Metrics& metrics)
    : impl_(std::make_shared<Impl>(std::move(options), cores, tasks, handler, metrics)) {}

Server::~Server() { drain(); }

Result<void> Server::start() { return impl_->start(); }

std::uint16_t Server::port() const noexcept { return impl_->port; }

void Server::drain() {
  if (impl_->state->draining.exchange(true)) return;
  for (std::size_t core = 0; core < impl_->listeners.size(); ++core) {
    // Not impl_ itself: the last reference to a core's objects is dropped on that core.
    net::post(impl_->cores.context(core),
              [listener = impl_->listeners[core], room = impl_->rooms[core]] {
                listener->stop();
                room->drain();
              });
  }
}

std::size_t Server::connections() const noexcept { return impl_->state->ledger->size(); }

Result<void> Server::reload_tls(const std::vector<TlsFiles>& files) {
  if (files.empty() && !impl_->current_tls()) return {};  // plain, and to stay so
  auto loaded = ServerTls::load(files);
  if (!loaded) return std::move(loaded.error());
  const std::scoped_lock lock(impl_->tls_mutex);
  impl_->tls = std::move(*loaded);
  return {};
}

}  // namespace parley::gateway::http
