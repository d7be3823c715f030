// tests/pipeline/bench.hpp
// Two running cores, a client that may call loopback, and a way to call a coroutine from the test's
// thread. Nothing waits longer than kPatience.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "gateway/http/client.hpp"
#include "gateway/runtime/cores.hpp"
#include "gateway/runtime/metrics.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {

inline constexpr std::chrono::seconds kPatience{30};

template <class T>
T get_soon(std::future<T> future) {
  if (future.wait_for(kPatience) != std::future_status::ready) {
    throw std::runtime_error("no answer in time");
  }
  return future.get();
}

template <class T>
bool is_ready(const std::future<T>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

// A value that threads change and the test waits for.
template <class T>
class Watched {
 public:
  void change(const std::function<void(T&)>& what) {
    {
      const std::lock_guard lock(mutex_);
      what(value_);
    }
    changed_.notify_all();
  }
  bool wait_for(const std::function<bool(const T&)>& holds) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return holds(value_); });
  }
  T get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  T value_{};
};

class Bench {
 public:
  Bench() : cores({.count = 2, .tick = Milliseconds(0)}) {
    http::ClientOptions options;
    options.private_hosts_allowed = {"127.0.0.1"};
    client = std::make_unique<http::Client>(std::move(options), cores, metrics);
    cores.start();
  }
  ~Bench() { stop(); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void stop() {
    if (!client) return;
    tasks.close();
    tasks.cancel_all();
    EXPECT_TRUE(tasks.wait_blocking(kPatience));
    EXPECT_EQ(tasks.stray_exceptions(), 0u);
    client->close();
    cores.stop();
    client.reset();
  }

  template <class T>
  std::future<T> start(net::awaitable<T> what, std::size_t core = 0) {
    return start_in(tasks, std::move(what), core);
  }
  template <class T>
  std::future<T> start_in(TaskGroup& group, net::awaitable<T> what, std::size_t core = 0) {
    auto promise = std::make_shared<std::promise<T>>();
    auto future = promise->get_future();
    EXPECT_TRUE(group.spawn(cores.context(core).get_executor(), "test",
                            into(std::move(what), std::move(promise))));
    return future;
  }
  template <class T>
  T run(net::awaitable<T> what, std::size_t core = 0) {
    return get_soon(start(std::move(what), core));
  }
  // Everything posted to the cores before this call has run.
  void settle() {
    for (int round = 0; round < 2; ++round) {  // what ran may have posted to the other core
      for (std::size_t core = 0; core < cores.size(); ++core) {
        std::promise<void> ran;
        net::post(cores.context(core), [&ran] { ran.set_value(); });
        get_soon(ran.get_future());
      }
    }
  }

  Metrics metrics;
  Cores cores;
  TaskGroup tasks;
  std::unique_ptr<http::Client> client;

 private:
  template <class T>
  static net::awaitable<void> into(net::awaitable<T> what, std::shared_ptr<std::promise<T>> out) {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(what);
      out->set_value();
    } else {
      auto value = co_await std::move(what);
      out->set_value(std::move(value));
    }
  }
};

}  // namespace parley::gateway
