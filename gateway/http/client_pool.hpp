// gateway/http/client_pool.hpp
// Open connections to other servers: one in use belongs to its call, an idle one to its core's
// pool.
//
// Limits   idle per host and core; open ones are counted by a slot each
// Threads  a Connection and a CorePool live on one core.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "gateway/runtime/metrics.hpp"

namespace parley::gateway::http {

namespace net = boost::asio;
namespace beast = boost::beast;

// A place among the connections that may be open at once.
class OpenSlot {
 public:
  struct Count {
    Count(std::size_t max, Gauge shown) : open_max(max), gauge(shown) {}
    const std::size_t open_max;
    Gauge gauge;
    std::atomic<std::size_t> open{0};
  };
  explicit OpenSlot(std::shared_ptr<Count> count);
  OpenSlot(const OpenSlot&) = delete;
  OpenSlot& operator=(const OpenSlot&) = delete;
  ~OpenSlot();
  bool taken() const noexcept { return taken_; }

 private:
  std::shared_ptr<Count> count_;
  bool taken_;
};

using PlainOut = beast::tcp_stream;
using TlsOut = beast::ssl_stream<beast::tcp_stream>;

struct Connection {
  std::unique_ptr<OpenSlot> slot;
  std::variant<PlainOut, TlsOut> stream;

  beast::tcp_stream& tcp();
  // False when the other side has closed it, or sent what nobody asked for.
  bool still_quiet();
};

class CorePool : public std::enable_shared_from_this<CorePool> {
 public:
  CorePool(net::any_io_executor executor, std::size_t idle_per_host_max, Milliseconds idle_timeout);
  std::unique_ptr<Connection> take(const std::string& key);  // null: none
  void put(const std::string& key, std::unique_ptr<Connection> connection);
  void close();  // drops the idle ones and takes no more

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    std::chrono::steady_clock::time_point until;
  };
  void arm();
  void drop_expired();

  const std::size_t idle_per_host_max_;
  const Milliseconds idle_timeout_;
  std::map<std::string, std::deque<Idle>> idle_;  // oldest first
  net::steady_timer timer_;
  bool armed_ = false;
  bool closed_ = false;
};

}  // namespace parley::gateway::http
