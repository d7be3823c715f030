#include <unordered_map>

#include "connectors/mapped/mapping.hpp"

namespace parley::connectors::mapped {

const std::vector<Setting>& file_settings() {
  static const std::vector<Setting> kSettings = {
      {.name = "from", .what = "the number or name that sends"},
      {.name = "account", .what = "the account at the platform"},
      {.name = "username", .what = "the user at the platform"},
      {.name = "option", .what = "whatever else the mapping wants to be told"},
      {.name = "password", .kind = SettingKind::secret, .what = "the user's password"},
      {.name = "api_key", .kind = SettingKind::secret, .what = "a key of the platform's API"},
      {.name = "api_secret", .kind = SettingKind::secret, .what = "its other half"},
      {.name = "webhook_secret", .kind = SettingKind::secret, .what = "what proves a webhook"},
  };
  return kSettings;
}

Result<std::shared_ptr<const Mapping>> kept_mapping(std::string_view toml) {
  thread_local std::unordered_map<std::string, std::shared_ptr<const Mapping>> kept;
  const std::string text(toml);
  if (const auto found = kept.find(text); found != kept.end()) return found->second;
  auto compiled = compile_mapping(text, &file_settings());
  if (!compiled) return compiled;
  if (kept.size() >= kKeptMax) kept.clear();
  kept.emplace(text, *compiled);
  return compiled;
}

}  // namespace parley::connectors::mapped
