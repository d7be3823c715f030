#include "connectors/mapped/mapped.hpp"

#include <algorithm>
#include <cstdlib>

#include "connectors/mapped/inbound.hpp"
#include "connectors/mapped/outbound.hpp"
#include "connectors/mapped/presets.hpp"
#include "connectors/mapped/request_view.hpp"
#include "connectors/mapped/stand_in.hpp"

namespace parley::connectors {
namespace {

using mapped::Mapping;
using MappingPtr = std::shared_ptr<const Mapping>;

const std::vector<Setting> kMappedSettings = [] {
  std::vector<Setting> out = mapped::file_settings();
  out.push_back({.name = "mapping",
                 .kind = SettingKind::file,
                 .required = true,
                 .what = "the mapping, a file beside the tenant's: \"file:vendors/acme.toml\""});
  out.push_back({.name = "webhook_auth",
                 .what = "what proves a webhook, by its name in the mapping; \"none\" believes "
                         "everybody who knows the address"});
  out.push_back({.name = "webhook_url",
                 .kind = SettingKind::url,
                 .what = "this channel's webhook with its public host, where receipts are wanted"});
  out.push_back({.name = "country_code", .what = "completes national numbers: \"44\" for +44"});
  out.push_back({.name = "text_max", .what = "shorter pieces than the platform allows"});
  return out;
}();

bool covers_body(const mapped::Proof& proof) {
  const auto over = proof.over.paths();
  return proof.kind >= mapped::Proof::Kind::hmac &&
         std::ranges::any_of(over, [](const mapped::Path* path) {
           return path->root == "raw" || path->root == "fields";
         });
}

Capabilities capabilities_of(std::string_view platform, const Mapping* mapping) {
  Capabilities can;
  can.platform = platform;
  const bool attach = mapping != nullptr && mapping->text.attach;
  const bool proven = mapping != nullptr && !mapping->proofs.empty();
  can.content.push_back({"text", Level::native});
  for (const char* type : {"image", "file", "audio", "voice", "video"}) {
    can.content.push_back({type, attach ? Level::native : Level::converted});
  }
  for (const char* type : {"sticker", "location", "contact", "link", "card", "carousel", "list",
                           "form", "product", "order", "action_response"}) {
    can.content.push_back({type, Level::converted});
  }
  for (const char* type : {"reaction", "edit", "delete", "template"}) {
    can.content.push_back({type, Level::none});
  }
  can.text_max = mapping == nullptr ? 1600 : mapping->text.max;
  can.text_unit = TextUnit::utf16;
  if (mapping != nullptr) {
    switch (mapping->text.unit) {
      case mapped::TextRule::Unit::segments:
        can.text_max *= 67;  // whatever the alphabet
        break;
      case mapped::TextRule::Unit::characters:
        can.text_unit = TextUnit::code_points;
        break;
      case mapped::TextRule::Unit::bytes:
        can.text_unit = TextUnit::bytes;
        break;
      case mapped::TextRule::Unit::utf16:
        break;
    }
  }
  can.delivery_receipts =
      mapping == nullptr || std::ranges::any_of(mapping->inbound, [](const auto& rule) {
        return rule.kind == mapped::InboundRule::Kind::status;
      });
  can.body_signed = proven && covers_body(mapping->proofs.front());
  can.text_kind = "chat";
  return can;
}

std::string missing_in(const Channel& channel, const std::vector<Setting>& settings) {
  for (const auto& setting : settings) {
    if (!setting.required) continue;
    const bool given = setting.kind == SettingKind::secret ? !channel.secret(setting.name).empty()
                                                           : !channel.setting(setting.name).empty();
    if (!given) return std::string(setting.name) + " is missing; the mapping needs it";
  }
  return {};
}

std::string check_proof(const Channel& channel, const Mapping& mapping) {
  const auto auth = channel.setting("webhook_auth");
  if (auth == "none") return {};
  const mapped::Proof* proof = mapped::chosen_proof(channel, mapping);
  std::string names;
  for (const auto& one : mapping.proofs) names += "\"" + one.name + "\", ";
  if (proof == nullptr) {
    return "webhook_auth must be " + names + "or \"none\" to believe whoever knows the address";
  }
  if (channel.secret(proof->secret).empty()) {
    return proof->secret + " is missing; webhook_auth = \"" + proof->name +
           "\" needs it (\"none\" believes whoever knows the address)";
  }
  const bool of_address = std::ranges::any_of(proof->over.paths(), [](const mapped::Path* path) {
    return path->root == "url" || path->root == "address";
  });
  if (of_address && channel.setting("webhook_url").empty()) {
    return "webhook_url is missing; webhook_auth = \"" + proof->name + "\" signs it";
  }
  return {};
}

// A connector over mappings, wherever they come from.
class MappedBase : public Connector {
 public:
  virtual Result<MappingPtr> mapping_of(const Channel& channel) const = 0;

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const auto mapping = mapping_of(channel);
    if (!mapping) return unusable(mapping.error());
    return mapped::verify(request, channel, **mapping);
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    const auto mapping = mapping_of(channel);
    if (!mapping) return {.events = {}, .stopped = mapping.error()};
    return mapped::parse_mapped(request, channel, **mapping);
  }

