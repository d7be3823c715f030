#include "connectors/rocketchat/stand_in.hpp"

#include "base/json_writer.hpp"

namespace parley::connectors::rocketchat {
namespace {

constexpr std::string_view kSecret = "sample-secret-of-the-app";

class RocketchatStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("rocketchat", "", api_base);
    channel.settings["base_url"] = "https://chat.example/api/apps/public/0000";
    channel.settings["bot_username"] = "parley.bot";
    channel.secrets.emplace("secret", Secret(std::string(kSecret)));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return "direct:customer" + std::to_string(number);
  }

  Redelivery redelivery() const override { return {1, Milliseconds(10'000), Milliseconds(0)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (said.user.find(':') == std::string::npos) {
      return Error{.code = Errc::misconfigured, .detail = "a user is direct:NAME or livechat:ID"};
    }
    JsonWriter json;
    json.begin_object().member("id", "m" + std::to_string(said.number));
    json.key("user").begin_object().member("urn", said.user);
    json.member("username", said.user.substr(said.user.find(':') + 1));
    json.member("full_name", "Simulated Customer").end_object();
    json.member("text", said.text).end_object();
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.headers = {{"Content-Type", "application/json"},
                    {"Authorization", "Token " + channel.secret("secret").reveal()}};
    hook.body = json.take();
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.method == "POST" && request.path.ends_with("/message");
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (!is_send(request)) return std::nullopt;
    if (!request.header("authorization").starts_with("Token ")) {
      return ApiOutcome{json_answer(R"({"error":"Unauthorized"})", 401)};
    }
    AcceptedSend send;
    send.method = "message";
    send.to = json_at(request.body, "/user");
    if (send.to.empty()) return ApiOutcome{json_answer(R"({"error":"user"})", 400)};
    send.text = json_at(request.body, "/text");
    send.external_id = "rc" + std::to_string(++sent_);
    JsonWriter json;
    json.begin_object().member("id", send.external_id).end_object();
    return ApiOutcome{json_answer(json.take(), 201), {std::move(send)}};
  }

 private:
  std::uint64_t sent_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<RocketchatStandIn>(); }

}  // namespace parley::connectors::rocketchat
