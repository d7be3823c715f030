// parley serve: from configuration to drain. SIGTERM and SIGINT drain (a second one ends at once),
// SIGHUP reloads, SIGUSR1 takes a backup.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

#include "gateway/cli/commands.hpp"
#include "gateway/cli/running.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

constexpr int kExitConfig = 2;
constexpr int kExitStore = 70;

class Serving {
 public:
  Serving(ServeOptions options, config::ProcessConfig process, Running& running,
          net::io_context& io)
      : options_(std::move(options)),
        process_(std::move(process)),
        running_(running),
        io_(io),
        signals_(io, SIGTERM, SIGINT) {
    signals_.add(SIGHUP);
    signals_.add(SIGUSR1);
  }

  int run() {
    wait();
    io_.run();
    return exit_code_;
  }

  // From any thread: the store failed, a restart is the only way to be sure of what is on disk.
  void fatal(std::string why) {
    net::post(io_, [this, why = std::move(why)] {
      log(LogLevel::error, "store.fatal", {{"why", why}});
      exit_code_ = kExitStore;
      io_.stop();
    });
  }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      on_signal(number);
    });
  }

  void on_signal(int number) {
    if (number == SIGHUP) {
      reload();
    } else if (number == SIGUSR1) {
      backup();
    } else if (!draining_) {
      draining_ = true;
      log(LogLevel::info, "drain.begin", {{"signal", number}});
      drainer_ = std::thread([this] {
        const bool all = running_.drain(process_.pipeline.shards.drain_timeout);
        net::post(io_, [this, all] {
          log(LogLevel::info, "drain.end", {{"all_finished", all}});
          io_.stop();
        });
      });
    } else {
      log(LogLevel::warn, "drain.cut_short");
      stop_logging();
      std::_Exit(0);  // the second signal means now; every ack was synced before it was given
    }
    wait();
  }

  void reload() {
    auto process = config::load_process(options_.config);
    if (!process) {
      log(LogLevel::error, "reload.refused", {{"why", process.error().detail}});
      return;
    }
    process->media_key = process_.media_key;  // URLs given out stay good
    config::Warnings warnings;
    auto tenants = config::load_tenants(*process, &warnings);
    if (!tenants) {
      log(LogLevel::error, "reload.refused", {{"why", tenants.error().detail}});
      return;
    }
    for (const auto& warning : warnings) log(LogLevel::warn, "config", {{"text", warning}});
    const std::size_t count = tenants->size();
    if (auto done = running_.reload(*process, std::move(*tenants)); !done) {
      log(LogLevel::error, "reload.refused", {{"why", done.error().detail}});
      return;
    }
    log(LogLevel::info, "reload.done", {{"tenants", count}});
  }

  void backup() {
    if (backing_up_.exchange(true)) {
      log(LogLevel::warn, "backup.refused", {{"why", "one is under way"}});
      return;
    }
    namespace fs = std::filesystem;
    const fs::path root = options_.backup_dir.empty()
                              ? fs::path(process_.storage.path).parent_path() / "backups"
                              : fs::path(options_.backup_dir);
    std::string stamp = format_time(SystemClock().now());
    std::erase(stamp, ':');
    const std::string to = (root / stamp).string();
    if (backup_thread_.joinable()) backup_thread_.join();
    backup_thread_ = std::thread([this, root, to] {
      std::error_code error;
      fs::create_directories(root, error);
      if (auto done = running_.backup_blocking(to); !done) {
        log(LogLevel::error, "backup.failed", {{"to", to}, {"why", done.error().detail}});
      } else {
        log(LogLevel::info, "backup.done", {{"to", to}});
      }
      backing_up_ = false;
    });
  }

  ServeOptions options_;
  config::ProcessConfig process_;
  Running& running_;
  net::io_context& io_;
  net::signal_set signals_;
  bool draining_ = false;
  std::atomic<bool> backing_up_{false};
  std::thread drainer_, backup_thread_;
  int exit_code_ = 0;

 public:
  ~Serving() {
    if (drainer_.joinable()) drainer_.join();
    if (backup_thread_.joinable()) backup_thread_.join();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
};

int refuse(std::string_view what) {
  std::cerr << what << '\n';
  return kExitConfig;
}

// As many descriptors as the system lets us have: many start programs with 1,024, which is room for
// a few hundred customers.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int run_serve(const ServeOptions& options) {
  auto process = config::load_process(options.config);
  if (!process) return refuse(process.error().detail);
  config::Warnings warnings;
  auto tenants = config::load_tenants(*process, &warnings);
  if (!tenants) return refuse(tenants.error().detail);
  raise_descriptor_limit();
  start_logging(process->log);
  for (const auto& warning : warnings) log(LogLevel::warn, "config", {{"text", warning}});

  net::io_context io(1);
  std::atomic<Serving*> serving{nullptr};
  std::atomic<bool> failed_early{false};
  Running::Hooks hooks;
  hooks.on_fatal = [&](std::string why) {
    if (auto* now = serving.load()) {
      now->fatal(std::move(why));
    } else {
      failed_early = true;
    }
  };
  auto running = Running::start(*process, std::move(*tenants), std::move(hooks));
  if (!running) {
    stop_logging();
    std::cerr << running.error().detail << '\n';
    return running.error().code == Errc::misconfigured ? kExitConfig : kExitStore;
  }
  int status = 0;
  {
    Serving service(options, *process, **running, io);
    serving = &service;
    // Only now: who reads this may send a signal at once, and it must find somebody.
    log(LogLevel::info, "ready",
        {{"address", process->http.address},
         {"port", (*running)->port()},
         {"admin_port", (*running)->admin_port()},
         {"epoch", (*running)->store().epoch()}});
    // In one piece: the log's own thread writes there too.
    std::cerr << "parley listens on http://" + process->http.address + ":" +
                     std::to_string((*running)->port()) + ", admin on port " +
                     std::to_string((*running)->admin_port()) + "\n";
    status = failed_early ? kExitStore : service.run();
    serving = nullptr;
    // A failed store may not be waited for: what is synced is synced, the rest was never acked.
    if (status == kExitStore) {
      stop_logging();
      std::_Exit(kExitStore);
    }
  }
  running->reset();
  stop_logging();
  return status;
}

}  // namespace parley::gateway
