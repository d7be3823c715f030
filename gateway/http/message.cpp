#include "gateway/http/message.hpp"

#include "base/json_writer.hpp"
#include "gateway/http/syntax.hpp"

namespace parley::gateway::http {
namespace {

// RFC 9457 wants a URI; a relative one would resolve against the request's path.
constexpr std::string_view kTypePrefix = "urn:parley:problem:";

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
