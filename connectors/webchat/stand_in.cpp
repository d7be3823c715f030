// There is no platform between a visitor and us: this is the visitor's client.
#include "connectors/webchat/stand_in.hpp"

#include "base/crypto.hpp"
#include "base/json_writer.hpp"

namespace parley::connectors::webchat {
namespace {

Dispatch frame(const Channel& channel, std::string body) {
  Webhook hook;
  hook.target = "/chat/" + channel.tenant.value + "/" + channel.id.value + "/messages";
  hook.headers = {{"Content-Type", "application/json"}};
  hook.body = std::move(body);
  return {.webhooks = {std::move(hook)}};
}

class WebchatStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view) const override {
    Channel channel = sample_channel("webchat", "", "");
    channel.secrets.emplace("visitor_secret", Secret("sample-visitor-secret-0123456789"));
    channel.secrets.emplace("user_secret", Secret("sample-user-secret-0123456789"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return number == 0 ? "simulated-customer" : "simulated-customer-" + std::to_string(number);
  }

  Redelivery redelivery() const override { return {5, Milliseconds(15'000), Milliseconds(5'000)}; }

  // Signed where the channel has a secret for it; else an unknown visitor.
  ChatSessions::Hello hello(const Channel& channel, std::string_view user) const override {
    ChatSessions::Hello hello;
    const Secret& secret = channel.secret("user_secret");
    if (user.empty() || secret.empty()) return hello;
    hello.user = user;
    hello.user_hash = to_hex(hmac_sha256(secret.reveal(), user));
    return hello;
  }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    JsonWriter json;
    json.begin_object().member("type", "message");
    json.member("id", "sim" + std::to_string(said.number)).member("text", said.text).end_object();
    return frame(channel, json.take());
  }

  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint) const override {
    const bool known = state == DeliveryState::delivered || state == DeliveryState::read;
    if (!known || send.external_id.empty()) return std::nullopt;
    JsonWriter json;
    json.begin_object();
    json.member("type", state == DeliveryState::read ? "read" : "delivered");
    json.member("message", send.external_id).end_object();
    return frame(channel, json.take());
  }
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<WebchatStandIn>(); }

}  // namespace parley::connectors::webchat
