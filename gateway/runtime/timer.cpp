#include "gateway/runtime/timer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace parley::gateway {

Timer::Timer(const net::any_io_executor& executor, Point expiry)
    : timer_(executor), expiry_(expiry), virtual_(VirtualTime::installed_) {}

Timer::~Timer() {
  if (virtual_ != nullptr) virtual_->remove(*this);
}

net::awaitable<bool> Timer::wait() {
  timer_.expires_at(virtual_ == nullptr ? expiry_ : Point::max());
  if (virtual_ != nullptr) virtual_->add(*this);
  const auto [error] = co_await timer_.async_wait(net::as_tuple(net::use_awaitable));
  if (virtual_ == nullptr) co_return !error;
  virtual_->remove(*this);
  co_return virtual_->now() >= expiry_;
}

}  // namespace parley::gateway
