#include "tests/simulation/life.hpp"

#include <stdexcept>
#include <utility>

namespace parley::simulation {

void HandStore::commit(storage::Commit commit, storage::CommitDone done) {
  const auto kind = kind_of(commit);
  memory_.commit(std::move(commit), std::move(done));
  if (!*alive_) return;
  waiting_.insert(kind);
  reached_(std::string(kind) + " handed to the store");
  if (syncing_) return;
  syncing_ = true;
  const bool slow = machine_.chance(faults_.slow_sync);
  const auto takes = slow ? machine_.between(1, faults_.stall.count()) : machine_.between(0, 4);
  machine_.after(takes, [this, alive = alive_] {
    if (!*alive) return;
    syncing_ = false;
    if (machine_.chance(faults_.dead)) {
      memory_.fail_commit_for_test(1, {.code = Errc::unavailable, .detail = "the disk is dead"});
    }
    memory_.sync_for_test();
    for (const auto kind : std::exchange(waiting_, {})) reached_(std::string(kind) + " synced");
  });
}

// What it finds is as of some moment between the question and the answer.
void HandStore::load_turn(storage::TurnQuery query, storage::TurnDone done) {
  if (!*alive_ || !machine_.chance(faults_.slow_read)) {
    memory_.load_turn(std::move(query), std::move(done));
    if (*alive_) reached_("looked up");
    return;
  }
  auto read = std::make_shared<Read>(std::move(query), std::move(done));
  reads_.push_back(read);
  machine_.after(machine_.between(0, 20), [this, alive = alive_, read] {
    if (!*alive) return;
    memory_.load_turn(read->query, [read](auto view) { read->view.emplace(std::move(view)); });
    machine_.after(machine_.between(0, 20), [this, alive, read] {
      if (*alive) finish(read);
    });
  });
}

void HandStore::finish(const std::shared_ptr<Read>& read) {
  std::erase(reads_, read);
  read->done(std::move(*read->view));
  reached_("looked up");
}

void HandStore::end() {
  *alive_ = false;
  memory_.forget_unsynced_for_test();
  for (const auto& read : reads_) {
    read->done(Error{.code = Errc::shutting_down, .detail = "the process has ended"});
  }
  reads_.clear();
}

Life::Life(Parts parts)
    : machine_(parts.machine),
      cores_({.count = parts.cores, .tick = Milliseconds(0)}),
      store_(parts.machine, parts.memory, parts.disk, parts.reached),
      analyzer_(routing::make_plain_analyzer()) {
  gateway_ = std::make_unique<gateway::Gateway>(
      gateway::GatewayParts{.store = store_,
                            .clock = machine_.clock,
                            .analyzer = *analyzer_,
                            .cores = cores_,
                            .tasks = tasks_,
                            .client = parts.network,
                            .metrics = metrics_,
                            .options = parts.options,
                            .on_fatal = std::move(parts.on_fatal),
                            .draw = [this] { return machine_.draw(); }});
  gateway_->set_tenants(std::move(parts.tenants));
  const auto recovered = gateway_->recover_blocking();
  if (!recovered) throw std::runtime_error("recovery: " + recovered.error().detail);
}

// The world outside has seen the last of this process when it begins to end here: what its
// coroutines still do on the way out meets a dead store and a dead network.
bool Life::end() {
  *ended_ = true;
  store_.end();
  tasks_.close();
  tasks_.cancel_all();
  while (step()) {
  }
  return tasks_.size() == 0;
}

bool Life::step() {
  const std::size_t first = machine_.below(cores_.size());
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    if (cores_.context((first + i) % cores_.size()).poll_one() > 0) return true;
  }
  return false;
}

}  // namespace parley::simulation
