#include "gateway/http/client_pool.hpp"

#include <sys/socket.h>

#include <boost/asio/ssl.hpp>
#include <boost/beast/ssl.hpp>
#include <cerrno>
#include <utility>

namespace parley::gateway::http {

OpenSlot::OpenSlot(std::shared_ptr<Count> count) : count_(std::move(count)) {
  taken_ = count_->open.fetch_add(1) < count_->open_max;
  if (taken_) {
    count_->gauge.add(1);
  } else {
    --count_->open;
  }
}

OpenSlot::~OpenSlot() {
  if (!taken_) return;
  --count_->open;
  count_->gauge.add(-1);
}

beast::tcp_stream& Connection::tcp() {
  if (auto* tls = std::get_if<TlsOut>(&stream)) return tls->next_layer();
  return std::get<PlainOut>(stream);
}

bool Connection::still_quiet() {
  char byte = 0;
  const auto count = ::recv(tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

CorePool::CorePool(net::any_io_executor executor, std::size_t idle_per_host_max,
                   Milliseconds idle_timeout)
    : idle_per_host_max_(idle_per_host_max),
      idle_timeout_(idle_timeout),
      timer_(std::move(executor)) {}

std::unique_ptr<Connection> CorePool::take(const std::string& key) {
  const auto at = idle_.find(key);
  if (at == idle_.end()) return nullptr;
  std::unique_ptr<Connection> found;
  const auto now = std::chrono::steady_clock::now();
  while (!found && !at->second.empty()) {
    // The youngest first: it is the least likely to have been closed over there.
    auto idle = std::move(at->second.back());
    at->second.pop_back();
    if (now < idle.until && idle.connection->still_quiet()) found = std::move(idle.connection);
  }
  if (at->second.empty()) idle_.erase(at);
  return found;
}

void CorePool::put(const std::string& key, std::unique_ptr<Connection> connection) {
  if (closed_ || idle_per_host_max_ == 0) return;
  auto& idle = idle_[key];
  if (idle.size() >= idle_per_host_max_) idle.pop_front();
  connection->tcp().expires_never();
  idle.push_back({.connection = std::move(connection),
                  .until = std::chrono::steady_clock::now() + idle_timeout_});
  arm();
}

void CorePool::close() {
  closed_ = true;
  idle_.clear();
  timer_.cancel();
}

void CorePool::arm() {
  if (armed_ || idle_.empty()) return;
  armed_ = true;
  timer_.expires_after(idle_timeout_);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto pool = weak.lock();
    if (!pool) return;
    pool->armed_ = false;
    if (!error) pool->drop_expired();
  });
}

void CorePool::drop_expired() {
  const auto now = std::chrono::steady_clock::now();
  for (auto at = idle_.begin(); at != idle_.end();) {
    while (!at->second.empty() && at->second.front().until <= now) at->second.pop_front();
    at = at->second.empty() ? idle_.erase(at) : std::next(at);
  }
  arm();
}

}  // namespace parley::gateway::http
