// gateway/admin/admin_server.hpp
// Health and metrics for operators, on a port and a thread of their own: a gateway that is stuck or
// full can still be asked why.
//
//   GET /livez    200 while the cores run, 503 when one has been stuck for longer than stuck_after
//   GET /readyz   200 or 503 with the reason, as `ready` says
//   GET /metrics  Prometheus text
//
// Limits   64 connections; loopback unless told otherwise (there is no authentication here)
// Threads  `ready` and `extra_metrics` are called on the admin thread: they must be safe there, and
//          what they block blocks only this page.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gateway/runtime/cores.hpp"
#include "gateway/runtime/metrics.hpp"

namespace parley::gateway {

struct AdminOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one, see AdminServer::port()
  Milliseconds stuck_after{5'000};
};

struct AdminSources {
  std::function<std::pair<bool, std::string>()> ready;   // false: the reason why not
  std::function<std::string()> extra_metrics = nullptr;  // Prometheus text to append
};

class AdminServer {
 public:
  AdminServer(AdminOptions options, const Cores& watched, const Metrics& metrics,
              AdminSources sources);
  ~AdminServer();  // stops
  Result<void> start();
  std::uint16_t port() const noexcept;
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::gateway
