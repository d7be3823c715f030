// tests/soak/traffic.hpp
// An ordinary day's load, and the checker that hears every word of it: customers of a messenger who
// talk to a bot and leave, customers who want a person and get one, visitors of the web chat who
// come back on a new socket, notifications that are asked for twice, and a reader of the stream.
//
// Checked  each turn is acknowledged, answered once and in order; what nobody waits for any more is
//          never said again; sockets and the stream see each number once, and none out of order.
// Threads  run_blocking() on one; platform() and bot() answer on threads of their servers.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tests/soak/client.hpp"

namespace parley::test::soak {

struct Load {
  double minutes = 0.2;
  double turns_per_s = 60;
};

struct Tally {
  std::uint64_t turns = 0, answers = 0, people_served = 0, notifications = 0, streamed = 0;
  std::uint64_t sockets_opened = 0;
};

class Traffic {
 public:
  explicit Traffic(const Load& load) : load_(load) {}

  // The platform's API and the bot, to be given to their servers.
  Answer platform(const Asked& asked);
  static Answer bot(const Asked& asked);

  // Talks to the gateway until the time is over and all that was begun has ended; `sample` is
  // called now and then.
  void run_blocking(std::uint16_t port, const std::function<void()>& sample);

  const Tally& tally() const { return tally_; }
  // Empty when every promise was kept; the first few when not.
  std::vector<std::string> problems() const;
  // Who wrote how much, to be held against the log: telegram's users and web conversations.
  const std::map<std::int64_t, int>& users() const { return users_; }
  const std::map<std::string, int>& visitors() const { return visitors_; }

 private:
  struct Listener;  // somebody who waits for the platform to say something to them

  bool over() const { return SteadyClock::now() >= end_; }
  void problem(std::string text);
  void heard(const std::string& chat, const std::string& text);
  net::awaitable<void> think(double seconds);
  net::awaitable<bool> write(std::int64_t user, const std::string& text);
  net::awaitable<bool> hear(std::shared_ptr<Listener> listener, std::size_t count);

  net::awaitable<void> customer(double offset);
  net::awaitable<void> unhappy(double offset);
  net::awaitable<void> agent(std::string name);
  net::awaitable<void> visitor(double offset);
  net::awaitable<bool> visit(std::string& token, std::string& conversation, std::uint64_t& last_seq,
                             int& said);
  net::awaitable<bool> turn(TextSocket& socket, const std::string& conversation,
                            std::uint64_t& last_seq, int number);
  net::awaitable<void> notifier();
  net::awaitable<void> stream_reader();
  net::awaitable<void> sampler(std::function<void()> sample);
  void spawn(net::awaitable<void> task);

  const Load load_;
  std::uint16_t port_ = 0;
  net::io_context io_{1};
  SteadyClock::time_point end_;
  std::int64_t next_user_ = 1, next_update_ = 1;
  int talking_ = 0;  // people whose last word is still to come
  std::map<std::string, std::shared_ptr<Listener>> listeners_;
  std::map<std::int64_t, int> users_;
  std::map<std::string, int> visitors_;
  Tally tally_;
  std::atomic<std::uint64_t> message_ids_{1};
  mutable std::mutex mutex_;
  std::uint64_t problem_count_ = 0;  // guarded by mutex_, like problems_
  std::vector<std::string> problems_;
};

}  // namespace parley::test::soak
