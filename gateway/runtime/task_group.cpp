#include "gateway/runtime/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <condition_variable>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

// Everything but the list is touched on the task's own executor only.
struct Task {
  net::any_io_executor executor;
  std::string name;
  net::cancellation_signal signal;
  bool cancelled = false;
  bool ended = false;
};

}  // namespace

struct TaskGroup::State {
  using Tasks = std::list<std::shared_ptr<Task>>;
  class Ticket;

  mutable std::mutex mutex;
  std::condition_variable emptied;
  Tasks tasks;
  bool closed = false;
  std::atomic<std::uint64_t> stray{0};

  void remove(Tasks::iterator at) {
    const std::scoped_lock lock(mutex);
    tasks.erase(at);
    if (tasks.empty()) emptied.notify_all();
  }

  void report(const Task& task, const std::exception_ptr& thrown) {
    std::string what;
    try {
      std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
      // A cancelled coroutine throws this at its next co_await: that is how it ends.
      if (error.code() == net::error::operation_aborted) return;
      what = error.code().message();
    } catch (const std::exception& error) {
      what = error.what();
    } catch (...) {  // a task may throw anything; it is counted and named below, never lost
      what = "not a std::exception";
    }
    ++stray;
    log(LogLevel::error, "task_threw", {{"task", task.name}, {"what", what}});
  }
};

// Ends the task's membership when the coroutine has ended or was destroyed with its io_context.
class TaskGroup::State::Ticket {
 public:
  Ticket(std::shared_ptr<State> state, Tasks::iterator at) : state_(std::move(state)), at_(at) {}
  Ticket(Ticket&& other) noexcept = default;
  Ticket& operator=(Ticket&&) = delete;
  ~Ticket() {
    if (!state_) return;
    (*at_)->ended = true;
    state_->remove(at_);
  }

 private:
  std::shared_ptr<State> state_;
  Tasks::iterator at_;
};

TaskGroup::TaskGroup() : state_(std::make_shared<State>()) {}
TaskGroup::~TaskGroup() = default;

bool TaskGroup::spawn(const net::any_io_executor& executor, std::string_view name,
                      net::awaitable<void> task) {
  auto entry = std::make_shared<Task>();
  entry->executor = executor;
  entry->name = name;
  State::Tasks::iterator at;
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->closed) return false;
    at = state_->tasks.insert(state_->tasks.end(), entry);
  }
  State::Ticket ticket(state_, at);
  // Started on the executor: the signal's slot is filled where it is emitted, so a cancel_all()
  // from another thread cannot meet a half-made task.
  net::dispatch(executor, [state = state_, entry, ticket = std::move(ticket),
                           task = std::move(task)]() mutable {
    if (entry->cancelled) return;
    const auto slot = entry->signal.slot();
    auto on_end = [state, entry, ticket = std::move(ticket)](const std::exception_ptr& thrown) {
      if (thrown) state->report(*entry, thrown);
    };
    net::co_spawn(entry->executor, std::move(task),
                  net::bind_cancellation_slot(slot, std::move(on_end)));
  });
  return true;
}

void TaskGroup::close() {
  const std::scoped_lock lock(state_->mutex);
  state_->closed = true;
}

void TaskGroup::cancel_all() {
  std::vector<std::shared_ptr<Task>> tasks;
  {
    const std::scoped_lock lock(state_->mutex);
    tasks.assign(state_->tasks.begin(), state_->tasks.end());
  }
  for (const auto& task : tasks) {
    // On the task's executor, where nothing of it runs at the same time: Asio 1.26 dispatches the
    // signal by address, which is safe only when that dispatch happens in place.
    net::post(task->executor, [task] {
      task->cancelled = true;
      if (!task->ended) task->signal.emit(net::cancellation_type::terminal);
    });
  }
}

bool TaskGroup::wait_blocking(Milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->emptied.wait_for(lock, limit, [this] { return state_->tasks.empty(); });
}

std::size_t TaskGroup::size() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->tasks.size();
}

std::uint64_t TaskGroup::stray_exceptions() const noexcept { return state_->stray.load(); }

}  // namespace parley::gateway
