// Any bytes as the start of a connection. Where the head ends must not depend on how the bytes
// were cut, and a head that passes the guard must not hold what a second reader takes for another.
#include "gateway/http/framing_guard.hpp"
#include "gateway/http/head_parser.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::gateway::http {

PARLEY_FUZZ_TARGET(http_head) {
  const HeadLimits limits;
  const HeadScan whole = scan_head(bytes, 0, limits);

  HeadScan piecewise;
  for (std::size_t end = 1; end <= bytes.size(); ++end) {
    piecewise = scan_head(bytes.substr(0, end), piecewise.scanned, limits);
    if (piecewise.head_bytes != 0 || piecewise.refusal) break;
  }
  fuzz::expect(whole.refusal || piecewise.refusal || piecewise.head_bytes == whole.head_bytes,
               "another end of the head when cut", bytes);
  if (whole.refusal || whole.head_bytes == 0) return;

  const auto head = bytes.substr(0, whole.head_bytes);
  if (refuse_raw_head(head)) return;
  if (const auto parsed = parse_head(head)) {
    const auto framing = framing_of(*parsed);
    std::size_t lengths = 0, codings = 0;
    for (const auto& [name, value] : parsed->fields) {
      lengths += name == "content-length" ? 1 : 0;
      codings += name == "transfer-encoding" ? 1 : 0;
    }
    fuzz::expect(framing.refusal || lengths + codings <= 1, "accepted with two framings", bytes);
  }
}

}  // namespace parley::gateway::http
