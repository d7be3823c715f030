#include "gateway/cli/simulate/scene.hpp"

#include <simdjson.h>

#include <thread>

#include "base/json_writer.hpp"
#include "config/config.hpp"

namespace parley::gateway::simulate {
namespace {

constexpr Milliseconds kControlTimeout{5'000};
constexpr Milliseconds kPollPause{50};

Error misconfigured(std::string detail) {
  return Error{.code = Errc::misconfigured, .detail = std::move(detail)};
}

// In the registry's order: where no channel is named, the first one that can be simulated is meant.
Result<Scene> find_channel(const Tenants& tenants, const SceneOptions& options) {
  if (tenants.empty()) return misconfigured("the configuration has no tenant");
  const auto tenant =
      options.tenant.empty() ? tenants.begin() : tenants.find(TenantId{options.tenant});
  if (tenant == tenants.end()) return misconfigured("no tenant " + options.tenant);
  const auto& channels = tenant->second->channels;
  for (const auto& entry : connectors::builtin_registry().entries()) {
    if (!entry.stand_in) continue;
    const auto platform = entry.connector->platform();
    for (const auto& [id, channel] : channels) {
      if (channel.platform != platform) continue;
      const bool meant =
          options.channel.empty() || options.channel == id.value || options.channel == platform;
      if (!meant) continue;
      Scene scene;
      scene.channel = channel;
      scene.entry = &entry;
      scene.stand_in = entry.stand_in();
      return scene;
    }
  }
  return misconfigured("tenant " + tenant->first.value + " has no channel " + options.channel +
                       " that can be simulated");
}

Result<std::vector<AcceptedSend>> read_accepted(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array list;
  if (parser.parse(body).get(root) != simdjson::SUCCESS ||
      root["accepted"].get(list) != simdjson::SUCCESS) {
    return misconfigured("what listens at the channel's api_base is no `parley simulate serve`");
  }
  std::vector<AcceptedSend> out;
  for (const auto one : list) {
    AcceptedSend send;
    std::string_view text;
    if (one["number"].get(send.number) != simdjson::SUCCESS) continue;
    if (one["platform"].get(text) == simdjson::SUCCESS) send.platform = text;
    if (one["method"].get(text) == simdjson::SUCCESS) send.method = text;
    if (one["to"].get(text) == simdjson::SUCCESS) send.to = text;
    if (one["text"].get(text) == simdjson::SUCCESS) send.text = text;
    if (one["external_id"].get(text) == simdjson::SUCCESS) send.external_id = text;
    out.push_back(std::move(send));
  }
  return out;
}

}  // namespace

Result<Scene> read_scene(const SceneOptions& options) {
  auto process = config::load_process(options.config);
  if (!process) return std::move(process.error());
  auto tenants = config::load_tenants(*process);
  if (!tenants) return std::move(tenants.error());
  auto found = find_channel(*tenants, options);
  if (!found) return std::move(found.error());
  Scene scene = *std::move(found);
  const std::string own = "http://127.0.0.1:" + std::to_string(process->http.port);
  auto gateway = local_address(options.gateway.empty() ? own : options.gateway);
  if (!gateway) return std::move(gateway.error());
  scene.gateway = *std::move(gateway);
  if (scene.entry->chat_sessions) return scene;
  auto platform = local_address(scene.channel.api_base);
  if (!platform) {
    return misconfigured("channel " + scene.channel.id.value +
                         ": api_base must lead to the simulator, http://127.0.0.1:PORT");
  }
  scene.platform = *std::move(platform);
  return scene;
}

Result<Platform> Platform::open(const LocalAddress& address) {
  Platform platform;
  platform.own_ = std::make_unique<PlatformStandIn>();
  auto started = platform.own_->start(address.port);
  if (started) return platform;
  if (started.error().code != Errc::conflict) return std::move(started.error());
  platform.own_.reset();
  platform.other_ = std::make_unique<HttpLine>(address.host, address.port);
  auto now = platform.other_->ask_blocking({.method = "GET", .target = "/_control/accepted"},
                                           kControlTimeout);
  if (!now) return std::move(now.error());
  auto sends = read_accepted(now->body);
  if (!sends) return std::move(sends.error());
  if (!sends->empty()) platform.seen_ = sends->back().number;
  return platform;
}

Result<void> Platform::stock_blocking(const std::string& platform,
                                      const std::vector<std::string>& records) {
  if (records.empty()) return {};
  if (own_) {
    if (own_->stock(platform, records)) return {};
    return misconfigured("nobody stands in for " + platform);
  }
  JsonWriter json;
  json.begin_object().member("platform", platform).key("records").begin_array();
  for (const auto& record : records) json.value(record);
  json.end_array().end_object();
  auto answer =
      other_->ask_blocking({.target = "/_control/stock", .body = json.take()}, kControlTimeout);
  if (!answer) return std::move(answer.error());
  if (answer->status == 200) return {};
  return misconfigured("the running simulator cannot stand in for " + platform);
}

Result<std::vector<AcceptedSend>> Platform::next_blocking(Milliseconds timeout) {
  std::vector<AcceptedSend> out;
  if (own_) {
    own_->wait_for_more_blocking(seen_, timeout);
    out = own_->accepted(seen_);
  } else {
    const auto end = std::chrono::steady_clock::now() + timeout;
    for (;;) {
      auto now = other_->ask_blocking(
          {.method = "GET", .target = "/_control/accepted?after=" + std::to_string(seen_)},
          kControlTimeout);
      if (!now) return std::move(now.error());
      auto sends = read_accepted(now->body);
      if (!sends) return std::move(sends.error());
      out = *std::move(sends);
      if (!out.empty() || std::chrono::steady_clock::now() + kPollPause > end) break;
      std::this_thread::sleep_for(kPollPause);
    }
  }
  if (!out.empty()) seen_ = out.back().number;
  return out;
}

}  // namespace parley::gateway::simulate
