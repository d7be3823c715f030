#include "gateway/api/paging.hpp"

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "connectors/url.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kMacBytes = 8;
constexpr std::size_t kCursorCharsMax = 6'000;

Error malformed(std::string detail) {
  return {.code = Errc::malformed, .detail = std::move(detail)};
}

std::string mac_of(const Call& call, std::string_view inner) {
  std::string text = "cursor\n" + call.tenant_id().value + "\n";
  text.append(call.route->pattern);
  for (const auto& id : call.ids) text += "\n" + id;
  text += "\n\n";
  text += inner;
  return hmac_sha256(call.tenant->media_key.reveal(), text).substr(0, kMacBytes);
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> read_query(std::string_view query,
                                                                    const Route& route) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query.remove_prefix(end == query.npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = connectors::percent_decode(pair.substr(0, equals));
    auto value =
        equals == pair.npos ? std::string() : connectors::percent_decode(pair.substr(equals + 1));
    if (std::ranges::find(route.query, name) == route.query.end()) {
      std::string known;
      for (const auto each : route.query) known.append(known.empty() ? "" : ", ").append(each);
      return malformed("there is no query parameter of that name here; expected " +
                       (known.empty() ? "none" : "one of " + known));
    }
    const auto twice =
        std::ranges::any_of(out, [&](const auto& each) { return each.first == name; });
    if (twice) return malformed("the query parameter " + name + " stands twice");
    out.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

std::optional<std::string> query_value(const Call& call, std::string_view name) {
  for (const auto& [key, value] : call.query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<std::uint64_t> number_of(const Call& call, std::string_view name, std::uint64_t fallback) {
  const auto text = query_value(call, name);
  if (!text) return fallback;
  std::uint64_t number = 0;
  const auto end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc{} || stop != end) {
    return malformed(std::string(name) + ": expected a whole number");
  }
  return number;
}

Result<std::size_t> limit_of(const Call& call) {
  const auto limit = number_of(call, "limit", kPageDefault);
  if (!limit) return limit.error();
  if (*limit < 1 || *limit > kPageMax) {
    return malformed("limit: expected 1 to " + std::to_string(kPageMax));
  }
  return static_cast<std::size_t>(*limit);
}

std::string seal_cursor(const Call& call, std::string_view inner) {
  if (inner.empty()) return {};
  return to_base64url(mac_of(call, inner) + std::string(inner));
}

Result<std::string> open_cursor(const Call& call) {
  const auto sealed = query_value(call, "cursor");
  if (!sealed || sealed->empty()) return std::string();
  const auto bytes = sealed->size() <= kCursorCharsMax ? from_base64(*sealed) : std::nullopt;
  if (!bytes || bytes->size() <= kMacBytes) {
    return malformed("cursor: expected one that this list gave");
  }
  const auto inner = std::string_view(*bytes).substr(kMacBytes);
  if (!equal_constant_time(mac_of(call, inner), std::string_view(*bytes).substr(0, kMacBytes))) {
    return malformed("cursor: expected one that this list gave");
  }
  return std::string(inner);
}

}  // namespace parley::gateway::api
