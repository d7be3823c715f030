// gateway/pipeline/channel_gate.hpp
// Who may call a channel's platform next: within its rate, so many calls at once, nobody while it
// rests. Shared by the cores.
//
// Order    messages to one customer before those to many (Send::bulk), each in the order they came;
//          one of many that such a message must wait for goes with them.
// Rest     after it said "too many", or failed so many times in a row. When the time is over one
//          call tries, and the others follow once it has come to an answer; a failure is another
//          rest. What fails meanwhile is the channel's fault and not the message's.
// Cost     who waits has a timer and nothing that runs: thousands may wait for hours.
// Threads  any; the lock is held for a look at a list.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "gateway/pipeline/rate.hpp"
#include "gateway/pipeline/tenant.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::gateway {

class ChannelGate : public std::enable_shared_from_this<ChannelGate> {
 public:
  ChannelGate(double rate_per_s, double burst, std::uint32_t in_flight_max)
      : rate_(rate_per_s, burst), in_flight_max_(in_flight_max) {}

  // A call's place; given back when it goes.
  class Place {
   public:
    explicit Place(std::shared_ptr<ChannelGate> gate) : gate_(std::move(gate)) {}
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (gate_) gate_->leave();
    }

   private:
    std::shared_ptr<ChannelGate> gate_;
  };

  // How urgent a call is. One that waits as bulk can be hurried, when a message of the other kind
  // waits behind it and must not overtake it. On the core of who waits.
  class Rank {
   public:
    explicit Rank(bool bulk) : bulk_(bulk) {}
    void hurry();

   private:
    friend class ChannelGate;
    bool bulk_;
    Timer* waits_ = nullptr;
  };

  // Waits for a place; nullopt: not before `give_up`, or the gate was closed. Resumes on
  // `executor`, which is the caller's.
  net::awaitable<std::optional<Place>> enter(const Clock& clock, net::any_io_executor executor,
                                             std::shared_ptr<Rank> rank, SteadyPoint give_up);
  void close();  // nobody waits any more

  // What came of a call. A failure that is one of `failures_max` in a row, or comes from the call
  // that tries a resting channel, is a rest of `rest`: true when it begins with it.
  bool failed(SteadyPoint now, std::uint32_t failures_max, Milliseconds rest);
  void told_to_wait(SteadyPoint now, SteadyPoint until);  // again: a second at the least
  // It took the message or refused it: it works. True when that ends a rest.
  bool answered(SteadyPoint now);

  bool resting() const;
  // Since when it has been working without a rest.
  SteadyPoint working_since() const;

 private:
  struct Waiter;
  using List = std::list<std::shared_ptr<Waiter>>;
  struct Leaving;  // takes a waiter off its list, whatever ends the wait

  void leave();
  const Waiter* first() const;
  // When the first waiter may go; `now` or before: at once. nullopt: when a place is given back.
  std::optional<SteadyPoint> opens(SteadyPoint now) const;
  void wake(const List& list);

  mutable std::mutex mutex_;  // guards all below
  RateGate rate_;
  const std::uint32_t in_flight_max_;
  std::uint32_t in_flight_ = 0, failures_ = 0;
  bool resting_ = false, closed_ = false;
  SteadyPoint working_since_{};
  List interactive_, bulk_;
};

class ChannelGates {
 public:
  explicit ChannelGates(std::size_t in_flight_max)
      : in_flight_max_(static_cast<std::uint32_t>(in_flight_max)) {}
  std::shared_ptr<ChannelGate> of(const Tenant& tenant, const ChannelId& channel);
  void close();
  std::size_t resting() const;

 private:
  const std::uint32_t in_flight_max_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<ChannelGate>> gates_;  // guarded by mutex_
};

}  // namespace parley::gateway
