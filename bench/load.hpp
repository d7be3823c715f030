// bench/load.hpp
// HTTP and chat load from one process: keep-alive connections, closed loop (as fast as answers
// come) or open loop (a fixed rate; latency from the intended start), percentiles without averages.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace parley::bench {

struct Percentiles {
  double p50_ms = 0, p99_ms = 0, p999_ms = 0, max_ms = 0;
};
Percentiles percentiles(std::vector<double> latencies_ms);

struct LoadOptions {
  std::uint16_t port = 0;
  std::size_t connections = 256;
  double seconds = 5;
  double warm_up_seconds = 1;
  double rate_per_s = 0;  // 0: closed loop
  // The n-th request, complete with headers.
  std::function<std::string(std::uint64_t)> request;
};
struct LoadResult {
  double per_second = 0;
  std::uint64_t answers = 0, errors = 0;  // an error is anything but a 2xx
  std::uint64_t requests = 0;             // all that were sent, the warm-up's too
  Percentiles latency;
};
LoadResult run_load(const LoadOptions& options);

struct ChatOptions {
  std::uint16_t port = 0;
  std::string target;  // "/chat/bench/web"
  std::size_t sessions = 1'000;
  std::size_t turns = 5;  // messages each session says, one after the other's answer
  std::string text;
  double think_ms = 1'000;  // between an answer and the next message; starts are spread over it
  double limit_seconds = 60;
};
struct ChatResult {
  std::uint64_t answered = 0, errors = 0;
  Percentiles turn;  // message sent to bot's answer seen
};
ChatResult run_chat(const ChatOptions& options);

// Opens sockets that only say hello and then stay; calls `while_open` and closes them.
std::size_t hold_idle(std::uint16_t port, const std::string& target, std::size_t count,
                      const std::function<void()>& while_open);

}  // namespace parley::bench
