#include <algorithm>
#include <array>

#include "connectors/mapped/compile.hpp"

namespace parley::connectors::mapped {
namespace {

constexpr std::array<std::string_view, 8> kVarRoots = {"to",      "text",   "alphabet", "media",
                                                       "setting", "secret", "id",       "base"};
constexpr std::array<std::string_view, 9> kSendRoots = {
    "to", "text", "alphabet", "media", "setting", "secret", "id", "base", "vars"};
constexpr std::array<std::string_view, 3> kAnswerRoots = {"body", "header", "status"};

void read_text_rule(Table& root, Mapping& out) {
  constexpr std::string_view kUnits[] = {"utf16", "characters", "bytes", "segments"};
  constexpr TextRule::Unit kUnitOf[] = {TextRule::Unit::utf16, TextRule::Unit::characters,
                                        TextRule::Unit::bytes, TextRule::Unit::segments};
  constexpr std::string_view kMedia[] = {"link", "attach"};
  const Node* node = root.node("text");
  if (node == nullptr) return;
  Table table(*node, "text", root.all());
  out.text.max = table.count("max", out.text.max, 65'536);
  if (out.text.max == 0) table.wrong("max", "must be at least 1");
  out.text.unit = kUnitOf[table.choice("unit", kUnits)];
  out.text.attach = table.choice("media", kMedia) == 1;
  out.text.media_max = table.count("media_max", 0, 32);
}

JsonNode json_of(const Node& node, Compilation& all) {
  JsonNode out;
  out.name = node.name;
  if (out.name.ends_with('?') && out.name.size() > 1) {
    out.optional = true;
    out.name.pop_back();
  }
  switch (node.kind) {
    case Node::Kind::text:
      out.kind = JsonNode::Kind::text;
      out.text = expr_of(node, kSendRoots, all);
      break;
    case Node::Kind::number:
    case Node::Kind::flag:
      out.raw = node.text;
      break;
    case Node::Kind::list:
      out.kind = JsonNode::Kind::list;
      for (const auto& item : node.items) out.items.push_back(json_of(item, all));
      break;
    case Node::Kind::table:
      out.kind = JsonNode::Kind::object;
      for (const auto& member : node.members) {
        if (member.name == "?") {
          out.when.push_back(condition_of(member.text, member.line, kSendRoots, all));
        } else if (member.name == "*") {
          out.each = path_of(member.text + "[*]", member.line, kSendRoots, all);
        } else {
          out.items.push_back(json_of(member, all));
        }
      }
      break;
    case Node::Kind::other:
      all.wrong(node.line, "a date cannot stand in a body; write it as a text");
      break;
  }
  return out;
}

void read_body(Table& table, Request& out) {
  const std::pair<std::string_view, Request::Body> kBodies[] = {{"json", Request::Body::json},
                                                                {"form", Request::Body::form},
                                                                {"query", Request::Body::query},
                                                                {"xml", Request::Body::xml}};
  out.body = Request::Body::none;
  for (const auto& [key, body] : kBodies) {
    if (!table.has(key)) {
      table.node(key);
      continue;
    }
    if (out.body != Request::Body::none) {
      table.wrong(key, "stands beside another body; expected one of json, form, query, xml");
    }
    out.body = body;
  }
  switch (out.body) {
    case Request::Body::json:
      out.json = json_of(*table.node("json"), table.all());
      out.content_type = "application/json";
      break;
    case Request::Body::form:
      out.fields = table.exprs("form", kSendRoots);
      out.content_type = "application/x-www-form-urlencoded";
      break;
    case Request::Body::query:
      out.fields = table.exprs("query", kSendRoots);
      break;
    case Request::Body::xml:
      out.xml = table.templated("xml", kSendRoots);
      out.content_type = "text/xml";
      break;
    case Request::Body::none:
      break;
  }
  out.content_type = table.text("content_type", out.content_type);
}

void read_request(const Node& node, Compilation& all, Mapping& out) {
  constexpr std::string_view kMethods[] = {"POST", "GET", "PUT"};
  Table table(node, "send", all);
  Request request;
  request.when = table.conditions("when", kSendRoots);
  request.method = kMethods[table.choice("method", kMethods)];
  request.url = table.templated("url", kSendRoots);
  if (!table.text("url").starts_with("{base}/")) {
    table.wrong("url", "must begin with {base}/, so that `api_base` can stand in for the platform");
  }
  request.headers = table.exprs("headers", kSendRoots);
  read_body(table, request);
  out.sends.push_back(std::move(request));
}

AnswerRule rule_of(const Node& node, Compilation& all) {
  constexpr std::string_view kMeans[] = {"sent",           "retry",         "throttled",
                                         "recipient_gone", "window_closed", "misconfigured",
                                         "rejected",       "uncertain"};
  constexpr Means kMeansOf[] = {Means::sent,           Means::retry,         Means::throttled,
                                Means::recipient_gone, Means::window_closed, Means::misconfigured,
                                Means::rejected,       Means::uncertain};
  constexpr std::string_view kUnits[] = {"s", "ms"};
  Table table(node, "rule", all);
  AnswerRule rule;
  rule.when = table.conditions("when", kAnswerRoots);
  if (rule.when.empty()) table.wrong("when", "is missing; expected what must hold of the answer");
  if (!table.has("means")) table.wrong("means", "is missing");
  rule.means = kMeansOf[table.choice("means", kMeans)];
  rule.code = table.expr("code", kAnswerRoots);
  rule.error = table.expr("error", kAnswerRoots);
  rule.retry_after = table.field("retry_after", kAnswerRoots).of;
  rule.retry_unit = Milliseconds(table.choice("retry_unit", kUnits) == 1 ? 1 : 1000);
  return rule;
}

}  // namespace

void read_sends(Table& root, Mapping& out) {
  read_text_rule(root, out);
  if (const Node* vars = root.node("vars")) {
    for (const auto& member : vars->members) {
      out.vars.emplace_back(member.name, expr_of(member, kVarRoots, root.all()));
      root.all().vars.emplace(member.name);
    }
  }
  for (const Node* node : root.tables("send")) read_request(*node, root.all(), out);
  if (out.sends.empty()) root.wrong("send", "is missing; expected at least one [[send]]");
}

void read_answer(Table& root, Mapping& out) {
  constexpr std::string_view kBodies[] = {"json", "form", "xml", "text"};
  constexpr BodyKind kKinds[] = {BodyKind::json, BodyKind::form, BodyKind::xml, BodyKind::query};
  const Node* node = root.node("answer");
  if (node == nullptr) {
    root.wrong("answer", "is missing; expected [answer] and its [[answer.rule]]");
    return;
  }
  Table table(*node, "answer", root.all());
  out.answer.body = kKinds[table.choice("body", kBodies)];
  out.answer.id = table.path("id", kAnswerRoots);
  for (const Node* rule : table.tables("rule")) {
    out.answer.rules.push_back(rule_of(*rule, root.all()));
  }
  const bool can_succeed = std::ranges::any_of(
      out.answer.rules, [](const AnswerRule& rule) { return rule.means == Means::sent; });
  if (!can_succeed) table.wrong("rule", "has none that means \"sent\"");
}

}  // namespace parley::connectors::mapped
