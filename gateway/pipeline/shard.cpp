#include "gateway/pipeline/shard.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>

#include "base/mutant.hpp"
#include "conversation/codec.hpp"

namespace parley::gateway {
namespace {

constexpr int kHopsMax = 4;     // merges of merges; a chain longer than this is a bug
constexpr int kRetriesMax = 3;  // conflicts; a second writer does not exist, so one is already odd
constexpr std::size_t kEvictTries = 16;
constexpr std::size_t kConversationQueueMax = 256;  // commands waiting for one conversation

std::string key_of(const TenantId& tenant, const PersonId& person) {
  std::string key = tenant.value;
  key += '\0';
  key += person.value;
  return key;
}

std::string text_of(const DedupKey& key) { return key.channel.value + '\0' + key.key; }

const std::vector<DedupKey>& dedup_of(const routing::Command& command) {
  static const std::vector<DedupKey> kNone;
  return std::visit(
      [](const auto& c) -> const std::vector<DedupKey>& {
        if constexpr (requires { c.dedup; }) {
          return c.dedup;
        } else {
          return kNone;
        }
      },
      command);
}

template <class... T>
bool is_one_of(const routing::Command& command) {
  return (std::holds_alternative<T>(command) || ...);
}

// Only these speak to a merged person itself: about its merges, its own log and its own sends.
// Everything else follows it.
bool stays_with_merged(const State& state, const routing::Command& command) {
  if (const auto* receipt = std::get_if<routing::ReceiptArrived>(&command)) {
    return !receipt->send.empty() || std::ranges::any_of(state.sent, [&](const SentRef& sent) {
      return goes_by(sent, state.person, receipt->external_id);
    });
  }
  return is_one_of<routing::MergeInto, routing::MergedFrom, routing::UnmergeFrom,
                   routing::UnmergedFrom, routing::SendProgress, routing::MediaStored,
                   routing::ErasePerson>(command);
}

// To be forwarded: only once the merge it follows from is synced.
bool goes_to_survivor(const State& state, const routing::Command& command) {
  return !state.forward_to.empty() && !stays_with_merged(state, command);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

// Changed nothing, or was refused, on a state that is not synced yet; answered when it is.
struct Shard::Rider {
  Job job;
  std::optional<Error> refusal;
};

// A batch on its way to the disk.
struct Shard::InFlight {
  Conversation& conversation;  // not evicted while in flight
  Job job;
  Transition transition;
  storage::Commit commit;              // until it is handed over
  std::shared_ptr<const State> state;  // after it
  std::uint64_t position = 0;
  std::chrono::steady_clock::time_point started;
  std::vector<Job> same;  // repeats that came meanwhile; they wait for this very commit
  std::vector<Rider> riders;
};

struct Shard::Conversation {
  std::string key;
  TenantId tenant;
  PersonId person;
  std::shared_ptr<const State> state;  // null: must be read
  bool looking = false;                // a look-up is under way for waiting.front()
  bool looking_for_state = false;      // it asks for the state too
  bool looked = false;                 // waiting.front() has its answer
  std::vector<bool> seen;
  std::deque<Job> waiting;
  // Came to nothing at the store, and what was built on it: decided again before all that waits, in
  // the order they were posted, once nothing is in flight any more.
  std::deque<Job> redo;
  std::size_t in_flight = 0;
  std::shared_ptr<InFlight> last;  // the latest in flight
  std::unordered_map<std::string, std::shared_ptr<InFlight>> keys_in_flight;
  std::list<std::string>::iterator use;
};

// What reaches a shard, from any thread.
struct Shard::Arrival {
  struct Synced {
    std::shared_ptr<InFlight> work;
    Result<storage::Committed> result;
  };
  struct Looked {
    std::string key;
    Result<storage::TurnView> view;
  };
  std::variant<Job, Synced, Looked> what;
};

Shard::Shard(ShardContext context, net::io_context& core, std::size_t cache_max)
    : context_(std::move(context)),
      core_(core),
      cache_max_(cache_max),
      mailbox_(std::make_unique<Mailbox<Arrival>>(
          core, [this](std::vector<Arrival>& arrivals) { take(arrivals); })),
      decided_(context_.metrics.counter("parley_commands_total", "commands decided")),
      duplicates_(
          context_.metrics.counter("parley_duplicates_total", "repeats that had no effect")),
      conflicts_(context_.metrics.counter("parley_commit_conflicts_total", "commits redone")),
      refused_(context_.metrics.counter("parley_commands_refused_total",
                                        "commands refused, by our limits or by the state")),
      decide_seconds_(context_.metrics.histogram("parley_decide_seconds", "time to decide")),
      commit_seconds_(
          context_.metrics.histogram("parley_commit_seconds", "hand-over to synced and heard")),
      cases_(context_.metrics) {}

Shard::~Shard() = default;

void Shard::post(Job job) {
  if (waiting_.fetch_add(1) >= context_.options.shards.queue_max) {
    --waiting_;
    refused_.add();
    job.done(Error{.code = Errc::overloaded,
                   .retry_after = Milliseconds(1'000),
                   .detail = "too many commands wait on this core"});
    return;
  }
  mailbox_->put({std::move(job)});
}

void Shard::take(std::vector<Arrival>& arrivals) {
  for (Arrival& arrival : arrivals) {
    if (auto* job = std::get_if<Job>(&arrival.what)) {
      begin(std::move(*job));
    } else if (auto* synced = std::get_if<Arrival::Synced>(&arrival.what)) {
      committed(std::move(synced->work), std::move(synced->result));
    } else {
      auto& looked = std::get<Arrival::Looked>(arrival.what);
      looked_up(looked.key, std::move(looked.view));
      pump(*conversations_.at(looked.key));
    }
  }
  hand_over_all();
}

std::shared_ptr<const State> Shard::cached(const TenantId& tenant, const PersonId& person) const {
  const auto found = conversations_.find(key_of(tenant, person));
  return found == conversations_.end() ? nullptr : found->second->state;
}

void Shard::begin(Job job) {
  auto& slot = conversations_[key_of(job.tenant->id, job.person)];
  if (!slot) {
    slot = std::make_unique<Conversation>();
    slot->key = key_of(job.tenant->id, job.person);
    slot->tenant = job.tenant->id;
    slot->person = job.person;
    slot->use = by_use_.insert(by_use_.end(), slot->key);
  }
  Conversation& conversation = *slot;
  touch(conversation);
  if (conversation.waiting.size() >= kConversationQueueMax) {
    refused_.add();
    finish(job, Error{.code = Errc::overloaded,
                      .retry_after = Milliseconds(1'000),
                      .detail = "too many commands wait for this conversation"});
    return;
  }
  conversation.waiting.push_back(std::move(job));
  pump(conversation);
  evict();
}

// False while they must wait: what is in flight was built on them and will come back too.
bool Shard::take_redo(Conversation& conversation) {
  if (conversation.redo.empty()) return true;
  if (conversation.in_flight > 0 || conversation.looking) return false;
  conversation.waiting.insert(conversation.waiting.begin(),
                              std::make_move_iterator(conversation.redo.begin()),
                              std::make_move_iterator(conversation.redo.end()));
  conversation.redo.clear();
  conversation.state.reset();
  conversation.looked = false;  // that was for another command
  conversation.seen.clear();
  return true;
}

void Shard::pump(Conversation& conversation) {
  if (!take_redo(conversation)) return;
  while (!conversation.waiting.empty() && !conversation.looking) {
    // What the store has is old while a commit is under way.
    if (!conversation.state && conversation.in_flight > 0) return;
    Job& front = conversation.waiting.front();
    if (attach_to_in_flight(conversation, front)) {
      conversation.waiting.pop_front();
      continue;
    }
    const auto& keys = dedup_of(front.command);
    if (!conversation.looked && (!conversation.state || !keys.empty())) {
      look_up(conversation);
      if (conversation.looking) return;    // the answer comes later
      if (!conversation.looked) continue;  // it failed and its command is answered, or ask again
    }
    if (conversation.in_flight > 0 && goes_to_survivor(*conversation.state, front.command)) return;
    Job job = std::move(front);
    conversation.waiting.pop_front();
    const bool duplicate =
        job.duplicate || std::find(conversation.seen.begin(), conversation.seen.end(), true) !=
                             conversation.seen.end();
    conversation.looked = false;
    conversation.seen.clear();
    if (duplicate) {
      duplicates_.add();
      Outcome outcome{.duplicate = true, .person = job.person};
      outcome.state = conversation.state;
      outcome.last_seq = conversation.state ? conversation.state->last_seq : 0;
      finish(job, std::move(outcome));
      continue;
    }
    decide(conversation, std::move(job));
  }
}

// The same webhook again while its first copy is being synced: answered together with it.
bool Shard::attach_to_in_flight(Conversation& conversation, Job& job) {
  if (MUTANT("dedup_without_lock")) return false;
  for (const DedupKey& key : dedup_of(job.command)) {
    const auto found = conversation.keys_in_flight.find(text_of(key));
    if (found == conversation.keys_in_flight.end()) continue;
    found->second->same.push_back(std::move(job));
    return true;
  }
  return false;
}

void Shard::look_up(Conversation& conversation) {
  struct Answer {
    std::thread::id caller = std::this_thread::get_id();
    bool inside = true;
    std::optional<Result<storage::TurnView>> view;
  };
  auto answer = std::make_shared<Answer>();
  conversation.looking = true;
  conversation.looking_for_state = !conversation.state;
  const Job& front = conversation.waiting.front();
  context_.store.load_turn({.tenant = conversation.tenant,
                            .person = conversation.state ? PersonId() : conversation.person,
                            .dedup = dedup_of(front.command)},
                           [this, answer, key = conversation.key](Result<storage::TurnView> view) {
                             if (std::this_thread::get_id() == answer->caller && answer->inside) {
                               answer->view.emplace(std::move(view));
                               return;
                             }
                             mailbox_->put({Arrival::Looked{.key = key, .view = std::move(view)}});
                           });
  answer->inside = false;
  if (answer->view) looked_up(conversation.key, std::move(*answer->view));
}

void Shard::looked_up(const std::string& key, Result<storage::TurnView> view) {
  Conversation& conversation = *conversations_.at(key);  // not evicted while looking
  conversation.looking = false;
  if (!view) {
    Job job = std::move(conversation.waiting.front());
    conversation.waiting.pop_front();
    finish(job, view.error());
    return;
  }
  if (!conversation.state) {
    if (!conversation.looking_for_state) return;  // it went meanwhile: asked again by pump()
    if (view->state) {
      auto state = from_stored<State>(*view->state);
      if (!state) {
        // A row we cannot read is no reason to invent a new customer over it.
        Job job = std::move(conversation.waiting.front());
        conversation.waiting.pop_front();
        finish(job, Error{.code = Errc::unavailable,
                          .detail = "the stored state of " + conversation.person.value +
                                    " cannot be read: " + state.error().detail});
        return;
      }
      conversation.state = std::make_shared<const State>(std::move(*state));
    } else {
      conversation.state = std::make_shared<const State>(
          routing::first_state(conversation.tenant, conversation.person));
    }
  }
  conversation.seen = std::move(view->seen);
  conversation.looked = true;
}

void Shard::decide(Conversation& conversation, Job job) {
  if (goes_to_survivor(*conversation.state, job.command)) {
    const PersonId to = conversation.state->forward_to;
    forward(std::move(job), to);
    return;
  }
  if (!job.create && conversation.state->last_seq == 0) {
    finish(job, Error{.code = Errc::not_found, .detail = "no such person"});
    return;
  }
  const auto started = std::chrono::steady_clock::now();
  const bool asks_load = context_.load && !job.tenant->policy->load_queues.empty();
  const auto load = asks_load ? context_.load(job.tenant->id) : nullptr;
  auto transition =
      routing::decide(*conversation.state, job.command,
                      {.policy = *job.tenant->policy,
                       .analyzer = job.tenant->analyzer ? *job.tenant->analyzer : context_.analyzer,
                       .now = context_.clock.now(),
                       .load = load.get()});
  if (!transition) {
    refused_.add();
    if (conversation.in_flight > 0) {  // perhaps refused for what will not have happened
      conversation.last->riders.push_back({std::move(job), std::move(transition.error())});
      return;
    }
    finish(job, transition.error());
    return;
  }
  const auto took = std::chrono::steady_clock::now() - started;
  decide_seconds_.observe(std::chrono::duration<double>(took).count());
  decided_.add();
  for (Decision& decision : transition->decisions) {
    decision.took_ns = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
  }
  hand_over(conversation, std::move(job), std::move(*transition));
}

void Shard::hand_over(Conversation& conversation, Job job, Transition transition) {
  storage::Commit commit{.tenant = conversation.tenant,
                         .person = conversation.person,
                         .expected_seq = conversation.state->last_seq,
                         .last_seq = transition.state.last_seq,
                         .at = context_.clock.now(),
                         .dedup = transition.dedup,
                         .events = {},
                         .state = {},
                         .rows = {}};
  commit.rows = transition_rows(transition);
  commit.rows.insert(commit.rows.end(), job.rows.begin(), job.rows.end());
  if (transition.events.empty() && commit.rows.empty() && commit.dedup.empty() &&
      transition.state == *conversation.state) {
    if (conversation.in_flight > 0) {  // done is what is synced, and this state is not yet
      conversation.last->riders.push_back({std::move(job), std::nullopt});
      return;
    }
    Outcome outcome{.person = conversation.person,
                    .last_seq = conversation.state->last_seq,
                    .state = conversation.state};
    finish(job, std::move(outcome));
    return;
  }
  for (const Event& event : transition.events) commit.events.push_back(to_stored(event));
  commit.state = to_stored(transition.state);

  auto work = std::make_shared<InFlight>(conversation);
  work->job = std::move(job);
  work->started = std::chrono::steady_clock::now();
  work->state = std::make_shared<const State>(std::move(transition.state));
  work->transition = std::move(transition);
  conversation.state = work->state;
  ++conversation.in_flight;
  conversation.last = work;
  for (const DedupKey& key : work->transition.dedup) {
    conversation.keys_in_flight[text_of(key)] = work;
  }
  if (MUTANT("dedup_outside_batch")) commit.dedup.clear();
  if (MUTANT("answer_before_write")) {
    work->job.done(Outcome{.person = conversation.person, .state = work->state});
    work->job.done = [](const Result<Outcome>&) {};
  }
  work->commit = std::move(commit);
  decided_now_.push_back(std::move(work));
}

void Shard::hand_over_all() {
  for (auto& work : decided_now_) {
    auto commit = std::move(work->commit);
    context_.store.commit(std::move(commit), [this, work = std::move(work)](
                                                 Result<storage::Committed> result) mutable {
      if (result && !result->duplicate) {
        work->position = result->position;
        context_.hub.publish_tenant(work->job.tenant->id, result->position,
                                    work->transition.events);
      }
      mailbox_->put({Arrival::Synced{.work = std::move(work), .result = std::move(result)}});
    });
  }
  decided_now_.clear();
}

void Shard::committed(std::shared_ptr<InFlight> work, Result<storage::Committed> result) {
  Conversation& conversation = work->conversation;
  if (--conversation.in_flight == 0) conversation.last.reset();
  for (const DedupKey& dedup : work->transition.dedup) {
    conversation.keys_in_flight.erase(text_of(dedup));
  }
  commit_seconds_.observe(seconds_since(work->started));

  if (result && !result->duplicate) {
    if (MUTANT("dedup_outside_batch")) {
      storage::Commit late{.tenant = conversation.tenant, .dedup = work->transition.dedup};
      context_.store.commit(std::move(late), [](const Result<storage::Committed>&) {});
    }
    heard(conversation, *work);
    pump(conversation);
    return;
  }
  conversation.state.reset();  // it holds events that were never written: read again
  conversation.looked = false;
  const bool conflict = !result && result.error().code == Errc::conflict;
  if (result || (conflict && work->job.retries < kRetriesMax)) {
    if (conflict) {
      conflicts_.add();
      ++work->job.retries;
    } else {
      work->job.duplicate = true;  // to be answered with the state as it really is
    }
    conversation.redo.push_back(std::move(work->job));
    for (Job& same : work->same) conversation.redo.push_back(std::move(same));
    for (Rider& rider : work->riders) conversation.redo.push_back(std::move(rider.job));
  } else {
    failed(*work, result.error());
  }
  pump(conversation);
}

void Shard::heard(Conversation& conversation, InFlight& work) {
  Outcome outcome{
      .person = conversation.person, .last_seq = work.state->last_seq, .state = work.state};
  context_.hub.publish_person(conversation.tenant, conversation.person, work.position,
                              work.transition.events);
  for (const auto& record : work.transition.cases) cases_.note(record);
  for (const Send& send : work.transition.sends) outcome.sends.push_back(send.id);
  context_.run_effects(work.job.tenant, work.state, work.transition);
  outcome.events = std::move(work.transition.events);
  const auto seen_by = [&](bool duplicate) {
    return Outcome{.duplicate = duplicate,
                   .person = outcome.person,
                   .last_seq = outcome.last_seq,
                   .state = outcome.state};
  };
  for (Job& same : work.same) {
    duplicates_.add();
    finish(same, seen_by(true));
  }
  for (Rider& rider : work.riders) {
    if (rider.refusal) {
      finish(rider.job, std::move(*rider.refusal));
    } else {
      finish(rider.job, seen_by(false));
    }
  }
  finish(work.job, std::move(outcome));
}

void Shard::failed(InFlight& work, const Error& error) {
  if (error.code == Errc::unavailable && !error.retry_after && !fatal_) {
    fatal_ = true;
    context_.on_fatal(error.detail);
  }
  finish(work.job, error);
  for (Job& same : work.same) finish(same, error);
  for (Rider& rider : work.riders) finish(rider.job, error);
}

void Shard::forward(Job job, const PersonId& to) {
  if (++job.hops > kHopsMax) {
    finish(job, Error{.code = Errc::unavailable, .detail = "merges form too long a chain"});
    return;
  }
  --waiting_;
  job.person = to;
  context_.route(std::move(job));
}

void Shard::finish(Job& job, Result<Outcome> outcome) {
  --waiting_;
  job.done(std::move(outcome));
}

void Shard::touch(Conversation& conversation) {
  by_use_.splice(by_use_.end(), by_use_, conversation.use);
}

void Shard::evict() {
  std::size_t tries = kEvictTries;
  while (conversations_.size() > cache_max_ && tries-- > 0) {
    const auto found = conversations_.find(by_use_.front());
    Conversation& oldest = *found->second;
    if (oldest.in_flight > 0 || oldest.looking || !oldest.waiting.empty() || !oldest.redo.empty()) {
      touch(oldest);
      continue;
    }
    by_use_.erase(oldest.use);
    conversations_.erase(found);
  }
}

}  // namespace parley::gateway
