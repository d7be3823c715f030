// gateway/http/chunked_body.hpp
// Takes a chunked body apart, strictly: no extensions, no trailers, no white space, CRLF only. What
// others tolerate there is what requests are smuggled with.
//
// Source   RFC 9112 section 7.1
// Limits   the body's bytes; kChunksMax chunks (a chunk of one byte costs its sender six)
// Errors   state() refused, with the status to answer; the decoder takes nothing more
// Threads  plain value; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http/framing_guard.hpp"

namespace parley::gateway::http {

class ChunkedBody {
 public:
  static constexpr std::size_t kChunksMax = 16'384;
  enum class State : std::uint8_t { more, complete, refused };

  explicit ChunkedBody(std::uint64_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  // Appends the payload in `bytes` to `body`; returns how many bytes belong to the body. What is
  // behind them is the next request.
  std::size_t feed(std::string_view bytes, std::string& body);
  State state() const noexcept;
  const Refusal& refusal() const noexcept { return refusal_; }

 private:
  enum class At : std::uint8_t { size, size_lf, data, data_cr, data_lf, end_cr, end_lf, done, bad };
  bool take(char c);  // everything but payload, byte by byte
  bool take_size(char c);
  bool refuse(int status, std::string_view reason);

  std::uint64_t body_bytes_max_;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t size_ = 0;
  std::size_t digits_ = 0;
  std::size_t chunks_ = 0;
  At at_ = At::size;
  Refusal refusal_;
};

}  // namespace parley::gateway::http
