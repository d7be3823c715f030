// gateway/pipeline/tenant.hpp
// One tenant as the running gateway sees it: everything its file said, checked and compiled.
// Reload makes a new one and swaps the pointer; work in hand keeps the old one alive.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "bots/settings.hpp"
#include "connectors/registry.hpp"
#include "routing/analyzer.hpp"
#include "routing/faq.hpp"
#include "routing/policy.hpp"

namespace parley::gateway {

// Scopes: "messages" (send, notify), "read" (history, persons, decisions), "agent" (the human
// side), "admin" (dead letters, profiles, merges, everything).
struct ApiKey {
  std::string id;
  std::string token_sha256;  // 32 raw bytes; the token itself is never kept
  std::vector<std::string> scopes;
  AgentId agent;                            // when set, the key acts as this agent only
  bool has(std::string_view scope) const {  // "admin" has all
    for (const auto& held : scopes) {
      if (held == scope || held == "admin") return true;
    }
    return false;
  }
};

struct BotSettings {
  BotId id;
  // The embedded one: what its file says, maybe nothing. The tenant's own entries come on top
  // (knowledge.hpp).
  std::shared_ptr<const routing::Faq> faq;
  double threshold = 0.45;                 // below: hand over
  std::optional<bots::Settings> remote;    // any other: somebody else's program
  std::string hand_over_zh, hand_over_en;  // said when it hands over; "" says nothing
};

// The tenant's own model of what customers' texts mean; classifier.hpp.
struct ClassifierSettings {
  std::string url;
  Secret secret;               // whsec_..., Standard Webhooks
  Milliseconds deadline{200};  // the acknowledgement of a message waits no longer for it
};

// Where the tenant's systems tell of a customer; asked before their turn is decided.
struct ProfileEndpoint {
  std::string url;
  Secret secret;  // whsec_..., Standard Webhooks
  Milliseconds deadline{300};
  Milliseconds fresh_for{15 * 60'000};
};

struct Tenant {
  TenantId id;
  std::string name;
  std::shared_ptr<const routing::Policy> policy;
  std::map<ChannelId, connectors::Channel> channels;
  std::map<ChannelId, const connectors::Entry*> entries;  // of the same keys; never null
  std::vector<ApiKey> api_keys;
  std::map<BotId, BotSettings> bots;
  std::optional<ProfileEndpoint> profile_endpoint;
  std::optional<ClassifierSettings> classifier;
  Secret media_key;  // signs media URLs
  std::uint64_t media_bytes_max = 20ull << 20;
  // Over models of the tenant's own; null: the one of the process judges.
  std::shared_ptr<const routing::Analyzer> analyzer;
};

using Tenants = std::map<TenantId, std::shared_ptr<const Tenant>>;

}  // namespace parley::gateway
