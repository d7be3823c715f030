// gateway/api/call.hpp
// One authenticated request on its way through a route, and the table of all routes.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/pipeline/service.hpp"

namespace parley::gateway::api {

struct Route;

struct Call {
  Service& service;
  http::Request request;
  std::shared_ptr<const Tenant> tenant;
  const ApiKey* key = nullptr;  // lives in `tenant`
  const Route* route = nullptr;
  std::vector<std::string> ids = {};  // what stood at the {} of the pattern
  std::vector<std::pair<std::string, std::string>> query = {};  // decoded
  std::string marker_id = {};       // row of the Idempotency-Key, "" without one
  std::string request_hash = {};    // what the key was first used for
  std::string correlation_id = {};  // of messages made under it; finds them again after a crash

  const TenantId& tenant_id() const { return tenant->id; }
  // "agent:anna" or "api:<key id>".
  std::string actor() const;
  // To be committed with a command to this person: that the key took effect, and the audit entry.
  std::vector<Row> rows(const PersonId& person) const;
};

using RouteAction = net::awaitable<http::Response> (*)(Call&);

struct Route {
  std::string_view method;
  std::string_view pattern;              // "/v1/conversations/{id}/events"
  std::vector<std::string_view> scopes;  // one of them is enough; "admin" always is
  RouteAction action = nullptr;
  std::vector<std::string_view> query = {};  // parameters it knows
  std::string_view audit = {};  // the action's name in the audit log, "" if it is not kept
  bool takes_json = true;       // of its body, when it has one
};

const std::vector<Route>& routes();

// Each file of routes gives its own.
std::vector<Route> message_routes();
std::vector<Route> conversation_routes();
std::vector<Route> person_routes();
std::vector<Route> desk_routes();
std::vector<Route> operator_routes();
std::vector<Route> report_routes();
std::vector<Route> profile_routes();
std::vector<Route> rule_routes();
std::vector<Route> knowledge_routes();
std::vector<Route> correction_routes();

// The ids where the pattern has {}, nullopt when the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path);

}  // namespace parley::gateway::api
