#include "config/tenant_file.hpp"

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "config/condition.hpp"

namespace parley::config {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

void read_strategy(const Node& node, TenantContext& context, routing::Segment& segment) {
  Table table(node, "segment.strategy", context.problems);
  for (const char* key : {"greeting_zh", "greeting_en", "offer_zh", "offer_en", "win_back_zh",
                          "win_back_en", "agent_note", "bot_hint"}) {
    if (auto text = table.text(key); !text.empty()) segment.strategy[key] = std::move(text);
  }
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
    if (const Node* strategy = table.table("strategy")) {
      read_strategy(*strategy, context, segment);
    }
    if (first_of_its_name(table, "segment", segment.name, lines)) {
      policy.segments.push_back(std::move(segment));
    }
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

void read_profile_endpoint(Table& root, TenantContext& context, gateway::Tenant& tenant) {
  const Node* node = root.table("profile");
  if (!node) return;
  constexpr std::int64_t kMinuteMs = 60'000;
  Table table(*node, "profile", context.problems);
  gateway::ProfileEndpoint endpoint;
  endpoint.url = table.required_text("url");
  if (!endpoint.url.empty()) {
    const auto wrong = check_url(endpoint.url, context.process);
    if (!wrong.empty()) table.problem("url", wrong);
  }
  read_signing_secret(table, context, "secret", endpoint.secret, true);
  endpoint.deadline =
      table.ms("deadline_ms", endpoint.deadline, Milliseconds{10}, Milliseconds{2'000});
  endpoint.fresh_for =
      Milliseconds{kMinuteMs * table.whole<std::int64_t>("fresh_minutes", 15, 1, 1'440)};
  tenant.profile_endpoint = std::move(endpoint);
}

void read_rating(Table& root, TenantContext& context, routing::Policy& policy) {
  const Node* node = root.table("rating");
  if (!node) return;
  constexpr std::int64_t kHourMs = 3'600'000;
  Table table(*node, "rating", context.problems);
  policy.rating.question_zh = table.text("question_zh");
  policy.rating.question_en = table.text("question_en");
  policy.rating.thanks_zh = table.text("thanks_zh");
  policy.rating.thanks_en = table.text("thanks_en");
  policy.rating.answer_within =
      Milliseconds{kHourMs * table.whole<std::int64_t>("answer_within_hours", 24, 1, 168)};
  if (policy.rating.question_zh.empty() && policy.rating.question_en.empty()) {
    table.problem("question_zh", "is missing; expected question_zh, question_en or both");
  }
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

// What a what-if may change; what it names replaces the table of the same name as a whole.
void read_what_if(const Node& root, TenantContext& context, routing::Policy& policy) {
  Table top(root, "", context.problems);
  const Node* head_node = top.table("tenant");
  const Node nothing;
  {
    Table head(head_node ? *head_node : nothing, "tenant", context.problems);
    read_zone(head, policy);
    read_human_queue(head, policy);
    const Holder standard = policy.default_outcome;
    read_defaults(head, policy);
    if (!head.has("default")) policy.default_outcome = standard;
  }
  if (top.has("calendar")) policy.calendars.clear();
  if (top.has("segment")) policy.segments.clear();
  if (top.has("rule")) policy.rules.clear();
  if (top.has("agent")) policy.agents.clear();
  read_calendars(top, context, policy);
  read_segments(top, context, policy);
  read_rules(top, context, policy);
  read_agents(top, context, policy);
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
    read_classifier(top, context, *tenant);
    read_models(top, context, *tenant);
    read_defaults(head, policy);
    read_channels(top, context, *tenant, policy);
    read_segments(top, context, policy);
    read_rules(top, context, policy);
    read_agents(top, context, policy);
    link_queues(root, context, policy);
    read_keys(top, context, *tenant, policy);
    read_rating(top, context, policy);
    read_profile_endpoint(top, context, *tenant);
    read_media(top, context, *tenant);
  }
  if (context.problems.empty()) compile_policy(std::move(policy), context, *tenant);
  return tenant;
}

}  // namespace parley::config
