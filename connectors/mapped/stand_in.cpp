#include "connectors/mapped/stand_in.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/mapped/request_view.hpp"
#include "connectors/mapped/times.hpp"
#include "connectors/phone.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::mapped {
namespace {

constexpr std::string_view kHost = "https://parley.example";
constexpr std::string_view kOurNumber = "15550100";

// Puts a value where a path would find it; what a path filters by is put there too.
void place(Value& at, std::span<const PathStep> steps, Value leaf) {
  if (steps.empty()) {
    at = std::move(leaf);
    return;
  }
  const PathStep& step = steps.front();
  if (step.kind == PathStep::Kind::member) {
    if (at.kind != Value::Kind::object) at = Value::object();
    std::size_t i = 0;
    while (i < at.members.size() && at.members[i].first != step.name) ++i;
    if (i == at.members.size()) at.members.emplace_back(step.name, Value{});
    return place(at.members[i].second, steps.subspan(1), std::move(leaf));
  }
  if (at.kind != Value::Kind::list) at = Value::list();
  if (at.items.empty()) at.items.emplace_back();
  if (step.kind == PathStep::Kind::filter && step.equal) {
    at.items[0] = Value::object();
    at.items[0].set(step.name, Value::of(step.value));
  }
  place(at.items[0], steps.subspan(1), std::move(leaf));
}

void write_json(const Value& value, JsonWriter& json) {
  switch (value.kind) {
    case Value::Kind::none:
      json.null();
      return;
    case Value::Kind::text:
      json.value(value.text);
      return;
    case Value::Kind::list:
      json.begin_array();
      for (const auto& item : value.items) write_json(item, json);
      json.end_array();
      return;
    case Value::Kind::object:
      json.begin_object();
      for (const auto& [name, member] : value.members) {
        json.key(name);
        write_json(member, json);
      }
      json.end_object();
  }
}

std::string json_of(const Value& value) {
  JsonWriter json;
  write_json(value, json);
  return json.take();
}

std::string form_of(const Value& value) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [name, member] : value.members) fields.emplace_back(name, member.text);
  return form_encode(fields);
}

std::string xml_of(const Value& value, std::string_view name) {
  std::string out;
  const std::string tag(name);
  if (value.kind == Value::Kind::list) {
    for (const auto& item : value.items) out += xml_of(item, name);
    return out;
  }
  out = "<" + tag + ">";
  if (value.kind == Value::Kind::object) {
    for (const auto& [inner, member] : value.members) out += xml_of(member, inner);
  } else {
    for (const char c : value.text) {
      out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    }
  }
  return out + "</" + tag + ">";
}

// A webhook that is being made: the roots its rule's paths begin with.
struct Draft {
  Value body, item, query = Value::object(), header = Value::object();

  void put(const Path& path, std::string_view text) {
    Value* root = path.root == "body"     ? &body
                  : path.root == "item"   ? &item
                  : path.root == "query"  ? &query
                  : path.root == "header" ? &header
                                          : nullptr;
    if (root != nullptr) place(*root, path.steps, Value::of(text));
  }
  void put(const Field& field, std::string_view text) {
    if (field.of.alternatives.empty()) return;
    for (const Path* path : field.of.alternatives.front().paths()) put(*path, text);
  }
  void put(const std::vector<Condition>& conditions) {
    for (const auto& one : conditions) {
      const bool settled = one.op == Condition::Op::equal || one.op == Condition::Op::one_of;
      if (settled) put(one.path, one.values.front());
    }
  }
  // The entry goes where the rule looks for entries.
  void close(const InboundRule& rule) {
    if (!rule.each) {
      if (!item.empty()) body = std::move(item);
      return;
    }
    Value list = Value::list();
    list.items.push_back(std::move(item));
    place(body, rule.each->steps, std::move(list));
  }
};

// What a request of ours says where the mapping put `root`: "to", "text".
class Reading {
 public:
  Reading(const Request& made, const Value& body) : made_(made), body_(body) {}

