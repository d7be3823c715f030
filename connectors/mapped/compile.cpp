#include "connectors/mapped/compile.hpp"

#include <algorithm>
#include <array>

#include "connectors/charset.hpp"
#include "connectors/mapped/times.hpp"

namespace parley::connectors::mapped {
namespace {

constexpr std::array<std::string_view, 5> kBodies = {"auto", "json", "form", "xml", "query"};
constexpr BodyKind kBodyKinds[] = {BodyKind::automatic, BodyKind::json, BodyKind::form,
                                   BodyKind::xml, BodyKind::query};

constexpr std::array<std::string_view, 6> kProofRoots = {"raw",   "query",   "header",
                                                         "field", "setting", "url"};
constexpr std::array<std::string_view, 9> kOverRoots = {
    "raw", "query", "header", "field", "setting", "url", "address", "fields", "key"};
constexpr std::array<std::string_view, 6> kInRoots = {"body",    "query", "header",
                                                      "request", "item",  "setting"};
constexpr std::array<std::string_view, 7> kMediaRoots = {"body", "query",   "header", "request",
                                                         "item", "setting", "media"};
constexpr std::array<std::string_view, 1> kFetchRoots = {"setting"};

std::string_view kept(Mapping& out, std::string text) {
  return out.words.emplace_back(std::move(text));
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void read_setting(const Node& node, const std::vector<Setting>* allowed, Compilation& all,
                  Mapping& out) {
  constexpr std::string_view kKinds[] = {"text", "secret", "choice", "flag", "url"};
  constexpr SettingKind kKindOf[] = {SettingKind::text, SettingKind::secret, SettingKind::choice,
                                     SettingKind::flag, SettingKind::url};
  Table table(node, "setting", all);
  Setting setting;
  setting.name = kept(out, table.text("name"));
  if (!is_name(setting.name)) table.wrong("name", "must be of a-z, 0-9 and _");
  const bool kind_given = table.has("kind");
  setting.kind = kKindOf[table.choice("kind", kKinds)];
  setting.required = table.flag("required");
  setting.default_value = kept(out, table.text("default"));
  setting.what = kept(out, table.text("what", "a setting of the mapping"));
  for (auto& choice : table.texts("choices")) setting.choices.push_back(kept(out, choice));
  if ((setting.kind == SettingKind::choice) == setting.choices.empty()) {
    table.wrong("choices", "are what a setting of kind \"choice\" needs, and no other");
  }
  if (allowed != nullptr) {
    const auto known = std::ranges::find(*allowed, setting.name, &Setting::name);
    if (known == allowed->end()) {
      std::string names;
      for (const auto& one : *allowed) names += (names.empty() ? "" : ", ") + std::string(one.name);
      table.wrong("name", "is not a setting a mapping file can have; expected one of " + names);
    } else if (!kind_given) {
      setting.kind = known->kind;
    } else if (known->kind != setting.kind) {
      table.wrong("kind", "is not what this setting is");
    }
  }
  (setting.kind == SettingKind::secret ? all.secrets : all.texts).emplace(setting.name);
  out.settings.push_back(std::move(setting));
}

// Settings every mapping has, unless it says more of them itself.
void add_common_settings(Compilation& all, Mapping& out) {
  const auto add = [&](Setting setting) {
    if (std::ranges::find(out.settings, setting.name, &Setting::name) != out.settings.end()) return;
    all.texts.emplace(setting.name);
    out.settings.push_back(std::move(setting));
  };
  add({.name = "webhook_url",
       .kind = SettingKind::url,
       .what = "this channel's webhook with its public host, where receipts are wanted"});
  add({.name = "country_code", .what = "completes national numbers: \"44\" for +44"});
  add({.name = "text_max", .what = "shorter pieces of text than the platform allows"});
}

void read_fields_format(Table& table, Proof& proof) {
  const Node* fields = table.node("fields");
  if (fields == nullptr) return;
  Table format(*fields, "fields", table.all());
  proof.each_field = format.text("each", "&{name}={value}");
  proof.without = format.texts("without");
  proof.underscored = format.text("underscored");
}

void read_proof(const Node& node, Compilation& all, Mapping& out) {
  constexpr std::string_view kKinds[] = {"secret", "basic", "hmac", "digest"};
  constexpr Proof::Kind kKindOf[] = {Proof::Kind::secret, Proof::Kind::basic, Proof::Kind::hmac,
                                     Proof::Kind::digest};
  constexpr std::string_view kEncodings[] = {"hex", "base64"};
  Table table(node, "proof", all);
  Proof proof;
  proof.name = table.text("name");
  if (!is_name(proof.name) || proof.name == "none") {
    table.wrong("name", "must be of a-z, 0-9 and _, and not \"none\"");
  }
  proof.kind = kKindOf[table.choice("kind", kKinds)];
  proof.secret = table.text("secret");
  if (!all.secrets.contains(proof.secret))
    table.wrong("secret", "must name a setting of kind secret");
  proof.given = table.path("given", kProofRoots);
  if (!proof.given && proof.kind != Proof::Kind::basic) {
    table.wrong("given", "is missing; expected the path where the request shows its proof");
  }
  proof.prefix = table.text("prefix");
  proof.user = table.expr("user", kFetchRoots);
  proof.algorithm = table.templated("algorithm", kFetchRoots, "sha256");
  proof.over = table.templated("over", kOverRoots, "{raw}");
  proof.base64 = table.choice("encoding", kEncodings) == 1;
  proof.timestamp = table.path("timestamp", kProofRoots);
  proof.tolerance = Milliseconds(1000 * table.count("tolerance_s", 300, 86'400));
  read_fields_format(table, proof);
  const bool keyed = proof.kind == Proof::Kind::hmac;
  for (const Path* path : proof.over.paths()) {
    if (path->root == "key" && keyed) table.wrong("over", "must not hold the key of an hmac");
    if (path->root == "fields" && proof.each_field.empty()) {
      table.wrong("over",
                  "uses {fields}; expected a table \"fields\" that says how they are written");
    }
  }
  out.proofs.push_back(std::move(proof));
}

MediaIn read_media(Table& rule, Compilation& all) {
  MediaIn out;
  const Node* node = rule.node("media");
  if (node == nullptr) return out;
  Table table(*node, "media", all);
  out.each = table.path("each", kInRoots);
  out.when = table.conditions("when", kMediaRoots);
  out.url = table.field("url", kMediaRoots);
  out.mime = table.field("mime", kMediaRoots);
  out.name = table.field("name", kMediaRoots);
  if (out.url.absent()) table.wrong("url", "is missing; expected the path of a medium's address");
  return out;
}

void read_states(Table& rule, InboundRule& out) {
  constexpr std::string_view kStates[] = {"sent", "delivered", "read", "failed", "ignore"};
  out.state = rule.field("state", kInRoots);
  out.code = rule.field("code", kInRoots);
  out.error = rule.field("error", kInRoots);
  if (out.kind != InboundRule::Kind::status) return;
  if (!out.state.of.mapped) {
    rule.wrong("state", "is missing or has no \"map\" to sent, delivered, read, failed or ignore");
  }
  for (const auto& [word, state] : out.state.of.map) {
    if (std::ranges::find(kStates, state) == std::end(kStates)) {
      rule.wrong("state", "maps \"" + word + "\" to none of sent, delivered, read, failed, ignore");
    }
  }
}

void read_times(Table& rule, InboundRule& out) {
  out.time = rule.field("time", kInRoots);
  const Node* node = rule.node("time");
  if (node == nullptr) return;
  if (const Node* format = node->find("format")) {
    if (format->kind == Node::Kind::list) {
      for (const auto& item : format->items) out.time_formats.push_back(item.text);
    } else {
      out.time_formats.push_back(format->text);
    }
  }
  if (out.time_formats.empty()) out.time_formats.emplace_back("rfc3339");
  for (const auto& format : out.time_formats) {
    if (!is_time_format(format)) {
      rule.wrong("time", "has the format \"" + format +
                             "\"; expected unix, unix_ms, rfc3339 or a pattern such as %Y-%m-%d");
    }
  }
}

void read_rule(const Node& node, Compilation& all, Mapping& out) {
  constexpr std::string_view kKinds[] = {"message", "status", "event", "ignore"};
  constexpr InboundRule::Kind kKindOf[] = {InboundRule::Kind::message, InboundRule::Kind::status,
                                           InboundRule::Kind::event, InboundRule::Kind::ignore};
  Table table(node, "inbound", all);
  InboundRule rule;
  rule.kind = kKindOf[table.choice("kind", kKinds)];
  rule.when = table.conditions("when", kInRoots);
  rule.each = table.path("each", kInRoots);
  const std::pair<std::string_view, Field InboundRule::*> kFields[] = {
      {"id", &InboundRule::id},
      {"dedup", &InboundRule::dedup},
      {"sender", &InboundRule::sender},
      {"account", &InboundRule::account},
      {"text", &InboundRule::text},
      {"name", &InboundRule::name},
      {"reply_to", &InboundRule::reply_to},
      {"group", &InboundRule::group},
      {"recipient", &InboundRule::recipient},
      {"type", &InboundRule::type},
      {"key", &InboundRule::key}};
  for (const auto& [name, member] : kFields) rule.*member = table.field(name, kInRoots);
  read_times(table, rule);
  read_states(table, rule);
  rule.account_is = table.text("account_is");
  if (!rule.account_is.empty() && !all.texts.contains(rule.account_is)) {
    table.wrong("account_is", "must name a setting");
  }
  rule.media = read_media(table, all);
  if (const Node* more = table.node("attributes")) {
    Table attributes(*more, "attributes", all);
    for (const auto& member : more->members) {
      rule.attributes.emplace_back(member.name, attributes.field(member.name, kInRoots));
    }
  }
  const bool about_someone =
      rule.kind == InboundRule::Kind::message || rule.kind == InboundRule::Kind::event;
  if (about_someone && rule.sender.absent()) table.wrong("sender", "is missing");
  if (rule.kind != InboundRule::Kind::ignore && rule.id.absent()) table.wrong("id", "is missing");
  if (rule.kind == InboundRule::Kind::event && rule.type.absent())
    table.wrong("type", "is missing");
  out.inbound.push_back(std::move(rule));
}

std::vector<std::string> lower_words(std::vector<std::string> words) {
  for (auto& word : words) {
    std::ranges::transform(word, word.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  return words;
}

void read_fetch(Table& root, Mapping& out) {
  const Node* node = root.node("fetch");
  if (node == nullptr) return;
  constexpr std::array<std::string_view, 3> kRoots = {"setting", "secret", "vars"};
  Table table(*node, "fetch", root.all());
  out.fetch.from = table.texts("from");
  for (const auto& prefix : out.fetch.from) {
    // "https://api.example" would also begin "https://api.example.evil".
    const bool whole = prefix.starts_with("https://") && prefix.find('/', 8) != std::string::npos;
    if (!whole) table.wrong("from", "must be addresses such as \"https://api.example.com/\"");
  }
  out.fetch.headers = table.exprs("headers", kRoots);
}

void read_reply(Table& root, Mapping& out) {
  const Node* node = root.node("reply");
  if (node == nullptr) return;
  Table table(*node, "reply", root.all());
  out.reply.status = static_cast<int>(table.count("status", 200, 299));
  if (out.reply.status < 200) table.wrong("status", "must be 200 to 299");
  out.reply.content_type = table.text("content_type", out.reply.content_type);
  out.reply.body = table.text("body");
}

void read_head(Table& root, Mapping& out) {
  out.title = root.text("title");
  root.text("source");  // for people
  out.base = root.text("base");
  if (!out.base.starts_with("https://") && !out.base.starts_with("http://")) {
    root.wrong("base", "is missing; expected the address of the platform's API, \"https://...\"");
  }
  while (out.base.ends_with('/')) out.base.pop_back();
  if (const Node* node = root.node("request")) {
    Table table(*node, "request", root.all());
    out.body = kBodyKinds[table.choice("body", kBodies)];
    out.charset = table.text("charset", "utf-8");
    if (!is_charset(out.charset)) table.wrong("charset", "is not the name of a charset");
  }
  if (const Node* node = root.node("opt")) {
    Table table(*node, "opt", root.all());
    out.opt_out = lower_words(table.texts("out"));
    out.opt_in = lower_words(table.texts("in"));
  }
}

}  // namespace

void read_settings(Table& root, const std::vector<Setting>* allowed, Mapping& out) {
  for (const Node* node : root.tables("setting")) read_setting(*node, allowed, root.all(), out);
  add_common_settings(root.all(), out);
}

void read_proofs(Table& root, Mapping& out) {
  for (const Node* node : root.tables("proof")) read_proof(*node, root.all(), out);
  Setting auth{.name = "webhook_auth", .kind = SettingKind::choice, .choices = {}};
  for (const auto& proof : out.proofs) auth.choices.push_back(kept(out, proof.name));
  auth.choices.emplace_back("none");
  auth.required = out.proofs.empty();
  if (!out.proofs.empty()) auth.default_value = auth.choices.front();
  auth.what = "what proves a webhook; \"none\" believes everybody who knows its address";
  out.settings.push_back(std::move(auth));
}

void read_inbound(Table& root, Mapping& out) {
  for (const Node* node : root.tables("inbound")) read_rule(*node, root.all(), out);
  if (out.inbound.empty()) root.wrong("inbound", "is missing; expected at least one [[inbound]]");
}

Result<std::shared_ptr<const Mapping>> compile_mapping(std::string_view toml,
                                                       const std::vector<Setting>* allowed) {
  const auto node = parse_toml(toml);
  if (!node) return node.error();
  auto out = std::make_shared<Mapping>();
  Compilation all;
  {
    Table root(*node, "", all);
    read_head(root, *out);
    read_settings(root, allowed, *out);
    read_proofs(root, *out);
    read_inbound(root, *out);
    read_sends(root, *out);
    read_answer(root, *out);
    read_fetch(root, *out);
    read_reply(root, *out);
  }
  if (all.first) return *std::move(all.first);
  return std::shared_ptr<const Mapping>(std::move(out));
}

}  // namespace parley::connectors::mapped
