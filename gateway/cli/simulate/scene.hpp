// gateway/cli/simulate/scene.hpp
// What a simulation needs to know, read from the gateway's own configuration: where the gateway
// listens, which channel, and where its platform is expected.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/registry.hpp"
#include "gateway/cli/simulate/http_line.hpp"
#include "gateway/cli/simulate/stand_in.hpp"

namespace parley::gateway::simulate {

struct SceneOptions {
  std::string config = "config/parley.toml";
  std::string tenant;   // "" is the only one, or the first
  std::string channel;  // a channel's id or its platform; "" is the first that can be simulated
  std::string gateway;  // "http://127.0.0.1:8080"; "" is what the configuration says
};

struct Scene {
  connectors::Channel channel;
  const connectors::Entry* entry = nullptr;
  std::unique_ptr<connectors::StandIn> stand_in;  // to speak with; const methods only
  LocalAddress gateway;
  LocalAddress platform;  // port 0: this channel's answers do not go through an API
};

Result<Scene> read_scene(const SceneOptions& options);

// The sends our platform took, from a stand-in of our own or from one that runs already.
class Platform {
 public:
  static Result<Platform> open(const LocalAddress& address);

  // Before a Dispatch's webhooks go out: what they will make the gateway fetch.
  Result<void> stock_blocking(const std::string& platform, const std::vector<std::string>& records);
  // Sends past the last asked for; blocks until there is one or the time is up.
  Result<std::vector<AcceptedSend>> next_blocking(Milliseconds timeout);

 private:
  std::unique_ptr<PlatformStandIn> own_;
  std::unique_ptr<HttpLine> other_;
  std::uint64_t seen_ = 0;
};

}  // namespace parley::gateway::simulate