  std::string of(std::string_view root) const {
    if (made_.body == Request::Body::json) return in_json(made_.json, body_, root);
    for (const auto& [name, expr] : made_.fields) {
      const std::string key = name.ends_with('?') ? name.substr(0, name.size() - 1) : name;
      const Value* found = body_.find(key);
      if (found != nullptr && asks(expr, root)) return found->text;
    }
    return {};
  }

 private:
  static bool asks(const Expr& expr, std::string_view root) {
    if (expr.alternatives.size() != 1) return false;
    const auto paths = expr.alternatives.front().paths();
    return paths.size() == 1 && paths.front()->root == root;
  }

  static std::string in_json(const JsonNode& node, const Value& value, std::string_view root) {
    if (node.kind == JsonNode::Kind::text) return asks(node.text, root) ? value.text : "";
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const JsonNode& inner = node.items[i];
      const Value* found = node.kind == JsonNode::Kind::object ? value.find(inner.name)
                           : i < value.items.size()            ? &value.items[i]
                                                               : nullptr;
      if (found == nullptr) continue;
      if (std::string text = in_json(inner, *found, root); !text.empty()) return text;
    }
    return {};
  }

  const Request& made_;
  const Value& body_;
};

class MappedStandIn final : public StandIn {
 public:
  MappedStandIn(std::string_view platform, std::shared_ptr<const Mapping> mapping,
                std::string_view file)
      : platform_(platform), mapping_(std::move(mapping)), file_(file) {}

  std::vector<Channel> samples(std::string_view api_base) const override {
    std::vector<Channel> out;
    for (const auto& proof : mapping_->proofs) {
      Channel channel = sample_channel(platform_, out.empty() ? "" : proof.name, api_base);
      for (const auto& setting : mapping_->settings) fill(setting, channel);
      channel.settings["webhook_url"] = std::string(kHost) + webhook_path(channel);
      channel.settings["webhook_auth"] = proof.name;
      if (!file_.empty()) channel.settings["mapping"] = file_;
      out.push_back(std::move(channel));
    }
    return out;
  }

  std::string user(std::uint64_t number) const override {
    return "+" + std::to_string(15'550'200'000 + number);
  }

  Redelivery redelivery() const override { return {3, Milliseconds(10'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (phone_address(said.user) != said.user) {
      return Error{.code = Errc::misconfigured,
                   .detail = "this customer is +15550200000 or the like"};
    }
    const auto rule =
        std::ranges::find(mapping_->inbound, InboundRule::Kind::message, &InboundRule::kind);
    if (rule == mapping_->inbound.end()) {
      return Error{.code = Errc::misconfigured, .detail = "the mapping reads no messages"};
    }
    Draft draft;
    draft.put(rule->when);
    draft.put(rule->id, "m" + std::to_string(said.number));
    draft.put(rule->sender, said.user);
    draft.put(rule->account, ours(channel, *rule));
    draft.put(rule->text, said.text);
    if (!rule->time_formats.empty()) {
      draft.put(rule->time, write_time(said.said_at, rule->time_formats.front()));
    }
    draft.close(*rule);
    return Dispatch{.webhooks = {proven(channel, draft, said.sent_at)}};
  }

  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint at) const override {
    const std::string_view wanted = state == DeliveryState::sent        ? "sent"
                                    : state == DeliveryState::delivered ? "delivered"
                                    : state == DeliveryState::read      ? "read"
                                                                        : "failed";
    for (const auto& rule : mapping_->inbound) {
      const auto& map = rule.state.of.map;
      const auto word =
          std::ranges::find_if(map, [&](const auto& one) { return one.second == wanted; });
      if (rule.kind != InboundRule::Kind::status || word == map.end()) continue;
      Draft draft;
      draft.put(rule.when);
      draft.put(rule.id, send.external_id);
      draft.put(rule.sender, send.to);
      draft.put(rule.account, ours(channel, rule));
      draft.put(rule.state, word->first);
      draft.close(rule);
      return Dispatch{.webhooks = {proven(channel, draft, at)}};
    }
    return std::nullopt;
  }

  bool is_send(const ApiRequest& request) const override { return request_of(request) != nullptr; }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    const Request* made = request_of(request);
    if (made == nullptr) return std::nullopt;
    const bool json = made->body == Request::Body::json;
    const auto body =
        json
            ? read_json(request.body)
            : read_form(made->body == Request::Body::query ? request.query : request.body, "utf-8");
    if (!body) return ApiOutcome{json_answer(R"({"error":"unreadable"})", 400)};
    AcceptedSend send;
    send.method = request.path;
    const std::string to = Reading(*made, *body).of("to");
    send.to = phone_address(to);
    if (send.to.empty()) send.to = to;
    send.text = Reading(*made, *body).of("text");
    send.external_id = "x" + std::to_string(++sent_);
    return ApiOutcome{taken(send.external_id), {std::move(send)}};
  }

