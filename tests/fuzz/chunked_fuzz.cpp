// Any bytes as a chunked body: where it ends and what it holds must not depend on how it was cut.
#include "gateway/http/chunked_body.hpp"

#include "tests/fuzz/target.hpp"

namespace parley::gateway::http {
namespace {

constexpr std::uint64_t kBytesMax = 4'096;

}  // namespace

PARLEY_FUZZ_TARGET(chunked) {
  ChunkedBody whole(kBytesMax), piecewise(kBytesMax);
  std::string at_once, in_pieces;
  const std::size_t taken = whole.feed(bytes, at_once);
  std::size_t taken_in_pieces = 0;
  for (const char& byte : bytes) {
    if (piecewise.state() != ChunkedBody::State::more) break;
    taken_in_pieces += piecewise.feed({&byte, 1}, in_pieces);
  }
  fuzz::expect(whole.state() == piecewise.state(), "another end when cut", bytes);
  fuzz::expect(at_once.size() <= kBytesMax, "more than allowed", bytes);
  if (whole.state() == ChunkedBody::State::refused) return;
  fuzz::expect(at_once == in_pieces, "another body when cut", bytes);
  fuzz::expect(taken == taken_in_pieces, "another length when cut", bytes);
}

}  // namespace parley::gateway::http