  Reply acknowledge(const WebhookRequest&, const Channel& channel) const override {
    const auto mapping = mapping_of(channel);
    return mapping ? (*mapping)->reply : Reply{};
  }

  SendStep start(const SendContext& context) const override {
    const auto mapping = mapping_of(context.channel);
    if (!mapping) return mapping.error();
    return mapped::start_mapped(context, **mapping);
  }

  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    const auto mapping = mapping_of(context.channel);
    if (!mapping) return mapping.error();
    return mapped::resume_mapped(context, **mapping, step, answer);
  }

 private:
  // Nothing proves a request where nobody knows what would.
  static Error unusable(Error error) {
    error.code = Errc::unauthenticated;
    return error;
  }
};

class PresetConnector final : public MappedBase {
 public:
  PresetConnector(std::string_view platform, MappingPtr mapping)
      : platform_(platform),
        mapping_(std::move(mapping)),
        capabilities_(capabilities_of(platform, mapping_.get())) {}

  std::string_view platform() const noexcept override { return platform_; }
  const Capabilities& capabilities() const noexcept override { return capabilities_; }
  const std::vector<Setting>& settings() const noexcept override { return mapping_->settings; }
  Result<MappingPtr> mapping_of(const Channel&) const override { return mapping_; }
  std::string check(const Channel& channel) const override {
    return check_proof(channel, *mapping_);
  }

 private:
  std::string_view platform_;
  MappingPtr mapping_;
  Capabilities capabilities_;
};

class FileConnector final : public MappedBase {
 public:
  FileConnector() : capabilities_(capabilities_of("mapped", nullptr)) {}

  std::string_view platform() const noexcept override { return "mapped"; }
  const Capabilities& capabilities() const noexcept override { return capabilities_; }
  const std::vector<Setting>& settings() const noexcept override { return kMappedSettings; }

  Result<MappingPtr> mapping_of(const Channel& channel) const override {
    return mapped::kept_mapping(channel.setting("mapping"));
  }

  std::string check(const Channel& channel) const override {
    const auto mapping = mapping_of(channel);
    if (!mapping) return "mapping, " + mapping.error().detail;
    if (auto missing = missing_in(channel, (*mapping)->settings); !missing.empty()) {
      const bool auth = missing.starts_with("webhook_auth");
      if (!auth) return missing;
    }
    return check_proof(channel, **mapping);
  }

 private:
  Capabilities capabilities_;
};

class MappedMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;
  explicit MappedMedia(const MappedBase& connector) : connector_(connector) {}

  Step start(const Media& media, const Channel& channel, std::string_view) const override {
    const auto mapping = connector_.mapping_of(channel);
    if (!mapping) return mapping.error();
    return mapped::fetch_mapped(media, channel, **mapping);
  }
  Step resume(const Media&, const Channel&, std::string_view, int,
              const HttpAnswer& answer) const override {
    return Error{.code = answer.status >= 500 ? Errc::unavailable : Errc::rejected,
                 .detail = "the medium was not given: HTTP " + std::to_string(answer.status)};
  }

 private:
  const MappedBase& connector_;
};

}  // namespace

Entry make_mapped() {
  auto connector = std::make_unique<FileConnector>();
  Entry entry;
  entry.media_source = std::make_unique<MappedMedia>(*connector);
  entry.connector = std::move(connector);
  entry.stand_in = [] {
    const auto file = mapped::sample_mapping();
    return mapped::make_stand_in("mapped", mapped::kept_mapping(file).value(), file);
  };
  entry.maturity = Maturity::alpha;
  return entry;
}

std::vector<Entry> make_mapped_presets() {
  std::vector<Entry> out;
  for (const auto& preset : mapped::presets()) {
    auto mapping = mapped::compile_mapping(preset.toml);
    if (!mapping) std::abort();  // a preset that does not compile is a bug of ours; a test names it
    auto connector = std::make_unique<PresetConnector>(preset.platform, *mapping);
    Entry entry;
    if (!(*mapping)->fetch.from.empty()) {
      entry.media_source = std::make_unique<MappedMedia>(*connector);
    }
    entry.stand_in = [platform = preset.platform, compiled = *mapping] {
      return mapped::make_stand_in(platform, compiled, "");
    };
    entry.connector = std::move(connector);
    entry.maturity = Maturity::alpha;
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace parley::connectors
