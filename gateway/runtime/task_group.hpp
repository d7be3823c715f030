// gateway/runtime/task_group.hpp
// Owns every coroutine: the only co_spawn in the code. Shutdown asks them to end, waits, insists.
//
// Threads  spawn() and cancel() from any thread; the coroutine runs on the executor given.
// Errors   an exception that escapes a task is counted and logged by name; it ends that task only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/clock.hpp"

namespace parley::gateway {

namespace net = boost::asio;

class TaskGroup {
 public:
  TaskGroup();
  ~TaskGroup();  // every task must have ended
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // `name` is a literal: "http session". False: the group is closed, the task was not started.
  bool spawn(const net::any_io_executor& executor, std::string_view name,
             net::awaitable<void> task);
  void close();       // no new tasks
  void cancel_all();  // each task's pending operation ends with operation_aborted
  // True when all have ended in time. Blocks the caller: for main and tests.
  bool wait_blocking(Milliseconds limit);
  std::size_t size() const;
  std::uint64_t stray_exceptions() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace parley::gateway
