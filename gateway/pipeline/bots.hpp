// gateway/pipeline/bots.hpp
// Asks the bot that a committed turn chose and brings its answer back as a command under the epoch
// of the call. A bot that is late, broken or resting fails to its fallback queue; it is never
// silent. How a bot is spoken to is its adapter's business (bots/dialogue.hpp); deadlines,
// circuits, retries and how many calls run at once are decided here, once for all kinds.
//
// Limits   bots.calls_in_flight_max over all cores and calls_in_flight_max of each bot, past them
//          the call fails at once; answers of at most 256 KiB (streams: bots/event_stream.hpp).
// Retry    once, when nothing was sent or the bot said "not now" and the wait fits its deadline.
// Metrics  parley_bot_calls_total, parley_bot_tokens_total, parley_bot_seconds: by tenant, bot and
//          kind, at most kLabelledBotsMax bots, the rest as "other".
// Threads  start() on the conversation's core; the answer goes back to its shard.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "bots/circuit.hpp"
#include "bots/dialogue.hpp"
#include "gateway/http/client.hpp"
#include "gateway/pipeline/options.hpp"
#include "gateway/pipeline/service.hpp"
#include "gateway/runtime/timer.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {

class Bots {
 public:
  static constexpr std::size_t kLabelledBotsMax = 200;

  Bots(Service& service, http::Transport& client, TaskGroup& tasks, const BotOptions& options);

  // `turn` is the inbound message's event; without one (recovery) it is read from the log.
  void start(net::any_io_executor core, std::shared_ptr<const Tenant> tenant, BotCall call,
             std::shared_ptr<const Event> turn);

 private:
  struct Answered {
    routing::Command command;
    std::vector<Row> rows = {};  // committed with it
  };
  // One call under way, and what it is about.
  struct Asking {
    std::shared_ptr<const Tenant> tenant;
    BotCall call;
    std::shared_ptr<const Event> turn;
    const BotSettings* bot = nullptr;  // lives in `tenant`
    std::string key;                   // of the bot's circuit
    std::string language;
    Milliseconds left(TimePoint now) const;  // of the deadline, never more than the bot was given
  };

  net::awaitable<void> run(std::shared_ptr<const Tenant> tenant, BotCall call,
                           std::shared_ptr<const Event> turn);
  net::awaitable<Answered> ask(std::shared_ptr<const Tenant> tenant, BotCall call,
                               std::shared_ptr<const Event> turn);
  Answered ask_embedded(const Asking& asking) const;
  net::awaitable<Answered> ask_remote(Asking asking);
  net::awaitable<Result<bots::Reply>> converse(const Asking& asking, bots::Dialogue& dialogue);
  // What the bot said to one Ask; of a refusal only `status` counts.
  net::awaitable<Result<http::ClientAnswer>> ask_once(const Asking& asking, const bots::Ask& ask,
                                                      bots::Dialogue& dialogue);
  net::awaitable<bots::Turn> read_turn(const Asking& asking);
  net::awaitable<std::shared_ptr<const Event>> read_event(const BotCall& call);
  // Until a bot's answer is there; on its core.
  struct Thinking {
    explicit Thinking(const net::any_io_executor& core) : next(core) {}
    void end() {
      ended = true;
      next.cancel();
    }
    Timer next;
    bool ended = false;
  };
  net::awaitable<void> type_while(Asking asking, std::shared_ptr<Thinking> thinking);
  bool shows_typing(const Asking& asking) const;
  std::string_view enter(const Asking& asking);
  void left(const Asking& asking, const Result<bots::Reply>& reply);
  void rest(const Asking& asking, Milliseconds time);
  void count(const Asking& asking, const bots::Usage& usage);
  Labels labels_of(const Asking& asking);

  Service& service_;
  http::Transport& client_;
  TaskGroup& tasks_;
  const BotOptions& options_;
  const bots::CircuitOptions circuit_options_;
  std::atomic<std::size_t> in_flight_{0};
  std::mutex mutex_;
  std::map<std::string, bots::Circuit> circuits_;  // guarded by mutex_; one a configured bot
  std::set<std::string> labelled_;                 // guarded by mutex_
  Counter answered_, failed_, handed_over_;
};

}  // namespace parley::gateway
