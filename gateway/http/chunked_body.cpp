#include "gateway/http/chunked_body.hpp"

#include <algorithm>

namespace parley::gateway::http {
namespace {

constexpr std::size_t kSizeDigitsMax = 8;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool ChunkedBody::refuse(int status, std::string_view reason) {
  at_ = At::bad;
  refusal_ = {status, reason};
  return false;
}

bool ChunkedBody::take_size(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    if (++digits_ > kSizeDigitsMax) return refuse(400, "chunk_size");
    size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
    return true;
  }
  if (c == ';') return refuse(400, "chunk_extension");
  if (c != '\r' || digits_ == 0) return refuse(400, "chunk_size");
  at_ = At::size_lf;
  return true;
}

bool ChunkedBody::take(char c) {
  switch (at_) {
    case At::size:
      return take_size(c);
    case At::size_lf:
      if (c != '\n') return refuse(400, "chunk_line_end");
      if (size_ > body_bytes_max_ - body_bytes_) return refuse(413, "body_too_large");
      if (size_ > 0 && ++chunks_ > kChunksMax) return refuse(413, "too_many_chunks");
      at_ = size_ == 0 ? At::end_cr : At::data;
      return true;
    case At::data_cr:
      if (c != '\r') return refuse(400, "chunk_data_end");
      at_ = At::data_lf;
      return true;
    case At::data_lf:
      if (c != '\n') return refuse(400, "chunk_data_end");
      at_ = At::size;
      size_ = 0;
      digits_ = 0;
      return true;
    case At::end_cr:
      if (c != '\r') return refuse(400, "trailer");
      at_ = At::end_lf;
      return true;
    case At::end_lf:
      if (c != '\n') return refuse(400, "chunk_line_end");
      at_ = At::done;
      return true;
    case At::data:
    case At::done:
    case At::bad:
      break;
  }
  return false;
}

std::size_t ChunkedBody::feed(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && at_ != At::done && at_ != At::bad) {
    if (at_ == At::data) {
      const auto count = static_cast<std::size_t>(
          std::min<std::uint64_t>(size_, static_cast<std::uint64_t>(bytes.size() - used)));
      body.append(bytes, used, count);
      used += count;
      body_bytes_ += count;
      size_ -= count;
      if (size_ == 0) at_ = At::data_cr;
    } else if (take(bytes[used])) {
      ++used;
    }
  }
  return used;
}

ChunkedBody::State ChunkedBody::state() const noexcept {
  if (at_ == At::done) return State::complete;
  return at_ == At::bad ? State::refused : State::more;
}

}  // namespace parley::gateway::http