 private:
  static void fill(const Setting& setting, Channel& channel) {
    const std::string name(setting.name);
    if (setting.kind == SettingKind::secret) {
      channel.secrets.emplace(name, Secret("sample-" + name));
    } else if (name == "from") {
      channel.settings[name] = "+" + std::string(kOurNumber);
    } else if (!setting.default_value.empty()) {
      channel.settings[name] = setting.default_value;
    } else if (setting.required) {
      channel.settings[name] = "sample-" + name;
    }
  }

  static std::string ours(const Channel& channel, const InboundRule& rule) {
    const auto ours =
        rule.account_is.empty() ? std::string_view() : channel.setting(rule.account_is);
    return ours.empty() ? std::string(kOurNumber) : std::string(ours);
  }

  // The body in its kind, and the proof where the mapping looks for it.
  Webhook proven(const Channel& channel, const Draft& draft, TimePoint at) const {
    Webhook hook;
    hook.target = webhook_path(channel);
    std::string query = form_of(draft.query);
    switch (mapping_->body) {
      case BodyKind::json:
        hook.body = json_of(draft.body);
        hook.headers = {{"Content-Type", "application/json"}};
        break;
      case BodyKind::xml:
        hook.body = xml_of(draft.body, "request");
        hook.headers = {{"Content-Type", "text/xml"}};
        break;
      case BodyKind::query:
        hook.method = "GET";
        query = form_of(draft.body);
        break;
      case BodyKind::form:
      case BodyKind::automatic:
        hook.body = form_of(draft.body);
        hook.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
        break;
    }
    for (const auto& [name, value] : draft.header.members)
      hook.headers.emplace_back(name, value.text);
    if (const Proof* proof = chosen_proof(channel, *mapping_)) {
      prove(channel, *proof, at, hook, query);
    }
    if (!query.empty()) hook.target += "?" + query;
    return hook;
  }

