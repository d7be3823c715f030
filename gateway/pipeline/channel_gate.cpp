#include "gateway/pipeline/channel_gate.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace parley::gateway {
namespace {

constexpr Milliseconds kLeastRest{1'000};

}  // namespace

struct ChannelGate::Waiter {
  explicit Waiter(const net::any_io_executor& executor) : timer(executor) {}
  Timer timer;
};

struct ChannelGate::Leaving {
  ChannelGate& gate;
  Rank& rank;
  List* list;
  List::iterator at;
  bool there = true;

  // Under the lock, and so is go().
  void move_if_hurried() {
    if (rank.bulk_ || list == &gate.interactive_) return;
    gate.interactive_.splice(gate.interactive_.end(), *list, at);
    list = &gate.interactive_;
  }
  void go() {
    list->erase(at);
    there = false;
  }
  ~Leaving() {
    rank.waits_ = nullptr;
    if (!there) return;
    const std::lock_guard lock(gate.mutex_);
    go();
    gate.wake(gate.interactive_.empty() ? gate.bulk_ : gate.interactive_);
  }
};

net::awaitable<std::optional<ChannelGate::Place>> ChannelGate::enter(const Clock& clock,
                                                                     net::any_io_executor executor,
                                                                     std::shared_ptr<Rank> rank,
                                                                     SteadyPoint give_up) {
  const auto self = shared_from_this();
  const auto mine = std::make_shared<Waiter>(executor);
  List& list = rank->bulk_ ? bulk_ : interactive_;
  std::unique_lock joining(mutex_);
  Leaving leaving{*this, *rank, &list, list.insert(list.end(), mine)};
  joining.unlock();
  rank->waits_ = &mine->timer;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      const auto now = clock.steady();
      leaving.move_if_hurried();
      if (closed_ || now >= give_up) {
        leaving.go();
        wake(interactive_.empty() ? bulk_ : interactive_);
        co_return std::nullopt;
      }
      auto until = give_up;
      if (first() == mine.get()) {
        const auto at = opens(now);
        if (at && *at <= now) {
          rate_.reserve(now);
          ++in_flight_;
          leaving.go();
          wake(interactive_.empty() ? bulk_ : interactive_);  // there may be room for more
          co_return Place(self);
        }
        if (at) until = std::min(until, *at);
      }
      const bool for_ever = until == SteadyPoint::max();
      mine->timer.expires_at(for_ever ? Timer::Point::max() : Timer::now() + (until - now));
    }
    co_await mine->timer.wait();  // its time has come, or it was woken: looked at again
  }
}

void ChannelGate::Rank::hurry() {
  bulk_ = false;
  if (waits_ != nullptr) waits_->cancel();
}

void ChannelGate::leave() {
  const std::lock_guard lock(mutex_);
  --in_flight_;
  wake(interactive_.empty() ? bulk_ : interactive_);
}

void ChannelGate::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const List* list : {&interactive_, &bulk_}) {
    for (const auto& waiter : *list) {
      net::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
    }
  }
}

const ChannelGate::Waiter* ChannelGate::first() const {
  if (!interactive_.empty()) return interactive_.front().get();
  return bulk_.empty() ? nullptr : bulk_.front().get();
}

std::optional<SteadyPoint> ChannelGate::opens(SteadyPoint now) const {
  if (in_flight_ >= (resting_ ? 1 : in_flight_max_)) return std::nullopt;
  return rate_.next(now);
}

// Under the lock. Its timer runs on its own core: it is waiting by the time this comes to it.
void ChannelGate::wake(const List& list) {
  if (list.empty()) return;
  net::post(list.front()->timer.get_executor(),
            [waiter = list.front()] { waiter->timer.cancel(); });
}

bool ChannelGate::failed(SteadyPoint now, std::uint32_t failures_max, Milliseconds rest) {
  const std::lock_guard lock(mutex_);
  ++failures_;
  if (!resting_ && failures_ < failures_max) return false;
  rate_.pause_until(now + rest);
  return !std::exchange(resting_, true);
}

void ChannelGate::told_to_wait(SteadyPoint now, SteadyPoint until) {
  const std::lock_guard lock(mutex_);
  // "Too many, come back at once", for ever, is no reason to call as fast as one can.
  if (resting_) until = std::max(until, now + kLeastRest);
  rate_.pause_until(until);
  resting_ = true;
}

bool ChannelGate::answered(SteadyPoint now) {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  if (!resting_ || rate_.paused(now)) return false;  // said before the rest began
  resting_ = false;
  working_since_ = now;
  wake(interactive_.empty() ? bulk_ : interactive_);
  return true;
}

bool ChannelGate::resting() const {
  const std::lock_guard lock(mutex_);
  return resting_;
}

SteadyPoint ChannelGate::working_since() const {
  const std::lock_guard lock(mutex_);
  return working_since_;
}

std::shared_ptr<ChannelGate> ChannelGates::of(const Tenant& tenant, const ChannelId& channel) {
  const auto& capabilities = tenant.entries.at(channel)->connector->capabilities();
  const std::lock_guard lock(mutex_);
  auto& gate = gates_[tenant.id.value + '\0' + channel.value];
  if (!gate) {
    gate =
        std::make_shared<ChannelGate>(capabilities.rate_per_s, capabilities.burst, in_flight_max_);
  }
  return gate;
}

void ChannelGates::close() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, gate] : gates_) gate->close();
}

std::size_t ChannelGates::resting() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(gates_, [](const auto& each) { return each.second->resting(); }));
}

}  // namespace parley::gateway
