// gateway/http/wire.hpp
// Everything of a head that we write passes here, and nothing with a control character passes:
// Beast and a string both write a CRLF that came in a value as it is.
//
// Errors   response_head() answers 500 in place of a head that would split; request_head() is
//          misconfigured.
// Threads  any; pure but for the clock of the Date field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "gateway/http/client.hpp"
#include "gateway/http/client_url.hpp"
#include "gateway/http/message.hpp"

namespace parley::gateway::http {

// Names we set ourselves (framing, connection, date) are not taken from a Response or a
// ClientRequest.
bool is_own_field(std::string_view lower_case_name);

// A header field that may go on the wire.
bool is_safe_field(std::string_view name, std::string_view value);

struct WireResponse {
  std::string head;           // with the empty line
  bool body_follows = false;  // false for HEAD, 1xx, 204, 304
  bool replaced = false;      // the response was unsafe; `head` is a 500 without a body
};
WireResponse response_head(const Response& response, bool head_only, bool keep_alive);

// Method, target, fields and the empty line.
Result<std::string> request_head(const ClientRequest& request, const ClientUrl& url);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t unix_seconds);

}  // namespace parley::gateway::http
