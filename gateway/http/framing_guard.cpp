#include "gateway/http/framing_guard.hpp"

#include <algorithm>
#include <charconv>

#include "gateway/http/syntax.hpp"

namespace parley::gateway::http {
namespace {

constexpr std::size_t kMethodBytesMax = 16;
// "METHOD SP ... SP HTTP/1.1 CRLF" around the target.
constexpr std::size_t kRequestLineExtraBytes = kMethodBytesMax + 12;

// CRLF is the only line end, and a control character is never part of a line (HTAB in a value is).
std::optional<Refusal> refuse_byte(std::string_view received, std::size_t at) {
  const auto byte = static_cast<unsigned char>(received[at]);
  if (byte == '\n') {
    if (at == 0 || received[at - 1] != '\r') return Refusal{400, "bare_lf"};
    return std::nullopt;
  }
  if (at > 0 && received[at - 1] == '\r') return Refusal{400, "bare_cr"};
  if (byte == '\r' || byte == '\t') return std::nullopt;
  if (byte < 0x20 || byte == 0x7F) return Refusal{400, "control_character"};
  return std::nullopt;
}

std::optional<Refusal> refuse_size(std::string_view received, std::size_t scanned,
                                   const HeadLimits& limits) {
  const auto line_end = received.substr(0, scanned).find("\r\n");
  const auto line_bytes_max = limits.target_bytes_max + kRequestLineExtraBytes;
  if (line_end == std::string_view::npos) {
    if (scanned > line_bytes_max) return Refusal{414, "target_too_long"};
    return std::nullopt;
  }
  if (line_end > line_bytes_max) return Refusal{414, "target_too_long"};
  if (scanned - line_end > limits.header_bytes_max + 4) return Refusal{431, "header_too_large"};
  const auto fields = received.substr(line_end, scanned - line_end);
  const auto lines = static_cast<std::size_t>(std::ranges::count(fields, '\n'));
  if (lines > limits.fields_max + 2) return Refusal{431, "too_many_fields"};
  return std::nullopt;
}

std::optional<Refusal> refuse_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Refusal{400, "request_line"};
  const auto method = line.substr(0, first);
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (method.empty() || method.size() > kMethodBytesMax || !std::ranges::all_of(method, upper)) {
    return Refusal{400, "method"};
  }
  const auto version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return Refusal{400, "version"};
  // Origin form only. Absolute form has a second idea of the host; "*" and authority form are for
  // proxies.
  if (!is_origin_target(line.substr(first + 1, last - first - 1))) return Refusal{400, "target"};
  return std::nullopt;
}

std::optional<Refusal> refuse_field_line(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t')) return Refusal{400, "folded_line"};
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return Refusal{400, "field_without_colon"};
  const auto name = line.substr(0, colon);
  if (!is_token(name)) return Refusal{400, "field_name"};
  // Gateways in front turn X_Signature and X-Signature into the same name.
  if (name.find('_') != std::string_view::npos) return Refusal{400, "field_name_underscore"};
  const auto value = line.substr(colon + 1);
  if (!is_field_value(value)) return Refusal{400, "field_value"};
  // Allowed by the standard, and not by every parser: whoever stands in front may see no length.
  const bool frames =
      equal_ignoring_case(name, "content-length") || equal_ignoring_case(name, "transfer-encoding");
  if (frames && value.find('\t') != std::string_view::npos) {
    return Refusal{400, "tab_in_framing_field"};
  }
  return std::nullopt;
}

struct Fields {
  std::size_t host = 0, length = 0, transfer = 0, expect = 0, encoding = 0;
  std::string_view host_value, length_value, transfer_value, expect_value, encoding_value;
  std::string connection, upgrade;  // several fields are one list

