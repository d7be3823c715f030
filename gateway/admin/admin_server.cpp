#include "gateway/admin/admin_server.hpp"

#include "gateway/http/server.hpp"
#include "gateway/runtime/log.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {
namespace {

constexpr Milliseconds kStopWait{2'000};

class Pages final : public http::Handler {
 public:
  Pages(Milliseconds stuck_after, const Cores& watched, const Metrics& metrics,
        AdminSources sources)
      : stuck_after_(stuck_after),
        watched_(watched),
        metrics_(metrics),
        sources_(std::move(sources)) {}

  net::awaitable<http::Response> handle(http::Request request) override { co_return page(request); }
  net::awaitable<http::Response> may_upgrade(const http::Request&) override {
    co_return http::problem(404, "not-found", "Not Found", "");
  }
  net::awaitable<void> serve(http::Request, std::shared_ptr<http::WebSocket>) override {
    co_return;
  }
  std::uint64_t body_bytes_max(std::string_view, std::string_view) const override { return 0; }

 private:
  static http::Response text(int status, std::string body) {
    return {.status = status,
            .content_type = "text/plain; charset=utf-8",
            .body = std::move(body),
            .headers = {{"cache-control", "no-store"}}};
  }
  http::Response page(const http::Request& request) const;

  const Milliseconds stuck_after_;
  const Cores& watched_;
  const Metrics& metrics_;
  const AdminSources sources_;
};

http::Response Pages::page(const http::Request& request) const {
  if (request.path != "/livez" && request.path != "/readyz" && request.path != "/metrics") {
    return http::problem(404, "not-found", "Not Found", "");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    auto answer = http::problem(405, "method-not-allowed", "Method Not Allowed", "");
    answer.headers.emplace_back("allow", "GET, HEAD");
    return answer;
  }
  if (request.path == "/livez") {
    const auto late = watched_.worst_lateness();
    if (late < stuck_after_) return text(200, "ok\n");
    return text(503, "a core is late by " + std::to_string(late.count()) + " ms\n");
  }
  if (request.path == "/readyz") {
    const auto [ready, why] = sources_.ready ? sources_.ready() : std::pair(true, std::string());
    return ready ? text(200, "ready\n") : text(503, "not ready: " + why + "\n");
  }
  auto body = metrics_.text();
  if (sources_.extra_metrics) body += sources_.extra_metrics();
  auto answer = text(200, std::move(body));
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return answer;
}

http::ServerOptions server_options(const AdminOptions& options) {
  http::ServerOptions out;
  out.address = options.address;
  out.port = options.port;
  out.limits.connections_max = 64;
  out.limits.connections_per_address_max = 64;
  out.limits.requests_in_flight_max = 64;
  return out;
}

}  // namespace

struct AdminServer::Impl {
  Impl(const AdminOptions& options, const Cores& watched, const Metrics& metrics,
       AdminSources sources)
      : cores({.count = 1, .tick = Milliseconds{0}, .thread_name = "admin"}),
        pages(options.stuck_after, watched, metrics, std::move(sources)),
        server(server_options(options), cores, tasks, pages, own_metrics) {}

  Metrics own_metrics;  // the admin's traffic is not the gateway's
  Cores cores;
  TaskGroup tasks;
  Pages pages;
  http::Server server;
  bool running = false;
};

AdminServer::AdminServer(AdminOptions options, const Cores& watched, const Metrics& metrics,
                         AdminSources sources)
    : impl_(std::make_unique<Impl>(options, watched, metrics, std::move(sources))) {}

AdminServer::~AdminServer() { stop(); }

Result<void> AdminServer::start() {
  if (auto started = impl_->server.start(); !started) return started;
  impl_->cores.start();
  impl_->running = true;
  return {};
}

std::uint16_t AdminServer::port() const noexcept { return impl_->server.port(); }

void AdminServer::stop() {
  if (!std::exchange(impl_->running, false)) return;
  impl_->server.drain();
  impl_->tasks.close();
  impl_->tasks.cancel_all();
  if (!impl_->tasks.wait_blocking(kStopWait)) {
    log(LogLevel::warn, "admin_connections_cut", {{"count", impl_->tasks.size()}});
  }
  impl_->cores.stop();
}

}  // namespace parley::gateway
