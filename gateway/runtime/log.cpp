#include "gateway/runtime/log.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "gateway/runtime/log_line.hpp"

namespace parley::gateway {
namespace {

constexpr Milliseconds kStopWait{2'000};

// The one log of the process. The shared lock is held for one enqueue; the writer's side is taken
// only by start and stop.
struct Log {
  std::shared_mutex mutex;
  std::shared_ptr<spdlog::details::thread_pool> writer;  // owns the bounded queue and its thread
  std::shared_ptr<spdlog::async_logger> logger;
  std::atomic<LogLevel> level{LogLevel::info};
  std::atomic<std::uint64_t> dropped_before{0};  // by the writers that have been stopped
};

Log& the_log() {
  static Log* const log = new Log;  // never destroyed: threads may log until the process ends
  return *log;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void start_logging(const LogOptions& options) {
  stop_logging();
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (options.file.empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
  }
  auto& state = the_log();
  const std::unique_lock lock(state.mutex);
  state.writer = std::make_shared<spdlog::details::thread_pool>(options.queue_max, 1);
  // Full: the oldest line gives way and is counted. Blocking here would let a stuck disk or a full
  // pipe stop the I/O threads.
  state.logger = std::make_shared<spdlog::async_logger>(
      "parley", std::move(sink), state.writer, spdlog::async_overflow_policy::overrun_oldest);
  state.logger->set_pattern("%v");
  state.logger->set_level(spdlog::level::trace);
  state.logger->flush_on(spdlog::level::trace);  // in the writer's thread
  state.level = options.level;
}

void stop_logging() {
  auto& state = the_log();
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> writer;
  {
    const std::unique_lock lock(state.mutex);
    logger = std::move(state.logger);
    writer = std::move(state.writer);
  }
  if (!writer) return;
  state.dropped_before += writer->overrun_counter();
  logger.reset();
  // Writes what is queued, then joins. A sink that takes nothing (a full pipe, a dead disk) would
  // hold up the end of the process for ever: then what is queued is given up, thread and all.
  auto written = std::make_shared<std::promise<void>>();
  auto done = written->get_future();
  std::thread([writer = std::move(writer), written]() mutable {
    writer.reset();
    written->set_value();
  }).detach();
  if (done.wait_for(kStopWait) == std::future_status::ready) return;
  // At its end a process flushes its streams, and would wait for the one that is stuck.
  ::on_exit([](int status, void*) { ::_exit(status); }, nullptr);
}

std::uint64_t dropped_log_lines() noexcept {
  auto& state = the_log();
  const std::shared_lock lock(state.mutex);
  return state.dropped_before + (state.writer ? state.writer->overrun_counter() : 0);
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  auto& state = the_log();
  if (level < state.level.load(std::memory_order_relaxed)) return;
  const std::shared_lock lock(state.mutex);
  if (!state.logger) return;
  const auto line = log_line(SystemClock().now(), level, event, {fields.begin(), fields.size()});
  state.logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace parley::gateway
