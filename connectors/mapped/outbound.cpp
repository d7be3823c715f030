#include "connectors/mapped/outbound.hpp"

#include <algorithm>
#include <charconv>

#include "base/json_writer.hpp"
#include "connectors/http_status.hpp"
#include "connectors/mapped/answer.hpp"
#include "connectors/mapped/request_view.hpp"
#include "connectors/plain_message.hpp"
#include "connectors/sms_text.hpp"
#include "connectors/step_ids.hpp"
#include "connectors/text_split.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::mapped {
namespace {

struct Piece {
  std::string text;
  Value media = Value::list();  // of {url, mime, name, kind}
};

struct Plan {
  std::vector<Piece> pieces;
  std::vector<std::string> degraded;
};

std::size_t text_max(const Channel& channel, const TextRule& rule) {
  const auto set = channel.setting("text_max");
  std::size_t max = rule.max;
  std::from_chars(set.data(), set.data() + set.size(), max);
  return std::clamp<std::size_t>(max, 1, rule.max);
}

std::vector<std::string> split(std::string_view text, const TextRule& rule,
                               const Channel& channel) {
  const std::size_t max = text_max(channel, rule);
  switch (rule.unit) {
    case TextRule::Unit::segments:
      return split_sms(text, max);
    case TextRule::Unit::characters:
      return split_text(text, max, TextUnit::code_points);
    case TextRule::Unit::bytes:
      return split_text(text, max, TextUnit::bytes);
    case TextRule::Unit::utf16:
      break;
  }
  return split_text(text, max, TextUnit::utf16);
}

Value medium_of(const Media& media) {
  Value out = Value::object();
  out.set("url", Value::of(media.url));
  out.set("mime", Value::of(media.mime));
  out.set("name", Value::of(media.name));
  const bool sound = media.kind == MediaKind::audio || media.kind == MediaKind::voice;
  out.set("kind", Value::of(media.kind == MediaKind::image   ? "image"
                            : media.kind == MediaKind::video ? "video"
                            : sound                          ? "audio"
                                                             : "file"));
  return out;
}

Plan plan_of(const SendContext& context, const Mapping& mapping) {
  auto plain = plain_message(context.send.message, {.media = mapping.text.attach});
  Plan plan{.pieces = {}, .degraded = std::move(plain.degraded)};
  for (std::size_t i = 0; i < plain.templates.size(); ++i) {
    plan.degraded.emplace_back("template: left out, this channel has none");
  }
  for (auto& text : split(plain.text, mapping.text, context.channel)) {
    plan.pieces.push_back({.text = std::move(text)});
  }
  // The media go with the first piece of text, and alone when they are too many for it.
  const std::size_t each =
      mapping.text.media_max == 0 ? plain.media.size() : mapping.text.media_max;
  for (std::size_t i = 0; i < plain.media.size(); ++i) {
    const std::size_t at = i / each == 0 ? 0 : plan.pieces.size() - (i % each == 0 ? 0 : 1);
    if (at >= plan.pieces.size()) plan.pieces.emplace_back();
    plan.pieces[at].media.items.push_back(medium_of(plain.media[i]));
  }
  return plan;
}

// What templates of a request can ask for.
class Variables {
 public:
  Variables(const SendContext& context, const Mapping& mapping, const Piece& piece,
            std::size_t index)
      : to_(Value::of(context.send.recipient)),
        text_(Value::of(piece.text)),
        alphabet_(Value::of(is_gsm7(piece.text) ? "gsm7" : "ucs2")),
        id_(Value::of(context.send.idempotency_key +
                      (index == 0 ? std::string() : "-" + std::to_string(index)))),
        base_(Value::of(base_of(context.channel, mapping))),
        setting_(settings_value(context.channel)),
        secret_(secrets_value(context.channel)),
        vars_(Value::object()) {
    scope_.set("to", &to_);
    scope_.set("text", &text_);
    scope_.set("alphabet", &alphabet_);
    scope_.set("id", &id_);
    scope_.set("base", &base_);
    scope_.set("media", &piece.media);
    scope_.set("setting", &setting_);
    scope_.set("secret", &secret_);
    for (const auto& [name, expr] : mapping.vars) vars_.set(name, Value::of(expr.text(scope_)));
    scope_.set("vars", &vars_);
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

  const Scope& scope() const noexcept { return scope_; }

  static std::string base_of(const Channel& channel, const Mapping& mapping) {
    std::string base = channel.api_base.empty() ? mapping.base : channel.api_base;
    while (base.ends_with('/')) base.pop_back();
    return base;
  }

 private:
  Value to_, text_, alphabet_, id_, base_, setting_, secret_, vars_;
  Scope scope_;
};

class BodyWriter {
 public:
  std::string write(const JsonNode& node, const Scope& scope) {
    write_value(node, scope);
    return json_.take();
  }

 private:
  void write_value(const JsonNode& node, const Scope& scope) {
    switch (node.kind) {
      case JsonNode::Kind::raw:
        json_.raw(node.raw);
        return;
      case JsonNode::Kind::text:
        return write_text(value_of(node, scope));
      case JsonNode::Kind::object:
        json_.begin_object();
        for (const auto& member : node.items) write_member(member, scope);
        json_.end_object();
        return;
      case JsonNode::Kind::list:
        json_.begin_array();
        for (const auto& item : node.items) write_item(item, scope);
        json_.end_array();
    }
  }

  static Value value_of(const JsonNode& node, const Scope& scope) {
    const auto& all = node.text.alternatives;
    if (all.size() == 1) return all.front().value(scope);
    return Value::of(node.text.text(scope));
  }

  void write_text(const Value& value) {
    if (value.kind != Value::Kind::list) {
      json_.value(value.text);
      return;
    }
    json_.begin_array();
    for (const auto& item : value.items) json_.value(item.text);
    json_.end_array();
  }

