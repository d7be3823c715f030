#include "connectors/freshchat/freshchat.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/freshchat/freshchat_parse.hpp"
#include "connectors/freshchat/stand_in.hpp"
#include "connectors/http_status.hpp"
#include "connectors/plain_message.hpp"
#include "connectors/step_ids.hpp"
#include "connectors/text_split.hpp"
#include "connectors/url.hpp"

namespace parley::connectors {
namespace {

constexpr std::string_view kApiBase = "https://api.freshchat.com";
constexpr std::size_t kTextMax = 5000;

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "freshchat";
  can.content = {{"text", Level::native}, {"image", Level::native}};
  for (const char* type :
       {"file", "audio", "voice", "video", "sticker", "location", "contact", "link", "card",
        "carousel", "list", "form", "product", "order", "action_response"}) {
    can.content.push_back({type, Level::converted});
  }
  for (const char* type : {"reaction", "edit", "delete", "template"}) {
    can.content.push_back({type, Level::none});
  }
  can.text_max = kTextMax;
  can.body_signed = true;
  can.text_kind = "chat";
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "agent_id", .required = true, .what = "the agent the answers come from"},
    {.name = "auth_token", .kind = SettingKind::secret, .required = true, .what = "the API token"},
    // No secret of ours, but a PEM text is best kept in a file: "file:freshchat.pem".
    {.name = "public_key",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the public key that verifies webhooks, as the console shows it"},
};

// "topic/user", or with the conversation to answer in.
struct Recipient {
  std::string channel, user, conversation;
};

std::optional<Recipient> recipient_of(std::string_view text) {
  const auto first = text.find('/');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = text.find('/', first + 1);
  Recipient out;
  out.channel = text.substr(0, first);
  out.user = text.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
  if (second != std::string_view::npos) out.conversation = text.substr(second + 1);
  if (out.channel.empty() || out.user.empty()) return std::nullopt;
  return out;
}

struct Plan {
  std::vector<std::string> parts;  // message_parts of each message, as JSON
  std::vector<std::string> degraded;
};

Plan plan_of(const SendContext& context) {
  auto plain = plain_message(context.send.message);
  Plan plan{.parts = {}, .degraded = std::move(plain.degraded)};
  for (std::size_t i = 0; i < plain.templates.size(); ++i) {
    plan.degraded.emplace_back("template: left out, this channel has none");
  }
  // Only pictures have a form there.
  std::vector<std::string> pictures;
  for (const auto& media : plain.media) {
    if (media.kind == MediaKind::image) {
      pictures.push_back(media.url);
      continue;
    }
    plain.text += (plain.text.empty() ? "" : "\n") + media.url;
    plan.degraded.emplace_back("media: sent as a link");
  }
  auto pieces = split_text(plain.text, kTextMax, TextUnit::code_points);
  if (pieces.empty() && !pictures.empty()) pieces.emplace_back();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    JsonWriter json;
    json.begin_array();
    if (!pieces[i].empty()) {
      json.begin_object().key("text").begin_object().member("content", pieces[i]);
      json.end_object().end_object();
    }
    for (std::size_t k = 0; i == 0 && k < pictures.size(); ++k) {
      json.begin_object().key("image").begin_object().member("url", pictures[k]);
      json.end_object().end_object();
    }
    json.end_array();
    plan.parts.push_back(json.take());
  }
  return plan;
}

void write_message(const SendContext& context, const std::string& parts, JsonWriter& json) {
  json.begin_object();
  json.key("message_parts").raw(parts);
  json.member("actor_id", context.channel.setting("agent_id"));
  json.member("actor_type", "agent");
}

