// gateway/cli/simulate/stand_in.hpp
// A server on loopback that stands in for the platforms' APIs: takes sends, remembers them, and
// fails as told. For `parley simulate` and for integration tests.
//
// Limits   kStandInConnectionsMax connections, bodies of 24 MiB, a stalled call is held 60 s.
// Threads  has one of its own; every method may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gateway/cli/simulate/platform_apis.hpp"

namespace parley::gateway::simulate {

inline constexpr std::size_t kStandInConnectionsMax = 1'024;

class PlatformStandIn {
 public:
  // Told of each send as it is taken, on the stand-in's thread; may be empty.
  using OnAccepted = std::function<void(const AcceptedSend&)>;

  explicit PlatformStandIn(OnAccepted on_accepted = {});
  ~PlatformStandIn();  // closes everything
  PlatformStandIn(const PlatformStandIn&) = delete;
  PlatformStandIn& operator=(const PlatformStandIn&) = delete;

  // Listens on 127.0.0.1; 0 takes any free port. conflict: somebody has that port.
  Result<void> start(std::uint16_t port = 0);
  std::uint16_t port() const noexcept;

  void set_fault(Fault fault);
  void read_bot_script(std::string_view lines);
  // What a Dispatch left to be fetched; false: no such platform.
  bool stock(std::string_view platform, const std::vector<std::string>& records);
  std::vector<AcceptedSend> accepted(std::uint64_t after = 0) const;
  // Blocks until a send past `after` was taken, or the time is up.
  bool wait_for_more_blocking(std::uint64_t after, Milliseconds timeout) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::gateway::simulate