  void write_member(const JsonNode& member, const Scope& scope) {
    if (!all_hold(member.when, scope)) return;
    if (member.optional && member.kind == JsonNode::Kind::text && value_of(member, scope).empty()) {
      return;
    }
    json_.key(member.name);
    write_value(member, scope);
  }

  void write_item(const JsonNode& item, const Scope& scope) {
    if (!item.each) {
      if (all_hold(item.when, scope)) write_value(item, scope);
      return;
    }
    for (const Value* one : item.each->select(scope)) {
      Scope inner = scope;
      inner.set(item.each->root, one);
      if (all_hold(item.when, inner)) write_value(item, inner);
    }
  }

  JsonWriter json_;
};

std::string fields_of(const Request& request, const Scope& scope) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, expr] : request.fields) {
    const bool optional = name.ends_with('?');
    const std::string key = optional ? name.substr(0, name.size() - 1) : name;
    if (expr.alternatives.size() == 1 && !expr.mapped) {
      const Value value = expr.alternatives.front().value(scope);
      if (value.kind == Value::Kind::list) {
        for (const auto& item : value.items) out.emplace_back(key, item.text);
        continue;
      }
    }
    std::string text = expr.alternatives.size() == 1 && !expr.mapped && !expr.fallback
                           ? expr.alternatives.front().text(scope)
                           : expr.text(scope);
    if (!optional || !text.empty()) out.emplace_back(key, std::move(text));
  }
  return form_encode(out);
}

// A value in a header ends at its line.
std::string header_value(const Expr& expr, const Scope& scope) {
  std::string value = expr.text(scope);
  std::erase_if(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return value;
}

HttpCall call_of(const Request& request, const Scope& scope) {
  HttpCall call;
  call.method = request.method;
  call.url = request.url.text(scope);
  for (const auto& [name, expr] : request.headers) {
    if (std::string value = header_value(expr, scope); !value.empty())
      call.headers.emplace_back(name, value);
  }
  call.content_type = request.content_type;
  switch (request.body) {
    case Request::Body::json:
      call.body = BodyWriter().write(request.json, scope);
      break;
    case Request::Body::form:
      call.body = fields_of(request, scope);
      break;
    case Request::Body::xml:
      call.body = request.xml.text(scope);
      break;
    case Request::Body::query:
      call.url += (call.url.find('?') == std::string::npos ? "?" : "&") + fields_of(request, scope);
      break;
    case Request::Body::none:
      break;
  }
  return call;
}

SendStep step_of(const SendContext& context, const Mapping& mapping, const Plan& plan,
                 std::size_t index, std::string step_data) {
  const Variables variables(context, mapping, plan.pieces[index], index);
  const auto request = std::ranges::find_if(
      mapping.sends, [&](const Request& one) { return all_hold(one.when, variables.scope()); });
  if (request == mapping.sends.end()) {
    return Error{.code = Errc::rejected, .detail = "the mapping sends nothing of this kind"};
  }
  HttpCall call = call_of(*request, variables.scope());
  call.step = static_cast<int>(index);
  call.step_data = std::move(step_data);
  return call;
}

Error nothing_to_send() {
  return Error{.code = Errc::rejected, .detail = "the message has nothing this channel can show"};
}

}  // namespace

SendStep start_mapped(const SendContext& context, const Mapping& mapping) {
  const Plan plan = plan_of(context, mapping);
  const auto index = static_cast<std::size_t>(std::max(context.send.step, 0));
  if (index >= plan.pieces.size()) return nothing_to_send();
  return step_of(context, mapping, plan, index, context.send.step_data);
}

SendStep resume_mapped(const SendContext& context, const Mapping& mapping, int step,
                       const HttpAnswer& answer) {
  Plan plan = plan_of(context, mapping);
  const auto index = static_cast<std::size_t>(std::max(step, 0));
  if (index >= plan.pieces.size()) return nothing_to_send();
  auto taken = read_answer(mapping.answer, answer);
  if (!taken) return std::move(taken.error());
  std::string ids = context.send.step_data;
  for (const auto& id : *taken) ids = with_step_id(ids, id);
  if (index + 1 < plan.pieces.size()) {
    return step_of(context, mapping, plan, index + 1, std::move(ids));
  }
  Sent sent{.external_ids = step_ids(ids), .degraded = std::move(plan.degraded)};
  if (sent.external_ids.size() < plan.pieces.size()) {
    sent.degraded.emplace_back("receipts: the platform gave no id to know them by");
  }
  return sent;
}

std::variant<HttpCall, Error, RefreshToken> fetch_mapped(const Media& media, const Channel& channel,
                                                         const Mapping& mapping) {
  const bool known = std::ranges::any_of(
      mapping.fetch.from, [&](const std::string& prefix) { return media.url.starts_with(prefix); });
  if (!known) {
    return Error{.code = Errc::rejected,
                 .detail = "the medium lies where the mapping does not fetch from"};
  }
  const Value setting = settings_value(channel), secret = secrets_value(channel);
  Scope scope;
  scope.set("setting", &setting);
  scope.set("secret", &secret);
  Value vars = Value::object();
  for (const auto& [name, expr] : mapping.vars) vars.set(name, Value::of(expr.text(scope)));
  scope.set("vars", &vars);
  HttpCall call;
  call.method = "GET";
  call.url = media.url;
  call.content_type.clear();
  call.download = true;
  for (const auto& [name, expr] : mapping.fetch.headers) {
    if (std::string value = header_value(expr, scope); !value.empty())
      call.headers.emplace_back(name, value);
  }
  return call;
}

}  // namespace parley::connectors::mapped
