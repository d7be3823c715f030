// tests/integration/world.hpp
// A whole gateway on free ports over a directory of its own, and the hands to use it: signed
// webhooks, API calls, reading the log.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/cli/running.hpp"
#include "tests/support/plain_http.hpp"

namespace parley::test {

// A tenant file's text: telegram ("tg") and webchat ("web") channels whose platform is at
// `platform_port`, bot as given ("faq" or "webhook" at `bot_port`).
struct TenantText {
  std::string id = "shop";
  std::string channels = {};                      // [[channel]] tables in the place of those two
  std::map<std::string, std::string> files = {};  // beside the tenant's own, by name
  std::uint16_t platform_port = 1;                // nobody listens there
  std::uint16_t bot_port = 0;                     // 0: the FAQ bot
  int bot_deadline_ms = 8'000;
  std::string extra = {};  // more TOML at the end
};
std::string tenant_toml(const TenantText& text);

class World {
 public:
  explicit World(const std::vector<TenantText>& tenants);
  // Over what `furnish` writes into an empty directory: parley.toml and all it names.
  using Furnish = std::function<void(const std::string& directory)>;
  explicit World(const Furnish& furnish);
  ~World();
  // Ends the gateway (gracefully unless told) and starts it again over the same directory.
  void restart();
  std::uint16_t port() const { return running_->port(); }
  std::uint16_t admin_port() const { return running_->admin_port(); }
  gateway::Running& running() { return *running_; }
  const std::string& directory() const { return directory_; }

  // A text from a telegram customer, signed. `update` is the platform's own id of it.
  Answer telegram(const std::string& tenant, std::int64_t update, std::int64_t user,
                  const std::string& text) const;
  Answer api(const std::string& key, const std::string& method, const std::string& path,
             const std::string& body = {}, const Headers& extra = {}) const;
  // The conversation's events as the API gives them, one JSON text each.
  std::vector<std::string> events(const std::string& key, const std::string& conversation) const;
  static std::string conversation_of_telegram(const std::string& tenant, std::int64_t user);
  // Blocks until `holds` or 20 s have passed; polls the API, never sleeps blindly.
  static bool eventually(const std::function<bool()>& holds);

 private:
  void start();
  std::string directory_;
  std::unique_ptr<gateway::Running> running_;
};

std::size_t count_containing(const std::vector<std::string>& texts, const std::string& what);

}  // namespace parley::test
