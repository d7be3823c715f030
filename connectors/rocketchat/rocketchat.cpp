#include "connectors/rocketchat/rocketchat.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/http_status.hpp"
#include "connectors/plain_message.hpp"
#include "connectors/rocketchat/rocketchat_parse.hpp"
#include "connectors/rocketchat/stand_in.hpp"
#include "connectors/step_ids.hpp"
#include "connectors/text_split.hpp"

namespace parley::connectors {
namespace {

constexpr std::size_t kTextMax = 5000;
constexpr std::string_view kToken = "Token ";

const Capabilities kCapabilities = [] {
  Capabilities can;
  can.platform = "rocketchat";
  for (const char* type : {"text", "image", "file", "audio", "voice", "video"}) {
    can.content.push_back({type, Level::native});
  }
  for (const char* type : {"sticker", "location", "contact", "link", "card", "carousel", "list",
                           "form", "product", "order", "action_response"}) {
    can.content.push_back({type, Level::converted});
  }
  for (const char* type : {"reaction", "edit", "delete", "template"}) {
    can.content.push_back({type, Level::none});
  }
  can.text_max = kTextMax;
  can.text_kind = "chat";
  return can;
}();

const std::vector<Setting> kSettings = {
    {.name = "base_url",
     .kind = SettingKind::url,
     .required = true,
     .what = "the app's address: \"https://chat.example/api/apps/public/<app id>\""},
    {.name = "secret",
     .kind = SettingKind::secret,
     .required = true,
     .what = "the secret given to the app; it proves both sides"},
    {.name = "bot_username", .required = true, .what = "the user the answers come from"},
    {.name = "admin_user_id", .what = "a user who may read uploaded files, to fetch them"},
    {.name = "admin_auth_token",
     .kind = SettingKind::secret,
     .what = "that user's personal access token"},
};

std::string base_of(const Channel& channel) {
  std::string base(channel.api_base.empty() ? channel.setting("base_url") : channel.api_base);
  while (base.ends_with('/')) base.pop_back();
  return base;
}

struct Plan {
  std::vector<std::string> bodies;
  std::vector<std::string> degraded;
};

// "direct:john#john": what stands after '#' is for people.
std::string user_of(const std::string& recipient) {
  return recipient.substr(0, recipient.find('#'));
}

Plan plan_of(const SendContext& context) {
  auto plain = plain_message(context.send.message);
  Plan plan{.bodies = {}, .degraded = std::move(plain.degraded)};
  for (std::size_t i = 0; i < plain.templates.size(); ++i) {
    plan.degraded.emplace_back("template: left out, this channel has none");
  }
  auto pieces = split_text(plain.text, kTextMax, TextUnit::code_points);
  if (pieces.empty() && !plain.media.empty()) pieces.emplace_back();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    JsonWriter json;
    json.begin_object().member("user", user_of(context.send.recipient));
    json.member("bot", context.channel.setting("bot_username"));
    if (!pieces[i].empty()) json.member("text", pieces[i]);
    if (i == 0 && !plain.media.empty()) {
      json.key("attachments").begin_array();
      for (const auto& media : plain.media) {
        json.begin_object();
        json.member("type",
                    media.mime.empty() ? std::string("application/octet-stream") : media.mime);
        json.member("url", media.url).end_object();
      }
      json.end_array();
    }
    json.end_object();
    plan.bodies.push_back(json.take());
  }
  return plan;
}

SendStep call_of(const SendContext& context, const Plan& plan, std::size_t index,
                 std::string step_data) {
  if (index >= plan.bodies.size()) {
    return Error{.code = Errc::rejected, .detail = "the message has nothing this channel can show"};
  }
  HttpCall call;
  call.url = base_of(context.channel) + "/message";
  call.headers = {
      {"authorization", std::string(kToken) + context.channel.secret("secret").reveal()},
      {"accept", "application/json"}};
  call.body = plan.bodies[index];
  call.step = static_cast<int>(index);
  call.step_data = std::move(step_data);
  return call;
}

std::optional<Error> error_of(const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return error;
  if (answer.status / 100 == 2) return std::nullopt;
  const bool settings = answer.status == 401 || answer.status == 403 || answer.status / 100 == 3;
  return Error{.code = settings ? Errc::misconfigured : Errc::rejected,
               .detail = "the app answered HTTP " + std::to_string(answer.status),
               .code_text = std::to_string(answer.status)};
}

std::string id_in(std::string_view body) {
  simdjson::dom::parser parser;
  std::string_view id;
  const bool read =
      parser.allocate(std::max<std::size_t>(body.size(), 64), 16) == simdjson::SUCCESS &&
      parser.parse(body.data(), body.size())["id"].get(id) == simdjson::SUCCESS;
  return read ? std::string(id) : std::string();
}

class Rocketchat final : public Connector {
 public:
  std::string_view platform() const noexcept override { return "rocketchat"; }
  const Capabilities& capabilities() const noexcept override { return kCapabilities; }
  const std::vector<Setting>& settings() const noexcept override { return kSettings; }

  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    const std::string& secret = channel.secret("secret").reveal();
    const auto given = request.header("authorization");
    if (!secret.empty() && equal_constant_time(given, std::string(kToken) + secret)) return {};
    return Error{.code = Errc::unauthenticated,
                 .detail = given.empty() ? "authorization is missing" : "authorization is wrong"};
  }

  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return rocketchat::parse_message(request, channel);
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
    if (next < plan.bodies.size()) return call_of(context, plan, next, std::move(ids));
    return Sent{.external_ids = step_ids(ids), .degraded = std::move(plan.degraded)};
  }
};

// Uploaded files can be read by members only. The admin's token goes to the server itself.
class RocketchatMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view) const override {
    const auto base = channel.setting("base_url");
    const auto path = base.find('/', base.find("://") + 3);
    const std::string origin = std::string(base.substr(0, path)) + "/";
    const std::string& token = channel.secret("admin_auth_token").reveal();
    if (token.empty() || !media.url.starts_with(origin)) {
      return Error{.code = Errc::rejected, .detail = "no credentials to read this file with"};
    }
    HttpCall call;
    call.method = "GET";
    call.url = media.url;
    call.content_type.clear();
    call.headers = {{"x-auth-token", token},
                    {"x-user-id", std::string(channel.setting("admin_user_id"))}};
    call.download = true;
    return call;
  }
  Step resume(const Media&, const Channel&, std::string_view, int,
              const HttpAnswer& answer) const override {
    return Error{.code = answer.status >= 500 ? Errc::unavailable : Errc::rejected,
                 .detail = "the file was not given: HTTP " + std::to_string(answer.status)};
  }
};

}  // namespace

Entry make_rocketchat() {
  Entry entry;
  entry.connector = std::make_unique<Rocketchat>();
  entry.media_source = std::make_unique<RocketchatMedia>();
  entry.stand_in = rocketchat::make_stand_in;
  entry.maturity = Maturity::alpha;
  return entry;
}

}  // namespace parley::connectors
