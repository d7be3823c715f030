// config/tenant_file.hpp
// One tenant's tables -> Tenant, in the order calendars, queues, bots, channels, segments, rules,
// agents, keys, so that each may refer to those before it and a reference to nothing has a place.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "config/problems.hpp"
#include "config/table.hpp"

namespace parley::config {

struct TenantContext {
  const ProcessConfig& process;
  const connectors::Registry& registry;
  Problems& problems;
  SecretSource secrets;
  std::string files_read;  // bytes of every file, for the policy's version
};

// Null or incomplete when `problems` is not empty.
std::shared_ptr<gateway::Tenant> read_tenant(const Node& root, TenantContext& context);

// Rules, segments, calendars, agents and the tenant's defaults over a policy that is in use.
void read_what_if(const Node& root, TenantContext& context, routing::Policy& policy);

// The parts, each in its own file.
void read_channels(Table& root, TenantContext& context, gateway::Tenant& tenant,
                   routing::Policy& policy);
void read_bots(Table& root, TenantContext& context, gateway::Tenant& tenant,
               routing::Policy& policy);
void read_classifier(Table& root, TenantContext& context, gateway::Tenant& tenant);
void read_models(Table& root, TenantContext& context, gateway::Tenant& tenant);
// After queues, bots, segments and calendars, to which they refer.
void read_rules(Table& root, TenantContext& context, routing::Policy& policy);
// "bot:faq", "queue:vip" or "keep"; kind none for the last, and for what was reported.
Holder read_holder(Table& table, std::string_view key, const std::string& text,
                   const routing::Policy& policy);
// After the tenant's own zone, which is theirs when they name none.
void read_calendars(Table& root, TenantContext& context, routing::Policy& policy);
void read_queues(Table& root, TenantContext& context, routing::Policy& policy);
void read_agents(Table& root, TenantContext& context, routing::Policy& policy);
// What queues say of other queues, of bots and of segments, once all of them are read.
void link_queues(const Node& root, TenantContext& context, routing::Policy& policy);
bots::Settings read_remote_bot(Table& table, TenantContext& context, bots::Kind kind);
void read_keys(Table& root, TenantContext& context, gateway::Tenant& tenant,
               const routing::Policy& policy);

// What signs our calls by Standard Webhooks; reported if it is no such secret, or required and
// missing.
void read_signing_secret(Table& table, TenantContext& context, std::string_view key, Secret& into,
                         bool required);

std::string named_or_id(Table& table, const std::string& id);
// An id seen twice is a mistake; true when it is new.
bool first_of_its_name(Table& table, std::string_view what, const std::string& id,
                       std::map<std::string, unsigned>& lines);

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> out;
  for (const auto& [id, value] : map) out.push_back(id.value);
  return out;
}
// "; did you mean ...?" or "; expected one of ..." or "; there is none".
std::string expected_of(std::string_view wrong, const std::vector<std::string>& known);

// host[:port] of a URL that the client would refuse as private, "" if it would not; only literal
// addresses and localhost can be known here.
std::string private_host_refused(const std::string& url, const ProcessConfig& process);
// What is wrong with a URL to call; "" if nothing.
std::string check_url(const std::string& url, const ProcessConfig& process);

}  // namespace parley::config
