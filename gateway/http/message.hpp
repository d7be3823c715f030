// gateway/http/message.hpp
// A request and an answer as the rest of the gateway sees them; Beast stays in this room's .cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::gateway::http {

struct Request {
  std::string method;  // upper case
  std::string path;    // percent-encoded as received, no query
  std::string query;   // raw, without '?'
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string remote;  // the peer's address; behind a trusted proxy the customer's
  bool secure = false;
  std::string_view header(std::string_view name) const;  // "" if absent
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool close = false;  // end the connection after this answer
};

// RFC 9457. `type` is a short name ("not-found") put behind a fixed prefix.
Response problem(int status, std::string_view type, std::string_view title,
                 std::string_view detail);

}  // namespace parley::gateway::http
