// gateway/pipeline/outbound.hpp
// Sends on their way out: in order per conversation, one at a time; per channel within its rate;
// each
// from its row, so that a restart continues where the rows say.
//
// Promise  "submitting" is committed before the first byte goes to a platform, and that commit is
//          the fence: a bot's answer whose epoch has passed is suppressed there. After a crash a
//          send found in that state may have arrived and is treated as decide_retry() says.
// Order    the head of a conversation's line holds the others back until it is settled. One that
//          keeps failing while others wait gives up after sends.head_blocked_max; a pause that the
//          platform asked for does not count as failing.
// Outage   what fails while its channel rests (channel_gate.hpp) uses up no attempt and no time as
//          a head: a platform may be away for hours, and a message ends by its age only.
// Limits   in_flight_per_channel_max calls; lines hold only what state.open_sends allows.
// Threads  one per core, everything on that core.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "gateway/http/client.hpp"
#include "gateway/pipeline/channel_gate.hpp"
#include "gateway/pipeline/options.hpp"
#include "gateway/pipeline/passive.hpp"
#include "gateway/pipeline/retry.hpp"
#include "gateway/pipeline/service.hpp"
#include "gateway/pipeline/tokens.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {

struct OutboundContext {
  Service& service;
  http::Transport& client;
  Tokens& tokens;
  Passive& passive;
  ChannelGates& gates;
  TaskGroup& tasks;
  const SendOptions& options;
  const BotOptions& circuits;  // the same circuit for platforms as for bots
  const std::function<double()>& draw;
};

class Outbound {
 public:
  Outbound(OutboundContext context, net::io_context& core);
  ~Outbound();
  Outbound(const Outbound&) = delete;
  Outbound& operator=(const Outbound&) = delete;

  // A committed row, new or changed.
  void put(const Send& send);
  void erase(const TenantId& tenant, const PersonId& person, const SendId& id);
  void drain();  // lines end where they wait; from any thread
  std::size_t waiting() const noexcept { return waiting_.load(); }  // from any thread

 private:
  struct Waiting {
    Send send;
    SteadyPoint due;  // its not_before, on a clock that nobody sets
  };
  struct Line {
    std::deque<Waiting> sends;
    bool running = false;
    std::weak_ptr<ChannelGate::Rank> rank = {};  // of its head, while that waits at its channel
  };
  enum class Step : std::uint8_t { settled, again, stop };

  void start(const std::string& key, Line& line);
  net::awaitable<void> run_line(std::string key);
  net::awaitable<Step> serve_head(Waiting head, SteadyPoint head_since);
  net::awaitable<bool> wait_for(Milliseconds time);
  // Until when the send may wait for its turn.
  SteadyPoint give_up_of(const Send& send) const;
  bool holds_up_another(const Send& send) const;
  net::awaitable<std::optional<connectors::SendStep>> talk(std::shared_ptr<const Tenant> tenant,
                                                           std::shared_ptr<const Send> send);
  const Send* under_way(const Send& send) const;
  net::awaitable<Result<http::ClientAnswer>> call(std::shared_ptr<const Tenant> tenant,
                                                  connectors::HttpCall call);
  net::awaitable<Result<std::string>> fetch(std::shared_ptr<const Tenant> tenant, std::string url);
  bool answer_passively(const Tenant& tenant, const Send& send);
  bool is_stuck(const Send& send, const Retry& retry, const ChannelGate* gate,
                SteadyPoint head_since) const;
  void note(ChannelGate& gate, const Send& send, const Error& error, const Retry& retry);
  // `tenant`: as it was when the attempt began; a reload may have taken the channel away since.
  struct Turn {  // at the channel; empty for what never came to it
    std::shared_ptr<ChannelGate> gate = {};
    std::optional<ChannelGate::Place> place = {};
  };
  net::awaitable<Step> settle(std::shared_ptr<const Tenant> tenant, Send send,
                              connectors::SendStep step, Turn turn, SteadyPoint head_since);
  net::awaitable<Step> report(routing::SendProgress progress);

  OutboundContext context_;
  net::io_context& core_;
  std::unordered_map<std::string, Line> lines_;
  std::atomic<std::size_t> waiting_{0};  // changed on the core, read from any
  std::set<Timer*> sleeping_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Counter sent_, failed_, retried_, uncertain_;
};

}  // namespace parley::gateway
