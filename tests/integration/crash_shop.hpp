// tests/integration/crash_shop.hpp
// A shop whose gateway, the real binary, has many lives over one store: customers write to it,
// repeat what had no answer, and in the end its log is held against what was acknowledged, and the
// platform's record against what may have been said twice.
//
// Threads  one uses it; eight customers write at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/gateway_process.hpp"
#include "tests/support/plain_http.hpp"

namespace parley::test {

// What the platform was given, by chat; answers as it is told.
class CrashPlatform {
 public:
  std::uint16_t port() const { return server_.port(); }
  int calls() const { return calls_; }
  std::map<std::string, int> taken() const;
  // While it is down it takes nothing and says so (429, try again).
  void set_down(bool down) { down_ = down; }
  // Takes what it is given and answers only when it is let go on.
  void hold();
  void go_on();

 private:
  Answer answer(const Asked& asked);
  mutable std::mutex mutex_;
  std::condition_variable moved_;
  std::map<std::string, int> taken_;  // guarded by mutex_, and so is held_
  bool held_ = false;
  std::atomic<bool> down_{false};
  std::atomic<int> calls_{0};
  LittleServer server_{[this](const Asked& asked) { return answer(asked); }};
};

class CrashShop {
 public:
  // The store is in `data`, "" for a place of its own; `settings` are more TOML of the process.
  explicit CrashShop(std::string data = {}, const std::string& settings = {});
  ~CrashShop();
  CrashShop(const CrashShop&) = delete;
  CrashShop& operator=(const CrashShop&) = delete;

  // One life: customers write until `acks` of them have their answer, then `end` ends it, whatever
  // is under way.
  using End = std::function<void(GatewayProcess&)>;
  void live(int acks, const End& end);
  std::unique_ptr<GatewayProcess> start() const;
  // One customer's message, and whether it was acknowledged.
  bool write(GatewayProcess& gateway, std::int64_t customer);

  // From here to the end of this life no answer counts: what is said while a disk goes under the
  // process is nothing that a machine could say whose power went.
  void hear_no_more();

  // A last life, in which all that is left to do is done; it ends in order.
  void come_to_rest();
  // P1, P2, P3, P4 and P7 over everything so far.
  void expect_promises_kept();
  // Of those, the sends that nobody knows to have arrived: in the dead letters, for a person.
  std::size_t unsettled() const { return unsettled_; }

  CrashPlatform& platform() { return platform_; }
  const std::string& data() const { return data_; }
  std::size_t acked() const { return acked_.size(); }
  int lives_ended_in_flight() const { return ended_in_flight_; }

 private:
  std::string directory_, data_;
  CrashPlatform platform_;
  std::int64_t next_ = 1;
  std::mutex mutex_;
  std::set<std::int64_t> acked_, open_;  // open: sent and not known to be stored
  bool deaf_ = false;                    // guarded by mutex_, and so are the sets
  int ended_in_flight_ = 0;
  std::size_t unsettled_ = 0;
};

}  // namespace parley::test
