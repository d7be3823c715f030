#include "bench/load.hpp"

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/beast/websocket.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>

namespace parley::bench {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Shared {
  const LoadOptions& options;
  Clock::time_point begin, measured_from, end;
  std::uint64_t next = 0;
  LoadResult result = {};
  std::vector<double> latencies = {};
};

// Reads one response by hand: status and content-length are all a load client needs.
net::awaitable<bool> read_answer(tcp::socket& socket, std::string& buffer) {
  for (;;) {
    const auto head_end = buffer.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      std::size_t length = 0;
      const auto at = buffer.find("ontent-");
      for (auto from = at; from != std::string::npos && from < head_end;
           from = buffer.find("ontent-", from + 1)) {
        if (buffer.compare(from + 8, 7, "ength: ") == 0) {  // Content-Length, in any case
          length = std::strtoull(buffer.c_str() + from + 15, nullptr, 10);
        }
      }
      const std::size_t whole = head_end + 4 + length;
      if (buffer.size() >= whole) {
        const bool fine = buffer.size() > 9 && buffer[9] == '2';
        buffer.erase(0, whole);
        co_return fine;
      }
    }
    const std::size_t had = buffer.size();
    buffer.resize(had + 4096);
    const auto [error, count] = co_await socket.async_read_some(
        net::buffer(buffer.data() + had, 4096), net::as_tuple(net::use_awaitable));
    buffer.resize(had + count);
    if (error) {
      buffer.clear();
      co_return false;
    }
  }
}

net::awaitable<void> one_connection(std::shared_ptr<Shared> shared, std::size_t index) {
  const auto executor = co_await net::this_coro::executor;
  const auto& options = shared->options;
  const auto interval = options.rate_per_s > 0
                            ? Seconds(static_cast<double>(options.connections) / options.rate_per_s)
                            : Seconds(0);
  auto intended = shared->begin + std::chrono::duration_cast<Clock::duration>(
                                      interval * static_cast<double>(index) /
                                      static_cast<double>(options.connections));
  tcp::socket socket(executor);
  std::string buffer;
  net::steady_timer timer(executor);
  while (Clock::now() < shared->end) {
    if (!socket.is_open()) {
      const tcp::endpoint to(net::ip::make_address("127.0.0.1"), options.port);
      const auto [error] = co_await socket.async_connect(to, net::as_tuple(net::use_awaitable));
      if (error) {
        ++shared->result.errors;
        socket.close();
        timer.expires_after(std::chrono::milliseconds(50));
        co_await timer.async_wait(net::as_tuple(net::use_awaitable));
        continue;
      }
      socket.set_option(tcp::no_delay(true));
    }
    if (options.rate_per_s > 0) {
      timer.expires_at(intended);
      co_await timer.async_wait(net::as_tuple(net::use_awaitable));
    } else {
      intended = Clock::now();
    }
    const std::string request = options.request(shared->next++);
    const auto [error, written] =
        co_await net::async_write(socket, net::buffer(request), net::as_tuple(net::use_awaitable));
    const bool fine = !error && co_await read_answer(socket, buffer);
    if (Clock::now() >= shared->measured_from) {
      ++(fine ? shared->result.answers : shared->result.errors);
      if (fine) shared->latencies.push_back(ms_since(intended));
    }
    if (!fine) {
      beast::error_code ignored;
      socket.close(ignored);
    }
    intended += std::chrono::duration_cast<Clock::duration>(interval);
  }
}

}  // namespace

Percentiles percentiles(std::vector<double> latencies) {
  if (latencies.empty()) return {};
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double share) {
    const auto index = static_cast<std::size_t>(share * static_cast<double>(latencies.size()));
    return latencies[std::min(index, latencies.size() - 1)];
  };
  return {at(.5), at(.99), at(.999), latencies.back()};
}

LoadResult run_load(const LoadOptions& options) {
  net::io_context io(1);
  const auto begin = Clock::now();
  const auto after = [&](double seconds) {
    return begin + std::chrono::duration_cast<Clock::duration>(Seconds(seconds));
  };
  auto shared = std::make_shared<Shared>(Shared{options, begin, after(options.warm_up_seconds),
                                                after(options.warm_up_seconds + options.seconds)});
  for (std::size_t i = 0; i < options.connections; ++i) {
    net::co_spawn(io, one_connection(shared, i), net::detached);
  }
  io.run();
  shared->result.per_second = static_cast<double>(shared->result.answers) / options.seconds;
  shared->result.requests = shared->next;
  shared->result.latency = percentiles(std::move(shared->latencies));
  return shared->result;
}

