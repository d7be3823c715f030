#include "gateway/cli/cases/case_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "gateway/cli/cases/cases.hpp"

namespace parley::gateway::cli {
namespace {

constexpr std::size_t kShownBytesMax = 300;
constexpr std::string_view kPassiveSuffix = "_passive_reply";
// The number every channel has in the peer's tests.
constexpr std::string_view kPeerNumber = "2020";

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return malformed("cannot be opened");
  std::string text(kCaseBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kCaseBytesMax) return malformed("larger than 4 MiB");
  return text;
}

std::string shown(std::string_view text) {
  if (text.size() <= kShownBytesMax) return std::string(text);
  return std::string(text.substr(0, kShownBytesMax)) + "...";
}

}  // namespace

void Verdict::differ(std::string_view field, std::string_view want, std::string_view got) {
  differences.push_back(std::string(field) + ": want " + shown(want) + ", got " + shown(got));
}

Result<Case> read_case(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::move(text.error());
  auto root = Json::parse(*text);
  if (!root) return std::move(root.error());
  Case one;
  one.name = std::filesystem::path(path).stem().string();
  one.root = *std::move(root);
  one.platform = one.root.text_or("channel", "");
  if (one.platform.empty()) return malformed("`channel` is missing");
  if (!one.root["expected"].is_object()) return malformed("`expected` is missing");
  one.outbound = one.root["message"].is_object();
  if (!one.outbound && !one.root["request"].is_object()) {
    return malformed("neither `request` nor `message`");
  }
  if (one.platform.ends_with(kPassiveSuffix)) {
    one.passive = true;
    one.platform.resize(one.platform.size() - kPassiveSuffix.size());
  }
  return one;
}

namespace {

// The address at which a gateway is called back is its own. A case that was taken from one holds
// it in the requests it expects, under this host.
const Json* callback_in(const Json& value, const std::string& host) {
  if (value.is_text() && value.text.starts_with("https://" + host + "/c/")) return &value;
  for (const auto& item : value.items) {
    if (const Json* found = callback_in(item, host)) return found;
  }
  for (const auto& member : value.members) {
    if (const Json* found = callback_in(member.value, host)) return found;
  }
  return nullptr;
}

// What a case leaves unsaid because the gateway it was taken from has it everywhere.
void read_peer_settings(const Case& one, const auto& known, connectors::Channel& channel) {
  const auto nobody = known("no such setting");
  const Json& config = one.root["config"];
  if (known("webhook_url") != nobody) {
    const Json* url =
        callback_in(one.root["expected_requests"], config.text_or("callback_domain", "localhost"));
    if (url != nullptr) channel.settings["webhook_url"] = url->text;
  }
  const bool peer = one.root["source"].text_or("repo", "") == kPeerSource;
  if (peer && !one.outbound && known("from") != nobody) channel.settings["from"] = kPeerNumber;
  // Unsigned unless the case says how; a tenant's file must choose that by name.
  if (known("webhook_auth") != nobody) channel.settings["webhook_auth"] = "none";
}

}  // namespace

connectors::Channel channel_of(const Case& one, const connectors::Connector& connector) {
  connectors::Channel channel;
  channel.tenant = TenantId{"cases"};
  channel.id = ChannelId{"ch1"};
  channel.platform = connector.platform();
  const auto& settings = connector.settings();
  const auto known = [&](std::string_view name) {
    return std::ranges::find(settings, name, &connectors::Setting::name);
  };
  for (const auto& setting : settings) {
    if (setting.kind == connectors::SettingKind::secret || setting.default_value.empty()) continue;
    channel.settings[std::string(setting.name)] = setting.default_value;
  }
  read_peer_settings(one, known, channel);
  // The cases describe the classic token endpoint.
  if (known("token_api") != settings.end()) channel.settings["token_api"] = "token";
  // And messages without a mark of ours.
  if (known("mark_sends") != settings.end()) channel.settings["mark_sends"] = "false";
  for (const auto& [key, value] : one.root["config"].members) {
    if (value.is_null()) continue;
    const std::string text = value.is_text() ? value.text : value.dump();
    std::string name = key;
    if (name == "peer_test_max_text_length") {
      name = known("text_max") != settings.end() ? "text_max" : "text_bytes_max";
    } else if (name == "public_key_pem_single_line") {
      name = "public_key";
    }
    if (name == "api_base") channel.api_base = text;
    const auto setting = known(name);
    if (setting == settings.end()) continue;
    if (setting->kind == connectors::SettingKind::secret) {
      channel.secrets.insert_or_assign(name, Secret(text));
    } else {
      channel.settings[name] = text;
    }
  }
  // An official account without a key is a plain one; a tenant's file must say so by name.
  const auto mode = known("mode");
  if (mode != settings.end() && channel.setting("mode").empty() &&
      channel.secret("encoding_aes_key").empty()) {
    channel.settings["mode"] = "plaintext";
  }
  return channel;
}

TimePoint clock_of(const Case& one) {
  const Json& clock = one.root["clock_unix"];
  if (clock.kind == Json::Kind::integer || clock.kind == Json::Kind::real) {
    return TimePoint{Milliseconds{static_cast<std::int64_t>(clock.real * 1000)}};
  }
  return TimePoint{Milliseconds{1'760'000'000'000}};
}

}  // namespace parley::gateway::cli
