// storage/commit_queue.hpp
// Commits on their way to disk. One thread takes everything that came in since the last sync, lets
// the ledger write it as one group, and then gives the answers, in the order the commits came in.
//
// Promise  an answer is given only after the group it was in is written. A group that failed, or
//          work that failed, ends it: that group and all that comes later is unavailable, for ever
//          (a failed sync is never tried again: the kernel may have forgotten the pages).
// Limits   commits_max waiting, else overloaded; a group of at most group_bytes_max.
// Threads  any, except that close() and the _blocking calls must not come from a callback.
//          Callbacks run on the committer thread, never under a lock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "storage/store.hpp"

namespace parley::storage {

struct CommitItem {
  Commit commit;
  CommitDone done;
  std::uint64_t ticket = 0;
  std::size_t bytes = 0;
  SteadyPoint queued_at{};
  bool built_on_failure = false;  // an earlier commit of its conversation came to nothing
  Result<Committed> outcome = Committed{};
};

// Where groups are written to. Called by the committer thread only.
class Ledger {
 public:
  virtual ~Ledger() = default;
  // Gives each item its outcome: committed, duplicate or conflict. An error: nothing of the group
  // may be relied on, and nothing may be written any more.
  virtual Result<void> write_group(std::span<CommitItem> group) = 0;
};

class CommitQueue {
 public:
  struct Limits {
    std::size_t commits_max = 0;
    std::size_t group_bytes_max = 0;
    bool by_hand = false;  // no thread: the caller says when a group is written
  };
  using Work = std::move_only_function<Result<void>()>;

  CommitQueue(Limits limits, Ledger& ledger, const Clock& clock);
  ~CommitQueue();

  void push(Commit commit, CommitDone done);
  // Runs `work` on the committer thread, between two groups: the ledger has one writer.
  Result<void> run_blocking(Work work);
  // From now on nothing is written; the first reason stays.
  void latch(std::string reason);
  void close();
  // Of a queue by hand: writes what waits, as its thread would; false: nothing waits.
  bool write_group_by_hand();

  struct Figures {
    std::uint64_t pending = 0;
    Milliseconds oldest_pending{};
    std::uint64_t groups = 0;
    std::string latched;  // "" while it can write
  };
  Figures figures() const;

 private:
  struct WorkItem {
    Work work;
    std::promise<Result<void>> done;
    std::uint64_t ticket = 0;  // runs once all commits before it are written
  };

  void run();
  void wait_for_input(std::unique_lock<std::mutex>& lock);
  std::vector<CommitItem> take_group();
  void commit_group(std::vector<CommitItem> group);
  void note_failures(const std::vector<CommitItem>& group);
  void run_work(WorkItem item);
  Error latched_error() const;

  const Limits limits_;
  Ledger& ledger_;
  const Clock& clock_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<CommitItem> queue_;
  std::deque<WorkItem> work_;
  std::uint64_t next_ticket_ = 1;
  std::size_t writing_ = 0;  // commits of the group under way
  SteadyPoint writing_since_{};
  std::string latched_;
  bool closing_ = false;
  // Conversation -> tickets below this one were built on a commit that came to nothing. Entries go
  // when all those tickets have been through.
  std::unordered_map<std::string, std::uint64_t> built_on_failure_below_;
  std::atomic<std::uint64_t> groups_{0};
  std::mutex close_mutex_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace parley::storage
