// tests/http/smuggling_vectors.hpp
// Requests that two readers take apart differently; each must be refused with its status and the
// end of the connection.
#pragma once

#include <string>
#include <vector>

namespace parley::gateway::http {

inline const std::string kCanary = "GET /canary HTTP/1.1\r\nHost: a\r\n\r\n";

struct SmugglingVector {
  std::string name;
  std::string bytes;
  int status = 400;
};
std::vector<SmugglingVector> smuggling_vectors();
// A POST with these fields (each with its CRLF) and body.
std::string post_with(const std::string& fields, const std::string& body = "");

}  // namespace parley::gateway::http
