// gateway/pipeline/passive.hpp
// Where an open webhook and the answer meet: the webhook waits a bounded time under a token, the
// outbound side takes the token and answers, or finds nobody and sends the ordinary way. Exactly
// one of the two happens.
//
// Limits   one waiter a token; kWaitersMax waiters, past it nobody waits (the send goes by call).
// Threads  any.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "connectors/connector.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::gateway {

namespace net = boost::asio;

class Passive {
 public:
  static constexpr std::size_t kWaitersMax = 20'000;

  class Slot {
   public:
    Slot(net::any_io_executor executor, std::string our_account)
        : account(std::move(our_account)), timer_(executor), executor_(executor) {}

    const std::string account;  // the platform's name for our account, as the webhook said it

   private:
    friend class Passive;
    enum Phase : int { waiting, taken, answered, gone };
    std::atomic<int> phase_{waiting};
    Timer timer_;  // on executor_ only
    net::any_io_executor executor_;
    std::optional<connectors::Reply> reply_;
  };

  // Registers before the turn is committed, so that no answer can be too early.
  std::shared_ptr<Slot> open(const std::string& token, net::any_io_executor executor,
                             std::string account);
  // The answer, or nothing when `limit` has passed or the slot was let go.
  net::awaitable<std::optional<connectors::Reply>> wait(std::string token,
                                                        std::shared_ptr<Slot> slot,
                                                        Milliseconds limit);
  void close(const std::string& token);
  bool waits(const std::string& token);
  // The slot, now the caller's to answer; null: nobody waits.
  std::shared_ptr<Slot> take(const std::string& token);
  // nullopt lets the webhook go without an answer. False: the webhook has gone already.
  static bool answer(const std::shared_ptr<Slot>& slot, std::optional<connectors::Reply> reply);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Slot>> slots_;  // guarded by mutex_
};

}  // namespace parley::gateway
