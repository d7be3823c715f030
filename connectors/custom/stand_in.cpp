#include "connectors/custom/stand_in.hpp"

#include <map>

#include "base/json_writer.hpp"
#include "connectors/standard_webhook.hpp"

namespace parley::connectors::custom {
namespace {

constexpr std::size_t kIdsMax = 100'000;

std::string_view name_of(DeliveryState state) {
  if (state == DeliveryState::delivered) return "delivered";
  if (state == DeliveryState::read) return "read";
  return state == DeliveryState::failed ? "failed" : "";
}

Dispatch signed_dispatch(const Channel& channel, const std::string& id, TimePoint sent_at,
                         std::string body) {
  Webhook hook;
  hook.target = webhook_path(channel);
  hook.headers = webhook_headers(channel.secret("secret"), id, sent_at, body);
  hook.headers.emplace_back("Content-Type", "application/json");
  hook.body = std::move(body);
  return {.webhooks = {std::move(hook)}};
}

class CustomStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("custom", "", api_base);
    channel.secrets.emplace("secret", Secret("whsec_c2FtcGxlLXNlY3JldC1vZi0zMi1ieXRlcy1vci1zbw=="));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return number == 0 ? "simulated-customer" : "simulated-customer-" + std::to_string(number);
  }

  Redelivery redelivery() const override { return {5, Milliseconds(15'000), Milliseconds(5'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    JsonWriter json;
    json.begin_object().member("type", "message.created");
    json.member("id", "sim-" + std::to_string(said.number));
    json.member("timestamp", format_time(said.said_at));
    json.key("sender").begin_object().member("id", said.user);
    json.member("name", "Simulated Customer").end_object();
    json.member("text", said.text).end_object();
    return signed_dispatch(channel, "sim_" + std::to_string(said.number), said.sent_at,
                           json.take());
  }

  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint at) const override {
    const auto name = name_of(state);
    if (name.empty() || send.external_id.empty()) return std::nullopt;
    const std::string id = "receipt_" + send.external_id + "_" + std::string(name);
    JsonWriter json;
    json.begin_object().member("type", "delivery.updated").member("id", id);
    json.member("timestamp", format_time(at)).member("message", send.external_id);
    json.member("state", name).end_object();
    return signed_dispatch(channel, id, at, json.take());
  }

  bool is_send(const ApiRequest& request) const override {
    return request.method == "POST" && request.path == "/messages";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (!is_send(request)) return std::nullopt;
    AcceptedSend send;
    send.method = json_at(request.body, "/type");
    send.to = json_at(request.body, "/recipient");
    if (send.to.empty()) return ApiOutcome{json_answer(R"({"error":"no recipient"})", 400)};
    send.text = json_at(request.body, "/message/fallback_text");
    if (send.text.empty()) send.text = json_at(request.body, "/message/content/0/text");
    // A repeat has the same webhook-id and is answered as the first was.
    const auto fresh_id = "standin-" + std::to_string(messages_ + 1);
    const auto id = request.header(kWebhookId);
    const auto [known, fresh] = ids_.try_emplace(id.empty() ? fresh_id : std::string(id), fresh_id);
    send.external_id = known->second;
    JsonWriter out;
    out.begin_object().member("id", send.external_id).end_object();
    ApiOutcome outcome{json_answer(out.take())};
    if (!fresh) return outcome;
    ++messages_;
    if (ids_.size() > kIdsMax) ids_.clear();
    outcome.sent.push_back(std::move(send));
    return outcome;
  }

 private:
  std::map<std::string, std::string> ids_;  // by webhook-id
  std::uint64_t messages_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<CustomStandIn>(); }

}  // namespace parley::connectors::custom
