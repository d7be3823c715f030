// tests/http/scripted_peer.hpp
// A server that answers each connection as the test says, byte for byte, and remembers what came.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/http/wire_fixture.hpp"

namespace parley::gateway::http {

// One accepted connection, in the peer's thread.
class PeerConnection {
 public:
  PeerConnection(int fd, std::string& log, std::mutex& mutex) : fd_(fd), log_(log), mutex_(mutex) {}
  // Reads one request (head and Content-Length's body); "" at the end of the stream.
  std::string read_request() {
    std::string text;
    for (;;) {
      const auto end = text.find("\r\n\r\n");
      if (end != std::string::npos) {
        const auto at = text.find("Content-Length: ");
        const std::size_t body = at < end ? std::stoul(text.substr(at + 16)) : 0;
        if (text.size() >= end + 4 + body) return text;
      }
      char buffer[4'096];
      const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got <= 0) return {};
      text.append(buffer, static_cast<std::size_t>(got));
      const std::scoped_lock lock(mutex_);
      log_.append(buffer, static_cast<std::size_t>(got));
    }
  }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // Up to and with `end`; "" at the end of the stream. Nothing may follow before it is answered.
  std::string read_until(std::string_view end) {
    std::string text;
    char byte = 0;
    while (!text.ends_with(end)) {
      if (::recv(fd_, &byte, 1, 0) <= 0) return {};
      text += byte;
      const std::scoped_lock lock(mutex_);
      log_ += byte;
    }
    return text;
  }
  int fd() const { return fd_; }
  void wait_for_end() {
    char buffer[4'096];
    while (::recv(fd_, buffer, sizeof buffer, 0) > 0) {
    }
  }

 private:
  int fd_;
  std::string& log_;
  std::mutex& mutex_;
};

class ScriptedPeer {
 public:
  // `script` gets the connection and its number, from 0.
  using Script = std::function<void(PeerConnection&, int)>;

  explicit ScriptedPeer(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    ::listen(listener_, 16);
    socklen_t size = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~ScriptedPeer() {
    ::shutdown(listener_, SHUT_RDWR);
    {
      const std::scoped_lock lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    thread_.join();
    for (auto& one : connections_) one.join();
    for (const int fd : open_) ::close(fd);
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::string received() {
    const std::scoped_lock lock(mutex_);
    return log_;
  }
  int accepted() const { return accepted_; }

 private:
  void run() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const int number = accepted_++;
      {
        const std::scoped_lock lock(mutex_);
        open_.push_back(fd);
      }
      connections_.emplace_back([this, fd, number] {
        PeerConnection connection(fd, log_, mutex_);
        script_(connection, number);
        ::shutdown(fd, SHUT_RDWR);
      });
    }
  }

  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::string log_;
  std::vector<int> open_;
  std::atomic<int> accepted_{0};
  std::vector<std::thread> connections_;
  std::thread thread_;
};

}  // namespace parley::gateway::http
