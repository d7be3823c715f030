#include "gateway/cli/simulate/simulate.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

#include "gateway/cli/simulate/commands.hpp"

namespace parley::gateway {
namespace {

using namespace simulate;

std::string platforms_that_can_be() {
  std::string names;
  for (const auto& entry : connectors::builtin_registry().entries()) {
    if (!entry.stand_in) continue;
    names += (names.empty() ? "" : ", ") + std::string(entry.connector->platform());
  }
  return names;
}

void add_scene(CLI::App& app, SceneOptions& scene) {
  app.add_option("--config", scene.config, "the gateway's process file")->capture_default_str();
  app.add_option("--tenant", scene.tenant, "default: the first");
  app.add_option("--channel", scene.channel,
                 "a channel's id or platform (" + platforms_that_can_be() + ")");
  app.add_option("--gateway", scene.gateway, "default: the port in the process file");
}

}  // namespace

int run_simulate(std::vector<std::string> args) {
  CLI::App app("acts as the platforms, offline, on this machine only", "parley simulate");
  app.require_subcommand(1);

  SayOptions to_say;
  auto* say_app = app.add_subcommand("say", "a customer writes; prints what the gateway answers");
  say_app->add_option("text", to_say.text, "what they write")->required();
  say_app->add_option("--user", to_say.user, "who they are on that channel");
  say_app->add_option("--timeout", to_say.timeout_s, "seconds to wait for an answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 600));
  add_scene(*say_app, to_say.scene);

  simulate::ServeOptions to_serve;
  std::string fault = "none";
  auto* serve_app = app.add_subcommand("serve", "the platforms' APIs; prints sends as JSON lines");
  serve_app->add_option("--port", to_serve.port, "0: any free one")->capture_default_str();
  serve_app->add_option("--fault", fault, "how sends fail")
      ->check(CLI::IsMember({"none", "5xx", "429", "stall", "reset", "expired_token", "garbage"}));
  serve_app->add_option("--bot-script", to_serve.bot_script,
                        "what bots say: lines \"part of the customer's words<TAB>what happens\"");
  serve_app->add_option("--times", to_serve.fault.times, "how many sends it hits; -1: all");
  serve_app->add_option("--retry-after", to_serve.fault.retry_after_s, "seconds, with 429");

  PushOptions to_push;
  auto* push_app = app.add_subcommand("push", "many messages, with the platform's redelivery");
  push_app->add_option("--count", to_push.count)->capture_default_str();
  push_app->add_option("--users", to_push.users)->capture_default_str();
  push_app->add_option("--connections", to_push.connections)->capture_default_str();
  push_app->add_option("--text", to_push.text)->capture_default_str();
  push_app->add_flag("--redeliver", to_push.redeliver, "each once more, as if its ack were lost");
  add_scene(*push_app, to_push.scene);

  std::ranges::reverse(args);  // the order CLI11 takes a vector in
  try {
    app.parse(args);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (say_app->parsed()) return say(to_say);
  if (push_app->parsed()) return push(to_push);
  to_serve.fault.kind = fault_from(fault).value_or(FaultKind::none);
  return serve(to_serve);
}

}  // namespace parley::gateway