  explicit Fields(const ParsedHead& head) {
    const auto take = [](std::size_t& count, std::string_view& into, std::string_view value) {
      ++count;
      into = value;
    };
    const auto join = [](std::string& into, std::string_view value) {
      if (!into.empty()) into += ',';
      into += value;
    };
    for (const auto& [name, value] : head.fields) {
      if (name == "host")
        take(host, host_value, value);
      else if (name == "content-length")
        take(length, length_value, value);
      else if (name == "transfer-encoding")
        take(transfer, transfer_value, value);
      else if (name == "expect")
        take(expect, expect_value, value);
      else if (name == "content-encoding")
        take(encoding, encoding_value, value);
      else if (name == "connection" || name == "proxy-connection")
        join(connection, value);
      else if (name == "upgrade")
        join(upgrade, value);
    }
  }
};

bool may_have_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

std::optional<Refusal> read_length(const ParsedHead& head, const Fields& fields, Framing& out) {
  if (fields.transfer > 0) {
    if (fields.length > 0) return Refusal{400, "length_and_transfer_encoding"};
    if (head.version == 10) return Refusal{400, "transfer_encoding_in_1_0"};
    if (fields.transfer > 1 || !equal_ignoring_case(fields.transfer_value, "chunked")) {
      return Refusal{400, "transfer_encoding"};
    }
    out.body = BodyKind::chunked;
  } else if (fields.length > 0) {
    const auto digits = fields.length_value;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (fields.length > 1 || digits.empty() || digits.size() > 10 ||
        !std::ranges::all_of(digits, digit)) {
      return Refusal{400, "content_length"};
    }
    std::from_chars(digits.data(), digits.data() + digits.size(), out.length);
    if (out.length > 0) out.body = BodyKind::length;
  }
  if (out.body != BodyKind::none && !may_have_body(head.method)) {
    return Refusal{400, "body_without_meaning"};
  }
  return std::nullopt;
}

std::optional<Refusal> read_connection(const ParsedHead& head, const Fields& fields, Framing& out) {
  // Naming a framing field as hop-by-hop asks a proxy to strip what we rely on.
  for (const auto* name : {"content-length", "transfer-encoding", "host", "content-encoding"}) {
    if (list_has(fields.connection, name)) return Refusal{400, "connection_names_framing"};
  }
  out.keep_alive = head.version == 11 && !list_has(fields.connection, "close");
  out.upgrade_web_socket = head.version == 11 && head.method == "GET" &&
                           list_has(fields.connection, "upgrade") &&
                           list_has(fields.upgrade, "websocket");
  if (fields.expect == 0 || head.version == 10) return std::nullopt;
  if (fields.expect > 1 || !equal_ignoring_case(fields.expect_value, "100-continue")) {
    return Refusal{417, "expectation"};
  }
  out.expects_continue = true;
  return std::nullopt;
}

}  // namespace

HeadScan scan_head(std::string_view received, std::size_t from, const HeadLimits& limits) {
  HeadScan scan;
  std::size_t at = from;
  for (; at < received.size() && scan.head_bytes == 0; ++at) {
    if (auto refusal = refuse_byte(received, at)) {
      scan.refusal = refusal;
      return scan;
    }
    if (received[at] == '\n') {
      // An empty first line would shift what a lenient neighbour takes for the request line.
      if (at == 1) scan.refusal = Refusal{400, "empty_first_line"};
      if (received.substr(0, at + 1).ends_with("\r\n\r\n")) scan.head_bytes = at + 1;
    }
  }
  scan.scanned = at;
  if (!scan.refusal) scan.refusal = refuse_size(received, at, limits);
  return scan;
}

std::optional<Refusal> refuse_raw_head(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (auto refusal = refuse_byte(head, i)) return refusal;
  }
  if (!head.ends_with("\r\n\r\n")) return Refusal{400, "cut_head"};
  head.remove_suffix(2);
  bool first = true;
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (auto refusal = first ? refuse_request_line(line) : refuse_field_line(line)) return refusal;
    first = false;
  }
  return std::nullopt;
}

FramingOrRefusal framing_of(const ParsedHead& head) {
  FramingOrRefusal result;
  const Fields fields(head);
  const auto refuse = [&]() -> std::optional<Refusal> {
    if (head.version != 11 && head.version != 10) return Refusal{400, "version"};
    if (!is_origin_target(head.target)) return Refusal{400, "target"};
    if (fields.host != 1 || !is_host(fields.host_value)) return Refusal{400, "host"};
    if (auto refusal = read_length(head, fields, result.framing)) return refusal;
    if (auto refusal = read_connection(head, fields, result.framing)) return refusal;
    const bool plain =
        fields.encoding == 0 ||
        (fields.encoding == 1 && equal_ignoring_case(fields.encoding_value, "identity"));
    if (!plain) return Refusal{415, "content_encoding"};
    return std::nullopt;
  };
  result.refusal = refuse();
  return result;
}

}  // namespace parley::gateway::http
