#include "storage/commit_queue.hpp"

#include <algorithm>
#include <utility>

#include "storage/commit_check.hpp"
#include "storage/keys.hpp"
#include "storage/thread_name.hpp"
#include "storage/thread_priority.hpp"

namespace parley::storage {
namespace {

constexpr Milliseconds kRetryAfter{1000};

Error shutting_down() { return Error{.code = Errc::shutting_down, .detail = "store is closing"}; }

bool came_to_nothing(const Result<Committed>& outcome) { return !outcome || outcome->duplicate; }

std::string name_of(const Commit& commit) { return conversation_key(commit.tenant, commit.person); }

}  // namespace

CommitQueue::CommitQueue(Limits limits, Ledger& ledger, const Clock& clock)
    : limits_(limits), ledger_(ledger), clock_(clock) {
  if (!limits_.by_hand) thread_ = std::thread([this] { run(); });
}

CommitQueue::~CommitQueue() { close(); }

void CommitQueue::push(Commit commit, CommitDone done) {
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) {
      refusal = shutting_down();
    } else if (!latched_.empty()) {
      refusal = latched_error();
    } else if (queue_.size() + writing_ >= limits_.commits_max) {
      refusal = Error{.code = Errc::overloaded,
                      .retry_after = kRetryAfter,
                      .detail = "store: too many commits waiting"};
    } else {
      const auto bytes = bytes_of(commit);
      queue_.push_back({.commit = std::move(commit),
                        .done = std::move(done),
                        .ticket = next_ticket_++,
                        .bytes = bytes,
                        .queued_at = clock_.steady()});
      if (queue_.size() == 1) wake_.notify_one();
    }
  }
  if (refusal) done(std::move(*refusal));
}

Result<void> CommitQueue::run_blocking(Work work) {
  std::future<Result<void>> done;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return shutting_down();
    if (!latched_.empty()) return latched_error();
    work_.push_back({.work = std::move(work), .done = {}, .ticket = next_ticket_});
    done = work_.back().done.get_future();
    wake_.notify_one();
  }
  return done.get();
}

void CommitQueue::latch(std::string reason) {
  const std::lock_guard lock(mutex_);
  if (latched_.empty()) latched_ = std::move(reason);
}

void CommitQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_one();
  }
  const std::lock_guard lock(close_mutex_);
  if (thread_.joinable()) thread_.join();
  if (limits_.by_hand) {
    while (write_group_by_hand()) {
    }
  }
}

bool CommitQueue::write_group_by_hand() {
  std::unique_lock lock(mutex_);
  if (queue_.empty()) return false;
  auto group = take_group();
  lock.unlock();
  commit_group(std::move(group));
  lock.lock();
  writing_ = 0;
  return true;
}

CommitQueue::Figures CommitQueue::figures() const {
  const auto now = clock_.steady();
  const std::lock_guard lock(mutex_);
  Figures out{.pending = queue_.size() + writing_,
              .oldest_pending = {},
              .groups = groups_.load(),
              .latched = latched_};
  if (writing_ > 0) {
    out.oldest_pending = now - writing_since_;
  } else if (!queue_.empty()) {
    out.oldest_pending = now - queue_.front().queued_at;
  }
  return out;
}

void CommitQueue::run() {
  name_this_thread("storage_commit");
  ask_for_short_turns();
  std::unique_lock lock(mutex_);
  for (;;) {
    wait_for_input(lock);
    const bool work_is_due =
        !work_.empty() && (queue_.empty() || queue_.front().ticket >= work_.front().ticket);
    if (work_is_due) {
      auto item = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      run_work(std::move(item));
      lock.lock();
    } else if (!queue_.empty()) {
      auto group = take_group();
      lock.unlock();
      commit_group(std::move(group));
      lock.lock();
      writing_ = 0;
    } else {
      return;  // closing, and all that came in is written
    }
  }
}

void CommitQueue::wait_for_input(std::unique_lock<std::mutex>& lock) {
  wake_.wait(lock, [this] { return closing_ || !queue_.empty() || !work_.empty(); });
}

// Under the lock. At least one, then as many as fit and came before the next work.
std::vector<CommitItem> CommitQueue::take_group() {
  const auto work_ticket = work_.empty() ? next_ticket_ : work_.front().ticket;
  std::vector<CommitItem> group;
  std::size_t bytes = 0;
  while (!queue_.empty() && queue_.front().ticket < work_ticket) {
    bytes += queue_.front().bytes;
    if (!group.empty() && bytes > limits_.group_bytes_max) break;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (!built_on_failure_below_.empty()) {
    for (auto& item : group) {
      const auto found = built_on_failure_below_.find(name_of(item.commit));
      item.built_on_failure = found != built_on_failure_below_.end() && item.ticket < found->second;
    }
  }
  writing_ = group.size();
  writing_since_ = group.front().queued_at;
  return group;
}

void CommitQueue::commit_group(std::vector<CommitItem> group) {
  std::optional<Error> failed;
  {
    const std::lock_guard lock(mutex_);
    if (!latched_.empty()) failed = latched_error();
  }
  if (!failed) {
    if (auto written = ledger_.write_group(group); written) {
      ++groups_;
      note_failures(group);
    } else {
      latch(written.error().detail);
      failed = std::move(written.error());
    }
  }
  for (auto& item : group) {
    if (failed) {
      item.done(*failed);
    } else {
      item.done(std::move(item.outcome));
    }
  }
}

void CommitQueue::note_failures(const std::vector<CommitItem>& group) {
  const std::lock_guard lock(mutex_);
  const auto through = group.back().ticket;
  std::erase_if(built_on_failure_below_,
                [&](const auto& entry) { return entry.second <= through + 1; });
  for (const auto& item : group) {
    if (item.commit.person.empty() || !came_to_nothing(item.outcome)) continue;
    if (next_ticket_ <= through + 1) return;  // nothing was handed over meanwhile
    built_on_failure_below_[name_of(item.commit)] = next_ticket_;
  }
}

void CommitQueue::run_work(WorkItem item) {
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(mutex_);
    if (!latched_.empty()) refusal = latched_error();
  }
  if (refusal) {
    item.done.set_value(std::move(*refusal));
    return;
  }
  auto done = item.work();
  if (!done) latch(done.error().detail);
  item.done.set_value(std::move(done));
}

Error CommitQueue::latched_error() const {
  return Error{.code = Errc::unavailable, .detail = latched_};
}

}  // namespace parley::storage
