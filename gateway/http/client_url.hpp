// gateway/http/client_url.hpp
// The URLs we call, read strictly: what a lenient reader would guess at is refused, because the
// guess of the guard and the guess of the resolver may differ.
//
// Errors   misconfigured; `detail` names the fault and not the URL, which may hold a token
// Threads  any; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::gateway::http {

struct ClientUrl {
  bool mail = false;    // smtp, smtps
  bool secure = false;  // TLS from the first byte
  std::string host;     // lower case; an IPv6 address without brackets
  bool host_is_address = false;
  std::uint16_t port = 0;
  std::string target;  // "/path?query"

  std::string authority() const;  // as in a Host field: default ports left out
};

// http, https, smtp (port 587) or smtps (465, no path), no user information, no fragment, no
// trailing dot, no numeric host that is not a plain dotted quad or a bracketed IPv6 address; ASCII
// only (an IDN comes as xn--).
Result<ClientUrl> parse_client_url(std::string_view url);

}  // namespace parley::gateway::http