namespace {

using Ws = beast::websocket::stream<beast::tcp_stream>;

struct ChatShared {
  const ChatOptions& options;
  Clock::time_point end;
  ChatResult result = {};
  std::vector<double> turns = {};
};

net::awaitable<bool> open_chat(Ws& ws, std::uint16_t port, std::string target) {
  const tcp::endpoint to(net::ip::make_address("127.0.0.1"), port);
  const auto [connect_error] =
      co_await beast::get_lowest_layer(ws).async_connect(to, net::as_tuple(net::use_awaitable));
  if (connect_error) co_return false;
  const auto [shake_error] =
      co_await ws.async_handshake("127.0.0.1", target, net::as_tuple(net::use_awaitable));
  if (shake_error) co_return false;
  ws.text(true);
  static const std::string kHello = R"({"type":"hello"})";
  const auto [write_error, written] =
      co_await ws.async_write(net::buffer(kHello), net::as_tuple(net::use_awaitable));
  if (write_error) co_return false;
  beast::flat_buffer buffer;
  const auto [read_error, read] = co_await ws.async_read(buffer, net::as_tuple(net::use_awaitable));
  co_return !read_error &&
      beast::buffers_to_string(buffer.data()).find("welcome") != std::string::npos;
}

net::awaitable<void> one_session(std::shared_ptr<ChatShared> shared, std::size_t index) {
  const auto executor = co_await net::this_coro::executor;
  const auto& options = shared->options;
  net::steady_timer timer(executor);
  timer.expires_after(
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(
          options.think_ms * static_cast<double>(index) / static_cast<double>(options.sessions))));
  co_await timer.async_wait(net::as_tuple(net::use_awaitable));
  Ws ws(executor);
  if (!co_await open_chat(ws, options.port, options.target)) {
    shared->result.errors += options.turns;
    co_return;
  }
  for (std::size_t turn = 0; turn < options.turns; ++turn) {
    const std::string said = R"({"type":"message","id":"m)" + std::to_string(turn) +
                             R"(","content":[{"type":"text","text":")" + options.text + R"("}]})";
    const auto start = Clock::now();
    const auto [error, written] =
        co_await ws.async_write(net::buffer(said), net::as_tuple(net::use_awaitable));
    bool answered = false;
    while (!error && !answered && Clock::now() < shared->end) {
      beast::flat_buffer buffer;
      const auto [read_error, read] =
          co_await ws.async_read(buffer, net::as_tuple(net::use_awaitable));
      if (read_error) break;
      const auto text = beast::buffers_to_string(buffer.data());
      answered = text.find(R"("direction":"outbound")") != std::string::npos;
    }
    if (!answered) {
      shared->result.errors += options.turns - turn;
      co_return;
    }
    ++shared->result.answered;
    shared->turns.push_back(ms_since(start));
    timer.expires_after(std::chrono::milliseconds(static_cast<int>(options.think_ms)));
    co_await timer.async_wait(net::as_tuple(net::use_awaitable));
  }
}

net::awaitable<void> one_idle(std::uint16_t port, std::string target, std::shared_ptr<Ws> ws,
                              std::shared_ptr<std::atomic<std::size_t>> open) {
  if (co_await open_chat(*ws, port, target)) ++*open;
}

}  // namespace

ChatResult run_chat(const ChatOptions& options) {
  net::io_context io(1);
  auto shared = std::make_shared<ChatShared>(ChatShared{
      options,
      Clock::now() + std::chrono::duration_cast<Clock::duration>(Seconds(options.limit_seconds))});
  for (std::size_t i = 0; i < options.sessions; ++i) {
    net::co_spawn(io, one_session(shared, i), net::detached);
  }
  io.run_until(shared->end);
  const std::uint64_t wanted = options.sessions * options.turns;
  shared->result.errors = wanted - shared->result.answered;
  shared->result.turn = percentiles(std::move(shared->turns));
  return shared->result;
}

std::size_t hold_idle(std::uint16_t port, const std::string& target, std::size_t count,
                      const std::function<void()>& while_open) {
  net::io_context io(1);
  auto open = std::make_shared<std::atomic<std::size_t>>(0);
  std::vector<std::shared_ptr<Ws>> sockets;
  constexpr std::size_t kAtOnce = 200;
  while (sockets.size() < count) {
    for (std::size_t i = 0; i < kAtOnce && sockets.size() < count; ++i) {
      sockets.push_back(std::make_shared<Ws>(io));
      net::co_spawn(io, one_idle(port, target, sockets.back(), open), net::detached);
    }
    io.restart();
    io.run();
  }
  while_open();
  return *open;
}

}  // namespace parley::bench