std::string body_of(const SendContext& context, const Recipient& to, const std::string& parts) {
  JsonWriter json;
  if (!to.conversation.empty()) {
    write_message(context, parts, json);
    json.member("message_type", "normal").end_object();
    return json.take();
  }
  json.begin_object().key("messages").begin_array();
  write_message(context, parts, json);
  json.end_object().end_array();
  json.member("channel_id", to.channel);
  json.key("users").begin_array().begin_object().member("id", to.user);
  json.end_object().end_array().end_object();
  return json.take();
}

SendStep call_of(const SendContext& context, const Plan& plan, std::size_t index,
                 std::string step_data) {
  const auto to = recipient_of(context.send.recipient);
  if (!to) return Error{.code = Errc::rejected, .detail = "a recipient is channel_id/user_id"};
  if (index >= plan.parts.size()) {
    return Error{.code = Errc::rejected, .detail = "the message has nothing this channel can show"};
  }
  const Channel& channel = context.channel;
  std::string base(channel.api_base.empty() ? kApiBase : std::string_view(channel.api_base));
  while (base.ends_with('/')) base.pop_back();
  HttpCall call;
  call.url = base + "/v2/conversations";
  if (!to->conversation.empty()) {
    call.url += "/" + percent_encode(to->conversation) + "/messages";
  }
  call.headers = {{"authorization", "Bearer " + channel.secret("auth_token").reveal()},
                  {"accept", "application/json"}};
  call.body = body_of(context, *to, plan.parts[index]);
  call.step = static_cast<int>(index);
  call.step_data = std::move(step_data);
  return call;
}

// The message's id, where the answer names one: of itself, or of the conversation's first message.
std::string id_in(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root, first;
  std::string_view id;
  if (parser.allocate(std::max<std::size_t>(body.size(), 64), 32) != simdjson::SUCCESS ||
      parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) {
    return {};
  }
  if (root["messages"].at(0).get(first) == simdjson::SUCCESS) root = first;
  return root["id"].get(id) == simdjson::SUCCESS ? std::string(id) : std::string();
}

std::optional<Error> error_of(const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return error;
  if (answer.status / 100 == 2) return std::nullopt;
  const bool settings = answer.status == 401 || answer.status == 403 || answer.status / 100 == 3;
  return Error{.code = settings ? Errc::misconfigured : Errc::rejected,
               .detail = "HTTP " + std::to_string(answer.status),
               .code_text = std::to_string(answer.status)};
}

class Freshchat final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "freshchat"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  std::string check(const Channel& channel) const override {
    if (is_rsa_public_key(channel.secret("public_key").reveal())) return {};
    return "public_key must be the whole key, \"-----BEGIN ... PUBLIC KEY-----\" and what follows";
  }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const auto given = request.header("x-freshchat-signature");
    const auto signature = from_base64(given);
    const std::string& key = channel.secret("public_key").reveal();
    if (signature && verify_rsa_sha256(key, request.body, *signature)) return {};
    return Error{.code = Errc::unauthenticated,
                 .detail = given.empty() ? "x-freshchat-signature is missing"
                                         : "x-freshchat-signature does not match"};
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return freshchat::parse_webhook(request, channel);
  }

  SendStep start(const SendContext& context) const override {
    const auto index = static_cast<std::size_t>(std::max(context.send.step, 0));
    return call_of(context, plan_of(context), index, context.send.step_data);
  }

  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    if (auto error = error_of(answer)) return *std::move(error);
    Plan plan = plan_of(context);
    const auto next = static_cast<std::size_t>(std::max(step, 0)) + 1;
    std::string ids = with_step_id(context.send.step_data, id_in(answer.body));
    if (next < plan.parts.size()) return call_of(context, plan, next, std::move(ids));
    return Sent{.external_ids = step_ids(ids), .degraded = std::move(plan.degraded)};
  }
};

}  // namespace

Entry make_freshchat() {
  Entry entry;
  entry.connector = std::make_unique<Freshchat>();
  entry.stand_in = freshchat::make_stand_in;
  entry.maturity = Maturity::alpha;
  return entry;
}

}  // namespace parley::connectors
