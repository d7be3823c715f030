// From a request to its route: credential, scope, parameters, then the route's own action.
#include "gateway/api/api.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "gateway/api/impl.hpp"
#include "gateway/api/paging.hpp"

namespace parley::gateway {
namespace {

using api::Call;
using api::Route;

http::Response unauthenticated(std::string_view detail) {
  auto out = http::problem(401, "unauthenticated", "No valid key", detail);
  out.headers.emplace_back("WWW-Authenticate", "Bearer");
  return out;
}

http::Response locked(Milliseconds wait) {
  return api::problem_of({.code = Errc::throttled,
                          .retry_after = wait,
                          .detail = "too many wrong keys from this address"});
}

bool is_json(const http::Request& request) {
  std::string type(request.header("content-type"));
  type.resize(std::min(type.find(';'), type.size()));
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  while (type.ends_with(' ')) type.pop_back();
  return type == "application/json";
}

bool may(const ApiKey& key, const Route& route) {
  return key.has("admin") ||
         std::ranges::any_of(route.scopes, [&](auto scope) { return key.has(scope); });
}

// The route, or the answer that there is none.
struct Found {
  const Route* route = nullptr;
  std::vector<std::string> ids = {};
  http::Response otherwise = {};
};

Found find_route(const http::Request& request) {
  std::string allowed;
  for (const auto& route : api::routes()) {
    auto ids = api::match(route.pattern, request.path);
    if (!ids) continue;
    if (route.method == request.method) return {.route = &route, .ids = std::move(*ids)};
    allowed.append(allowed.empty() ? "" : ", ").append(route.method);
  }
  if (allowed.empty()) return {.otherwise = api::no_such("route")};
  auto answer =
      http::problem(405, "method-not-allowed", "Method not allowed", "expected " + allowed);
  answer.headers.emplace_back("Allow", allowed);
  return {.otherwise = std::move(answer)};
}

http::Response forbidden(const Route& route) {
  std::string scopes;
  for (const auto scope : route.scopes) scopes.append(scopes.empty() ? "" : " or ").append(scope);
  return http::problem(403, "scope", "The key may not do this", "it needs the scope " + scopes);
}

}  // namespace

namespace api {

std::variant<Credential, http::Response> Door::let_in(std::string_view token,
                                                      const std::string& remote) {
  const auto now = service_.clock().steady();
  if (const auto wait = failures_.locked(remote, now)) return locked(*wait);
  if (token.empty()) return unauthenticated("expected Authorization: Bearer <key>");
  if (auto found = keys_.find(token)) return std::move(*found);
  failures_.failed(remote, now);
  return unauthenticated("the key is not known");
}

}  // namespace api

Api::Impl::Impl(Service& the_service, ApiLimits the_limits)
    : service(the_service),
      limits(the_limits),
      door(the_service, the_limits),
      idempotency(the_limits.keys_in_flight_max) {}

Api::Api(Service& service, ApiLimits limits) : impl_(std::make_unique<Impl>(service, limits)) {}
Api::~Api() = default;

net::awaitable<http::Response> Api::Impl::answer(http::Request request) {
  auto let_in = door.let_in(api::bearer_token(request), request.remote);
  if (auto* refused = std::get_if<http::Response>(&let_in)) co_return std::move(*refused);
  auto& who = std::get<api::Credential>(let_in);
  auto found = find_route(request);
  if (!found.route) co_return std::move(found.otherwise);
  if (!may(*who.key, *found.route)) co_return forbidden(*found.route);
  auto query = api::read_query(request.query, *found.route);
  if (!query) co_return api::problem_of(query.error());
  if (found.route->takes_json && !request.body.empty() && !is_json(request)) {
    co_return http::problem(415, "media-type", "Unsupported media type",
                            "expected Content-Type: application/json");
  }
  Call call{.service = service,
            .request = std::move(request),
            .tenant = std::move(who.tenant),
            .key = who.key,
            .route = found.route,
            .ids = std::move(found.ids),
            .query = std::move(*query)};
  co_return co_await idempotency.run(call);
}

net::awaitable<http::Response> Api::handle(http::Request request) {
  auto answer = co_await impl_->answer(std::move(request));
  answer.headers.emplace_back("Cache-Control", "no-store");
  answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
  co_return answer;
}

}  // namespace parley::gateway
