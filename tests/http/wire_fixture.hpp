// tests/http/wire_fixture.hpp
// A running server on a free loopback port and blocking raw clients that speak bytes to it. Every
// wait ends with the event or with a bound that only a broken server reaches.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/http/server.hpp"

namespace parley::gateway::http {

inline constexpr Milliseconds kPatience{20'000};

// Spins the thread, not the clock: for state that another thread reaches by itself.
template <class Predicate>
bool eventually(Predicate predicate) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer_bytes > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(int));
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  RawClient(RawClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_), in_(other.in_) {}
  ~RawClient() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  // False: end of stream, reset, or out of patience (then timed_out()).
  bool more() {
    pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, static_cast<int>(kPatience.count())) <= 0) {
      timed_out_ = true;
      return false;
    }
    char buffer[16 * 1024];
    const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    in_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  bool timed_out() const { return timed_out_; }
  std::string read_to_end() {
    while (more()) {
    }
    EXPECT_FALSE(timed_out_) << "the server did not close; so far: " << in_;
    return std::exchange(in_, {});
  }
  std::string read_bytes(std::size_t count) {
    while (in_.size() < count && more()) {
    }
    auto out = in_.substr(0, count);
    in_.erase(0, out.size());
    return out;
  }
  // One answer with its Content-Length's body; "" when the connection ended before it was whole.
  std::string read_answer(bool has_body = true) {
    std::size_t end = 0;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return {};
    }
    std::size_t size = end + 4;
    const auto at = in_.find("Content-Length: ");
    if (has_body && at < end) size += std::stoul(in_.substr(at + 16));
    return read_bytes(size);
  }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  bool connected_ = false;
  bool timed_out_ = false;
  std::string in_;
};

inline int status_of(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}

inline std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

// Answers with what it saw; each test changes the part it is about.
class EchoForTest : public Handler {
 public:
  net::awaitable<Response> handle(Request request) override {
    {
      const std::scoped_lock lock(mutex);
      seen.push_back(request);
    }
    if (on_request) co_return co_await on_request(std::move(request));
    Response answer{.content_type = "text/plain"};
    answer.body = request.method + " " + request.path + " " + request.body;
    co_return answer;
  }
  net::awaitable<Response> may_upgrade(const Request& request) override {
    if (request.path == "/closed") co_return problem(403, "no", "Forbidden", "");
    Response yes{.status = 101};
    if (request.path == "/protocol") yes.headers = {{"sec-websocket-protocol", "parley.v1"}};
    co_return yes;
  }
  net::awaitable<void> serve(Request request, std::shared_ptr<WebSocket> socket) override {
    if (on_socket) {
      co_await on_socket(std::move(request), socket);
      co_return;
    }
    for (;;) {
      auto message = co_await socket->receive();
      if (!message) {
        const std::scoped_lock lock(mutex);
        socket_ends.push_back(message.error().detail);
        break;
      }
      if (*message == "bye") break;
      socket->send(std::make_shared<const std::string>(*message));
    }
  }
  std::uint64_t body_bytes_max(std::string_view, std::string_view path) const override {
    return path == "/small" ? 10 : 1 << 20;
  }
  std::vector<Request> requests() {
    const std::scoped_lock lock(mutex);
    return seen;
  }
  std::vector<std::string> ends() {
    const std::scoped_lock lock(mutex);
    return socket_ends;
  }

  std::function<net::awaitable<Response>(Request)> on_request;
  std::function<net::awaitable<void>(Request, std::shared_ptr<WebSocket>)> on_socket;

 private:
  std::mutex mutex;
  std::vector<Request> seen;
  std::vector<std::string> socket_ends;
};

class RunningServer {
 public:
  explicit RunningServer(Limits limits = {}, std::vector<TlsFiles> tls = {},
                         std::vector<std::string> proxies = {}, std::size_t core_count = 2)
      : cores({.count = core_count}) {
    ServerOptions options;
    options.tls = std::move(tls);
    options.trusted_proxies = std::move(proxies);
    options.limits = limits;
    server = std::make_unique<Server>(std::move(options), cores, tasks, handler, metrics);
    const auto started = server->start();
    EXPECT_TRUE(started) << started.error().detail;
    cores.start();
  }
  ~RunningServer() {
    server->drain();
    tasks.close();
    tasks.cancel_all();
    EXPECT_TRUE(tasks.wait_blocking(kPatience)) << tasks.size() << " tasks did not end";
    EXPECT_EQ(tasks.stray_exceptions(), 0u);
    cores.stop();
  }
  RawClient client(int receive_buffer_bytes = 0) const {
    return RawClient(server->port(), receive_buffer_bytes);
  }
  std::string exchange(std::string_view bytes) const {
    auto raw = client();
    raw.send(bytes);
    return raw.read_answer();
  }
  bool counted(const std::string& series) const {
    return metrics.text().find(series + " ") != std::string::npos;
  }

  Metrics metrics;
  Cores cores;
  TaskGroup tasks;
  EchoForTest handler;
  std::unique_ptr<Server> server;
};

}  // namespace parley::gateway::http
