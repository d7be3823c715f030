#include "gateway/runtime/cores.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

struct Here {
  const Cores* cores = nullptr;
  std::size_t core = 0;
};
thread_local Here t_here;

std::int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void name_thread(const std::string& name) {
  // The kernel keeps 15 characters; a longer name is refused whole.
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace

struct Cores::Watch {
  // One tick per core is under way at most: a stalled core collects no backlog of ticks. Shared
  // with the posted tick, which may be destroyed unrun after the watch is gone.
  struct Tick {
    std::atomic<std::int64_t> posted_us{0};  // 0: none under way
    std::atomic<std::int64_t> last_us{0};    // lateness of the last that ran
    bool reported = false;                   // watchdog thread only
  };
  std::vector<std::shared_ptr<Tick>> ticks;
  std::atomic<std::uint64_t> stalls{0};
  std::mutex mutex;
  std::condition_variable wake;
  bool ending = false;
  std::thread thread;
};

Cores::Cores(Options options) : options_(std::move(options)), watch_(std::make_unique<Watch>()) {
  if (options_.count == 0) options_.count = std::max(1u, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < options_.count; ++i) {
    contexts_.push_back(std::make_unique<net::io_context>(1));
    guards_.emplace_back(contexts_.back()->get_executor());
    watch_->ticks.push_back(std::make_shared<Watch::Tick>());
  }
}

Cores::~Cores() { stop(); }

void Cores::start() {
  if (!threads_.empty()) return;
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    threads_.emplace_back([this, i] {
      name_thread(options_.thread_name + "/" + std::to_string(i));
      t_here = {.cores = this, .core = i};
      contexts_[i]->run();
      t_here = {};
    });
  }
  if (options_.tick > Milliseconds{0}) watch_->thread = std::thread([this] { watch_blocking(); });
}

void Cores::stop() {
  {
    const std::scoped_lock lock(watch_->mutex);
    watch_->ending = true;
  }
  watch_->wake.notify_all();
  if (watch_->thread.joinable()) watch_->thread.join();
  guards_.clear();
  for (auto& context : contexts_) context->stop();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t Cores::here() const noexcept {
  return t_here.cores == this ? t_here.core : contexts_.size();
}

Milliseconds Cores::worst_lateness() const noexcept {
  const auto now = steady_us();
  std::int64_t worst_us = 0;
  for (const auto& tick : watch_->ticks) {
    const auto posted = tick->posted_us.load();
    const auto late =
        posted != 0 ? std::max(now - posted, tick->last_us.load()) : tick->last_us.load();
    worst_us = std::max(worst_us, late);
  }
  return Milliseconds{worst_us / 1000};
}

std::uint64_t Cores::stalls() const noexcept { return watch_->stalls.load(); }

void Cores::watch_blocking() {
  name_thread("watchdog");
  const auto stall_us = std::chrono::microseconds(options_.stall).count();
  std::unique_lock lock(watch_->mutex);
  while (!watch_->wake.wait_for(lock, options_.tick, [this] { return watch_->ending; })) {
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      const auto& tick = watch_->ticks[i];
      const auto posted = tick->posted_us.load();
      const auto late = posted != 0 ? steady_us() - posted : tick->last_us.load();
      if (late > stall_us && !tick->reported) {
        tick->reported = true;  // one stall is counted once, however long it lasts
        ++watch_->stalls;
        log(LogLevel::warn, "core_stalled", {{"core", i}, {"late_ms", late / 1000}});
      }
      if (posted != 0) continue;
      tick->reported = false;
      tick->posted_us = steady_us();
      net::post(*contexts_[i], [tick] {
        tick->last_us = steady_us() - tick->posted_us.load();
        tick->posted_us = 0;
      });
    }
  }
}

}  // namespace parley::gateway
