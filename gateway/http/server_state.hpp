// gateway/http/server_state.hpp
// What the connections of one server share, and the room each core keeps for its own.
//
// Threads  ServerState: any. CoreRoom and Link: their core only.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "gateway/http/forwarded.hpp"
#include "gateway/http/framing_guard.hpp"
#include "gateway/http/ledger.hpp"
#include "gateway/http/server.hpp"

namespace parley::gateway::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// A connection as its core sees it. One tick for all of a core's connections stands in for a timer
// each: deadlines move with every read and seldom fire.
class Link : public boost::intrusive::list_base_hook<
                 boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Link() = default;
  virtual void on_tick(SteadyTime now) = 0;
  virtual void on_drain() = 0;
};

class CoreRoom : public std::enable_shared_from_this<CoreRoom> {
 public:
  CoreRoom(net::io_context& context, Milliseconds tick) : timer_(context), tick_(tick) {}
  void add(Link& link);
  void drain();
  bool draining() const noexcept { return draining_; }

 private:
  void arm();
  void run_tick();

  boost::intrusive::list<Link, boost::intrusive::constant_time_size<false>> links_;
  net::steady_timer timer_;
  Milliseconds tick_;
  bool armed_ = false;
  bool draining_ = false;
};

struct ServerCounters {
  explicit ServerCounters(Metrics& metrics);
  void refused(std::string_view reason);        // a request or a connection
  void socket_closed(std::string_view reason);  // a WebSocket
  void answered(int status, std::chrono::nanoseconds took);

  Metrics& metrics;
  Counter connections;
  std::array<Counter, 5> by_class;
  Gauge in_flight;
  Gauge sockets;
  Histogram seconds;
};

struct ServerState {
  ServerState(ServerOptions from, Handler& to, Metrics& metrics);

  const ServerOptions options;
  const Limits& limits;
  Handler& handler;
  TrustedProxies proxies;
  std::shared_ptr<Ledger> ledger;
  ServerCounters counters;
  std::atomic<bool> draining{false};
  std::atomic<std::uint32_t> in_flight{0};
};

// A request the Handler is busy with; counts as long as it lives.
class InFlight {
 public:
  explicit InFlight(std::shared_ptr<ServerState> state);
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight();
  bool admitted() const noexcept { return admitted_; }

 private:
  std::shared_ptr<ServerState> state_;
  bool admitted_;
};

// 503 with a Retry-After that spreads the callers.
Response overloaded_answer();
Response answer_to(const Refusal& refusal);

}  // namespace parley::gateway::http
