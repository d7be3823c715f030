#include "gateway/http/server_state.hpp"

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <string>
#include <utility>

namespace parley::gateway::http {
namespace {

Counter class_counter(Metrics& metrics, const char* status) {
  return metrics.counter("http_requests_total", "Requests answered, by class of status.",
                         {{"status", status}});
}

}  // namespace

void CoreRoom::add(Link& link) {
  links_.push_back(link);
  arm();
}

void CoreRoom::arm() {
  // Ticks only while there is somebody to tick for: an empty room holds no pending timer.
  if (armed_ || links_.empty()) return;
  armed_ = true;
  timer_.expires_after(tick_);
  timer_.async_wait([room = shared_from_this()](const boost::system::error_code& error) {
    room->armed_ = false;
    if (!error) room->run_tick();
  });
}

void CoreRoom::run_tick() {
  const auto now = std::chrono::steady_clock::now();
  for (auto at = links_.begin(); at != links_.end();) {
    Link& link = *at++;  // on_tick() only cancels or closes; destruction follows in a later handler
    link.on_tick(now);
  }
  arm();
}

void CoreRoom::drain() {
  draining_ = true;
  for (auto at = links_.begin(); at != links_.end();) {
    Link& link = *at++;
    link.on_drain();
  }
}

ServerCounters::ServerCounters(Metrics& into)
    : metrics(into),
      connections(into.counter("http_connections_total", "Connections accepted.")),
      by_class{class_counter(into, "1xx"), class_counter(into, "2xx"), class_counter(into, "3xx"),
               class_counter(into, "4xx"), class_counter(into, "5xx")},
      in_flight(into.gauge("http_requests_in_flight_count", "Requests being worked on.")),
      sockets(into.gauge("http_web_sockets_count", "Open WebSockets.")),
      seconds(into.histogram("http_request_seconds",
                             "From a request's last byte to its answer being written.")) {}

void ServerCounters::refused(std::string_view reason) {
  metrics
      .counter("http_refused_total", "Requests and connections refused, by reason.",
               {{"reason", std::string(reason)}})
      .add();
}

void ServerCounters::socket_closed(std::string_view reason) {
  metrics
      .counter("http_web_sockets_closed_total", "WebSockets ended, by reason.",
               {{"reason", std::string(reason)}})
      .add();
}

void ServerCounters::answered(int status, std::chrono::nanoseconds took) {
  by_class[static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1)].add();
  seconds.observe(std::chrono::duration<double>(took).count());
}

ServerState::ServerState(ServerOptions from, Handler& to, Metrics& metrics)
    : options(std::move(from)),
      limits(options.limits),
      handler(to),
      proxies(options.trusted_proxies),
      ledger(
          std::make_shared<Ledger>(limits.connections_max, limits.connections_per_address_max,
                                   metrics.gauge("http_connections_count", "Open connections."))),
      counters(metrics) {}

InFlight::InFlight(std::shared_ptr<ServerState> state) : state_(std::move(state)) {
  admitted_ = state_->in_flight.fetch_add(1) < state_->limits.requests_in_flight_max;
  if (!admitted_) --state_->in_flight;
  if (admitted_) state_->counters.in_flight.add(1);
}

InFlight::~InFlight() {
  if (!admitted_) return;
  --state_->in_flight;
  state_->counters.in_flight.add(-1);
}

Response overloaded_answer() {
  static std::atomic<unsigned> turn{0};
  auto answer = problem(503, "overloaded", "Service Unavailable", "Too much at once; come back.");
  answer.headers.emplace_back("retry-after", std::to_string(1 + turn++ % 3));
  return answer;
}

Response answer_to(const Refusal& refusal) {
  const auto title = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(refusal.status)));
  auto answer = problem(refusal.status, "refused", std::string_view(title.data(), title.size()),
                        refusal.reason);
  answer.close = true;
  return answer;
}

}  // namespace parley::gateway::http
