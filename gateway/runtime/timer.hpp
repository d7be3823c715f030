// gateway/runtime/timer.hpp
// The pipeline's timers: steady time, and a wait that says whether its time has come. A simulation
// that drives the cores by hand stands its own time in for it, so that hours pass in no time and
// everything happens in the same order every time.
//
// Threads  a Timer is used on its executor only; VirtualTime counts for the thread that installs
//          it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace parley::gateway {

namespace net = boost::asio;

class Timer;

class VirtualTime {
 public:
  using Point = std::chrono::steady_clock::time_point;

  virtual ~VirtualTime() = default;
  virtual Point now() const = 0;
  virtual void add(Timer& timer) = 0;              // waits from now on; to be woken at its expiry
  virtual void remove(Timer& timer) noexcept = 0;  // waits no more
  // For the timers made by this thread from now on; null: the real time.
  static void install(VirtualTime* time) noexcept { installed_ = time; }

 private:
  friend class Timer;
  static inline thread_local VirtualTime* installed_ = nullptr;
};

class Timer {
 public:
  using Point = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  explicit Timer(const net::any_io_executor& executor, Point expiry = Point::max());
  Timer(const net::any_io_executor& executor, Duration after) : Timer(executor, now() + after) {}
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  static Point now() {
    return VirtualTime::installed_ == nullptr ? std::chrono::steady_clock::now()
                                              : VirtualTime::installed_->now();
  }
  Point expiry() const noexcept { return expiry_; }
  void expires_at(Point expiry) noexcept { expiry_ = expiry; }  // for the next wait()
  void expires_after(Duration after) { expires_at(now() + after); }
  // True: its time has come. False: cancelled before.
  net::awaitable<bool> wait();
  void cancel() { timer_.cancel(); }
  net::any_io_executor get_executor() { return timer_.get_executor(); }

 private:
  net::steady_timer timer_;
  Point expiry_;
  VirtualTime* const virtual_;  // null: the real time
};

}  // namespace parley::gateway
