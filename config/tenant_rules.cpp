// [[rule]]: who gets which turn, and what else a rule does.
#include "config/condition.hpp"
#include "config/tenant_file.hpp"

namespace parley::config {
namespace {

using routing::Does;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "reply" and "close" beside what read_holder() knows.
void read_then(Table& table, const routing::Policy& policy, Does& does, Holder& then) {
  const auto text = table.required_text("then");
  if (text == "reply" || text == "close") {
    does = text == "reply" ? Does::reply : Does::close;
    return;
  }
  then = read_holder(table, "then", text, policy);
}

// set = { tier = "gold", orders = 3, trial = false }
Attributes read_set(Table& table) {
  Attributes out;
  const Node* node = table.table("set");
  if (!node) return out;
  for (const Node& member : node->members) {
    switch (member.kind) {
      case Kind::text:
        out[member.name] = member.text;
        break;
      case Kind::flag:
        out[member.name] = member.flag;
        break;
      case Kind::integer:
      case Kind::number:
        out[member.name] = member.number;
        break;
      default:
        table.problem("set", quoted(member.name) + " is " + std::string(to_string(member.kind)) +
                                 "; expected a text, a number, true or false");
    }
  }
  return out;
}

void read_arms(Table& table, TenantContext& context, const routing::Policy& policy,
               routing::Rule& rule) {
  for (const Node* node : table.tables("arm")) {
    Table own(*node, "rule.arm", context.problems);
    routing::Arm arm;
    arm.name = own.required_name("name");
    arm.weight = own.whole<std::uint32_t>("weight", arm.weight, 1, 1'000);
    read_then(own, policy, arm.does, arm.then);
    arm.reply_zh = own.text("reply_zh");
    arm.reply_en = own.text("reply_en");
    rule.arms.push_back(std::move(arm));
  }
}

}  // namespace

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
    rule.experiment = table.optional_name("experiment");
    read_arms(table, context, policy, rule);
    // With arms it is they who say so; one that stands beside them is reported by compile().
    if (rule.arms.empty() || table.has("then")) read_then(table, policy, rule.does, rule.then);
    rule.reply_zh = table.text("reply_zh");
    rule.reply_en = table.text("reply_en");
    rule.priority = table.whole<int>("priority", rule.priority, 0, 100);
    rule.skills = table.texts("skills");
    rule.labels = table.texts("labels");
    rule.set = read_set(table);
    rule.notify = table.text("notify");
    if (first_of_its_name(table, "rule", rule.name, lines)) policy.rules.push_back(std::move(rule));
  }
}

}  // namespace parley::config
