#include "config/tenant_file.hpp"

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "config/condition.hpp"

namespace parley::config {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "bot:faq", "queue:vip" or "keep".
Holder read_holder(Table& table, std::string_view key, const std::string& text,
                   const routing::Policy& policy) {
  if (text.empty()) return {};  // reported already, or a default to be found
  if (text == "keep") return {};
  const auto colon = text.find(':');
  const auto kind = std::string_view(text).substr(0, colon);
  const auto id = colon == text.npos ? std::string() : text.substr(colon + 1);
  if (kind == "bot" && !id.empty()) {
    if (!policy.bots.contains({id})) {
      table.problem(key, "there is no bot " + quoted(id) + expected_of(id, names_of(policy.bots)));
    }
    return {.kind = HolderKind::bot, .id = id};
  }
  if (kind == "queue" && !id.empty()) {
    if (!policy.queues.contains({id})) {
      table.problem(key,
                    "there is no queue " + quoted(id) + expected_of(id, names_of(policy.queues)));
    }
    return {.kind = HolderKind::queue, .id = id};
  }
  table.problem(key, quoted(text) + " says nobody; expected \"bot:ID\", \"queue:ID\" or \"keep\"");
  return {};
}

void read_segments(Table& root, TenantContext& context, routing::Policy& policy) {
  std::map<std::string, unsigned> lines;
  for (const Node* node : root.tables("segment")) {
    Table table(*node, "segment", context.problems);
    routing::Segment segment;
    segment.name = table.required_name("name");
    segment.line = static_cast<int>(node->at.line);
    if (const Node* when = table.raw("when")) {
      segment.when = read_condition(*when, "segment.when", context.problems);
    } else {
      table.problem("when",
                    "is missing; expected a condition like { attribute = { name = "
                    "\"tier\", eq = \"gold\" } }");
    }
    if (first_of_its_name(table, "segment", segment.name, lines)) {
      policy.segments.push_back(std::move(segment));
    }
  }
}

void read_rules(Table& root, TenantContext& context, routing::Policy& policy) {
  std::map<std::string, unsigned> lines;
  for (const Node* node : root.tables("rule")) {
    Table table(*node, "rule", context.problems);
    routing::Rule rule;
    rule.name = table.required_text("name");
    rule.line = static_cast<int>(node->at.line);
    if (const Node* when = table.raw("when")) {
      rule.when = read_condition(*when, "rule.when", context.problems);
    } else {
      table.problem("when", "is missing; expected a condition, or { always = true }");
    }
    rule.then = read_holder(table, "then", table.required_text("then"), policy);
    rule.priority = table.whole<int>("priority", rule.priority, 0, 100);
    rule.skills = table.texts("skills");
    rule.labels = table.texts("labels");
    if (first_of_its_name(table, "rule", rule.name, lines)) policy.rules.push_back(std::move(rule));
  }
}

// What [tenant] says beside its name; after queues and bots, to which it refers.
void read_defaults(Table& table, routing::Policy& policy) {
  constexpr std::int64_t kMinuteMs = 60'000;
  policy.episode_idle = Milliseconds{
      kMinuteMs * table.whole<std::int64_t>("episode_idle_minutes",
                                            policy.episode_idle.count() / kMinuteMs, 1, 525'600)};
  policy.negative_threshold =
      table.number("negative_threshold", policy.negative_threshold, -20, 20);
  const auto text = table.text("default");
  policy.default_outcome = read_holder(table, "default", text, policy);
  if (!text.empty()) return;
  if (!policy.bots.empty()) {
    policy.default_outcome = {.kind = HolderKind::bot, .id = policy.bots.begin()->first.value};
  } else if (!policy.human_queue.empty()) {
    policy.default_outcome = {.kind = HolderKind::queue, .id = policy.human_queue.value};
  }
}

void read_zone(Table& table, routing::Policy& policy) {
  policy.zone = table.text("zone", policy.zone);
  if (const auto zone = routing::find_zone(policy.zone); !zone) {
    table.problem("zone", zone.error().detail);
    policy.zone = "UTC";
  }
}

void read_human_queue(Table& table, routing::Policy& policy) {
  const auto named = table.optional_name("human_queue");
  if (named.empty()) return;
  if (policy.queues.contains({named})) {
    policy.human_queue = {named};
    return;
  }
  table.problem("human_queue",
                "there is no queue " + quoted(named) + expected_of(named, names_of(policy.queues)));
}

void read_media(Table& root, TenantContext& context, gateway::Tenant& tenant) {
  const Node nothing;
  const Node* node = root.table("media");
  Table table(node ? *node : nothing, "media", context.problems);
  const auto bytes_max = context.process.pipeline.media.bytes_max;
  tenant.media_bytes_max = table.whole<std::uint64_t>("bytes_max", bytes_max, 1024, bytes_max);
  auto key = read_secret(table, "key", context.secrets);
  tenant.media_key = key ? std::move(*key)
                         : Secret(hmac_sha256(context.process.media_key.reveal(), tenant.id.value));
}

// Routing knows lines, not files: `rule "x" (line 12): ...`.
unsigned line_in(std::string_view detail) {
  constexpr std::string_view kLine = "(line ";
  const auto at = detail.find(kLine);
  unsigned line = 1;
  if (at == detail.npos) return line;
  const auto digits = detail.substr(at + kLine.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), line);
  return line;
}

void compile_policy(routing::Policy policy, TenantContext& context, gateway::Tenant& tenant) {
  policy.tenant = tenant.id;
  policy.version = to_hex(sha256(context.files_read));
  auto compiled = routing::compile(std::move(policy));
  if (compiled) {
    tenant.policy = std::move(*compiled);
  } else {
    const auto& detail = compiled.error().detail;
    context.problems.add({.line = line_in(detail), .column = 1}, "", detail);
  }
}

}  // namespace

std::string named_or_id(Table& table, const std::string& id) {
  auto name = table.text("name");
  return name.empty() ? id : name;
}

bool first_of_its_name(Table& table, std::string_view what, const std::string& id,
                       std::map<std::string, unsigned>& lines) {
  if (id.empty()) return false;
  const auto [place, fresh] = lines.emplace(id, table.at().line);
  if (fresh) return true;
  table.problem(table.has("id") ? "id" : "name",
                "the " + std::string(what) + " " + quoted(id) + " stands in line " +
                    std::to_string(place->second) + " already; expected each once");
  return false;
}

std::string expected_of(std::string_view wrong, const std::vector<std::string>& known) {
  if (known.empty()) return "; there is none";
  auto hint = did_you_mean(wrong, known);
  if (!hint.empty()) return hint;
  return "; expected one of " + list_of({known.begin(), known.end()});
}

std::shared_ptr<gateway::Tenant> read_tenant(const Node& root, TenantContext& context) {
  auto tenant = std::make_shared<gateway::Tenant>();
  routing::Policy policy;
  const Node nothing;
  {
    Table top(root, "", context.problems);
    const Node* head_node = top.table("tenant");
    if (!head_node && !top.has("tenant")) {
      top.problem("tenant", "is missing; expected [tenant] with id and name");
    }
    Table head(head_node ? *head_node : nothing, "tenant", context.problems);
    if (head_node) tenant->id = {head.required_name("id")};
    tenant->name = named_or_id(head, tenant->id.value);
    context.secrets.literals_allowed = head.flag("allow_literal_secrets", false);
    read_zone(head, policy);
    read_calendars(top, context, policy);
    read_queues(top, context, policy);
    read_human_queue(head, policy);
    read_bots(top, context, *tenant, policy);
    read_defaults(head, policy);
    read_channels(top, context, *tenant, policy);
    read_segments(top, context, policy);
    read_rules(top, context, policy);
    read_agents(top, context, policy);
    link_queues(root, context, policy);
    read_keys(top, context, *tenant, policy);
    read_media(top, context, *tenant);
  }
  if (context.problems.empty()) compile_policy(std::move(policy), context, *tenant);
  return tenant;
}

}  // namespace parley::config