  void prove(const Channel& channel, const Proof& proof, TimePoint at, Webhook& hook,
             std::string& query) const {
    const std::string secret = channel.secret(proof.secret).reveal();
    const Value setting = settings_value(channel);
    Scope scope;
    scope.set("setting", &setting);
    if (proof.kind == Proof::Kind::basic) {
      hook.headers.emplace_back("Authorization",
                                "Basic " + to_base64(proof.user.text(scope) + ":" + secret));
      return;
    }
    const auto show = [&](const Path& path, const std::string& text) {
      const std::string& name = path.steps.front().name;
      if (path.root == "header") hook.headers.emplace_back(name, text);
      const std::string pair = percent_encode(name) + "=" + percent_encode(text);
      if (path.root == "query") query += (query.empty() ? "" : "&") + pair;
      if (path.root == "field") hook.body += (hook.body.empty() ? "" : "&") + pair;
    };
    if (proof.timestamp) show(*proof.timestamp, std::to_string(unix_seconds(at)));
    // A nonce or the like that the signature covers.
    for (const Path* path : proof.over.paths()) {
      const bool time =
          proof.timestamp && proof.timestamp->steps.front().name ==
                                 (path->steps.empty() ? "" : path->steps.front().name);
      if (path->root == "header" && !time) show(*path, "nonce-of-this-delivery");
    }
    std::string shown = secret;
    if (proof.kind != Proof::Kind::secret) {
      const std::string path(webhook_path(channel));
      WebhookRequest request{.method = hook.method,
                             .path = path,
                             .query = query,
                             .headers = {},
                             .body = hook.body,
                             .received_at = at};
      HeaderList lower = hook.headers;
      for (auto& [name, value] : lower) {
        std::ranges::transform(name, name.begin(), [](char c) {
          return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        request.headers.push_back({name, value});
      }
      const auto view = view_of(request, channel, *mapping_);
      shown = view ? signature_of(request, channel, proof, *view) : std::string();
    }
    show(*proof.given, proof.prefix + shown);
  }

  const Request* request_of(const ApiRequest& request) const {
    for (const auto& made : mapping_->sends) {
      std::string glob = made.url.glob();  // begins with {base}
      glob.erase(0, 1);
      glob.resize(std::min(glob.find('?'), glob.size()));
      if (made.method == request.method && glob_matches(glob, request.path)) return &made;
    }
    return nullptr;
  }

  // An answer that the first rule of success takes for one.
  ApiAnswer taken(const std::string& id) const {
    Value body = Value::object();
    for (const auto& rule : mapping_->answer.rules) {
      if (rule.means != Means::sent) continue;
      for (const auto& one : rule.when) {
        const bool settled = one.op == Condition::Op::equal || one.op == Condition::Op::one_of;
        if (one.path.root == "body" && settled)
          place(body, one.path.steps, Value::of(one.values.front()));
      }
      break;
    }
    const auto& where = mapping_->answer.id;
    if (where && where->root == "body") place(body, where->steps, Value::of(id));
    ApiAnswer answer;
    switch (mapping_->answer.body) {
      case BodyKind::json:
        return json_answer(json_of(body));
      case BodyKind::xml:
        answer.content_type = "text/xml";
        answer.body = xml_of(body, "answer");
        break;
      case BodyKind::form:
        answer.content_type = "application/x-www-form-urlencoded";
        answer.body = form_of(body);
        break;
      case BodyKind::query:
      case BodyKind::automatic:
        answer.content_type = "text/plain";
        answer.body = id;
        break;
    }
    return answer;
  }

  std::string platform_;
  std::shared_ptr<const Mapping> mapping_;
  std::string file_;
  std::uint64_t sent_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in(std::string_view platform,
                                       std::shared_ptr<const Mapping> mapping,
                                       std::string_view file) {
  return std::make_unique<MappedStandIn>(platform, std::move(mapping), file);
}

std::string_view sample_mapping() {
  return R"(title = "Acme SMS"
base = "https://api.acme.example"

[[setting]]
name = "from"
required = true

[[setting]]
name = "api_key"
kind = "secret"
required = true

[[setting]]
name = "webhook_secret"
kind = "secret"

[[proof]]
name = "signature"
kind = "hmac"
secret = "webhook_secret"
over = "{header.x-acme-time}.{raw}"
given = "header.x-acme-signature"
timestamp = "header.x-acme-time"
prefix = "sha256="

[request]
body = "json"

[[inbound]]
kind = "status"
each = "body.events"
when = ["item.kind = receipt"]
id = "item.message"
sender = { of = "item.phone", as = "phone" }
state = { of = "item.state", map = { done = "delivered", gone = "failed" } }

[[inbound]]
each = "body.events"
when = ["item.kind = sms"]
id = "item.id"
sender = { of = "item.phone", as = "phone" }
account = "item.to"
account_is = "from"
text = "item.words"
time = { of = "item.at", format = "unix_ms" }
media = { each = "item.files[*]", url = "media.link", mime = "media.type" }

[text]
max = 3
unit = "segments"
media = "attach"
media_max = 1

[[send]]
url = "{base}/v1/sms"
headers = { authorization = "Bearer {secret.api_key}" }
json = { to = "{to}", from = "{setting.from}", words = "{text}", key = "{id}", "file?" = "{media[0].url}" }

[answer]
id = "body.id"

[[answer.rule]]
when = ["status ~ 2*", "body.id"]
means = "sent"

[[answer.rule]]
when = ["body.error = stopped"]
means = "recipient_gone"
code = "{body.error}"
error = "{body.reason}"
)";
}

}  // namespace parley::connectors::mapped
