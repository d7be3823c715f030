// gateway/cli/simulate/commands.hpp
// The three verbs of `parley simulate`; each gives the exit status.
#pragma once

#include <string>

#include "gateway/cli/simulate/platform_apis.hpp"
#include "gateway/cli/simulate/scene.hpp"

namespace parley::gateway::simulate {

struct SayOptions {
  SceneOptions scene;
  std::string text, user;
  int timeout_s = 10;
};
int say(const SayOptions& options);

struct ServeOptions {
  std::uint16_t port = 8089;
  std::string bot_script;  // a file; "": bots say the customer's words back
  Fault fault;
};
int serve(const ServeOptions& options);

struct PushOptions {
  SceneOptions scene;
  std::string text = "hello";
  std::uint64_t count = 100;
  std::uint32_t users = 10;
  std::uint32_t connections = 4;
  bool redeliver = false;  // once more after the acknowledgement, as if it had been lost
};
int push(const PushOptions& options);

}  // namespace parley::gateway::simulate
