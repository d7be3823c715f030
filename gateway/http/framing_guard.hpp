// gateway/http/framing_guard.hpp
// Decides where a request ends, strictly, before anything of it is believed. Works on the raw bytes
// of the head and on the fields a lenient parser made of them; where the two could be read in two
// ways (by us and by a proxy in front), the request is refused and the connection closed.
//
// Source   RFC 9112 sections 2.2, 3.2, 5.1, 6.1 to 6.3, 11.2
// Limits   HeadLimits
// Errors   Refusal: the status to answer and a reason for the counter; always close after it
// Threads  any; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::gateway::http {

struct Refusal {
  int status = 400;
  std::string_view reason;  // a literal, fit for a metric's label
};

struct HeadLimits {
  std::size_t target_bytes_max = 8 * 1024;
  std::size_t header_bytes_max = 8 * 1024;  // the fields, without the request line
  std::size_t fields_max = 100;
};

// Looks for the end of a head in what has arrived so far.
struct HeadScan {
  std::size_t head_bytes = 0;  // 0: not complete yet; else with the empty line
  std::size_t scanned = 0;     // give it back as `from` when more has arrived
  std::optional<Refusal> refusal;
};
HeadScan scan_head(std::string_view received, std::size_t from, const HeadLimits& limits);

// A head as the parser understood it. Names in lower case, values trimmed, order and repetitions
// kept.
struct ParsedHead {
  std::string method;
  std::string target;
  int version = 0;  // 11 or 10
  std::vector<std::pair<std::string, std::string>> fields;
};

enum class BodyKind : std::uint8_t { none, length, chunked };

struct Framing {
  BodyKind body = BodyKind::none;
  std::uint64_t length = 0;
  bool keep_alive = false;
  bool expects_continue = false;
  bool upgrade_web_socket = false;  // the well-formed wish, not yet granted
};

// The raw bytes of a whole head, with the empty line.
std::optional<Refusal> refuse_raw_head(std::string_view head);

struct FramingOrRefusal {
  std::optional<Refusal> refusal;
  Framing framing;
};
FramingOrRefusal framing_of(const ParsedHead& head);

}  // namespace parley::gateway::http
