// gateway/pipeline/bots.hpp
// Asks the bot that a committed turn chose and brings its answer back as a command under the epoch
// of the call. A bot that is late, broken or resting fails to its fallback queue; it is never
// silent.
//
// Limits   bots.calls_in_flight_max over all cores, past it the call fails at once ("busy");
//          answers of at most 64 KiB and kMessagesMax messages; circuit per bot.
// Threads  start() on the conversation's core; the answer goes back to its shard.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/http/client.hpp"
#include "gateway/pipeline/options.hpp"
#include "gateway/pipeline/service.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {

class Bots {
 public:
  static constexpr std::size_t kMessagesMax = 10;

  Bots(Service& service, http::Transport& client, TaskGroup& tasks, const BotOptions& options);

  // `turn` is the inbound message's event; without one (recovery) it is read from the log.
  void start(net::any_io_executor core, std::shared_ptr<const Tenant> tenant, BotCall call,
             std::shared_ptr<const Event> turn);

 private:
  struct Circuit {
    std::uint32_t failures = 0;
    SteadyPoint open_until{};
  };

  net::awaitable<void> run(std::shared_ptr<const Tenant> tenant, BotCall call,
                           std::shared_ptr<const Event> turn);
  net::awaitable<routing::Command> ask(std::shared_ptr<const Tenant> tenant, BotCall call,
                                       std::shared_ptr<const Event> turn);
  routing::Command ask_faq(const BotSettings& bot, const BotCall& call, const Event& turn) const;
  net::awaitable<routing::Command> ask_webhook(std::shared_ptr<const Tenant> tenant,
                                               const BotSettings& bot, BotCall call,
                                               std::shared_ptr<const Event> turn);
  net::awaitable<std::string> request_body(const BotSettings& bot, const BotCall& call,
                                           const Event& turn);
  bool resting(const std::string& key);
  void heard(const std::string& key, bool well);

  Service& service_;
  http::Transport& client_;
  TaskGroup& tasks_;
  const BotOptions& options_;
  std::atomic<std::size_t> in_flight_{0};
  std::mutex mutex_;
  std::map<std::string, Circuit> circuits_;  // guarded by mutex_
  Counter answered_, failed_, handed_over_;
};

// What a bot's HTTP answer says; pure. Errors: malformed with what is wrong.
struct BotReply {
  std::vector<Message> messages;
  bool hand_over = false;
  std::string reason;
};
Result<BotReply> parse_bot_reply(std::string_view json);

}  // namespace parley::gateway
