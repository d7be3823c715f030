#include "gateway/http/message.hpp"

#include "base/json_writer.hpp"

namespace parley::gateway::http {
namespace {

// RFC 9457 wants a URI; a relative one would resolve against the request's path.
constexpr std::string_view kTypePrefix = "urn:parley:problem:";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = b[i] >= 'A' && b[i] <= 'Z' ? static_cast<char>(b[i] - 'A' + 'a') : b[i];
    if (a[i] != c) return false;
  }
  return true;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return {};
}

Response problem(int status, std::string_view type, std::string_view title,
                 std::string_view detail) {
  JsonWriter json;
  json.begin_object();
  json.member("type", std::string(kTypePrefix) + std::string(type));
  json.member("title", title);
  json.member("status", status);
  if (!detail.empty()) json.member("detail", detail);
  json.end_object();
  return {.status = status, .content_type = "application/problem+json", .body = json.take()};
}

}  // namespace parley::gateway::http
