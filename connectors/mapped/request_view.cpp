#include "connectors/mapped/request_view.hpp"

#include "connectors/charset.hpp"

namespace parley::connectors::mapped {
namespace {

BodyKind kind_of(const WebhookRequest& request, BodyKind wanted) {
  if (request.method == "GET") return BodyKind::query;
  if (wanted != BodyKind::automatic) return wanted;
  const auto type = request.header("content-type");
  if (type.find("json") != std::string_view::npos) return BodyKind::json;
  if (type.find("xml") != std::string_view::npos) return BodyKind::xml;
  if (type.find("urlencoded") != std::string_view::npos) return BodyKind::form;
  const auto first = request.body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return BodyKind::query;
  const char c = request.body[first];
  return c == '{' || c == '[' ? BodyKind::json : c == '<' ? BodyKind::xml : BodyKind::form;
}

Result<Value> body_of(const WebhookRequest& request, const Mapping& mapping) {
  switch (kind_of(request, mapping.body)) {
    case BodyKind::json:
      return read_json(request.body);
    case BodyKind::xml:
      return read_xml(request.body);
    case BodyKind::query:
      return read_form(request.query, mapping.charset);
    case BodyKind::form:
    case BodyKind::automatic:
      break;
  }
  return read_form(request.body, mapping.charset);
}

}  // namespace

Value settings_value(const Channel& channel) {
  Value out = Value::object();
  for (const auto& [name, text] : channel.settings) out.set(name, Value::of(text));
  return out;
}

Value secrets_value(const Channel& channel) {
  Value out = Value::object();
  for (const auto& [name, secret] : channel.secrets) out.set(name, Value::of(secret.reveal()));
  return out;
}

Scope RequestView::scope() const {
  Scope out;
  out.set("body", &body);
  out.set("item", &body);
  out.set("query", &query);
  out.set("header", &header);
  out.set("request", &request);
  out.set("setting", &setting);
  return out;
}

Result<RequestView> view_of(const WebhookRequest& request, const Channel& channel,
                            const Mapping& mapping) {
  RequestView out;
  auto body = body_of(request, mapping);
  if (!body) return std::move(body.error());
  out.body = *std::move(body);
  if (auto query = read_form(request.query, "utf-8")) out.query = *std::move(query);
  out.header = Value::object();
  for (const auto& [name, value] : request.headers)
    out.header.set(name, Value::of(clean_utf8(value)));
  out.request = Value::object();
  out.request.set("method", Value::of(request.method));
  out.request.set("path", Value::of(clean_utf8(request.path)));
  out.setting = settings_value(channel);
  return out;
}

}  // namespace parley::connectors::mapped
