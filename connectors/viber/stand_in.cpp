#include "connectors/viber/stand_in.hpp"

#include "base/crypto.hpp"
#include "base/json_writer.hpp"

namespace parley::connectors::viber {
namespace {

constexpr std::size_t kUserChars = 24;                            // base64 of 16 bytes
constexpr std::uint64_t kFirstToken = 4'912'661'846'655'238'144;  // wider than a double can hold

ApiAnswer status(int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("status", code).member("status_message", words).end_object();
  return json_answer(out.take());
}

Dispatch callback(const Channel& channel, std::string body) {
  Webhook hook;
  hook.target = webhook_path(channel);
  hook.body = std::move(body);
  const std::string& token = channel.secret("auth_token").reveal();
  hook.headers = {{"Content-Type", "application/json"},
                  {"X-Viber-Content-Signature", to_hex(hmac_sha256(token, hook.body))}};
  return Dispatch{.webhooks = {std::move(hook)}};
}

class ViberStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("viber", "", api_base);
    channel.secrets.emplace("auth_token", Secret("445da6az1s345z78-sample-auth-token"));
    channel.settings.emplace("sender_name", "Sample");
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    std::string bytes(16, '\x2a');
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (8 * i) & 0xff);
    return to_base64(bytes);
  }

  Redelivery redelivery() const override { return {5, Milliseconds(5'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (said.user.size() != kUserChars) {
      return Error{.code = Errc::misconfigured,
                   .detail = "a Viber user is 24 characters of base64"};
    }
    JsonWriter json;
    json.begin_object().member("event", "message");
    json.member("timestamp", said.said_at.time_since_epoch().count());
    json.member("message_token", kFirstToken + said.number);
    json.key("sender").begin_object().member("id", said.user);
    json.member("name", "Simulated Customer").member("language", "en").end_object();
    json.key("message").begin_object().member("type", "text").member("text", said.text);
    json.end_object().member("silent", false).end_object();
    return callback(channel, json.take());
  }

  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint at) const override {
    const std::string_view event = state == DeliveryState::delivered ? "delivered"
                                   : state == DeliveryState::read    ? "seen"
                                   : state == DeliveryState::failed  ? "failed"
                                                                     : "";
    if (event.empty()) return std::nullopt;
    JsonWriter json;
    json.begin_object().member("event", event).member("timestamp", at.time_since_epoch().count());
    json.key("message_token").raw(send.external_id).member("user_id", send.to);
    if (event == "failed") json.member("desc", "failure description");
    return callback(channel, json.end_object().take());
  }

  bool is_send(const ApiRequest& request) const override {
    return request.path == "/pa/send_message";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (!request.path.starts_with("/pa/")) return std::nullopt;
    if (!is_send(request)) return ApiOutcome{status(3, "badData")};
    if (json_at(request.body, "/auth_token").empty()) {
      return ApiOutcome{status(2, "invalidAuthToken")};
    }
    AcceptedSend send;
    send.method = json_at(request.body, "/type");
    send.to = json_at(request.body, "/receiver");
    if (send.to.size() != kUserChars) return ApiOutcome{status(5, "receiverNotRegistered")};
    if (send.method.empty()) return ApiOutcome{status(4, "missingData")};
    send.text = json_at(request.body, "/text");
    if (send.text.empty()) send.text = "[" + send.method + "]";
    send.external_id = std::to_string(kFirstToken + ++messages_);
    ApiAnswer answer = json_answer(R"({"status":0,"status_message":"ok","message_token":)" +
                                   send.external_id + "}");
    return ApiOutcome{std::move(answer), {std::move(send)}};
  }

  ApiAnswer throttled(int) const override { return status(12, "tooManyRequests"); }

 private:
  std::uint64_t messages_ = 1'000'000'000;  // beside those of customers
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<ViberStandIn>(); }

}  // namespace parley::connectors::viber
