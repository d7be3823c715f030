// gateway/cli/running.hpp
// A whole gateway in one process, built in order and taken down in the reverse one: what `serve`
// runs and what integration tests start.
//
// Threads  all of it from one thread; the cores have their own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/config.hpp"
#include "gateway/pipeline/service.hpp"
#include "storage/store.hpp"

namespace parley::gateway {

class Running {
 public:
  struct Hooks {
    std::function<void(std::string)> on_fatal;  // any thread
    const Clock* clock = nullptr;               // null: the system's
    std::unique_ptr<storage::Store> store;      // null: opened from the configuration
  };
  // Errors: misconfigured with every line that is wrong; unavailable where the store does not open.
  static Result<std::unique_ptr<Running>> start(config::ProcessConfig process, Tenants tenants,
                                                Hooks hooks);
  ~Running();  // stops at once; drain() first for a graceful end
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  std::uint16_t port() const;
  std::uint16_t admin_port() const;
  Service& service();
  storage::Store& store();
  // New tenants and certificates; the old ones stay when anything is wrong.
  Result<void> reload(const config::ProcessConfig& process, Tenants tenants);
  // Not ready, no new connections, what is in hand finishes, at most `limit`. True: all of it did.
  bool drain(Milliseconds limit);
  Result<void> backup_blocking(const std::string& to);

 private:
  struct Parts;
  explicit Running(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace parley::gateway
