#include "gateway/api/call.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "conversation/codec.hpp"
#include "gateway/api/idempotency.hpp"

namespace parley::gateway::api {
namespace {

// One segment of a path and what follows its slash.
std::string_view cut(std::string_view& path) {
  const auto slash = path.find('/');
  const auto segment = path.substr(0, slash);
  path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
  return segment;
}

}  // namespace

std::string Call::actor() const {
  return key->agent.empty() ? "api:" + key->id : "agent:" + key->agent.value;
}

std::vector<Row> Call::rows(const PersonId& person) const {
  std::vector<Row> out;
  if (!marker_id.empty()) out.push_back(marker_row(*this, person));
  if (route->audit.empty()) return out;
  JsonWriter entry;
  entry.begin_object()
      .member("at", format_time(service.clock().now()))
      .member("actor", actor())
      .member("key", key->id)
      .member("action", route->audit)
      .member("target", ids.empty() ? person.value : ids.front())
      .end_object();
  out.push_back(
      {.kind = RowKind::audit, .id = {}, .body = std::string(1, kStoredVersion) + entry.text()});
  return out;
}

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  if (std::ranges::count(pattern, '/') != std::ranges::count(path, '/')) return std::nullopt;
  std::vector<std::string> ids;
  while (!pattern.empty() || !path.empty()) {
    const auto want = cut(pattern), got = cut(path);
    if (want == "{id}") {
      if (got.empty()) return std::nullopt;
      ids.emplace_back(got);
    } else if (want != got) {
      return std::nullopt;
    }
  }
  return ids;
}

const std::vector<Route>& routes() {
  static const std::vector<Route> kRoutes = [] {
    std::vector<Route> all;
    for (auto part : {message_routes(), conversation_routes(), person_routes(), desk_routes(),
                      operator_routes(), report_routes(), profile_routes(), rule_routes(),
                      knowledge_routes(), correction_routes()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kRoutes;
}

}  // namespace parley::gateway::api
