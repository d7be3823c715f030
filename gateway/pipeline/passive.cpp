#include "gateway/pipeline/passive.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace parley::gateway {
namespace {
// After a slot was taken its answer is one hand-over between cores away.
constexpr Milliseconds kTakenGrace{1'000};
}  // namespace

bool Passive::answer(const std::shared_ptr<Slot>& slot, std::optional<connectors::Reply> reply) {
  slot->reply_ = std::move(reply);  // published by the exchange below
  int expected = Slot::taken;
  if (!slot->phase_.compare_exchange_strong(expected, Slot::answered)) return false;
  net::post(slot->executor_, [slot] { slot->timer_.cancel(); });
  return true;
}

std::shared_ptr<Passive::Slot> Passive::open(const std::string& token,
                                             net::any_io_executor executor,
                                             std::string account) {
  const std::lock_guard lock(mutex_);
  if (slots_.size() >= kWaitersMax || slots_.contains(token)) return nullptr;
  auto slot = std::make_shared<Slot>(std::move(executor), std::move(account));
  slots_.emplace(token, slot);
  return slot;
}

void Passive::close(const std::string& token) {
  const std::lock_guard lock(mutex_);
  slots_.erase(token);
}

bool Passive::waits(const std::string& token) {
  const std::lock_guard lock(mutex_);
  return slots_.contains(token);
}

std::shared_ptr<Passive::Slot> Passive::take(const std::string& token) {
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(token);
    if (found == slots_.end()) return nullptr;
    slot = std::move(found->second);
    slots_.erase(found);
  }
  int expected = Slot::waiting;
  if (!slot->phase_.compare_exchange_strong(expected, Slot::taken)) return nullptr;
  return slot;
}

net::awaitable<std::optional<connectors::Reply>> Passive::wait(std::string token,
                                                               std::shared_ptr<Slot> slot,
                                                               Milliseconds limit) {
  // answer() cancels the timer on this very executor, so a wake cannot slip in between the look at
  // the phase and the wait.
  if (slot->phase_ != Slot::answered) {
    slot->timer_.expires_after(limit);
    co_await slot->timer_.wait();
  }
  int expected = Slot::waiting;
  if (slot->phase_.compare_exchange_strong(expected, Slot::gone)) {
    close(token);
    co_return std::nullopt;
  }
  if (slot->phase_ == Slot::taken) {
    slot->timer_.expires_after(kTakenGrace);
    co_await slot->timer_.wait();
  }
  expected = Slot::taken;
  if (slot->phase_.compare_exchange_strong(expected, Slot::gone)) co_return std::nullopt;
  co_return std::move(slot->reply_);
}

}  // namespace parley::gateway
