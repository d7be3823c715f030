// tests/support/plain_http.hpp
// A blocking HTTP client and WebSocket for tests, and a little HTTP server that answers as it is
// told. Beast stays in plain_http.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parley::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;  // 0: no answer (refused, reset, timed out)
  std::string body;
  Headers headers;
};

// One request on a connection of its own; at most 20 s.
Answer ask(std::uint16_t port, const std::string& method, const std::string& target,
           const Headers& headers, const std::string& body);

// A WebSocket client with blocking reads.
class Socket {
 public:
  static std::unique_ptr<Socket> open(std::uint16_t port, const std::string& target,
                                      const Headers& headers);
  ~Socket();
  void send(const std::string& text);
  // The next text; nullopt when the socket has ended or 20 s have passed.
  std::optional<std::string> receive();
  void close();

 private:
  struct Impl;
  explicit Socket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A platform or bot: answers each request by `answer`, on threads of its own, and remembers them,
// the first `remembered_max`.
struct Asked {
  std::string method, target, body;
  Headers headers;
};
class LittleServer {
 public:
  using Answerer = std::function<Answer(const Asked&)>;
  explicit LittleServer(Answerer answer, std::size_t remembered_max = SIZE_MAX);
  ~LittleServer();
  std::uint16_t port() const;
  std::vector<Asked> asked() const;
  // Blocks until `count` requests have come; false after 20 s.
  bool wait_for(std::size_t count) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::test
