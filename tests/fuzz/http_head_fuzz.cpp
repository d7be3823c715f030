// Any bytes as the start of a connection. Where the head ends must not depend on how the bytes
// were cut, and a head that passes the guard must not hold what a second reader takes for another.
#include <cstdio>
#include <cstdlib>

#include "gateway/http/framing_guard.hpp"
#include "gateway/http/head_parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace parley::gateway::http;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const HeadLimits limits;
  const HeadScan whole = scan_head(bytes, 0, limits);

  HeadScan piecewise;
  for (std::size_t end = 1; end <= bytes.size(); ++end) {
    piecewise = scan_head(bytes.substr(0, end), piecewise.scanned, limits);
    if (piecewise.head_bytes != 0 || piecewise.refusal) break;
  }
  if (!whole.refusal && !piecewise.refusal && piecewise.head_bytes != whole.head_bytes) {
    std::fprintf(stderr, "head ends at %zu, byte by byte at %zu\n", whole.head_bytes,
                 piecewise.head_bytes);
    std::abort();
  }
  if (whole.refusal || whole.head_bytes == 0) return 0;

  const auto head = bytes.substr(0, whole.head_bytes);
  if (refuse_raw_head(head)) return 0;
  if (const auto parsed = parse_head(head)) {
    const auto framing = framing_of(*parsed);
    std::size_t lengths = 0, codings = 0;
    for (const auto& [name, value] : parsed->fields) {
      lengths += name == "content-length" ? 1 : 0;
      codings += name == "transfer-encoding" ? 1 : 0;
    }
    if (!framing.refusal && lengths + codings > 1) {
      std::fprintf(stderr, "accepted with %zu lengths and %zu codings\n", lengths, codings);
      std::abort();
    }
  }
  return 0;
}
