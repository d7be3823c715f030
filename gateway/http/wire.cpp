#include "gateway/http/wire.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <chrono>
#include <ctime>

#include "gateway/http/syntax.hpp"

namespace parley::gateway::http {
namespace {

constexpr std::string_view kUserAgent = "parley";

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

bool is_safe(const Response& response) {
  return response.status >= 100 && response.status <= 599 &&
         is_field_value(response.content_type) &&
         std::ranges::all_of(response.headers, [](const auto& field) {
           return is_safe_field(field.first, field.second);
         });
}

std::string_view date_now() {
  thread_local std::int64_t second = 0;
  thread_local std::string text;
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  if (now != second) {
    second = now;
    text = http_date(now);
  }
  return text;
}

}  // namespace

bool is_own_field(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kOwn = {
      "connection",       "content-length",   "date", "expect",  "host",
      "keep-alive",       "server",           "te",   "trailer", "upgrade",
      "proxy-connection", "transfer-encoding"};
  return std::ranges::find(kOwn, name) != kOwn.end();
}

bool is_safe_field(std::string_view name, std::string_view value) {
  return is_token(name) && is_field_value(value);
}

std::string http_date(std::int64_t unix_seconds) {
  const auto at = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  gmtime_r(&at, &parts);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto two = [](int n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
  return std::string(kDays[parts.tm_wday]) + ", " + two(parts.tm_mday) + " " +
         kMonths[parts.tm_mon] + " " + std::to_string(parts.tm_year + 1900) + " " +
         two(parts.tm_hour) + ":" + two(parts.tm_min) + ":" + two(parts.tm_sec) + " GMT";
}

WireResponse response_head(const Response& response, bool head_only, bool keep_alive) {
  WireResponse out;
  out.replaced = !is_safe(response);
  static const Response kUnsafe{.status = 500, .content_type = "", .close = true};
  const Response& safe = out.replaced ? kUnsafe : response;
  if (out.replaced) keep_alive = false;

  const bool may_have_body = safe.status >= 200 && safe.status != 204 && safe.status != 304;
  out.body_follows = may_have_body && !head_only && !out.replaced;
  out.head.reserve(192);
  out.head = "HTTP/1.1 " + std::to_string(safe.status) + " ";
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(safe.status)));
  out.head.append(reason.data(), reason.size());
  out.head += "\r\n";
  append_field(out.head, "Date", date_now());
  if (may_have_body) {
    append_field(out.head, "Content-Length", std::to_string(safe.body.size()));
    if (!safe.content_type.empty()) append_field(out.head, "Content-Type", safe.content_type);
  }
  for (const auto& [name, value] : safe.headers) {
    if (!is_own_field(to_lower(name))) append_field(out.head, name, value);
  }
  if (!keep_alive) append_field(out.head, "Connection", "close");
  out.head += "\r\n";
  return out;
}

Result<std::string> request_head(const ClientRequest& request, const ClientUrl& url) {
  const auto bad = [](std::string why) {
    return Error{.code = Errc::misconfigured, .detail = std::move(why)};
  };
  if (!is_token(request.method)) return bad("method is not a token");
  if (!is_origin_target(url.target)) return bad("target has a character that is not allowed");
  std::string head = request.method + " " + url.target + " HTTP/1.1\r\n";
  append_field(head, "Host", url.authority());
  bool has_agent = false;
  for (const auto& [name, value] : request.headers) {
    // The name may be shown, the value may be a secret.
    if (!is_token(name)) return bad("a header name is not a token");
    if (!is_field_value(value)) return bad("header " + name + " has a control character");
    const auto lower = to_lower(name);
    if (is_own_field(lower) || lower == "accept-encoding") continue;
    has_agent = has_agent || lower == "user-agent";
    append_field(head, name, value);
  }
  if (!has_agent) append_field(head, "User-Agent", kUserAgent);
  append_field(head, "Accept-Encoding", "identity");
  const bool usually_has_body = request.method != "GET" && request.method != "HEAD" &&
                                request.method != "DELETE" && request.method != "OPTIONS";
  if (usually_has_body || !request.body.empty()) {
    append_field(head, "Content-Length", std::to_string(request.body.size()));
  }
  head += "\r\n";
  return head;
}

}  // namespace parley::gateway::http
