// [[channel]]: what every channel has, and what its platform's connector says it may have.
#include "config/tenant_file.hpp"

namespace parley::config {
namespace {

using connectors::SettingKind;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

class ChannelReader {
 public:
  ChannelReader(Table& table, TenantContext& context, connectors::Channel& channel)
      : table_(table), context_(context), channel_(channel) {}

  void read(const connectors::Setting& setting) {
    const std::string key(setting.name);
    if (setting.kind == SettingKind::secret) {
      if (auto secret = read_secret(table_, key, context_.secrets)) {
        channel_.secrets.emplace(key, std::move(*secret));
      } else {
        require(setting);
      }
      return;
    }
    const auto value = value_of(setting);
    if (!value.empty())
      channel_.settings.emplace(key, value);
    else
      require(setting);
  }

 private:
  std::string value_of(const connectors::Setting& setting) {
    const std::string key(setting.name);
    switch (setting.kind) {
      case SettingKind::flag:
        if (!table_.has(key) && setting.default_value.empty()) {
          table_.raw(key);
          return {};
        }
        return table_.flag(key, setting.default_value == "true") ? "true" : "false";
      case SettingKind::choice:
        return table_.one_of(key, setting.choices, setting.default_value);
      case SettingKind::url: {
        auto url = table_.text(key, setting.default_value);
        if (!table_.has(key) || url.empty()) return url;
        const auto wrong = check_url(url, context_.process);
        if (!wrong.empty()) table_.problem(key, wrong);
        return url;
      }
      case SettingKind::file:
        return text_of_file(key);
      case SettingKind::text:
      case SettingKind::secret:
        break;
    }
    // Ids that are numbers (an agent id, an app id) may be written as numbers.
    const Node* node = table_.raw(key);
    if (node && node->kind == Kind::integer) return std::to_string(node->integer);
    return table_.text(key, setting.default_value);
  }

  // The text of a file beside the tenant's own; part of the policy's version like that one.
  std::string text_of_file(const std::string& key) {
    constexpr std::string_view kFile = "file:";
    std::string path = table_.text(key);
    if (path.empty()) return {};
    if (path.starts_with(kFile)) path.erase(0, kFile.size());
    auto bytes = read_file_blocking(resolve_path(context_.secrets.directory, path), kFileBytesMax);
    if (!bytes) {
      table_.problem(key, bytes.error().detail + "; expected a readable file, \"file:PATH\"");
      return {};
    }
    if (bytes->empty()) table_.problem(key, "names an empty file");
    context_.files_read += *bytes;
    return *std::move(bytes);
  }

  void require(const connectors::Setting& setting) {
    if (!setting.required || table_.has(setting.name)) return;
    table_.problem(setting.name,
                   "is missing; expected " +
                       (setting.what.empty() ? std::string("a value") : std::string(setting.what)));
  }

  Table& table_;
  TenantContext& context_;
  connectors::Channel& channel_;
};

std::vector<std::string> platforms_of(const connectors::Registry& registry) {
  std::vector<std::string> out;
  for (const auto& entry : registry.entries()) out.emplace_back(entry.connector->platform());
  return out;
}

// Its settings cannot be judged: they are neither wrong nor right.
void skip_all(Table& table, const Node& node) {
  for (const auto& member : node.members) table.raw(member.name);
}

void read_channel(const Node& node, TenantContext& context, gateway::Tenant& tenant,
                  routing::Policy& policy, std::map<std::string, unsigned>& lines) {
  auto& problems = context.problems;
  const auto count_before = problems.count();
  Table table(node, "channel", problems);
  connectors::Channel channel{.tenant = tenant.id,
                              .id = {table.required_name("id")},
                              .platform = table.required_text("platform"),
                              .api_base = table.text("api_base"),
                              .settings = {},
                              .secrets = {}};
  // Of an agent's capacity: a phone call is more than a chat, a mail less.
  constexpr double kHundredths = routing::kUsualWeight;
  const double weight = table.number("weight", 1.0, 0.01, 100.0);
  const auto* entry = context.registry.find(channel.platform);
  if (!entry) {
    skip_all(table, node);
    if (!channel.platform.empty()) {
      table.problem("platform", "there is no platform " + quoted(channel.platform) +
                                    expected_of(channel.platform, platforms_of(context.registry)));
    }
    return;
  }
  if (!channel.api_base.empty()) {
    const auto wrong = check_url(channel.api_base, context.process);
    if (!wrong.empty()) table.problem("api_base", wrong);
    while (channel.api_base.ends_with('/')) channel.api_base.pop_back();
  }
  ChannelReader reader(table, context, channel);
  for (const auto& setting : entry->connector->settings()) {
    if (setting.name != "api_base") reader.read(setting);
  }
  if (!first_of_its_name(table, "channel", channel.id.value, lines)) return;
  if (problems.count() != count_before) return;
  if (const auto wrong = entry->connector->check(channel); !wrong.empty()) {
    problems.add(table.at(), "channel " + quoted(channel.id.value), wrong);
  }
  if (channel.setting("webhook_auth") == "none") {
    table.warning("webhook_auth",
                  "is \"none\": whoever knows the webhook's address can speak for any customer");
  }
  policy.channels[channel.id] = {.id = channel.id,
                                 .platform = channel.platform,
                                 .account = std::string(channel.setting("account")),
                                 .capabilities = &entry->connector->capabilities(),
                                 .weight = static_cast<std::uint32_t>(weight * kHundredths + 0.5)};
  tenant.entries[channel.id] = entry;
  tenant.channels[channel.id] = std::move(channel);
}

}  // namespace

void read_channels(Table& root, TenantContext& context, gateway::Tenant& tenant,
                   routing::Policy& policy) {
  std::map<std::string, unsigned> lines;
  for (const Node* node : root.tables("channel")) {
    read_channel(*node, context, tenant, policy, lines);
  }
}

}  // namespace parley::config
