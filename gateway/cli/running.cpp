#include "gateway/cli/running.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "gateway/admin/admin_server.hpp"
#include "gateway/cli/backlog.hpp"
#include "gateway/edge/edge.hpp"
#include "gateway/pipeline/gateway.hpp"
#include "gateway/runtime/log.hpp"
#include "routing/text/load.hpp"
#include "storage/sealed_backup.hpp"

namespace parley::gateway {
namespace {

constexpr std::chrono::seconds kHousekeeping{60};

// Erases what has passed its horizon, a bounded bite at a time, on its own thread.
class Housekeeping {
 public:
  Housekeeping(storage::Store& store, const Clock& clock)
      : store_(store), clock_(clock), thread_([this] { run_blocking(); }) {}
  ~Housekeeping() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  void run_blocking() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kHousekeeping, [this] { return stopping_; })) {
      lock.unlock();
      for (;;) {
        auto more = store_.expire_blocking(clock_.now());
        if (!more) log(LogLevel::warn, "store.expire_failed", {{"why", more.error().detail}});
        if (!more || !*more) break;
      }
      lock.lock();
    }
  }

  storage::Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace

// In the order of construction; taken down from the last to the first.
struct Running::Parts {
  config::ProcessConfig process;
  SystemClock system_clock;
  const Clock* clock = nullptr;
  Metrics metrics;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<routing::Analyzer> analyzer;
  std::unique_ptr<Cores> cores;
  std::unique_ptr<TaskGroup> tasks;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<Edge> edge;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<AdminServer> admin;
  std::unique_ptr<Housekeeping> housekeeping;
};

Running::Running(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Running>> Running::start(config::ProcessConfig process, Tenants tenants,
                                                Hooks hooks) {
  auto parts = std::make_unique<Parts>();
  Parts& p = *parts;
  p.process = std::move(process);
  p.clock = hooks.clock != nullptr ? hooks.clock : &p.system_clock;
  p.store = std::move(hooks.store);
  if (!p.store) {
    auto opened = storage::open_rocks_store(p.process.storage, *p.clock, p.process.backup_keys);
    if (!opened) return std::move(opened.error());
    p.store = std::move(*opened);
  }
  if (p.process.model_path.empty()) {
    p.analyzer = routing::make_plain_analyzer();
  } else {
    auto loaded = routing::load_analyzer(p.process.model_path, p.process.intent_model_path);
    if (!loaded) return std::move(loaded.error());
    p.analyzer = std::move(*loaded);
  }
  p.cores = std::make_unique<Cores>(Cores::Options{.count = p.process.cores});
  p.tasks = std::make_unique<TaskGroup>();
  p.client = std::make_unique<http::Client>(p.process.client, *p.cores, p.metrics);
  p.gateway = std::make_unique<Gateway>(GatewayParts{
      .store = *p.store,
      .clock = *p.clock,
      .analyzer = *p.analyzer,
      .cores = *p.cores,
      .tasks = *p.tasks,
      .client = *p.client,
      .metrics = p.metrics,
      .options = p.process.pipeline,
      .dedup_horizon = p.process.storage.dedup_horizon,
      .on_fatal = hooks.on_fatal ? hooks.on_fatal : [](std::string) {},
      .read_rules = [](const routing::Policy& base,
                       std::string_view toml) { return config::what_if(base, toml, "rules"); }});
  p.gateway->set_tenants(std::move(tenants));
  if (auto recovered = p.gateway->recover_blocking(); !recovered) {
    return std::move(recovered.error());
  }
  p.edge = std::make_unique<Edge>(*p.gateway, p.process.pipeline.media.bytes_max);
  p.server = std::make_unique<http::Server>(p.process.http, *p.cores, *p.tasks, *p.edge, p.metrics);
  auto running = std::unique_ptr<Running>(new Running(std::move(parts)));
  if (auto listening = p.server->start(); !listening) return std::move(listening.error());
  p.admin = std::make_unique<AdminServer>(
      AdminOptions{.address = p.process.admin.address, .port = p.process.admin.port}, *p.cores,
      p.metrics,
      AdminSources{
          .ready =
              [gateway = p.gateway.get()] {
                const auto ready = gateway->ready();
                return std::pair(ready.ready, ready.reason);
              },
          .extra_metrics = [gateway = p.gateway.get(),
                            process = &p.process] { return backlog_metrics(*gateway, *process); }});
  if (auto listening = p.admin->start(); !listening) return std::move(listening.error());
  p.cores->start();
  p.housekeeping = std::make_unique<Housekeeping>(*p.store, *p.clock);
  return running;
}

Running::~Running() {
  Parts& p = *parts_;
  p.housekeeping.reset();
  if (p.tasks) {
    p.tasks->close();
    p.tasks->cancel_all();
    p.tasks->wait_blocking(Milliseconds(5'000));
  }
  // The store ends first: its callbacks post to shards, and shards must not see late ones.
  if (p.store) p.store->close();
  p.admin.reset();
  if (p.cores) p.cores->stop();
  p.server.reset();
  p.edge.reset();
  p.gateway.reset();
  p.client.reset();
}

std::uint16_t Running::port() const { return parts_->server->port(); }
std::uint16_t Running::admin_port() const { return parts_->admin->port(); }
Service& Running::service() { return *parts_->gateway; }
storage::Store& Running::store() { return *parts_->store; }

Result<void> Running::reload(const config::ProcessConfig& process, Tenants tenants) {
  if (auto tls = parts_->server->reload_tls(process.http.tls); !tls) return tls;
  parts_->client->allow_private(process.client.private_hosts_allowed);
  parts_->gateway->set_tenants(std::move(tenants));
  return {};
}

bool Running::drain(Milliseconds limit) {
  parts_->gateway->begin_drain();
  parts_->server->drain();
  parts_->tasks->close();
  return parts_->tasks->wait_blocking(limit);
}

Result<void> Running::backup_blocking(const std::string& to) {
  return storage::backup_rocks_store(*parts_->store, to);
}

}  // namespace parley::gateway
